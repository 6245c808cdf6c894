"""Players that are given labels beside their input."""

import torch
from torch import nn

from gan_edu.arguments import made, positive_integer


class ConcatenateLabels(nn.Module):
    """Lets any network know labels: they are set beside its input, as numbers that are 1 for the own class, else 0.

    A generator gets them beside its noise, (B, Z) and (B,) to (B, Z + classes); a discriminator of points likewise; one
    of images gets them as channels of constant brightness, (B, C, H, W) and (B,) to (B, C + classes, H, W).

    Source: Mirza and Osindero 2014 (arXiv:1411.1784), section 3.2.

    Args:
        network: takes `classes` more numbers, or channels, than stand in the examples.
        classes: number of different labels, which are 0 to classes - 1.

    Raises:
        ValueError: labels are not one for each example.
    """

    def __init__(self, network: nn.Module, classes: int):
        super().__init__()
        self.network = made("network", network, nn.Module, "a network")
        self.classes = positive_integer("classes", classes)

    def forward(self, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        if labels.shape != inputs.shape[:1]:
            packed = ", as within Packed: set ConcatenateLabels around Packed" if labels.dim() == 2 else ""
            raise ValueError(f"labels must have shape ({len(inputs)},), got {tuple(labels.shape)}{packed}")
        own_class = labels.unsqueeze(-1) == torch.arange(self.classes, device=labels.device)
        marks = own_class.to(inputs.dtype).view(*own_class.shape, *[1] * (inputs.dim() - 2))
        return self.network(torch.cat([inputs, marks.expand(*own_class.shape, *inputs.shape[2:])], dim=1))

    def extra_repr(self) -> str:
        """What `repr` says besides the layers."""
        return f"classes={self.classes}"
