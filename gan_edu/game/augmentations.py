"""What is done to all examples, real and fake, before the discriminator sees them."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from gan_edu.arguments import positive_number
from gan_edu.randomness import Stream

Augmentation = Callable[[torch.Tensor, Stream], torch.Tensor]
"""(examples (B, ...), stream) to examples of the same shape. Differentiable, as the generator learns through it."""


@dataclass(frozen=True)
class InstanceNoise:
    """Adds Gaussian noise to what the discriminator sees, so that real and fake always overlap.

    Source: Sønderby et al. 2016 (arXiv:1610.04490), section 3.3.

    Args:
        width: standard deviation of the noise, above zero, in the units of the data.
    """

    width: float

    def __post_init__(self):
        positive_number("width", self.width)

    def __call__(self, examples: torch.Tensor, stream: Stream) -> torch.Tensor:
        """Return noisy copies, (B, ...)."""
        noise = stream.normal_like(examples)
        width = torch.as_tensor(self.width, dtype=noise.dtype, device=noise.device)
        return examples + width.view(*width.shape, *[1] * (noise.dim() - width.dim())) * noise
