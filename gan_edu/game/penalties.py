"""What the discriminator pays for being steep: one value per example, (B,)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from gan_edu.arguments import positive_number

Penalty = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""(real (B, ...), real scores (B,), fake (B, ...), fake scores (B,)) to what the discriminator pays besides, (B,)."""


@dataclass(frozen=True)
class R1:
    """weight/2 · |gradient of the score|² at the real examples.

    Source: Mescheder, Geiger, Nowozin 2018 (arXiv:1801.04406), equation 9. Met in notebook 00.

    Args:
        weight: γ, above zero, in squared units of the data.
    """

    weight: float

    def __post_init__(self):
        positive_number("weight", self.weight)

    def __call__(
        self, real: torch.Tensor, real_scores: torch.Tensor, fake: torch.Tensor, fake_scores: torch.Tensor
    ) -> torch.Tensor:
        """Return (B,) for real examples (B, ...) that require gradients, and their scores (B,)."""
        return self.weight / 2 * squared_slope(real, real_scores)


@dataclass(frozen=True)
class R2:
    """weight/2 · |gradient of the score|² at the fakes.

    Source: Mescheder, Geiger, Nowozin 2018 (arXiv:1801.04406), section 4.1. Met in notebook 05.

    Args:
        weight: γ, above zero, in squared units of the data.
    """

    weight: float

    def __post_init__(self):
        positive_number("weight", self.weight)

    def __call__(
        self, real: torch.Tensor, real_scores: torch.Tensor, fake: torch.Tensor, fake_scores: torch.Tensor
    ) -> torch.Tensor:
        """Return (B,) for fakes (B, ...) that require gradients, and their scores (B,)."""
        return self.weight / 2 * squared_slope(fake, fake_scores)


@dataclass(frozen=True)
class Both:
    """One penalty and another, such as R1 and R2: what the discriminator of Huang et al. 2024 (arXiv:2501.05441) pays.

    Args:
        first, second: the two penalties.
    """

    first: Penalty
    second: Penalty

    def __call__(
        self, real: torch.Tensor, real_scores: torch.Tensor, fake: torch.Tensor, fake_scores: torch.Tensor
    ) -> torch.Tensor:
        """Return the sum, (B,)."""
        seen = real, real_scores, fake, fake_scores
        return self.first(*seen) + self.second(*seen)


def squared_slope(inputs: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """|gradient of each score with respect to its own input|², (B,), differentiable once more."""
    (gradient,) = torch.autograd.grad(scores.sum(), inputs, create_graph=True)
    return gradient.square().flatten(scores.dim()).sum(-1)
