"""What is kept of a run while it is watched, at bounded memory: moments to go back to, and both loss curves.

Moments also become pictures: the still one that a saved notebook shows, and an animation.
"""

import dataclasses
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from matplotlib.axes import Axes
from PIL import Image

from gan_edu.game.snapshot import State
from gan_edu.lab.views import Arrays
from gan_edu.show import plots
from gan_edu.show.stage import Stage

MOST_MOMENTS = 256
MOST_BYTES = 64 * 2**20  # 64 MB for all moments of one lab
BEGINNING, HURRIED = 64, 5  # moments: the state to go back to costs as much as a frame, but the beginning is worth it
MOST_LOSSES = 256  # points of a loss curve: as many as the page has room for
PICTURES, MILLISECONDS = 60, 120  # of an animation: how many at most, and how long each is shown


@dataclass(frozen=True)
class Seen:
    """What is seen of one run at one moment.

    Args:
        name: which of two runs this is; empty if there is but one.
        extent: half the side of the plane, as in Sight.
        arrays: what its views made.
        numbers: names and values, in words.
    """

    name: str
    extent: float
    arrays: Arrays
    numbers: list[tuple[str, str]]


@dataclass(frozen=True)
class Moment:
    """A step of one run, or of two in step: what is seen, and what is needed to go on from here."""

    step: int
    runs: tuple[Seen, ...]
    states: tuple[State, ...]


def size(thing: object) -> int:
    """Bytes of all tensors and arrays within an object made of dataclasses, dictionaries and sequences."""
    if isinstance(thing, torch.Tensor | np.ndarray):
        return thing.nbytes
    if dataclasses.is_dataclass(thing):
        return sum(size(getattr(thing, field.name)) for field in dataclasses.fields(thing))
    if isinstance(thing, dict):
        return sum(map(size, thing.values()))
    return sum(map(size, thing)) if isinstance(thing, list | tuple) else 0


def compact(seen: Seen) -> Seen:
    """The same with half precision, which is finer than a pixel."""
    small = {name: a if a.dtype == np.uint8 else a.astype(np.float16) for name, a in seen.arrays.items()}
    return dataclasses.replace(seen, arrays=small)


class Timeline:
    """Moments of a run, evenly spread over all of it: when there is no more room, about every second one is dropped.

    There is room for `MOST_MOMENTS`, or for as many as take `MOST_BYTES` together, but for at least four.
    """

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.spacing, self.room, self._offered = 1, MOST_MOMENTS, 0

    def due(self, step: int, in_a_hurry: bool = False) -> bool:
        """Whether the moment at this step is to be kept; in a hurry, of those after the beginning one in five."""
        self._offered += 1
        if in_a_hurry and len(self.moments) >= BEGINNING and self._offered % HURRIED:
            return False
        return not self.moments or step >= self.moments[-1].step + self.spacing

    def keep(self, moment: Moment) -> None:
        """Keep a moment that is due."""
        moment = dataclasses.replace(moment, runs=tuple(map(compact, moment.runs)))
        self.room = max(4, min(MOST_MOMENTS, MOST_BYTES // max(1, size(moment))))
        if len(self.moments) >= self.room:
            self._thin()
        self.moments.append(moment)

    def _thin(self) -> None:
        first, last = self.moments[0].step, self.moments[-1].step
        self.spacing = max(self.spacing, 2 * (last - first) // (self.room - 1))
        kept = [self.moments[0]]
        for moment in self.moments[1:]:
            if moment.step >= kept[-1].step + self.spacing:
                kept.append(moment)
        self.moments = kept

    def forget_after(self, step: int) -> None:
        """Drop the moments later than this step: the run goes on from there."""
        self.moments = [moment for moment in self.moments if moment.step <= step]


class Losses:
    """Both players' losses of a run, at no more than `MOST_LOSSES` steps: when full, every second one is dropped."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float, float]] = []
        self.spacing = 1

    def add(self, step: int, d_loss: float, g_loss: float) -> None:
        """Take in the losses of a step, if it lies far enough behind the last one that was taken in."""
        if self.rows and step < self.rows[-1][0] + self.spacing:
            return
        self.rows.append((step, d_loss, g_loss))
        if len(self.rows) > MOST_LOSSES:
            self.rows = self.rows[::2]
            self.spacing = max(1, 2 * (self.rows[-1][0] - self.rows[0][0]) // MOST_LOSSES)

    def forget_after(self, step: int) -> None:
        """Drop the losses of later steps."""
        self.rows = [row for row in self.rows if row[0] <= step]

    def array(self) -> np.ndarray:
        """Step, discriminator's and generator's loss: (steps, 3)."""
        return np.asarray(self.rows, dtype=np.float32).reshape(-1, 3)


def prepare(runs: Sequence[Seen], curves: int) -> list[Axes]:
    """Axes of one figure: one for the samples of each run, and as many more for loss curves."""
    _, axes = plots.figure(len(runs) + curves, width=3.6, height=3.6)
    for panel, seen in zip(axes, runs, strict=False):
        if seen.arrays["generated"].dtype == np.uint8:
            height, width = seen.arrays["generated"].shape
            panel.set(xticks=[], yticks=[], xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        else:
            plots.plane(panel, seen.extent)
        panel.set_title(seen.name)
    return axes


def draw_seen(axes: Axes, seen: Seen) -> None:
    """Draw a run's samples, over the discriminator's map if that was looked at."""
    arrays = seen.arrays
    if arrays["generated"].dtype == np.uint8:
        axes.imshow(arrays["generated"], cmap="Greys", vmin=0, vmax=255)
        return
    if "belief" in arrays:
        sides = (-seen.extent, seen.extent) * 2
        axes.imshow(arrays["belief"], cmap=plots.BELIEF, vmin=0, vmax=255, extent=sides, zorder=-1)
    real, generated = (torch.from_numpy(arrays[name].astype(np.float32)) for name in ("real", "generated"))
    plots.samples(axes, real, generated)


def still(moment: Moment, losses: Sequence[Losses], marks: Sequence[tuple[float, float]]) -> bytes:
    """The picture of a moment, with each run's loss curves and their values at equilibrium, as a PNG file."""
    axes = prepare(moment.runs, len(losses))
    for panel, seen in zip(axes, moment.runs, strict=False):
        draw_seen(panel, seen)
    for panel, kept, (d_mark, g_mark) in zip(axes[len(moment.runs) :], losses, marks, strict=True):
        steps, d_loss, g_loss = kept.array().T
        level = {"D at equilibrium": d_mark, "G at equilibrium": g_mark}
        plots.curves(panel, steps, {"loss of D": d_loss, "loss of G": g_loss}, level)
        last = max(steps[-1], 1) if len(steps) else 1
        highest = max(2.0, np.nanmax(kept.array()[:, 1:], initial=0.0))
        panel.set(xlim=(0, 1.7 * last), ylim=(min(0.0, d_mark, g_mark), min(highest, 8.0)))  # room for the words
    return plots.png(axes[0].figure)


def animation(moments: Sequence[Moment]) -> Iterator[bytes | None]:
    """Make a GIF file of at most `PICTURES` moments: yields None after each picture, and the file at the end."""
    pictures, stage, planes = [], None, None
    for index in np.unique(np.linspace(0, len(moments) - 1, PICTURES).round().astype(int)):
        moment = moments[index]
        if planes != [seen.extent for seen in moment.runs]:  # other data
            planes = [seen.extent for seen in moment.runs]
            stage = Stage(prepare(moment.runs, 0))
        picture, _ = stage.play(partial(_scene, moment), {})
        pictures.append(picture.reduce(2).quantize(256, dither=Image.Dither.NONE))
        yield None
    file = io.BytesIO()
    pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:], duration=MILLISECONDS, loop=0)
    yield file.getvalue()


def _scene(moment: Moment, axes: list[Axes]) -> str:
    for panel, seen in zip(axes, moment.runs, strict=True):
        draw_seen(panel, seen)
    step = f"step {moment.step:,}"
    axes[0].text(0.02, 0.02, step, transform=axes[0].transAxes, bbox={"facecolor": "white", "edgecolor": "none"})
    return step
