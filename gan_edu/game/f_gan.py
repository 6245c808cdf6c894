"""Losses made from a divergence: f-GAN, where the best discriminator's value is an f-divergence of data and fakes.

D_f(p, q) = ∫ q f(p/q) dx for a convex f with f(1) = 0. Its conjugate f*(t) = sup over u of u t - f(u) gives a bound
from below, V = E_p[T] - E_q[f*(T)] for every function T, which the best one, T = f'(p/q), reaches. The discriminator
pays -V. The generator pays the part of V in which it stands, -E_q[f*(T)], so it goes down the divergence itself.

A network's score may be any number, and not every f* takes any number. So T is a function of the score, the paper's
output activation; below, f*(T(score)) is written as one function of the score, which is exact where T alone would
have been rounded. Source: Nowozin, Cseke, Tomioka 2016 (arXiv:1606.00709), equations 1 to 7, tables 1, 2 and 6; in
that paper, and here, data stand first: KL is KL(data, fakes). Built in notebook 07.
"""

import math
from collections.abc import Callable

import torch
from torch.nn.functional import softplus

from gan_edu.arguments import function
from gan_edu.game.losses import Loss

OfScores = Callable[[torch.Tensor], torch.Tensor]


def f_loss(
    critic: OfScores, price: OfScores, probability: OfScores | None = None, resting_score: float | None = 0.0
) -> Loss:
    """The loss of an f-GAN.

    Args:
        critic: T, the output activation: scores (B,) to numbers (B,) that f* takes.
        price: f*(T), what the discriminator pays for a fake: scores (B,) to (B,).
        probability: p/(p + q) of the best discriminator from its scores; None if they do not tell it.
        resting_score: where T is f'(1), the best answer if p = q; None if every score is as good.

    Raises:
        TypeError, ValueError: if these are no functions, or the score is no number.
    """
    function("critic", critic), function("price", price)

    def discriminator(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
        return price(fake_scores) - critic(real_scores)

    def generator(fake_scores: torch.Tensor) -> torch.Tensor:
        return -price(fake_scores)

    return Loss(discriminator, generator, probability=probability, resting_score=resting_score)


def same(scores: torch.Tensor) -> torch.Tensor:
    """T = score, where f* takes every number."""
    return scores


def exponential(scores: torch.Tensor) -> torch.Tensor:
    """KL: f(u) = u log u, f*(t) = exp(t - 1). The best score is 1 + log(p/q)."""
    return (scores - 1).exp()


def logit_from_1(scores: torch.Tensor) -> torch.Tensor:
    """KL's probability: its score rests at 1."""
    return torch.sigmoid(scores - 1)


def minus_inverse_ratio(scores: torch.Tensor) -> torch.Tensor:
    """T = -exp(-score), below 0: for reverse KL the best is -q/p."""
    return -(-scores).exp()


def score_less_1(scores: torch.Tensor) -> torch.Tensor:
    """Reverse KL: f(u) = -log u, f*(t) = -1 - log(-t), of T = -exp(-score). The best score is log(p/q)."""
    return scores - 1


def quarter_square(scores: torch.Tensor) -> torch.Tensor:
    """Pearson: f(u) = (u - 1)², f*(t) = t²/4 + t. The best score is 2 (p/q - 1)."""
    return scores.square() / 4 + scores


def ratio_over_sum(scores: torch.Tensor) -> torch.Tensor:
    """Pearson's probability: p/q = 1 + score/2, cut off where it would be negative."""
    ratio = (1 + scores / 2).clamp(min=0)
    return ratio / (1 + ratio)


def below_1(scores: torch.Tensor) -> torch.Tensor:
    """T = 1 - exp(-score), below 1: for the squared Hellinger distance the best is 1 - √(q/p)."""
    return -torch.expm1(-scores)


def exponential_less_1(scores: torch.Tensor) -> torch.Tensor:
    """Squared Hellinger: f(u) = (√u - 1)², f*(t) = t/(1 - t), of T = 1 - exp(-score). Best score: ½ log(p/q)."""
    return torch.expm1(scores)


def twice_the_logit(scores: torch.Tensor) -> torch.Tensor:
    """The squared Hellinger distance's probability: the score is half of the logit."""
    return torch.sigmoid(2 * scores)


def below_log_2(scores: torch.Tensor) -> torch.Tensor:
    """T = log 2 - log(1 + exp(-score)), below log 2."""
    return math.log(2) - softplus(-scores)


def softplus_less_log_2(scores: torch.Tensor) -> torch.Tensor:
    """JSD: f(u) = u log u - (u + 1) log((u + 1)/2), f*(t) = -log(2 - exp(t)). The best score is log(p/q)."""
    return softplus(scores) - math.log(2)


def half_tanh(scores: torch.Tensor) -> torch.Tensor:
    """Total variation: f(u) = |u - 1|/2, f*(t) = t for |t| up to ½. T = tanh(score)/2; the best is ½ sign(p - q)."""
    return torch.tanh(scores) / 2


kullback_leibler = f_loss(same, exponential, logit_from_1, resting_score=1.0)
"""KL(data, fakes): dear where data have no fakes, so it covers. Its price grows exponentially with the score."""

reverse_kullback_leibler = f_loss(minus_inverse_ratio, score_less_1, torch.sigmoid)
"""KL(fakes, data): dear where fakes have no data, so it seeks modes. T grows exponentially with minus the score."""

pearson = f_loss(same, quarter_square, ratio_over_sum)
"""The χ² of Pearson, ∫ (p - q)²/q: it covers still more than KL."""

squared_hellinger = f_loss(below_1, exponential_less_1, twice_the_logit)
"""∫ (√p - √q)², from 0 to 2."""

jensen_shannon = f_loss(below_log_2, softplus_less_log_2, torch.sigmoid)
"""2 JSD: the minimax game of Goodfellow et al. 2014, with a constant of log 4 added."""

total_variation = f_loss(half_tanh, half_tanh, resting_score=None)
"""∫ |p - q|/2. The best score is infinite, where tanh is flat: in practice it fails. See `hinge`."""
