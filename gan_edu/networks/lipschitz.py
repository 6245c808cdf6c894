"""Layers of which a network is made that is nowhere steeper than 1, and can be of slope 1 wherever that is of use.

A layer that only shrinks too much, or bends by cutting off, wastes slope: behind it no other can win it back. These two
keep the length of every gradient that comes back through them: Anil, Lucas, Grosse 2019 (arXiv:1811.05381).
"""

import torch
from torch import nn

from gan_edu.arguments import made, positive_integer
from gan_edu.networks.normalization import spectral_norm


class Orthonormal(nn.Module):
    """A linear layer whose weights, as a matrix, stretch no vector and shrink none that could be kept whole.

    The rows (or the columns, if these are fewer) are orthonormal: the nearest such matrix to the layer's own is what
    Björck and Bowie's iteration goes to. Cut short, it has singular values below 1, never above. Slopes go through it.
    Nothing is remembered from pass to pass, so many of them train together. The bias is left as it is.

    Source: Anil, Lucas, Grosse 2019 (arXiv:1811.05381), section 4.2, by its shortest polynomial. Built in notebook 08.

    Args:
        layer: Linear.
        iterations: of the iteration; each makes small singular values up to one and a half times as large.

    Raises:
        TypeError, ValueError: if the layer is none, or the iterations are not positive.
    """

    def __init__(self, layer: nn.Linear, iterations: int = 12):
        super().__init__()
        self.layer = made("layer", layer, nn.Linear, "Linear")
        self.iterations = positive_integer("iterations", iterations)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return nn.functional.linear(inputs, self.weight(), self.layer.bias)

    def weight(self) -> torch.Tensor:
        """The weights that the layer computes with, (outputs, inputs)."""
        weight = self.layer.weight / spectral_norm(self.layer.weight)  # with one above √3 it would not converge
        wide = weight.shape[0] < weight.shape[1]
        for _ in range(self.iterations):  # (W Wᵀ) W is W (Wᵀ W): the smaller product is the cheaper one
            cube = (weight @ weight.mT) @ weight if wide else weight @ (weight.mT @ weight)
            weight = 1.5 * weight - 0.5 * cube
        return weight

    def extra_repr(self) -> str:
        """What `repr` says besides the layer."""
        return f"iterations={self.iterations}"


class GroupSort(nn.Module):
    """Sorts features in groups of neighbours, (..., F) to (..., F): it bends, and the length of a slope stays.

    With groups of two (MaxMin) it is as able as the absolute value, and more than ReLU, which cuts slopes off.

    Source: Anil, Lucas, Grosse 2019 (arXiv:1811.05381), section 4.1. Built in notebook 08.

    Args:
        size: features in a group.

    Raises:
        ValueError: in `forward`, if the features are no multiple of the size.
    """

    def __init__(self, size: int = 2):
        super().__init__()
        self.size = positive_integer("size", size)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        if inputs.dim() == 0 or inputs.shape[-1] % self.size:
            raise ValueError(f"inputs must have features in groups of {self.size}, got {tuple(inputs.shape)}")
        groups = inputs.unflatten(-1, (-1, self.size))
        if self.size == 2:  # twice as fast as to sort
            one, other = groups.unbind(-1)
            return torch.stack([torch.minimum(one, other), torch.maximum(one, other)], -1).flatten(-2)
        return groups.sort(-1).values.flatten(-2)

    def extra_repr(self) -> str:
        """What `repr` says."""
        return f"size={self.size}"
