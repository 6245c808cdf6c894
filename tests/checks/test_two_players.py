"""The exercises of notebook 01: solutions pass, typical mistakes get the hint that helps, garbage a friendly one."""

import math

import numpy as np
import pytest
import torch
from scipy.special import expit
from scipy.stats import norm, weibull_min

from gan_edu.checks import two_players as check


def answer_of(capsys, examine, attempt):
    examine(attempt)
    return capsys.readouterr().out


def life(u, scale, shape):
    return scale * (-np.log(1 - u)) ** (1 / shape)


def both_rates(scores, real):
    return (scores[real] > 0).mean(), (scores[~real] < 0).mean()


def logit(x, m, s, n, t):
    return ((x - n) / t) ** 2 / 2 - ((x - m) / s) ** 2 / 2 + math.log(t / s)


def turned(degrees):
    angle = math.radians(degrees)
    turn = torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return lambda points: points @ turn.T


def between_two_blobs(points):
    angle = math.pi / 8
    return points.norm(dim=1, keepdim=True) * torch.tensor([math.cos(angle), math.sin(angle)])


def at_any_angle(points):
    angle = 2 * math.pi * torch.rand(len(points), generator=torch.Generator().manual_seed(0))
    return points.norm(dim=1, keepdim=True) * torch.stack([angle.cos(), angle.sin()], 1)


SOLUTIONS = [
    (check.lamp_generator, life),
    (check.lamp_generator, lambda u, scale, shape: scale * (-np.log(u)) ** (1 / shape)),
    (check.lamp_generator, lambda u, scale, shape: weibull_min.ppf(u, shape, scale=scale)),
    (check.lamp_generator, lambda *inputs: torch.tensor(life(*inputs))),
    (check.right_answers, both_rates),
    (check.right_answers, lambda scores, real: np.array(both_rates(scores, real))),
    (check.best_logit, logit),
    (check.best_logit, lambda x, m, s, n, t: norm.logpdf(x, m, s) - norm.logpdf(x, n, t)),
    (check.unseen, turned(22.5)),
    (check.unseen, turned(-22.5)),
    (check.unseen, between_two_blobs),
    (check.unseen, lambda points: turned(22.5)(points).numpy()),
]


@pytest.mark.parametrize(("examine", "attempt"), SOLUTIONS)
def test_a_solution_is_accepted(capsys, examine, attempt):
    assert answer_of(capsys, examine, attempt).startswith("✓ correct.")


def accuracy_twice(scores, real):
    return [((scores > 0) == real).mean()] * 2


MISTAKES = [
    (check.lamp_generator, lambda u, a, k: 1 - np.exp(-((u / a) ** k)), "that is the CDF itself"),
    (check.lamp_generator, lambda u, a, k: weibull_min.pdf(u, k, scale=a), "that is the density"),
    (check.lamp_generator, lambda u, a, k: a * (-np.log(1 - u)) ** k, "undoing a power takes the power 1/shape"),
    (check.lamp_generator, lambda u, a, k: -a * np.log(1 - u), "the power is missing"),
    (check.lamp_generator, lambda u, a, k: (-a * np.log(1 - u)) ** (1 / k), "the scale stands within the power"),
    (check.lamp_generator, lambda u, a, k: (-np.log(1 - u)) ** (1 / k) / a, "you divide by the scale"),
    (check.lamp_generator, lambda u, a, k: (-np.log(1 - u)) ** (1 / k), "the scale is missing"),
    (check.lamp_generator, lambda u, a, k: a * (-np.log10(1 - u)) ** (1 / k), "base 10"),
    (check.lamp_generator, lambda u, a, k: a * (-np.log(1 - u)) ** 1 / k, "Brackets: ** (1 / shape)"),
    (check.lamp_generator, lambda u, a, k: k * (-np.log(1 - u)) ** (1 / a), "and not 0.5"),  # exchanged
    (check.lamp_generator, lambda u, a, k: a * np.log(1 - u) ** (1 / k), "the minus sign before the power"),
    (check.lamp_generator, lambda u, a, k: a * u, "u = 0.5 is taken to 1.0000, where F is 0.2978, and not 0.5"),
    (check.lamp_generator, lambda u, a, k: life(u, a, k).mean(), "shape (); one life for each number"),
    (check.lamp_generator, lambda u, a, k: None, "Is there a return?"),
    (check.lamp_generator, lambda u, a, k: "long", "holds no numbers"),
    (check.lamp_generator, lambda u, a, k: math.log(1 - u), "TypeError"),
    (check.lamp_generator, 3, "a function (u, scale, shape) is asked for, got 3"),
    (check.right_answers, lambda s, real: both_rates(s, real)[::-1], "the two are exchanged"),
    (check.right_answers, lambda s, real: [1 - rate for rate in both_rates(s, real)], "the shares of wrong answers"),
    (
        check.right_answers,
        lambda s, real: (((s > 0) & real).mean(), ((s < 0) & ~real).mean()),
        "you divide by the number of all examples",
    ),
    (check.right_answers, lambda s, real: (real[s > 0].mean(), (~real)[s < 0].mean()), "that is the precision"),
    (check.right_answers, lambda s, real: ((s[real] > 0).mean(), (s[~real] > 0).mean()), "fakes that are called real"),
    (check.right_answers, accuracy_twice, "the accuracy"),
    (check.right_answers, lambda s, real: both_rates(s - 0.5, real), "the line is at 0"),
    (check.right_answers, lambda s, real: ((s > 0).mean(), (s < 0).mean()), "you do not ask which are real"),
    (check.right_answers, lambda s, real: ((s[real] > 0).sum(), (s[~real] < 0).sum()), "these are counts"),
    (
        check.right_answers,
        lambda s, real: ((s[real] > 0).sum() / (len(s) / 2), (s[~real] < 0).sum() / (len(s) / 2)),
        "you divide by half of all examples",
    ),
    (check.right_answers, lambda s, real: (s[real].mean(), s[~real].mean()), "the sensitivity is not right"),
    (check.right_answers, lambda s, real: [100 * rate for rate in both_rates(s, real)], "these are percent"),
    (check.right_answers, lambda s, real: (both_rates(s, real)[0], 0.123), "the specificity is not right"),
    (check.right_answers, lambda s, real: (0.123, 0.123), "the sensitivity is not right"),
    (check.right_answers, lambda s, real: both_rates(s, real)[0], "shape ()"),
    (check.right_answers, lambda s, real: None, "Is there a return?"),
    (check.right_answers, 0.5, "a function (scores, real) is asked for"),
    (check.best_logit, lambda *inputs: -logit(*inputs), "the sign is turned round"),
    (check.best_logit, lambda x, m, s, n, t: logit(x, m, s, n, t) - math.log(t / s), "add log(t/s)"),
    (check.best_logit, lambda x, m, s, n, t: logit(x, m, s, n, t) - 2 * math.log(t / s), "log(t/s) has the wrong sign"),
    (check.best_logit, lambda x, m, s, n, t: 2 * logit(x, m, s, n, t) - math.log(t / s), "the ½ in the exponent"),
    (
        check.best_logit,
        lambda x, m, s, n, t: (x - n) ** 2 / (2 * t) - (x - m) ** 2 / (2 * s) + math.log(t / s),
        "a width is not squared",
    ),
    (
        check.best_logit,
        lambda x, m, s, n, t: 2 * math.log(t / s) - logit(x, m, s, n, t),
        "the squares have the wrong sign",
    ),
    (check.best_logit, lambda *inputs: logit(*inputs) / math.log(10), "base 10"),
    (check.best_logit, lambda x, m, s, n, t: logit(x, m, s, n, t) + math.log(t / s), "log(t/s) is there twice"),
    (check.best_logit, lambda *inputs: np.exp(logit(*inputs)), "that is the ratio p/q itself"),
    (check.best_logit, lambda *inputs: expit(logit(*inputs)), "that is D = p/(p + q)"),
    (check.best_logit, lambda *inputs: np.log(expit(logit(*inputs))), "that is log D"),
    (check.best_logit, lambda x, m, s, n, t: norm.logpdf(x, m, s), "q has to be subtracted"),
    (check.best_logit, lambda x, m, s, n, t: norm.pdf(x, m, s) - norm.pdf(x, n, t), "that is p - q"),
    (check.best_logit, lambda x, m, s, n, t: (m - n) * x, "you say -6.000 at x = 3.0"),
    (check.best_logit, lambda x, m, s, n, t: np.full_like(x, np.nan), "you say nan at x = -3.0"),
    (check.best_logit, lambda x, m, s, n, t: 0.0, "shape ()"),
    (check.best_logit, lambda x: x, "TypeError"),
    (check.best_logit, "p/q", "a function (x, m, s, n, t) is asked for"),
    (check.unseen, lambda points: points, "these are the real points themselves"),
    (check.unseen, turned(45), "in 8 of 8 blobs. The blobs are an eighth of a turn apart"),
    (check.unseen, turned(180), "what maps the ring to itself"),
    (check.unseen, lambda points: points.flip(1), "what maps the ring to itself"),
    (
        check.unseen,
        lambda points: points[torch.randperm(2000, generator=torch.Generator().manual_seed(0))],
        "of 8 blobs",
    ),
    (check.unseen, turned(8), "of 8 blobs"),
    (check.unseen, turned(math.degrees(22.5)), "cos and sin take radians"),
    (check.unseen, at_any_angle, "of the fakes lie in 8 of 8 blobs. Take the middle"),
    (check.unseen, lambda points: torch.stack([points.norm(dim=1), points[:, 1]], 1), "D sees it"),
    (check.unseen, lambda points: points.norm(dim=1, keepdim=True) * torch.tensor([1.0, 0.0]), "in 1 of 8 blobs"),
    (check.unseen, lambda points: 0.5 * points, "D sees it: the radii are distributed otherwise"),
    (check.unseen, lambda points: 0 * points, "the radii are all alike"),
    (check.unseen, lambda points: turned(22.5)(points / points.norm(dim=1, keepdim=True)), "the radii are all alike"),
    (check.unseen, lambda points: points + 1, "D sees it"),
    (check.unseen, lambda points: points[:3], "shape (3, 2)"),
    (check.unseen, lambda points: points / 0, "not finite"),
    (check.unseen, lambda points: None, "Is there a return?"),
    (check.unseen, 22.5, "a function (points) is asked for, got 22.5"),
]


@pytest.mark.parametrize(("examine", "attempt", "hint"), MISTAKES)
def test_a_mistake_gets_its_hint(capsys, examine, attempt, hint):
    answer = answer_of(capsys, examine, attempt)
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


@pytest.mark.parametrize("examine", [check.lamp_generator, check.right_answers, check.best_logit, check.unseen])
def test_three_dots_count_as_not_attempted(capsys, examine):
    assert "not attempted yet" in answer_of(capsys, examine, lambda *_: ...)
