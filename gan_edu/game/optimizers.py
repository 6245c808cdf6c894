"""How far a gradient moves a weight."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real

import torch
from torch import nn

from gan_edu.arguments import positive_integer, positive_number


@dataclass(frozen=True)
class Adam:
    """Makes Adam optimizers: Kingma and Ba 2014 (arXiv:1412.6980).

    Args:
        learning_rate: length of a typical step of one weight.
        betas: how much of the past the running means of the gradient and of its square keep. A first value of 0
            (no momentum) is usual for GANs with gradient penalties.
    """

    learning_rate: float = 2e-3
    betas: tuple[float, float] = (0.0, 0.99)

    def __post_init__(self):
        positive_number("learning_rate", self.learning_rate)
        if not isinstance(self.betas, Sequence) or not all(isinstance(beta, Real) for beta in self.betas):
            raise TypeError(f"betas must be two numbers, got {self.betas!r}")
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"betas must be two numbers in [0, 1), got {self.betas}")

    def __call__(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Make the optimizer of these parameters."""
        return torch.optim.Adam(parameters, lr=self.learning_rate, betas=tuple(map(float, self.betas)), fused=True)


def constant(step: int) -> float:
    """Factor on both learning rates that stays 1."""
    return 1.0


@dataclass(frozen=True)
class CosineDecay:
    """Factor on both learning rates that falls along half a cosine from 1 to `final`, and stays there.

    Source: Loshchilov and Hutter 2016 (arXiv:1608.03983), equation 5, without restarts. Met in notebook 00.

    Args:
        steps: when the fall ends.
        final: factor at the end, above zero.
    """

    steps: int
    final: float = 0.01

    def __post_init__(self):
        positive_integer("steps", self.steps), positive_number("final", self.final)

    def __call__(self, step: int) -> float:
        """Return the factor for the step after `step` steps."""
        progress = min(step / self.steps, 1.0)
        return self.final + (1 - self.final) * (1 + math.cos(math.pi * progress)) / 2
