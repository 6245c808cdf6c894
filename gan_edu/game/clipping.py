"""Weights that are kept within bounds, as those of the Wasserstein GAN's discriminator are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import nn

from gan_edu.arguments import function, positive_number


@dataclass(frozen=True)
class Clipped:
    """Makes optimizers that clip: after each step, every weight is put back between -bound and bound.

    Source: Arjovsky, Chintala, Bottou 2017 (arXiv:1701.07875), algorithm 1: the discriminator of the Wasserstein GAN is
    clipped so that its slope stays bounded. They take RMSprop, and a bound of 0.01.

    Args:
        optimizer: makes the optimizer that steps, such as `Adam(5e-5)`.
        bound: above zero, and finite.
    """

    optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
    bound: float

    def __post_init__(self):
        function("optimizer", self.optimizer), positive_number("bound", self.bound)

    def __call__(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Make the optimizer of these parameters."""
        optimizer = self.optimizer(parameters)
        optimizer.register_step_post_hook(Clip(self.bound))
        return optimizer


@dataclass(frozen=True)
class Clip:
    """What `Clipped` does after each step.

    Args:
        bound: of the absolute value of every weight.
    """

    bound: float

    @torch.no_grad()
    def __call__(self, optimizer: torch.optim.Optimizer, arguments: tuple, keywords: dict) -> None:
        """Clip all weights of the optimizer, as a hook of PyTorch's optimizers is called."""
        for group in optimizer.param_groups:
            for weights in group["params"]:
                weights.clamp_(-self.bound, self.bound)
