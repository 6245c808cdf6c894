"""Private, seeded streams of random numbers: the only source of chance in the package."""

import hashlib
import math

import torch
from torch import nn
from torch.nn.utils import parametrize

from gan_edu.arguments import FLOATING, able, described, integer, made, positive_integer, positive_number

DENSE = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
RECURRENT = (nn.RNNBase, nn.RNNCellBase)
BATCH = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)
WITHOUT_CHANCE = (*BATCH, nn.GroupNorm, nn.LayerNorm, nn.RMSNorm, nn.PReLU)


class Stream:
    """A private stream of random numbers: the same seed and names give the same numbers.

    With one version of PyTorch, uniform numbers, integers and permutations are the same on every machine. Normal ones
    can differ in their last bits from one kind of processor to another, as their logarithms and cosines do.

    Streams with different names are independent: weights, training and viewing each get their own,
    so that looking more often at a run does not change it. Built in notebook 03.

    Args:
        seed: any integer.
        names: words that say what the stream is for, such as "training".
        dtype: torch.float32 or torch.float64, the type of what `normal` and `uniform` return.
        device: where what is drawn is put. The numbers are drawn on the CPU, so that they are the same on each.

    Raises:
        TypeError: if the seed is not an integer, or a name not a word.
        ValueError: if the dtype is neither of the two, or there is no such device.
    """

    def __init__(
        self,
        seed: int,
        *names: str,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ):
        for name in names:
            made("names", name, str, "words")
        if not any(dtype is one for one in FLOATING):
            raise ValueError(f"dtype must be torch.float32 or torch.float64, got {described(dtype)}")
        digest = hashlib.sha256(repr((integer("seed", seed), *names)).encode()).digest()
        self.generator = torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
        self.dtype, self.device = dtype, _device(device)

    def normal(self, *shape: int) -> torch.Tensor:
        """Draw standard normal numbers of the given shape."""
        return torch.randn(_sizes(shape), generator=self.generator, dtype=self.dtype).to(self.device)

    def uniform(self, *shape: int) -> torch.Tensor:
        """Draw uniform numbers in [0, 1) of the given shape."""
        return torch.rand(_sizes(shape), generator=self.generator, dtype=self.dtype).to(self.device)

    def integers(self, high: int, *shape: int) -> torch.Tensor:
        """Draw integers from 0 to high - 1, each equally likely, of the given shape."""
        return torch.randint(positive_integer("high", high), _sizes(shape), generator=self.generator).to(self.device)

    def permutation(self, count: int) -> torch.Tensor:
        """Draw the numbers 0 to count - 1 in random order."""
        return torch.randperm(positive_integer("count", count), generator=self.generator).to(self.device)

    def normal_like(self, examples: torch.Tensor) -> torch.Tensor:
        """Draw standard normal numbers in the shape of a batch; of an ensemble's, each member draws its own."""
        return self.normal(*examples.shape)

    def uniform_like(self, examples: torch.Tensor) -> torch.Tensor:
        """Draw uniform numbers in [0, 1) in the shape of a batch; of an ensemble's, each member draws its own."""
        return self.uniform(*examples.shape)


def _sizes(shape: tuple[int, ...]) -> tuple[int, ...]:
    for size in shape:
        if type(size) is not int:
            integer("shape", size)
        if size < 0:
            raise ValueError(f"shape must hold sizes of at least 0, got {size}")
    return shape


def _device(device: torch.device | str) -> torch.device:
    try:
        return torch.device(device)
    except (TypeError, RuntimeError) as error:
        raise ValueError(f"device must be one of PyTorch, such as 'cpu', got {described(device)}") from error


@torch.no_grad()
def initialize(network: nn.Module, stream: Stream, gain: float = 1.0) -> nn.Module:
    """Draw all weights of a network anew from a stream, and return the network.

    The start is PyTorch's own. Weights of linear and convolutional layers are uniform within gain/sqrt(fan-in), their
    biases within 1/sqrt(fan-in); those of recurrent layers are uniform within 1/sqrt(hidden size), those of embeddings
    standard normal; attention projects its inputs with weights uniform within sqrt(6/(fan-in + fan-out)) and biases of
    zero, and its output as a linear layer. Layers of normalization start as the identity. A layer that is none of these
    can bring a method `initialize(stream)`.

    Args:
        network: any, changed in place.
        stream: where the weights come from.
        gain: 1 is PyTorch's own default; sqrt(6) keeps the size of what passes through many layers of rectified linear
            units (He et al. 2015, arXiv:1502.01852, section 2.2).

    Raises:
        TypeError: if a layer has weights of its own and none of the above applies, or an argument is of another kind.
        ValueError: if the gain is not finite and above zero.
    """
    made("network", network, nn.Module, "a network"), able("stream", stream, "a Stream", "normal", "uniform")
    positive_number("gain", gain)
    for module in network.modules():
        _refuse_parametrized(module)
        if hasattr(module, "initialize"):
            module.initialize(stream)
        elif isinstance(module, WITHOUT_CHANCE):
            module.reset_parameters()
        elif isinstance(module, (nn.Embedding, nn.EmbeddingBag)):
            module.weight.copy_(stream.normal(*module.weight.shape))
            if module.padding_idx is not None:
                module.weight[module.padding_idx] = 0  # as PyTorch does: padding stands for nothing
        else:
            for name, weights in module.named_parameters(recurse=False):
                weights.copy_((2 * stream.uniform(*weights.shape) - 1) * _bound(module, name, gain))
    return network


def _bound(module: nn.Module, name: str, gain: float) -> float:
    """How far from zero the uniform weights of a layer lie that has this name in it."""
    weights = getattr(module, name)
    if isinstance(module, DENSE):
        return (gain if name == "weight" else 1.0) * (1 / math.sqrt(module.weight[0].numel()))
    if isinstance(module, RECURRENT):
        return 1 / math.sqrt(module.hidden_size)
    if isinstance(module, nn.MultiheadAttention):  # with two axes it is a projection, else a bias
        return math.sqrt(6 / sum(weights.shape)) if weights.dim() == 2 else 0.0
    raise TypeError(
        f"network must be made of layers that initialize knows, or whose class has a method "
        f"`def initialize(self, stream)` that draws its own {name} from the stream, got {type(module).__name__}"
    )


def _refuse_parametrized(module: nn.Module) -> None:
    """PyTorch's spectral_norm, weight_norm and the like, in their new form and in their old."""
    old = [name for name in module._parameters if name.endswith(("_orig", "_g", "_v"))]
    if parametrize.is_parametrized(module) or (old and module._forward_pre_hooks):
        raise TypeError(
            f"network must not hold layers that PyTorch's spectral_norm, weight_norm or parametrize has changed: their "
            f"state changes with each look, and members of an ensemble would share it. Take SpectralNormalization of "
            f"gan_edu.networks.normalization instead; got {type(module).__name__}"
        )
