"""What the discriminator pays for being steep: one value per example, (B,)."""

from dataclasses import dataclass

import torch

from gan_edu.randomness import positive_number


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

    def __call__(self, real: torch.Tensor, real_scores: torch.Tensor) -> torch.Tensor:
        """Return (B,) for real examples (B, ...) that require gradients, and their scores (B,)."""
        return self.weight / 2 * squared_slope(real, real_scores)


def squared_slope(inputs: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """|gradient of each score with respect to its own input|², (B,), differentiable once more."""
    (gradient,) = torch.autograd.grad(scores.sum(), inputs, create_graph=True)
    return gradient.square().flatten(scores.dim()).sum(-1)
