"""The exercises of notebook 04: solutions pass, typical mistakes get the hint that helps, garbage a friendly one."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

from gan_edu.checks import vanishing_gradients as check
from gan_edu.game.gan import GAN
from gan_edu.game.losses import minimax
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP


def answer_of(capsys, examine, attempt):
    examine(attempt)
    return capsys.readouterr().out


def both(a, theta):
    belief = 1 / (1 + math.exp(a * theta / 2))
    return a * belief, a * (1 - belief)


def pulls(change):
    """Wrong pulls, made of the steepness, D at the fake, and the distance."""
    return lambda a, theta: change(a, 1 / (1 + math.exp(a * theta / 2)), theta)


FLAT = {
    "log(1 - D)": "left",
    "-log D": "right",
    "(1 - D)²": "both",
    "(s - 1)²": "nowhere",
    "-s": "nowhere",
    "-log D + log(1 - D)": "nowhere",
}
NAMES = {"A": "Wasserstein", "B": "minimax", "C": "non-saturating"}
SOLUTIONS = [
    (check.asks, lambda scores: softplus(-scores)),
    (check.asks, lambda scores: -logsigmoid(scores)),
    (
        check.asks,
        lambda scores: binary_cross_entropy_with_logits(scores, torch.ones_like(scores), reduction="none"),
    ),
    (check.pulls, both),
    (check.pulls, lambda a, theta: np.array(both(a, theta))),
    (check.flat, FLAT),
    (check.flat, {loss: word.upper() for loss, word in FLAT.items()}),
    (check.made_by, NAMES),
    (check.made_by, {letter: name.lower() for letter, name in NAMES.items()}),
    (check.made_by, NAMES | {"C": "non saturating"}),
]


@pytest.mark.parametrize(("examine", "attempt"), SOLUTIONS)
def test_a_solution_is_accepted(capsys, examine, attempt):
    assert answer_of(capsys, examine, attempt).startswith("✓ correct.")


MISTAKES = [
    (check.asks, lambda scores: -softplus(scores), "the minimax loss"),
    (check.asks, lambda scores: logsigmoid(scores), "that is log D"),
    (check.asks, lambda scores: softplus(scores), "what D pays for a fake"),
    (check.asks, lambda scores: -scores, "the Wasserstein loss"),
    (check.asks, lambda scores: -torch.sigmoid(scores), "D without a logarithm"),
    (check.asks, lambda scores: 1 - torch.sigmoid(scores), "D without a logarithm"),
    (check.asks, lambda scores: -torch.log(torch.sigmoid(scores)), "the sigmoid is rounded to 0"),
    (check.asks, lambda scores: torch.log(1 + torch.exp(-scores)), "or exp(1000) to infinity"),
    (check.asks, lambda scores: -torch.log2(torch.sigmoid(scores)), "of base 2"),
    (check.asks, lambda scores: -torch.log(torch.sigmoid(scores) + 1e-8), "for a score of -1000 it gives 18.4"),
    (check.asks, lambda scores: softplus(-scores).mean(), "no mean"),
    (check.asks, lambda scores: softplus(-scores) + 1, "moved by a constant"),
    (check.asks, lambda scores: (scores - 1) ** 2, "your slopes are -14.000"),
    (check.asks, lambda scores: softplus(-scores.detach()), "has no slope"),
    (check.asks, lambda scores: [0.0] * 5, "a tensor with one loss for each score"),
    (check.asks, lambda scores: None, "Is there a return?"),
    (check.asks, lambda scores: 1 / 0, "ZeroDivisionError"),
    (check.asks, 3, "a function (scores) is asked for, got 3"),
    (check.pulls, pulls(lambda a, belief, theta: (a * (1 - belief), a * belief)), "exchanged"),
    (check.pulls, pulls(lambda a, belief, theta: (-belief, belief - 1)), "slopes in the score"),
    (check.pulls, pulls(lambda a, belief, theta: (-a * belief, a * (belief - 1))), "both signs are turned round"),
    (check.pulls, pulls(lambda a, belief, theta: (a / 2 * belief, a / 2 * (1 - belief))), "half of what it should be"),
    (check.pulls, pulls(lambda a, belief, theta: (a * belief * (1 - belief),) * 2), "the slope of D itself"),
    (check.pulls, pulls(lambda a, belief, theta: (a * belief, a * belief)), "the first is right; the second is 0.547"),
    (check.pulls, pulls(lambda a, belief, theta: (0.0, a * (1 - belief))), "the second is right; the first is 0."),
    (check.pulls, pulls(lambda a, belief, theta: (0.0, math.inf)), "you return 0 and inf. First D at the fake"),
    (check.pulls, lambda a, theta: (a / (1 + math.exp(a * theta)), a / (1 + math.exp(-a * theta))), "a whole distance"),
    (check.pulls, lambda a, theta: a, "two numbers are asked for"),
    (check.pulls, lambda a, theta: None, "two numbers are asked for"),
    (check.pulls, lambda a, theta: (1, 2, 3), "two numbers are asked for"),
    (check.pulls, lambda a, theta: (math.nan, 0), "you return nan"),
    (check.pulls, lambda a, theta: 1 / 0, "ZeroDivisionError"),
    (check.pulls, "flat", "a function (steepness, distance) is asked for"),
    (check.flat, FLAT | {"log(1 - D)": "right"}, "look at log(1 - D) again: its slope is -D"),
    (check.flat, FLAT | {"-log D": "left"}, "look at -log D again"),
    (check.flat, FLAT | {"(1 - D)²": "right"}, "How many of these factors are small"),
    (check.flat, FLAT | {"(s - 1)²": "both"}, "no sigmoid is in it"),
    (check.flat, FLAT | {"-s": "left"}, "a straight line"),
    (check.flat, FLAT | {"-log D + log(1 - D)": "both"}, "is s itself"),
    (check.flat, FLAT | {"-s": "everywhere"}, "'everywhere' is none of left, right, both, nowhere"),
    (check.flat, FLAT | {"-s": ...}, "-s has no answer yet"),
    (check.flat, {"-s": "nowhere"}, "a dictionary with the keys log(1 - D), -log D"),
    (check.made_by, NAMES | {"A": "minimax"}, "look at A again: its pull rises"),
    (check.made_by, NAMES | {"B": "non-saturating"}, "look at B again: its pull dies out"),
    (check.made_by, NAMES | {"C": "Wasserstein"}, "look at C again: its pull grows"),
    (check.made_by, NAMES | {"C": "R1"}, "'R1' is none of minimax, non-saturating, Wasserstein"),
    (check.made_by, NAMES | {"C": ...}, "C has no name yet"),
    (check.made_by, ["minimax"], "a dictionary with the keys A, B and C is asked for"),
]


@pytest.mark.parametrize(("examine", "attempt", "hint"), MISTAKES)
def test_a_mistake_gets_its_hint(capsys, examine, attempt, hint):
    answer = answer_of(capsys, examine, attempt)
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


@pytest.mark.parametrize(
    ("examine", "stub"),
    [(check.asks, lambda scores: ...), (check.pulls, lambda *_: ...), (check.flat, ...), (check.made_by, ...)],
)
def test_three_dots_count_as_not_attempted(capsys, examine, stub):
    assert "not attempted yet" in answer_of(capsys, examine, stub)


@pytest.fixture(scope="module")
def moment():
    """A snapshot of the run of the lab before its first step."""
    gan = GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=minimax)
    return Training(gan, check.LAB_DATA, seed=0, batch_size=16).snapshot()


def stalled_at(moment, step=100):
    """As after a stall: all fakes in the middle, and a D that is right and sure."""
    far = torch.nn.Sequential(_Radius())
    return replace(moment, step=step, samples=torch.zeros_like(moment.samples), discriminator=far)


class _Radius(torch.nn.Module):
    def forward(self, points):
        return 5 * (points.norm(dim=-1) - 4)


def test_a_stall_and_its_end_are_accepted(capsys, moment):
    free = replace(moment, step=500, samples=moment.real)
    assert answer_of(capsys, check.freed, {"stalled": stalled_at(moment), "freed": free}).startswith("✓ correct.")


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda stalled, free: {"stalled": ..., "freed": ...}, "there is no moment yet for 'stalled'"),
        (lambda stalled, free: {"stalled": stalled, "freed": ...}, "there is no moment yet for 'freed'"),
        (lambda stalled, free: {"stalled": free, "freed": free}, "it has not won"),
        (lambda stalled, free: {"stalled": stalled, "freed": stalled}, "must come later in the same run"),
        (lambda stalled, free: {"stalled": stalled, "freed": replace(free, step=0)}, "must come later"),
        (lambda stalled, free: {"stalled": stalled, "freed": replace(free, real=free.real + 1)}, "no restart"),
        (lambda stalled, free: {"stalled": stalled, "freed": replace(stalled, step=900)}, "0 of 8 modes"),
        (lambda stalled, free: {"stalled": 3, "freed": free}, "'stalled' must be run.snapshot(), got 3"),
        (lambda stalled, free: [stalled, free], "a dictionary with the keys stalled and freed"),
    ],
)
def test_what_is_no_stall_or_no_freedom_gets_a_hint(capsys, moment, change, hint):
    free = replace(moment, step=500, samples=moment.real)
    answer = answer_of(capsys, check.freed, change(stalled_at(moment), free))
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


def test_a_discriminator_that_is_right_but_not_sure_has_not_stalled_the_generator(capsys, moment):
    class Unsure(torch.nn.Module):
        def forward(self, points):
            return 0.2 * (points.norm(dim=-1) - 4)

    unsure = replace(stalled_at(moment), discriminator=Unsure())
    answer = answer_of(capsys, check.freed, {"stalled": unsure, "freed": unsure})
    assert "D still gives fakes 0.310 on average" in answer
