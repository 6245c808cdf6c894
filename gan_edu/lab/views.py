"""What the lab shows of a training: functions from a run at one step to small arrays.

None of them draws from the training's stream, changes a buffer or leaves a gradient behind, so looking changes nothing.
The page, the saved picture and the animation all draw these arrays.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from gan_edu.game.gan import GAN, Given, generator_loss
from gan_edu.game.training import Training
from gan_edu.randomness import Stream

ARROWS, LINES, IMAGES, LABELLED = 48, 15, 64, 40
CLASSES, COLUMNS = 10, 8  # of images by label: rows at most, and images in each row
FRAMES = 8  # of a series of images, at most

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class ViewInput:
    """What views are computed from: a run as it is now. No weight is copied, so it holds until the run trains on.

    Args:
        training: the run.
        gan: its game, with networks that leave their buffers as they are.
        generator: what makes the samples that are shown: the generator, or its average, with the same care.
        real: (B, ...) real examples.
        given: what stands beside each of them, such as labels (B,).
        generated: (B, ...) fakes for what is given.
        extent: half the side of the square around the origin that is shown, in the units of the data.
    """

    training: Training
    gan: GAN
    generator: Callable[..., torch.Tensor]
    real: torch.Tensor
    given: Given
    generated: torch.Tensor
    extent: float

    @property
    def labels(self) -> torch.Tensor | None:
        """Integers (B,) that are given beside the examples, if that is what is given."""
        return labels_of(self.given)

    def judge(self, examples: torch.Tensor, given: Given) -> torch.Tensor:
        """D(x) of examples (B, ...), if the loss's scores stand for a probability, else the scores: (B,).

        A paired loss leaves scores free by a constant. Then they are counted from the middle between the mean scores
        of real and fake.
        """
        scores, loss = self.gan.discriminator(examples, *given), self.gan.loss
        if loss.paired:
            scores = scores - self.middle()
        return scores if loss.probability is None else loss.probability(scores)

    def middle(self) -> float:
        """The mean of the mean scores of real examples and of fakes."""
        scores = [self.gan.discriminator(examples, *self.given) for examples in (self.real, self.generated)]
        return sum(each.mean().item() for each in scores) / 2


@dataclass(frozen=True)
class View:
    """One thing to show beside the samples.

    Args:
        title: what the reader switches on and off.
        compute: makes its arrays.
        every: while the run trains, it is computed once in so many frames: the more it costs, the less often.
    """

    title: str
    compute: Callable[[ViewInput], Arrays]
    every: int = 1


def labels_of(given: Given) -> torch.Tensor | None:
    """What is given, if it is one integer for each example (B,), else None."""
    first = given[0] if len(given) == 1 else None
    return first if first is not None and first.dim() == 1 and not first.is_floating_point() else None


def extent_of(real: torch.Tensor) -> float:
    """Half the side of a square that holds the real points (B, 2) with some room, in tenths."""
    return math.ceil(13.5 * real.abs().max().item()) / 10


def plane(extent: float, cells: int, like: torch.Tensor) -> torch.Tensor:
    """Points (cells², 2) of the plane, row by row from the top, each from the left; as `like` in type and device."""
    ticks = torch.linspace(-extent, extent, cells, dtype=like.dtype, device=like.device)
    return torch.stack(torch.meshgrid(ticks, -ticks, indexing="xy"), dim=-1).flatten(0, 1)


def first_given(given: Given, count: int) -> list[torch.Tensor]:
    """What stands beside the first example, for `count` examples: a map of the plane is one for one label."""
    return [each[:1].expand(count, *each.shape[1:]) for each in given]


def as_bytes(shares: torch.Tensor) -> np.ndarray:
    """Numbers from 0 to 1 as whole numbers from 0 to 255, which take a quarter of the memory."""
    return (255 * shares).round().to(torch.uint8).cpu().numpy()


def as_floats(values: torch.Tensor) -> np.ndarray:
    """A tensor as an array of float32."""
    return values.detach().float().cpu().numpy()


def points(view_input: ViewInput) -> Arrays:
    """Real and generated points, two times (B, 2)."""
    return {"real": as_floats(view_input.real), "generated": as_floats(view_input.generated)}


def images(view_input: ViewInput) -> Arrays:
    """The first images, real and generated, in two squares: (height, width) each, or (height, width, 3) in colour.

    Of series of images the first few, each in a row of its own.
    """
    side = math.isqrt(min(IMAGES, len(view_input.real)))
    count, columns = (side * side, side) if view_input.real.dim() == 4 else (FRAMES, 1)
    return {name: rows_of(getattr(view_input, name)[:count], columns) for name in ("real", "generated")}


def images_by_label(view_input: ViewInput) -> Arrays:
    """As `images`, but each row holds what has one label, from the smallest label on; and the labels of the rows."""
    labels, columns = view_input.labels, COLUMNS if view_input.real.dim() == 4 else 1
    rows = [torch.nonzero(labels == label).flatten()[:columns] for label in labels.unique()[:CLASSES]]
    rows = [row for row in rows if len(row) == columns]  # a label too rare to fill its row is left out
    if not rows:
        return {}
    chosen = torch.cat(rows)
    arrays = {name: rows_of(getattr(view_input, name)[chosen], columns) for name in ("real", "generated")}
    return arrays | {"labels": as_floats(labels[chosen[::columns]])}


def point_labels(view_input: ViewInput) -> Arrays:
    """The labels of the first points, which are the same for real and generated ones: (LABELLED,)."""
    return {"labels": as_floats(view_input.labels[:LABELLED])}


def rows_of(batch: torch.Tensor, columns: int) -> np.ndarray:
    """Images (B, C, H, W), or series of them (B, T, C, H, W), in rows of `columns`.

    Of a series up to FRAMES frames are shown, from the first to the last at equal distances, side by side.
    """
    if batch.dim() == 4:
        return tiles(batch, columns)
    length = batch.shape[1]
    shown = torch.linspace(0, length - 1, min(length, FRAMES)).round().long()
    return tiles(batch[:, shown].flatten(0, 1), columns * len(shown))


def tiles(batch: torch.Tensor, columns: int) -> np.ndarray:
    """Images (B, C, H, W) in rows of `columns`, with a gap of one pixel between them.

    Three channels are red, green and blue; of any other number the mean is shown.
    """
    shown = batch if batch.shape[1] == 3 else batch.mean(1, keepdim=True)
    grid = nn.functional.pad(shown, (0, 1, 0, 1), value=-1.0).unflatten(0, (-1, columns))
    picture = grid.permute(0, 3, 1, 4, 2).flatten(0, 1).flatten(1, 2)  # (rows, H, columns, W, C), then both sides
    return as_bytes((picture.squeeze(-1).clamp(-1, 1) + 1) / 2)


def slope_arrows(view_input: ViewInput) -> Arrays:
    """Where the generator's loss falls steepest from some of its samples: their places and directions, (ARROWS, 4)."""
    real, fake = view_input.real[:ARROWS], view_input.generated[:ARROWS]
    slope = generator_slope(view_input, real, fake, [each[:ARROWS] for each in view_input.given])
    return {"arrows": as_floats(torch.cat([fake, -slope], dim=-1))}


def generator_slope(view_input: ViewInput, real: torch.Tensor, fake: torch.Tensor, given: Given) -> torch.Tensor:
    """Gradient of what the generator pays for each fake (B, ...) with respect to that fake."""
    fake = fake.detach().requires_grad_()
    loss = generator_loss(view_input.gan, real, fake, given, Stream(0, "looking", dtype=real.dtype, device=real.device))
    (gradient,) = torch.autograd.grad(loss, fake)
    return len(fake) * gradient  # the loss is a mean


@torch.no_grad()
def bent_grid(view_input: ViewInput) -> Arrays:
    """What the generator makes of a square grid in the first two numbers of noise, from -2 to 2: (LINES, LINES, 2)."""
    corners, size = plane(2, LINES, view_input.real), view_input.gan.noise_size
    noise = nn.functional.pad(corners, (0, size))[:, :size]
    bent = view_input.generator(noise, *first_given(view_input.given, len(noise)))
    return {"grid": as_floats(bent.unflatten(0, (LINES, LINES)))}
