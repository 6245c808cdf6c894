"""Small real images that need no download."""

from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits

from gan_edu.arguments import able, described, floating_tensor, made, positive_integer
from gan_edu.randomness import Stream

INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


@dataclass(frozen=True)
class Images:
    """A finite set of labelled images, drawn from with replacement.

    Args:
        images: (N, C, H, W) brightness from -1 to 1, as float32 or float64: one channel for grey, three for red, green
            and blue.
        labels: (N,) integers.

    Raises:
        ValueError: if the shapes do not fit, or a brightness is not finite or outside [-1, 1].
        TypeError: if an argument is no tensor, or one of another number type.
    """

    images: torch.Tensor
    labels: torch.Tensor

    def __post_init__(self):
        floating_tensor("images", self.images, "N", "C", "H", "W")
        if not (self.images.abs() <= 1).all():
            extremes = f"values from {self.images.min():g} to {self.images.max():g}"
            raise ValueError(f"images must lie in [-1, 1], got {extremes}")
        made("labels", self.labels, torch.Tensor, "a tensor of integers")
        if self.labels.dtype not in INTEGERS:
            raise TypeError(f"labels must be a tensor of integers, got {described(self.labels)}")
        if self.labels.shape != self.images.shape[:1]:
            raise ValueError(f"labels must have shape ({len(self.images)},), got {tuple(self.labels.shape)}")

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        """Draw images with replacement: (count, C, H, W), in the number type of the stream."""
        return self.sample_labelled(count, stream)[0]

    def sample_labelled(self, count: int, stream: Stream) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw the same images, and their labels (count,)."""
        positive_integer("count", count), able("stream", stream, "a Stream", "integers")
        chosen = stream.integers(len(self.images), count).to(self.images.device)
        return self.images[chosen].to(stream.device, stream.dtype), self.labels[chosen].to(stream.device)


@dataclass(frozen=True)
class Labelled:
    """Images with their labels given beside them, for players that are told what to make and what to judge.

    Args:
        images: with labels.
    """

    images: Images

    def sample(self, count: int, stream: Stream) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw images with replacement and their labels: (count, C, H, W) and (count,)."""
        return self.images.sample_labelled(count, stream)


@dataclass(frozen=True)
class Stacked:
    """Images of several channels, each channel an image drawn on its own: K kinds make K³ in three channels.

    Source: Metz et al. 2017 (arXiv:1611.02163), section 3.3.1, with the digits of MNIST. Met in notebook 09.

    Args:
        images: of one channel, with labels.
        channels: images in one stack.
    """

    images: Images
    channels: int = 3

    def __post_init__(self):
        positive_integer("channels", self.channels)
        if made("images", self.images, Images, "Images").images.shape[1] != 1:
            raise ValueError(f"images must have one channel, got {self.images.images.shape[1]}")

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        """Draw stacks: (count, channels, H, W), in the number type of the stream."""
        return self.sample_labelled(count, stream)[0]

    def sample_labelled(self, count: int, stream: Stream) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw the same stacks, and the labels in them (count, channels)."""
        singles, labels = self.images.sample_labelled(positive_integer("count", count) * self.channels, stream)
        # singles: (count · channels, 1, H, W), with the members of an ensemble in front
        stacks = singles.squeeze(-3).unflatten(-3, (count, self.channels))
        return stacks, labels.unflatten(-1, (count, self.channels))


def digits() -> Images:
    """Load the 1,797 handwritten digits of 8×8 pixels that scikit-learn ships: brightness -1 (paper) to 1 (ink).

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998
    (its test set). Met in notebook 00.
    """
    scans = load_digits()
    brightness = torch.tensor(scans.images, dtype=torch.float32).unsqueeze(1) / 8 - 1  # from counts 0 to 16
    return Images(brightness, torch.tensor(scans.target))
