"""The α-loss: a cross-entropy whose price for a sure mistake can be turned up or down by one number."""

from dataclasses import dataclass

import torch
from torch.nn.functional import softplus

from gan_edu.arguments import positive_number
from gan_edu.game.losses import Loss, minus_log


@dataclass(frozen=True)
class AlphaLoss:
    """(1 - D^k)/k for real examples and (1 - (1 - D)^k)/k for fakes, with k = 1 - 1/α and D = sigmoid(score).

    At α = 1 it is the cross-entropy, -log D - log(1 - D). Above 1 a sure mistake costs at most 1/k; below 1 its price
    grows exponentially with the score. The best score is α log(p/q). Source: Kurri, Sypherd, Sankar 2021
    (arXiv:2106.05232), which calls the game α-GAN. Built in notebook 07.

    Args:
        alpha: above 0.

    Raises:
        TypeError, ValueError: if it is not.
    """

    alpha: float

    def __post_init__(self):
        positive_number("alpha", self.alpha)

    def __call__(self, real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
        return self._price(softplus(-real_scores)) + self._price(softplus(fake_scores))

    def _price(self, logarithm: torch.Tensor) -> torch.Tensor:
        """From -log of the probability that was given to the right answer: (B,) to (B,)."""
        # α is one number, or in an ensemble a column (M, 1); in both k = 0 is a limit, which has no quotient.
        k = torch.as_tensor(1 - 1 / self.alpha, dtype=logarithm.dtype, device=logarithm.device)
        quotient = -torch.expm1(-k * logarithm) / torch.where(k == 0, 1.0, k)
        return torch.where(k == 0, logarithm, quotient)


@dataclass(frozen=True)
class Tempered:
    """sigmoid(score/α): the probability that a score of α times its logit stands for, (B,) to (B,).

    Args:
        alpha: above 0.

    Raises:
        TypeError, ValueError: if it is not.
    """

    alpha: float

    def __post_init__(self):
        positive_number("alpha", self.alpha)

    def __call__(self, scores: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(scores / self.alpha)


def alpha_gan(alpha: float) -> Loss:
    """A discriminator with the α-loss, a generator with the non-saturating one: (B,) each.

    With each player's own α, here 1 for the generator, it is the (α_D, α_G)-GAN of Welfert et al. 2023
    (arXiv:2302.14320).

    Raises:
        TypeError, ValueError: if alpha is not a number above 0.
    """
    return Loss(AlphaLoss(alpha), minus_log, probability=Tempered(alpha))
