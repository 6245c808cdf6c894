"""Stacked digits: how many of the combinations do samples reach, and how evenly?

Which digit a channel shows is for a classifier to say, as nothing else knows it of a fake. It has to name some digit
whatever it sees, so these numbers say nothing of how good the digits look.

The protocol of Metz et al. 2017 (arXiv:1611.02163), section 3.3.1, on the digits of scikit-learn in place of MNIST's:
compare numbers within one protocol only.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from sklearn.neighbors import KNeighborsClassifier

from gan_edu.arguments import floating_tensor, made
from gan_edu.data.images import Images

CLASSES = 10


class StackCoverage(NamedTuple):
    """What samples cover of all combinations of digits.

    Args:
        modes: how many combinations have at least one sample: at most 1,000 with three channels.
        reverse_kl: KL divergence, in nats, from equal shares to those that the combinations have among the samples.
            n samples of equal shares score about (modes - 1) / 2n.
    """

    modes: int
    reverse_kl: float


@dataclass(frozen=True)
class DigitJudge:
    """Says which digit an image shows: the label of the nearest known image, pixel by pixel.

    Args:
        images: digits of one channel with labels 0 to 9: those that it knows.
    """

    images: Images

    def __post_init__(self):
        singles, labels = made("images", self.images, Images, "Images").images, self.images.labels
        if singles.shape[1] != 1 or labels.min() < 0 or labels.max() >= CLASSES:
            raise ValueError(f"images must have one channel and labels from 0 to {CLASSES - 1}")
        nearest = KNeighborsClassifier(1).fit(singles.flatten(1).numpy(), labels.numpy())
        object.__setattr__(self, "_nearest", nearest)

    def __call__(self, singles: torch.Tensor) -> torch.Tensor:
        """Name the digit of each image: (B, H, W) to labels (B,)."""
        floating_tensor("singles", singles, "B", *self.images.images.shape[-2:])
        return torch.tensor(self._nearest.predict(singles.detach().cpu().flatten(1).numpy()))


def stack_coverage(samples: torch.Tensor, judge: DigitJudge) -> StackCoverage:
    """Count the combinations of digits that samples show. Met in notebook 09.

    Args:
        samples: (B, C, H, W) stacks of C images, B at least 1. With three channels there are 1,000 combinations.
        judge: says which digit a channel shows.

    Raises:
        TypeError, ValueError: if the samples are no stacks of images as the judge knows them, or are not finite.
    """
    made("judge", judge, DigitJudge, "a DigitJudge")
    floating_tensor("samples", samples, "B", "C", *judge.images.images.shape[-2:])
    labels = judge(samples.flatten(0, 1)).view(samples.shape[:2])
    modes = CLASSES ** samples.shape[1]
    places = CLASSES ** torch.arange(samples.shape[1])
    shares = torch.bincount(labels @ places, minlength=modes).double() / len(samples)
    divergence = torch.xlogy(shares, shares).sum() + math.log(modes)
    return StackCoverage(int((shares > 0).sum()), max(0.0, divergence.item()))
