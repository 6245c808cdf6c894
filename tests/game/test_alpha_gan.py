"""The α-loss is its formula in probabilities, at α = 1 the cross-entropy, and its best score is α times the logit."""

import math

import pytest
import torch

from gan_edu.game.alpha_gan import AlphaLoss, alpha_gan
from gan_edu.game.losses import cross_entropy, minus_log

REAL, FAKE = torch.randn(2, 100, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def by_probabilities(alpha, real_scores, fake_scores):
    real, fake = real_scores.sigmoid(), 1 - fake_scores.sigmoid()
    power = (alpha - 1) / alpha
    return alpha / (alpha - 1) * (2 - real**power - fake**power)


@pytest.mark.parametrize("alpha", [0.3, 0.5, 2, 5.0])
def test_it_is_the_formula_in_probabilities(alpha):
    expected = by_probabilities(alpha, REAL, FAKE)
    assert AlphaLoss(alpha)(REAL, FAKE).numpy() == pytest.approx(expected.numpy(), rel=1e-9)


@pytest.mark.parametrize("alpha", [1, 1.0, 1 + 1e-12])
def test_at_1_it_is_the_cross_entropy(alpha):
    assert AlphaLoss(alpha)(REAL, FAKE).numpy() == pytest.approx(cross_entropy(REAL, FAKE).numpy(), rel=1e-9)


@pytest.mark.parametrize("alpha", [0.5, 1, 3])
def test_its_slopes_are_right_and_finite(alpha):
    scores = torch.linspace(-5, 5, 20, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda fake: AlphaLoss(alpha)(REAL[:20], fake), scores)


@pytest.mark.parametrize("alpha", [0.5, 1, 3])
def test_the_best_score_is_alpha_times_the_logit(alpha):
    p, q = 0.6, 0.15
    loss, best = alpha_gan(alpha), alpha * math.log(p / q)

    def paid(score):
        score = torch.tensor([score], dtype=torch.float64)
        return (p * loss.discriminator(score, score - 99) + q * loss.discriminator(score + 99, score)).item()

    assert paid(best) < min(paid(best + 0.01), paid(best - 0.01))
    assert loss.probability(torch.tensor([best])).item() == pytest.approx(p / (p + q))


def test_a_sure_mistake_costs_little_above_1_and_a_fortune_below():
    sure = torch.tensor([20.0], dtype=torch.float64)
    assert AlphaLoss(2)(-sure, -sure).item() == pytest.approx(2, abs=1e-3)
    assert AlphaLoss(1)(-sure, -sure).item() == pytest.approx(20, abs=1e-3)
    assert AlphaLoss(0.5)(-sure, -sure).item() == pytest.approx(math.expm1(20), rel=1e-3)


def test_the_generator_pays_the_non_saturating_loss_whatever_alpha_is():
    assert alpha_gan(3.0).generator is minus_log
    assert alpha_gan(0.5).equilibrium() == pytest.approx((2.0, math.log(2)))  # twice (1 - 2)/(-1)


@pytest.mark.parametrize("alpha", [0, -1.0, math.nan, math.inf])
def test_an_alpha_that_is_none_is_refused(alpha):
    with pytest.raises(ValueError, match="alpha must be"):
        AlphaLoss(alpha)
    with pytest.raises(ValueError, match="alpha must be"):
        alpha_gan(alpha)
