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


def kl(x, p, q):
    return np.trapezoid(rel_entr(p, q), x)


def divergence(x, p, q):
    m = (p + q) / 2
    return np.trapezoid(rel_entr(p, m) + rel_entr(q, m), x) / 2


def values(x, p, generators):
    return [2 * divergence(x, p, q) - math.log(4) for q in generators]


def squared_distance(x, p, q):
    return scipy.spatial.distance.jensenshannon(p, q) ** 2  # on an even grid SciPy's sums are the integrals


def best_pair(x, p, q):
    d, fake = p / (p + q), q / (p + q)
    return d, np.trapezoid(p * np.log(d) + q * np.log(fake), x)


def rounded_pair(x, p, q):
    d = p / (p + q)
    return d, np.trapezoid(p * np.log(d) + q * np.log(1 - d), x)


def leaving_zeros_out(x, p, q):
    """What a reader tries next: it helps against 0 · log 0, and not where 1 - D was rounded to 0."""
    d = p / (p + q)
    return d, np.trapezoid(np.where(p > 0, p * np.log(d), 0) + np.where(q > 0, q * np.log(1 - d), 0), x)


def with_value(change):
    return lambda x, p, q: (p / (p + q), change(x, p, q, best_pair(x, p, q)[1]))


def with_discriminator(change):
    return lambda x, p, q: (change(p, q), best_pair(x, p, q)[1])


def value_with(change):
    """V from D as it is and 1 - D, each changed before the logarithm is taken."""
    return with_value(
        lambda x, p, q, v: np.trapezoid(p * np.log(change(p / (p + q))) + q * np.log(change(1 - p / (p + q))), x)
    )


def on_a_grid(a, b):
    answers = np.linspace(0, 1, 1001)
    with np.errstate(all="ignore"):
        heights = sum(np.where(weight > 0, weight * np.log(d), 0) for weight, d in ((a, answers), (b, 1 - answers)))
    return answers[heights.argmax()]


def slopes_in_d(score):
    return 1 / (1 - sigmoid(score)), 1 / sigmoid(score)


def sigmoid(score):
    return 1 / (1 + math.exp(-score))


def table(x, p, generators):
    """V of each generator's best D (rows) when it meets each of the generators (columns)."""
    return np.array(
        [[np.trapezoid(p * np.log(p / (p + a)) + b * np.log(a / (p + a)), x) for b in generators] for a in generators]
    )


def without_care(x, p, generators):
    return min(leaving_zeros_out(x, p, q)[1] for q in generators)


def smoothed(x, p, q):
    return divergence(x, p + 1e-12, q + 1e-12)


def nan_where_zero(x, p, q):
    m = (p + q) / 2
    return np.trapezoid(p * np.log(p / m) + q * np.log(q / m), x) / 2


RIGHT = [
    (value_function.best_answer, lambda a, b: a / (a + b)),
    (value_function.best_answer, lambda a, b: torch.tensor(a / (a + b), dtype=torch.float64)),
    (value_function.best_discriminator, best_pair),
    (value_function.best_discriminator, lambda *inputs: list(best_pair(*inputs))),
    (
        value_function.best_discriminator,
        lambda x, p, q: (torch.tensor(p / (p + q)), torch.tensor(2 * divergence(x, p, q) - math.log(4))),
    ),
    (value_function.slopes, lambda score: (-sigmoid(score), sigmoid(score) - 1)),
    (value_function.best_discriminator, value_with(lambda d: d + 1e-12)),
    (value_function.best_discriminator, value_with(lambda d: np.clip(d, 1e-9, 1))),
    (value_function.slopes, lambda score: (-sigmoid(score), -sigmoid(-score))),
    (value_function.jensen_shannon_divergence, divergence),
    (value_function.jensen_shannon_divergence, squared_distance),
    (value_function.jensen_shannon_divergence, smoothed),
    (value_function.usual_divergence, lambda x, p, q: kl(x, q, p) - 2 * divergence(x, p, q)),
    (value_function.usual_divergence, lambda x, p, q: 2 * kl(x, (p + q) / 2, p)),
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
    (
        value_function.best_answer,
        lambda a, b: round(a / (a + b), 3) + 0.001,
        "you return 0.751: close, but only a formula",
    ),
    (value_function.best_answer, on_a_grid, "for a = 1 and b = 2 you return 0.333: close, but only a formula"),
    (value_function.best_answer, lambda a, b: a / (a + b + 1e-8), "you return 0.749999998: close, but only a formula"),
    (value_function.best_answer, lambda a, b: (a - b) / (a + b), "at D = 0.525 it is -2.6775, and that is more"),
    (value_function.best_answer, lambda a, b: np.ones(3), "you return an array of shape (3,); one number is asked for"),
    (value_function.best_answer, lambda a, b: None, "you return None; one number is asked for. Is there a return?"),
    (value_function.best_answer, lambda a, b: "3/4", "you return '3/4'; one number"),
    (value_function.best_answer, lambda a, b: math.nan, "you return nan."),
    (value_function.best_answer, lambda a, b: 1 / 0, "your code stopped with ZeroDivisionError"),
    (value_function.best_answer, lambda a: a, "your code stopped with TypeError"),
    (value_function.best_answer, 0.75, "your code stopped with TypeError"),
    (value_function.best_discriminator, rounded_pair, "narrow fakes far from the data: as V you return -inf. Where D"),
    (value_function.best_discriminator, leaving_zeros_out, "write 1 - D as q / (p + q)"),
    (value_function.best_discriminator, lambda x, p, q: p / (p + q), "you do not return a pair"),
    (value_function.best_discriminator, lambda x, p, q: None, "you do not return a pair"),
    (value_function.best_discriminator, lambda x, p, q: (0.5, -math.log(4)), "for each of the 1201 points, got 0.5"),
    (value_function.best_discriminator, with_discriminator(lambda p, q: q / (p + q)), "D is 1 - D*"),
    (value_function.best_discriminator, with_discriminator(lambda p, q: p / q), "D is p / q, which can be larger"),
    (value_function.best_discriminator, with_discriminator(lambda p, q: np.log(p / q)), "D is the score log(p / q)"),
    (value_function.best_discriminator, with_discriminator(lambda p, q: p), "D is p itself"),
    (value_function.best_discriminator, with_discriminator(lambda p, q: 1.0 * (p > q)), "D says 1 or 0."),
    (
        value_function.best_discriminator,
        with_discriminator(lambda p, q: p / (p + 2 * q)),
        "for two bumps that overlap: at x = ",
    ),
    (value_function.best_discriminator, with_discriminator(lambda p, q: p * math.nan), "D is nan"),
    (value_function.best_discriminator, with_value(lambda x, p, q, v: -v), "That is -V: the discriminator's loss"),
    (
        value_function.best_discriminator,
        with_value(lambda x, p, q, v: np.trapezoid(q * np.log(p / (p + q)) + p * np.log(q / (p + q)), x)),
        "p and q are swapped: p weighs log D",
    ),
    (
        value_function.best_discriminator,
        with_value(lambda x, p, q, v: (p * np.log(p / (p + q)) + q * np.log(q / (p + q))).sum()),
        "A sum is no integral yet",
    ),
    (
        value_function.best_discriminator,
        with_value(lambda x, p, q, v: p * np.log(p / (p + q))),
        "as V you return an array of shape (1201,)",
    ),
    (
        value_function.best_discriminator,
        with_value(lambda x, p, q, v: np.trapezoid(p * np.log(p / (p + q)), x)),
        "The term of the fakes is missing",
    ),
    (
        value_function.best_discriminator,
        with_value(lambda x, p, q, v: np.trapezoid(q * np.log(q / (p + q)), x)),
        "The term of the real examples is missing",
    ),
    (value_function.best_discriminator, with_value(lambda x, p, q, v: v / 2), "added, not averaged"),
    (value_function.best_discriminator, with_value(lambda x, p, q, v: v / math.log(2)), "That is in bits"),
    (
        value_function.best_discriminator,
        with_discriminator(lambda p, q: np.clip(p / (p + q), 1e-7, 1 - 1e-7)),
        "for narrow fakes far from the data: D is cut off: it comes no nearer to 0 or 1 than 1e-07.",
    ),
    (
        value_function.best_discriminator,
        with_discriminator(lambda p, q: np.clip(p / (p + q), 1e-3, None)),
        "no nearer to 0 or 1 than 0.001. Leave D as it is; to keep the logarithms finite, write",
    ),
    (
        value_function.best_discriminator,
        with_discriminator(lambda p, q: p / (p + q + 1e-12)),
        "the small number that you add decides D where both densities are still smaller",
    ),
    (
        value_function.best_discriminator,
        with_discriminator(lambda p, q: (p + 1e-6) / (p + q + 2e-6)),
        "the small number that you add decides D",
    ),
    (value_function.best_discriminator, value_with(lambda d: d + 1e-3), "The small number that keeps the logarithms"),
    (
        value_function.best_discriminator,
        value_with(lambda d: np.clip(d, 1e-3, 1 - 1e-3)),
        "changes V: write 1 - D as q /",
    ),
    (
        value_function.best_discriminator,
        with_discriminator(lambda p, q: 0.5 + 0 * p),
        "for two bumps that overlap: at x = ",
    ),
    (
        value_function.best_discriminator,
        with_value(lambda x, p, q, v: np.trapezoid(np.log(p / (p + q)) + np.log(q / (p + q)), x)),
        "The weights are missing: log D counts p(x), as it is averaged over the data, and log(1 - D) counts q(x).",
    ),
    (
        value_function.best_discriminator,
        with_value(lambda x, p, q, v: np.mean(np.log(p / (p + q)) + np.log(q / (p + q)))),
        "counts q(x). And a mean over the points is no integral.",
    ),
    (
        value_function.best_discriminator,
        with_value(
            lambda x, p, q, v: np.trapezoid(p / (p + q) * np.log(p / (p + q)) + q / (p + q) * np.log(q / (p + q)), x)
        ),
        "The weights are p and q, the densities, not D and 1 - D.",
    ),
    (
        value_function.best_discriminator,
        with_value(lambda x, p, q, v: np.trapezoid(p * np.log(p / (p + q)) + p * np.log(q / (p + q)), x)),
        "log(1 - D) is an average over the fakes: weigh it with q, not with p.",
    ),
    (
        value_function.best_discriminator,
        with_value(lambda x, p, q, v: np.trapezoid(p * np.log(p / (p + q)) - q * np.log(q / (p + q)), x)),
        "The two terms are added: the sign before the second is wrong.",
    ),
    (value_function.slopes, lambda s: (-sigmoid(s) * (1 - sigmoid(s)),) * 2, "That is the slope of 1 - D, or of -D"),
    (
        value_function.slopes,
        lambda s: (-sigmoid(s), -sigmoid(s) * (1 - sigmoid(s))),
        "for -log D you return -0.23500. That is the slope of 1 - D, or of -D: the logarithm is missing",
    ),
    (value_function.slopes, slopes_in_d, "you return 2.64872. That is a slope in D, with the wrong sign"),
    (value_function.slopes, lambda s: (-s, s - 1), "You took the score for D: D is its sigmoid."),
    (value_function.slopes, lambda s: (sigmoid(s) - 1, -sigmoid(s)), "other loss's slope: log(1 - D) stands first"),
    (value_function.slopes, lambda s: (sigmoid(s), 1 - sigmoid(s)), "The sign is wrong: both losses fall"),
    (value_function.slopes, lambda s: (-1 / (1 - sigmoid(s)), -1 / sigmoid(s)), "That is a slope in D: multiply it"),
    (value_function.slopes, lambda s: (sigmoid(s) * (1 - sigmoid(s)), -1), "the slope of D itself"),
    (
        value_function.slopes,
        lambda s: (math.log(1 - sigmoid(s)), -math.log(sigmoid(s))),
        "at score 0.5, D is 0.62246; for log(1 - D) you return -0.97408. That is the loss, not its slope.",
    ),
    (
        value_function.slopes,
        lambda s: (-sigmoid(s), -math.log(sigmoid(s))),
        "for -log D you return 0.47408. That is the loss",
    ),
    (value_function.slopes, lambda s: -sigmoid(s), "at score 0.5 you do not return a pair"),
    (value_function.slopes, lambda s: (-sigmoid(s), -0.25), "for -log D you return -0.25000."),
    (value_function.slopes, lambda s: (None, None), "you return None; one number is asked for"),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: np.trapezoid(rel_entr(p, q) + rel_entr(q, p), x) / 2,
        "That is the mean of both KLs.",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: np.trapezoid(rel_entr(p, q) + rel_entr(q, p), x),
        "That is the sum of both KLs.",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: divergence(x, p, q) + (math.inf if p[0] + q[0] == 0 else 0),
        "for two boxes that do not meet you return inf. A density was divided by one that is 0 there",
    ),
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
    (value_function.usual_divergence, lambda x, p, q: kl(x, (p + q) / 2, p), "KL(m || p) counts twice"),
    (value_function.usual_divergence, lambda x, p, q: 2 * kl(x, p, (p + q) / 2), "That is 2 KL(p || m)"),
    (value_function.usual_divergence, lambda x, p, q: 2 * kl(x, q, (p + q) / 2), "That is 2 KL(q || m)"),
    (
        value_function.usual_divergence,
        lambda x, p, q: 2 * kl(x, (p + q) / 2, q),
        "That is 2 KL(m || q) = KL(p || q) - 2 JSD: p and q are swapped",
    ),
    (value_function.usual_divergence, lambda x, p, q: kl(x, q, p), "That is KL(q || p) alone: subtract 2 JSD"),
    (value_function.usual_divergence, lambda x, p, q: kl(x, q, p) - divergence(x, p, q), "subtracted only once"),
    (
        value_function.usual_divergence,
        lambda x, p, q: kl(x, q, p) + 2 * divergence(x, p, q),
        "sign of the JSD is wrong",
    ),
    (value_function.usual_divergence, lambda x, p, q: kl(x, p, q) - 2 * divergence(x, p, q), "p and q are swapped"),
    (value_function.usual_divergence, lambda x, p, q: 2 * divergence(x, p, q), "what the minimax loss walks down"),
    (value_function.usual_divergence, lambda x, p, q: None, "for fakes that cover the data you return None"),
    (value_function.usual_divergence, lambda x, p, q: -2 * kl(x, (p + q) / 2, p), "The sign is wrong, or np.trapezoid"),
    (value_function.usual_divergence, lambda x, p, q: 2 * kl(x, p + q, p), "The middle is (p + q)/2, not p + q."),
    (
        value_function.usual_divergence,
        lambda x, p, q: np.trapezoid(-q * np.log(p / (p + q)), x),
        "That is the loss itself.",
    ),
    (value_function.usual_divergence, lambda x, p, q: 2 * kl(x, (p + q) / 2, p) / math.log(2), "That is in bits"),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: (kl(x, p, p + q) + kl(x, q, p + q)) / 2,
        "The middle is (p + q)/2, not p + q.",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: (kl(x, p, p + q / 2) + kl(x, q, p + q / 2)) / 2,
        "Python divides before it adds",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: (kl(x, (p + q) / 2, p) + kl(x, (p + q) / 2, q)) / 2,
        "so they stand first: KL(p || m) and KL(q || m).",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: 2 * divergence(x, p, q) - math.log(4),
        "That is V(D*, G)",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: np.trapezoid(
            np.nan_to_num(p * np.log(p / (p + q) * 2) / 2 + q * np.log(q / (p + q) * 2) / 2), x
        ),
        "for two boxes that do not meet you return 0.0000, not 0.6931. That is what equal densities have.",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: np.trapezoid(x, (rel_entr(p, (p + q) / 2) + rel_entr(q, (p + q) / 2)) / 2),
        "The sign is wrong, or np.trapezoid got x before the heights.",
    ),
    (
        value_function.jensen_shannon_divergence,
        lambda x, p, q: np.mean(rel_entr(p, (p + q) / 2) + rel_entr(q, (p + q) / 2)) / 2,
        "A mean over the points is no integral",
    ),
    (value_function.best_value, lambda *_: -math.log(4), "none of these generators makes p"),
    (
        value_function.best_value,
        lambda *inputs: max(values(*inputs)),
        "min and max are swapped, the generator wants V small",
    ),
    (value_function.best_value, lambda *inputs: table(*inputs).min(1).max(), "That is max over D of the min over G."),
    (value_function.best_value, lambda *inputs: table(*inputs).min(), "That is the smallest over all pairs"),
    (value_function.best_value, without_care, "you return -inf. Where D is very near 1, the computer rounds 1 - D"),
    (
        value_function.best_value,
        lambda *inputs: (min(values(*inputs)) + math.log(4)) / 2,
        "That is the smallest JSD: the value is -log 4 + 2 JSD.",
    ),
    (
        value_function.best_value,
        lambda *inputs: (min(values(*inputs)) - math.log(4)) / 2,
        "You count the JSD once: the value is -log 4",
    ),
    (value_function.best_value, lambda *inputs: int(np.argmin(values(*inputs))), "the place of the best generator"),
    (value_function.best_value, lambda *inputs: np.mean(values(*inputs)), "the value's mean over the generators"),
    (value_function.best_value, lambda *inputs: np.array(values(*inputs)), "an array of shape (4,)"),
    (value_function.best_value, values, "you return a list of 4; one number is asked for"),
    (value_function.best_value, lambda *inputs: values(*inputs)[0], "That is the first generator's value"),
    (value_function.best_value, lambda *inputs: -min(values(*inputs)), "That is -V: the discriminator's loss"),
    (
        value_function.best_value,
        lambda x, p, generators: min(2 * divergence(x, p, q) - math.log(2) for q in generators),
        "The constant is -log 4, not -log 2",
    ),
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


CHECKS = sorted({check for check, _ in RIGHT}, key=lambda check: check.__name__)


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_is_tried_with_at_least_five_wrong_answers(check):
    assert sum(tried is check for tried, _, _ in WRONG) >= 5


@pytest.mark.parametrize("check", CHECKS)
def test_a_stub_is_not_attempted_yet(check, capsys):
    check(lambda *_: ...)
    assert capsys.readouterr().out == TO_DO
