"""The checks of notebook 02 accept what is right, and tell each typical mistake what it is."""

import math

import numpy as np
import pytest
import scipy.spatial.distance
import torch

from gan_edu.checks import value_function

TO_DO = "… not attempted yet: replace the three dots in the cell above, run it, then run this cell again.\n"


def rel_entr(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, p * np.log(p / q), 0.0)


def divergence(x, p, q):
    m = (p + q) / 2
    return np.trapezoid(rel_entr(p, m) + rel_entr(q, m), x) / 2


def values(x, p, generators):
    return [2 * divergence(x, p, q) - math.log(4) for q in generators]


def squared_distance(x, p, q):
    return scipy.spatial.distance.jensenshannon(p, q) ** 2  # on an even grid SciPy's sums are the integrals


def smoothed(x, p, q):
    return divergence(x, p + 1e-12, q + 1e-12)


def nan_where_zero(x, p, q):
    m = (p + q) / 2
    return np.trapezoid(p * np.log(p / m) + q * np.log(q / m), x) / 2


RIGHT = [
    (value_function.best_answer, lambda a, b: a / (a + b)),
    (value_function.best_answer, lambda a, b: torch.tensor(a / (a + b), dtype=torch.float64)),
    (value_function.jensen_shannon_divergence, divergence),
    (value_function.jensen_shannon_divergence, squared_distance),
    (value_function.jensen_shannon_divergence, smoothed),
    (value_function.best_value, lambda x, p, generators: min(values(x, p, generators))),
]

WRONG = [
    (value_function.best_answer, lambda a, b: b / (a + b), "you return 0.25: that is 1 - D."),
    (value_function.best_answer, lambda a, b: math.log(a / b), "you return 1.0986, which is the score log(a/b)"),
    (value_function.best_answer, lambda a, b: a / b, "you return 3, but D is a probability"),
    (
        value_function.best_answer,
        lambda a, b: 0.5,
        "for a = 3 and b = 1 you return 0.5, where the function is -2.7726; at D = 0.525 it is -2.6775, and",
    ),
    (value_function.best_answer, lambda a, b: 0.0, "you return 0, where the function is -inf; at D = 0.075"),
    (value_function.best_answer, lambda a, b: round(a / (a + b), 3) + 0.001, "you return 0.751: close, but a formula"),
    (value_function.best_answer, lambda a, b: np.ones(3), "you return an array of shape (3,); one number is asked for"),
    (value_function.best_answer, lambda a, b: None, "you return None; one number is asked for. Is there a return?"),
    (value_function.best_answer, lambda a, b: "3/4", "you return '3/4'; one number"),
    (value_function.best_answer, lambda a, b: math.nan, "you return nan."),
    (value_function.best_answer, lambda a, b: 1 / 0, "your code stopped with ZeroDivisionError"),
    (value_function.best_answer, lambda a: a, "your code stopped with TypeError"),
    (value_function.best_answer, 0.75, "your code stopped with TypeError"),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: np.trapezoid(rel_entr(p, q), x),
        "That is KL(p || q): compare each density with the middle",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: np.trapezoid(rel_entr(q, p), x),
        "That is KL(q || p): compare each density with the middle",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: np.trapezoid(rel_entr(p, (p + q) / 2), x),
        "That is KL(p || m) alone",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: np.trapezoid(rel_entr(q, (p + q) / 2), x),
        "That is KL(q || m) alone",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: 2 * divergence(x, p, q),
        "That is twice as much: it is the average of the two KLs, not their sum.",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: scipy.spatial.distance.jensenshannon(p, q),
        "That is its square root",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: divergence(x, p, q) / math.log(2),
        "That is in bits: take the natural logarithm.",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: divergence(x, p, q) / (x[1] - x[0]),
        "A sum is no integral yet",
    ),
    (
        value_function.jensen_shannon_divergence,
        nan_where_zero,
        "for two boxes that do not meet you return nan. Where a density is 0, its term 0 · log 0 must count as 0",
    ),
    (value_function.jensen_shannon_divergence, lambda x, p, q: rel_entr(p, q), "an array of shape (1201,)"),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: 0.3,
        "for two bumps that overlap you return 0.3000",
    ),
    (value_function.jensen_shannon_divergence, lambda x, p, q: None, "you return None"),
    (value_function.best_value, lambda *_: -math.log(4), "none of these generators makes p"),
    (value_function.best_value, lambda *inputs: max(values(*inputs)), "the generator wants V small"),
    (
        value_function.best_value,
        lambda *inputs: (min(values(*inputs)) + math.log(4)) / 2,
        "That is the smallest JSD: the value is -log 4 + 2 JSD.",
    ),
    (value_function.best_value, lambda *inputs: (min(values(*inputs)) - math.log(4)) / 2, "The JSD counts twice"),
    (value_function.best_value, lambda *inputs: int(np.argmin(values(*inputs))), "the place of the best generator"),
    (value_function.best_value, lambda *inputs: np.mean(values(*inputs)), "the value's mean over the generators"),
    (value_function.best_value, lambda *inputs: np.array(values(*inputs)), "an array of shape (3,)"),
    (value_function.best_value, values, "; one number is asked for"),
    (value_function.best_value, lambda x, p, generators: divergence(x, p, generators[9]), "stopped with IndexError"),
]


@pytest.mark.parametrize(("check", "attempt"), RIGHT)
def test_a_right_answer_is_accepted(check, attempt, capsys):
    check(attempt)
    assert capsys.readouterr().out.startswith("✓ correct. ")


@pytest.mark.parametrize(("check", "attempt", "hint"), WRONG)
def test_a_wrong_answer_gets_its_hint(check, attempt, hint, capsys):
    check(attempt)
    answer = capsys.readouterr().out
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


@pytest.mark.parametrize(
    "check", [value_function.best_answer, value_function.jensen_shannon_divergence, value_function.best_value]
)
def test_a_stub_is_not_attempted_yet(check, capsys):
    check(lambda *_: ...)
    assert capsys.readouterr().out == TO_DO
