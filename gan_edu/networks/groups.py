"""Parts that let a discriminator look at several examples at once, in groups of neighbours within the batch.

A group never reaches beyond real examples into fakes, or back, as long as its size divides the batch.
"""

import torch
from torch import nn

from gan_edu.arguments import made, positive_integer


class Packed(nn.Module):
    """A discriminator that judges `size` examples together: each gets the score of its pack.

    As all of a pack have its score, a penalty on slopes counts `size` times what it would for the pack as one input.
    What is given comes packed too: labels as (B/size, size). `ConcatenateLabels(Packed(...), classes)` sets each label
    beside its example before they are packed.

    Source: Lin et al. 2018, PacGAN (arXiv:1712.04086). Met in notebook 05.

    Args:
        discriminator: packs (B/size, size·D), and what is given, to scores (B/size,), such as `MLP(2 * size, None)` for
            points.
        size: examples in a pack.
    """

    def __init__(self, discriminator: nn.Module, size: int):
        super().__init__()
        self.discriminator = made("discriminator", discriminator, nn.Module, "a network")
        self.size = positive_integer("size", size)

    def forward(self, inputs: torch.Tensor, *given: torch.Tensor) -> torch.Tensor:
        scores = self.discriminator(*(_groups(each, self.size).flatten(1) for each in (inputs, *given)))
        return scores.unsqueeze(-1).expand(-1, self.size).flatten()

    def extra_repr(self) -> str:
        """What `repr` says besides the layers."""
        return f"size={self.size}"


class MinibatchStandardDeviation(nn.Module):
    """Adds one feature to those of each example: how much the features vary within its group of `size`.

    It is the standard deviation of each feature over the group, averaged over the features: (B, F) to (B, F + 1). Of
    feature maps it is averaged over the places too, and added as one constant map: (B, C, H, W) to (B, C + 1, H, W).

    Source: Karras et al. 2017 (arXiv:1710.10196), section 3. Met in notebook 05.

    Args:
        size: examples in a group, at least two.
    """

    def __init__(self, size: int):
        super().__init__()
        if positive_integer("size", size) < 2:
            raise ValueError(f"size must be at least 2, as one example does not vary, got {size}")
        self.size = size

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        if inputs.dim() < 2:
            raise ValueError(f"inputs must have shape (B, F) or (B, C, H, W), got {tuple(inputs.shape)}")
        variance = _groups(inputs, self.size).var(1, correction=0).flatten(1)
        spread = (variance + 1e-8).sqrt().mean(-1)  # the root alone has no finite slope where all are the same
        added = spread.repeat_interleave(self.size).view(-1, *[1] * (inputs.dim() - 1))
        return torch.cat([inputs, added.expand(-1, -1, *inputs.shape[2:])], 1)

    def extra_repr(self) -> str:
        """What `repr` says besides the layers."""
        return f"size={self.size}"


def _groups(inputs: torch.Tensor, size: int) -> torch.Tensor:
    """(B, ...) to (B/size, size, ...): neighbours stand together."""
    if len(inputs) % size:
        raise ValueError(f"batch must be a multiple of the {size} examples in a group, got {len(inputs)}")
    return inputs.unflatten(0, (-1, size))
