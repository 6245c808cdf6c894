"""What the discriminator pays for being steep: one value per example, (B,)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch

from gan_edu.arguments import function, positive_number
from gan_edu.randomness import Stream


class Judged(NamedTuple):
    """What the discriminator has judged in one move, and what it takes to let it judge more.

    Args:
        real, fake: (B, ...) examples; they require gradients.
        real_scores, fake_scores: (B,) what the discriminator says of them.
        discriminator: examples (B, ...) to scores (B,); what is given beside them is filled in.
        stream: where chance comes from, if the penalty needs it.
    """

    real: torch.Tensor
    fake: torch.Tensor
    real_scores: torch.Tensor
    fake_scores: torch.Tensor
    discriminator: Callable[[torch.Tensor], torch.Tensor]
    stream: Stream


Penalty = Callable[[Judged], torch.Tensor]
"""What was judged to what the discriminator pays besides, (B,)."""


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

    def __call__(self, judged: Judged) -> torch.Tensor:
        """Return what each real example costs, (B,)."""
        return self.weight / 2 * squared_slope(judged.real, judged.real_scores)


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

    def __call__(self, judged: Judged) -> torch.Tensor:
        """Return what each fake costs, (B,)."""
        return self.weight / 2 * squared_slope(judged.fake, judged.fake_scores)


@dataclass(frozen=True)
class Both:
    """One penalty and another, such as R1 and R2: what the discriminator of Huang et al. 2024 (arXiv:2501.05441) pays.

    Args:
        first, second: the two penalties.
    """

    first: Penalty
    second: Penalty

    def __post_init__(self):
        function("first", self.first, "a penalty, such as R1(0.1)")
        function("second", self.second, "a penalty, such as R2(0.1)")

    def __call__(self, judged: Judged) -> torch.Tensor:
        """Return the sum, (B,)."""
        return self.first(judged) + self.second(judged)


@dataclass(frozen=True)
class GradientPenalty:
    """weight · (|gradient of the score| - 1)² at points between real examples and fakes, each at a random place.

    Source: Gulrajani et al. 2017 (arXiv:1704.00028), algorithm 1. Built in notebook 08.

    Args:
        weight: λ, above zero.
    """

    weight: float = 10.0

    def __post_init__(self):
        positive_number("weight", self.weight)

    def __call__(self, judged: Judged) -> torch.Tensor:
        """Return what each pair of a real example and a fake costs, (B,)."""
        return self.weight * (slope_between(judged) - 1).square()


@dataclass(frozen=True)
class OneSidedGradientPenalty:
    """weight · max(0, |gradient of the score| - 1)² at the same points: to be flatter than 1 costs nothing.

    Source: Petzka, Fischer, Lukovnikov 2017 (arXiv:1709.08894); Gulrajani et al. 2017 (arXiv:1704.00028)
    weigh it against the two-sided one in section 4. Met in notebook 08.

    Args:
        weight: λ, above zero.
    """

    weight: float = 10.0

    def __post_init__(self):
        positive_number("weight", self.weight)

    def __call__(self, judged: Judged) -> torch.Tensor:
        """Return what each pair of a real example and a fake costs, (B,)."""
        return self.weight * (slope_between(judged) - 1).relu().square()


def slope_between(judged: Judged) -> torch.Tensor:
    """|gradient of the score| at one random point between each real example and its fake, (B,)."""
    share = judged.stream.uniform_like(judged.real_scores)
    share = share.view(*share.shape, *[1] * (judged.real.dim() - share.dim()))
    between = torch.lerp(judged.fake, judged.real, share)
    return (squared_slope(between, judged.discriminator(between)) + 1e-12).sqrt()  # the root has no slope at zero


def squared_slope(inputs: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """|gradient of each score with respect to its own input|², (B,), differentiable once more."""
    (gradient,) = torch.autograd.grad(scores.sum(), inputs, create_graph=True)
    return gradient.square().flatten(scores.dim()).sum(-1)
