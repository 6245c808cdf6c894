"""Private, seeded streams of random numbers: the only source of chance in the package."""

import hashlib
import math
import numbers

import torch
from torch import nn

from gan_edu.arguments import FLOATING


class Stream:
    """A private stream of random numbers, the same on every machine for the same seed and names.

    Streams with different names are independent: weights, training and viewing each get their own,
    so that looking more often at a run does not change it. Built in notebook 03.

    Args:
        seed: any integer.
        names: words that say what the stream is for, such as "training".
        dtype: torch.float32 or torch.float64, the type of what `normal` and `uniform` return.
        device: where what is drawn is put. The numbers are drawn on the CPU, so that they are the same everywhere.

    Raises:
        TypeError: if the seed is not an integer.
        ValueError: if the dtype is neither of the two.
    """

    def __init__(
        self,
        seed: int,
        *names: str,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ):
        if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
            raise TypeError(f"seed must be an integer, got {seed!r}")
        if dtype not in FLOATING:
            raise ValueError(f"dtype must be torch.float32 or torch.float64, got {dtype}")
        digest = hashlib.sha256(repr((int(seed), *names)).encode()).digest()
        self.generator = torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
        self.dtype, self.device = dtype, torch.device(device)

    def normal(self, *shape: int) -> torch.Tensor:
        """Draw standard normal numbers of the given shape."""
        return torch.randn(shape, generator=self.generator, dtype=self.dtype).to(self.device)

    def uniform(self, *shape: int) -> torch.Tensor:
        """Draw uniform numbers in [0, 1) of the given shape."""
        return torch.rand(shape, generator=self.generator, dtype=self.dtype).to(self.device)

    def integers(self, high: int, *shape: int) -> torch.Tensor:
        """Draw integers from 0 to high - 1, each equally likely, of the given shape."""
        return torch.randint(high, shape, generator=self.generator).to(self.device)

    def permutation(self, count: int) -> torch.Tensor:
        """Draw the numbers 0 to count - 1 in random order."""
        return torch.randperm(count, generator=self.generator).to(self.device)

    def normal_like(self, examples: torch.Tensor) -> torch.Tensor:
        """Draw standard normal numbers in the shape of a batch; of an ensemble's, each member draws its own."""
        return self.normal(*examples.shape)

    def uniform_like(self, examples: torch.Tensor) -> torch.Tensor:
        """Draw uniform numbers in [0, 1) in the shape of a batch; of an ensemble's, each member draws its own."""
        return self.uniform(*examples.shape)


@torch.no_grad()
def initialize(network: nn.Module, stream: Stream, gain: float = 1.0) -> nn.Module:
    """Draw all weights of a network anew from a stream, and return the network.

    Weights of linear and convolutional layers are uniform within gain/sqrt(fan-in), their biases within 1/sqrt(fan-in);
    layers of normalization start as the identity. A layer that is none of these can bring a method
    `initialize(stream)`.

    Args:
        network: any, changed in place.
        stream: where the weights come from.
        gain: 1 is PyTorch's own default; sqrt(6) keeps the size of what passes through many layers of rectified linear
            units (He et al. 2015, arXiv:1502.01852, section 2.2).

    Raises:
        TypeError: if a layer has weights of its own and none of the above applies.
    """
    for module in network.modules():
        if hasattr(module, "initialize"):
            module.initialize(stream)
        elif isinstance(module, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d)):
            bound = 1 / math.sqrt(module.weight[0].numel())
            for name, weights in module.named_parameters(recurse=False):
                width = gain * bound if name == "weight" else bound
                weights.copy_((2 * stream.uniform(*weights.shape) - 1) * width)
        elif isinstance(module, (nn.GroupNorm, nn.LayerNorm, nn.BatchNorm1d, nn.BatchNorm2d)):
            module.reset_parameters()
        elif any(True for _ in module.parameters(recurse=False)):
            raise TypeError(
                f"network must be made of layers that initialize knows, or that have initialize(stream), "
                f"got {type(module).__name__}"
            )
    return network
