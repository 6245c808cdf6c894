"""Layers whose weights are kept at one size."""

import copy

import torch
from torch import nn
from torch.func import functional_call

from gan_edu.arguments import made

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
KNOWN = (nn.Linear, *CONVOLUTIONS, *TRANSPOSED)
SMALLEST = 1e-12  # a norm below this counts as this, so that weights of zero stay zero


class SpectralNormalization(nn.Module):
    """A layer whose weights are divided by their spectral norm: as a matrix, they stretch no vector.

    The norm is exact at every pass, and slopes go through it. Power iteration remembers a vector from one pass to the
    next; here nothing is remembered. So looking at the network does not change it, and many of them train together. It
    costs about a millisecond for 64 × 64 weights. The bias is left as it is.

    A kernel of a convolution is taken as the matrix of (outputs, inputs · height · width), as in the paper. That is not
    the norm of the convolution itself, which can stretch an image a few times more.

    Source: Miyato et al. 2018 (arXiv:1802.05957), section 2.1, with the exact norm instead of its power iteration.

    Args:
        layer: Linear, a convolution or a transposed convolution.

    Raises:
        TypeError: if the layer is none of these.
    """

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = made("layer", layer, KNOWN, "Linear or a convolution")

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return functional_call(self.layer, {"weight": self.weight()}, (inputs,))

    def weight(self) -> torch.Tensor:
        """The weights that the layer computes with, of spectral norm one, in the shape of its own."""
        weight = self.layer.weight
        matrix = weight.transpose(0, 1) if isinstance(self.layer, TRANSPOSED) else weight
        return weight / spectral_norm(matrix.flatten(1))


def spectral_norm(matrix: torch.Tensor) -> torch.Tensor:
    """Largest singular value of a matrix (R, C): how much it stretches a vector at most.

    Differentiable as often as needed where it is smooth, that is where no other singular value is as large.
    """
    # The largest eigenvalue of the smaller product is its square, at less than half the cost of all singular values.
    # What is not finite is left out of it, as LAPACK would raise; dividing the weights by the norm brings it back.
    product = matrix @ matrix.mT if matrix.shape[0] <= matrix.shape[1] else matrix.mT @ matrix
    largest = torch.linalg.eigvalsh(product.nan_to_num(0.0, 0.0, 0.0))[-1]
    return largest.clamp(min=SMALLEST**2).sqrt()


def spectrally_normalized(network: nn.Module) -> nn.Module:
    """Copy a network, with each of its Linear layers and convolutions inside a SpectralNormalization.

    Args:
        network: such as `MLP(2, None)`.

    Raises:
        TypeError: if it is not a network.
        ValueError: if it has no such layer, or one that is normalized already.
    """
    copied = copy.deepcopy(made("network", network, nn.Module, "a network"))
    if any(isinstance(layer, SpectralNormalization) for layer in copied.modules()):
        raise ValueError(f"network must not be normalized already, got {copied}")
    if isinstance(copied, KNOWN):
        return SpectralNormalization(copied)
    found = [(parent, name, layer) for parent in copied.modules() for name, layer in parent.named_children()]
    found = [(parent, name, layer) for parent, name, layer in found if isinstance(layer, KNOWN)]
    if not found:
        raise ValueError(f"network must have a Linear layer or a convolution, got {copied}")
    for parent, name, layer in found:
        setattr(parent, name, SpectralNormalization(layer))
    return copied
