"""What each player pays, from the scores: one value per example, (B,), smaller is better.

A score is a logit: D(x) = sigmoid(score), positive means real. Then -log D = softplus(-score) and
-log(1 - D) = softplus(score), which stay exact where the logarithm of a rounded probability would not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn.functional import softplus


@dataclass(frozen=True)
class Loss:
    """What the two players pay.

    Args:
        discriminator: (real scores (B,), fake scores (B,)) to the discriminator's loss (B,).
        generator: (fake scores (B,)) to the generator's loss (B,).
        paired: the generator's loss compares each fake with a real example, and takes (real scores, fake scores) too.
    """

    discriminator: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    generator: Callable[..., torch.Tensor]
    paired: bool = False


def cross_entropy(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """-log D(x) - log(1 - D(G(z))) for each pair: its mean is -V, and 2 log 2 if D says one half everywhere.

    Source: Goodfellow et al. 2014 (arXiv:1406.2661), equation 1. Built in notebook 03.
    """
    return softplus(-real_scores) + softplus(fake_scores)


def real_above_fake(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """-log sigmoid(real score - fake score): the discriminator has to tell which of the two is real."""
    return softplus(fake_scores - real_scores)


def fake_above_real(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """-log sigmoid(fake score - real score): a fake has to look more real than its pair."""
    return softplus(real_scores - fake_scores)


def log_one_minus(fake_scores: torch.Tensor) -> torch.Tensor:
    """log(1 - D(G(z))), the generator's own term of the value: almost flat where D is sure of a fake."""
    return -softplus(fake_scores)


def minus_log(fake_scores: torch.Tensor) -> torch.Tensor:
    """-log D(G(z)): the same aim, steepest where D is sure of a fake."""
    return softplus(-fake_scores)


minimax = Loss(cross_entropy, log_one_minus)
"""Both players move the same value V in opposite directions: Goodfellow et al. 2014, equation 1."""

non_saturating = Loss(cross_entropy, minus_log)
"""The generator maximizes log D(G(z)) instead: Goodfellow et al. 2014, section 3."""

relativistic = Loss(real_above_fake, fake_above_real, paired=True)
"""Both players look at pairs of one real and one fake: Jolicoeur-Martineau 2018 (arXiv:1807.00734).

Each real example is a level of its own that a fake has to reach. Met in notebook 05.
"""
