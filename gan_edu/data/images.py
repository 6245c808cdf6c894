"""Small real images that need no download."""

from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits

from gan_edu.arguments import FLOATING, positive_integer
from gan_edu.randomness import Stream


@dataclass(frozen=True)
class Images:
    """A finite set of labelled images, drawn from with replacement.

    Args:
        images: (N, C, H, W) brightness from -1 to 1, as float32 or float64.
        labels: (N,) integers.

    Raises:
        ValueError: if the shapes do not fit, or a brightness is NaN or outside [-1, 1].
        TypeError: if the images are of another number type.
    """

    images: torch.Tensor
    labels: torch.Tensor

    def __post_init__(self):
        if self.images.dim() != 4 or len(self.images) == 0:
            raise ValueError(f"images must have shape (N, C, H, W) with N above zero, got {tuple(self.images.shape)}")
        if self.images.dtype not in FLOATING:
            raise TypeError(f"images must be float32 or float64, got {self.images.dtype}")
        if not (self.images.abs() <= 1).all():
            raise ValueError(f"images must lie in [-1, 1], got {_extremes(self.images)}")
        if self.labels.shape != self.images.shape[:1]:
            raise ValueError(f"labels must have shape ({len(self.images)},), got {tuple(self.labels.shape)}")

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        """Draw images with replacement: (count, C, H, W), in the number type of the stream."""
        if positive_integer("count", count) > len(self.images):
            raise ValueError(f"count must be at most {len(self.images)}, the number of images, got {count}")
        return self.images[stream.integers(len(self.images), count)].to(stream.dtype)


def digits() -> Images:
    """Load the 1,797 handwritten digits of 8×8 pixels that scikit-learn ships: brightness -1 (paper) to 1 (ink).

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998
    (its test set). Met in notebook 00.
    """
    scans = load_digits()
    brightness = torch.tensor(scans.images, dtype=torch.float32).unsqueeze(1) / 8 - 1  # from counts 0 to 16
    return Images(brightness, torch.tensor(scans.target))


def _extremes(images: torch.Tensor) -> str:
    return "NaN" if images.isnan().any() else f"values from {images.min():g} to {images.max():g}"
