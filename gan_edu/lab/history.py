"""What the lab keeps of its runs, at bounded memory: moments to go back to, and both loss curves."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch

from gan_edu.game.snapshot import State
from gan_edu.lab.views import Arrays

MOST_MOMENTS = 256
MOST_BYTES = 64 * 2**20  # 64 MB for all moments of one lab
BEGINNING, ONE_IN = 64, 5  # moments: a state costs as much as a frame, so after the beginning one in five is kept
MOST_LOSSES = 256  # points of a loss curve: as many as the page has room for


@dataclass(frozen=True)
class Frame:
    """What is shown of one run at one step.

    Args:
        name: which of two runs this is; empty if there is only one.
        extent: half the side of the plane, as in ViewInput.
        arrays: what the views computed.
        numbers: names and values, as text.
    """

    name: str
    extent: float
    arrays: Arrays
    numbers: list[tuple[str, str]]


@dataclass(frozen=True)
class Moment:
    """One step of all runs: the frame of each, and the states to continue from (empty if they were not kept)."""

    step: int
    frames: tuple[Frame, ...]
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


def compact(frame: Frame) -> Frame:
    """The same frame in half precision, which is finer than a pixel."""
    small = {name: a if a.dtype == np.uint8 else a.astype(np.float16) for name, a in frame.arrays.items()}
    return dataclasses.replace(frame, arrays=small)


class History:
    """Moments of a run, evenly spread over all of it: when there is no more room, about every second one is dropped.

    There is room for `MOST_MOMENTS`, or for as many as take `MOST_BYTES` together, but for at least four.
    """

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.spacing, self.room, self._offered = 1, MOST_MOMENTS, 0

    def due(self, step: int, playing: bool = False) -> bool:
        """Whether the moment at this step is to be kept; while playing, one in five after the beginning."""
        self._offered += 1
        if playing and len(self.moments) >= BEGINNING and self._offered % ONE_IN:
            return False
        return not self.moments or step >= self.moments[-1].step + self.spacing

    def keep(self, moment: Moment) -> None:
        """Keep a moment that is due."""
        moment = dataclasses.replace(moment, frames=tuple(map(compact, moment.frames)))
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


class LossCurves:
    """Both players' losses of a run, at no more than `MOST_LOSSES` steps: when full, every second one is dropped."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float, float]] = []
        self.spacing = 1

    def add(self, step: int, d_loss: float, g_loss: float) -> None:
        """Add the losses of a step, if it is at least `spacing` steps after the last one that was added."""
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
