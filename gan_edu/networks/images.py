"""Players for small square images: convolutional networks."""

from torch import nn

from gan_edu.arguments import positive_integer


class ImageGenerator(nn.Sequential):
    """Noise (B, noise_size) to images (B, channels, size, size) with brightness in (-1, 1).

    A linear layer paints a coarse image of a quarter of the size, two transposed convolutions double it twice,
    as in DCGAN (Radford et al. 2015, arXiv:1511.06434); group normalization takes the place of batch normalization,
    so that one image does not depend on the others in its batch.

    Args:
        noise_size: numbers of noise for one image.
        width: channels before the last layer; there are twice as many before.
        size: pixels in height and width, a multiple of 4.
        channels: of the image, 1 for grey.
    """

    def __init__(self, noise_size: int = 16, width: int = 32, size: int = 8, channels: int = 1):
        positive_integer("noise_size", noise_size), positive_integer("width", width)
        coarse = _quarter(size)
        super().__init__(
            nn.Linear(noise_size, 2 * width * coarse * coarse),
            nn.Unflatten(-1, (2 * width, coarse, coarse)),
            nn.GroupNorm(1, 2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1),
            nn.GroupNorm(1, width),
            nn.ReLU(),
            nn.ConvTranspose2d(width, positive_integer("channels", channels), 4, stride=2, padding=1),
            nn.Tanh(),
        )


class ImageDiscriminator(nn.Sequential):
    """Images (B, channels, size, size) to one score each, (B,): two halving convolutions, then a linear layer.

    Args:
        width: channels after the first layer; there are twice as many after the second.
        size: pixels in height and width, a multiple of 4.
        channels: of the image, 1 for grey.
    """

    def __init__(self, width: int = 32, size: int = 8, channels: int = 1):
        positive_integer("width", width)
        coarse = _quarter(size)
        super().__init__(
            nn.Conv2d(positive_integer("channels", channels), width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(-3),
            nn.Linear(2 * width * coarse * coarse, 1),
            nn.Flatten(-2),
        )


def _quarter(size: int) -> int:
    if positive_integer("size", size) % 4:
        raise ValueError(f"size must be a multiple of 4 pixels, got {size}")
    return size // 4
