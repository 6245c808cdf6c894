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
    """

    discriminator: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    generator: Callable[[torch.Tensor], torch.Tensor]


def cross_entropy(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """-log D(x) - log(1 - D(G(z))) for each pair: its mean is -V, and 2 log 2 if D says one half everywhere.

    Source: Goodfellow et al. 2014 (arXiv:1406.2661), equation 1. Built in notebook 03.
    """
    return softplus(-real_scores) + softplus(fake_scores)


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
