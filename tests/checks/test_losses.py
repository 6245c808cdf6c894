"""The exercises of notebook 07: solutions pass, typical mistakes get the hint that helps, garbage a friendly one."""

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

from gan_edu.checks import losses as check
from gan_edu.game import f_gan, losses
from gan_edu.game.losses import Loss


def answer_of(capsys, examine, attempt):
    examine(attempt)
    return capsys.readouterr().out


PLACES = {"minimax": "low", "non-saturating": "high", "least squares": "one", "hinge": "none"}
PLACES |= {"KL": "low", "reverse KL": "none", "Pearson": "one", "total variation": "both"}
WHOSE = {"A": "least squares", "B": "minimax", "C": "pairing", "D": "hinge", "E": "non-saturating"}


def critic(scores):
    return 1 - (-scores).exp()


def price(scores):
    return 2 - 2 * (1 - critic(scores)).sqrt()


def neyman(real, fake):
    return price(fake) - critic(real), -price(fake)


def double_fakes(real, fake):
    return softplus(-real) + 2 * softplus(fake)


def cubes(real, fake):
    return (1 - real).abs() ** 3 + (1 + fake).abs() ** 3


SOLUTIONS = [
    (check.flat, PLACES),
    (check.conjugate, lambda t: t + t**2 / 4),
    (check.conjugate, lambda t: np.float64((t / 2 + 1) ** 2 - 1)),
    (check.conjugate, lambda t: torch.tensor(t + t * t / 4)),
    (check.loss_from_f, neyman),
    (check.loss_from_f, lambda real, fake: list(neyman(real, fake))),
    (check.made_by, WHOSE),
    (check.own_loss, Loss(double_fakes, lambda fake: softplus(-fake))),
    (check.own_loss, Loss(cubes, torch.neg, probability=None)),
    (check.own_loss, f_gan.squared_hellinger),
    (check.own_loss, Loss(lambda r, f: softplus(f - r) * 2, lambda r, f: softplus(r - f) * 2, paired=True)),
]


@pytest.mark.parametrize(("examine", "attempt"), SOLUTIONS)
def test_a_solution_is_accepted(capsys, examine, attempt):
    assert answer_of(capsys, examine, attempt).startswith("✓ correct.")


MISTAKES = [
    (check.flat, PLACES | {"minimax": "high"}, "minimax: 'high' is not the place. Its slope is minus D(fake)"),
    (check.flat, PLACES | {"non-saturating": "none"}, "Where is D(fake) nearly 1?"),
    (check.flat, PLACES | {"least squares": "both"}, "Where is a parabola level?"),
    (check.flat, PLACES | {"hinge": "both"}, "a straight line, whatever D pays"),
    (check.flat, PLACES | {"KL": "none"}, "does an exponential die out?"),
    (check.flat, PLACES | {"total variation": "one"}, "both ends of a tanh"),
    (check.flat, PLACES | {"hinge": ...}, "hinge has no word yet"),
    (check.flat, PLACES | {"hinge": "left"}, "'left' is none of low, high"),
    (check.flat, {"minimax": "low"}, "a dictionary with the keys"),
    (check.conjugate, lambda t: 1 + t / 2, "that is the best u"),
    (check.conjugate, lambda t: t**2 / 4, "that is t²/4 alone"),
    (check.conjugate, lambda t: (t - 1) ** 2, "that is f itself"),
    (check.conjugate, lambda t: t, "that is the height at u = 1"),
    (check.conjugate, lambda t: (1 + t) * t - t**2, "at u = 1 + t again"),
    (check.conjugate, lambda t: t - t**2 / 4, "the sign of the square is wrong"),
    (check.conjugate, lambda t: t + t**2 / 2, "you are a factor off"),
    (check.conjugate, lambda t: -t - t**2 / 4, "the sign of f turned round"),
    (check.conjugate, lambda t: 2 * t - 2, "u t - (u - 1)² is larger"),
    (check.conjugate, lambda t: t + t**2, "is nowhere so large"),
    (check.conjugate, lambda t: None, "Is there a return?"),
    (check.conjugate, lambda t: float("nan"), "for t = 0.5 you return nan"),
    (check.conjugate, lambda t: 1 / 0, "ZeroDivisionError"),
    (check.conjugate, 3, "a function (t) is asked for, got 3"),
    (check.loss_from_f, lambda r, f: (critic(r) - price(f), -price(f)), "D pays -V"),
    (check.loss_from_f, lambda r, f: (2 - 2 * (1 - f.clamp(max=1)).sqrt() - critic(r), -price(f)), "It takes T"),
    (check.loss_from_f, lambda r, f: (critic(f) - critic(r), -critic(f)), "a fake costs f*(T), not T"),
    (check.loss_from_f, lambda r, f: (price(r) - critic(f), -price(f)), "real and fake are exchanged"),
    (check.loss_from_f, lambda r, f: (price(f) - r, -price(f)), "wins T, not the score"),
    (check.loss_from_f, lambda r, f: (price(f) - price(r), -price(f)), "wins T, not f*(T)"),
    (check.loss_from_f, lambda r, f: (price(f) / 2 - critic(r), -price(f)), "off. What is f*?"),
    (check.loss_from_f, lambda r, f: (price(f) - critic(r), price(f)), "Turn the sign round"),
    (check.loss_from_f, lambda r, f: (price(f) - critic(r), -critic(f)), "minus T is a trick"),
    (check.loss_from_f, lambda r, f: (price(f) - critic(r), -f), "the part of V in which its fakes stand"),
    (check.loss_from_f, lambda r, f: [each.mean() for each in neyman(r, f)], "a tensor of shape (3,), got ()"),
    (check.loss_from_f, lambda r, f: None, "Two results are asked for"),
    (check.loss_from_f, lambda r, f: (1.0, 2.0), "a tensor of shape (3,), got 1.0"),
    (check.loss_from_f, neyman(torch.zeros(3), torch.zeros(3)), "a function (real_scores, fake_scores) is asked for"),
    (check.made_by, WHOSE | {"A": "hinge", "D": "least squares"}, "look at A again"),
    (check.made_by, WHOSE | {"B": "non-saturating"}, "whose loss is log(1 - D)?"),
    (check.made_by, WHOSE | {"C": "minimax"}, "one question for two"),
    (check.made_by, WHOSE | {"D": "non-saturating"}, "two corners of 1"),
    (check.made_by, WHOSE | {"E": "pairing"}, "One term for each"),
    (check.made_by, WHOSE | {"E": "wasserstein"}, "'wasserstein' is none of"),
    (check.made_by, WHOSE | {"E": ...}, "E has no name yet"),
    (check.made_by, "hinge", "a dictionary with the keys A, B, C, D and E"),
    (check.own_loss, losses.hinge, "D pays what it pays in hinge"),
    (check.own_loss, Loss(lambda r, f: double_fakes(r, f).mean(), torch.neg), "no mean()"),
    (check.own_loss, Loss(double_fakes, lambda f: softplus(-f).mean()), "G must pay one number for each example"),
    (check.own_loss, Loss(double_fakes, lambda f: softplus(f)), "turn its sign round"),
    (check.own_loss, Loss(lambda r, f: softplus(r) + softplus(f), torch.neg), "its price must fall with the score"),
    (check.own_loss, Loss(lambda r, f: softplus(-r) + softplus(-f), torch.neg), "its price must rise with the score"),
    (
        check.own_loss,
        Loss(lambda r, f: -torch.sigmoid(r).log() - (1 - torch.sigmoid(f)).log(), torch.neg),
        "not finite. Write it with softplus",
    ),
    (check.own_loss, Loss(double_fakes, lambda f: 0 * f), "it would learn nothing"),
    (check.own_loss, double_fakes, "a Loss(discriminator, generator) is asked for"),
]


@pytest.mark.parametrize(("examine", "attempt", "hint"), MISTAKES)
def test_a_mistake_gets_its_hint(capsys, examine, attempt, hint):
    said = answer_of(capsys, examine, attempt)
    assert said.startswith("✗ not yet:")
    assert hint in said


@pytest.mark.parametrize("examine", [check.flat, check.conjugate, check.loss_from_f, check.made_by, check.own_loss])
def test_what_is_left_open_is_no_mistake(capsys, examine):
    assert answer_of(capsys, examine, ...).startswith("… not attempted yet")


@pytest.mark.parametrize(("name", "place"), PLACES.items())
def test_the_places_asked_for_are_those_where_the_slope_vanishes(name, place):
    package = {"minimax": losses.minimax, "non-saturating": losses.non_saturating, "hinge": losses.hinge}
    package |= {"least squares": losses.least_squares, "KL": f_gan.kullback_leibler, "Pearson": f_gan.pearson}
    package |= {"reverse KL": f_gan.reverse_kullback_leibler, "total variation": f_gan.total_variation}
    scores = torch.linspace(-10, 10, 4001, dtype=torch.float64, requires_grad=True)
    package[name].generator(scores).sum().backward()
    level = scores.grad.abs() < 0.01
    ends = (level[0].item(), level[-1].item())
    found = {(True, False): "low", (False, True): "high", (True, True): "both"}.get(
        ends, "one" if level.any() else "none"
    )
    assert found == place


@pytest.mark.parametrize("letter", WHOSE)
def test_each_mystery_ends_near_the_prices_of_its_loss(letter):
    steps, d_paid, g_paid = zip(*check.mystery(letter), strict=True)
    loss = check.NAMED[WHOSE[letter]]
    assert steps[-1] == 200
    d_rest, g_rest = loss.equilibrium()
    assert np.mean(d_paid[-20:]) == pytest.approx(d_rest, abs=0.35)
    if g_rest == g_rest:  # hinge does not fix it
        assert np.mean(g_paid[-20:]) == pytest.approx(g_rest, abs=0.15)
