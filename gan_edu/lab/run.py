"""One training that is watched: its settings, its losses so far, and how it is seen."""

from collections.abc import Callable, Collection, Iterable

import numpy as np
import torch

from gan_edu.game.data import draw_batch
from gan_edu.game.snapshot import unchanged
from gan_edu.game.training import Training, Update
from gan_edu.lab.history import Losses, Seen
from gan_edu.lab.settings import Steering
from gan_edu.lab.views import OF_POINTS, Arrays, Sight, equilibrium, extent_of, images, numbers, points
from gan_edu.randomness import Stream

SEEN = 512  # examples in a picture
NUMBERS_EVERY = 5  # frames: nobody reads faster
KEEP_EVERY = 100  # steps: as often as `Training.run`, the training keeps a state to fall back on
LABELS = {"samples": "real and generated samples"} | {name: view.label for name, view in OF_POINTS.items()}
LABELS |= {"losses": "loss curves", "numbers": "numbers"}
OF_IMAGES = ("samples", "losses", "numbers")


class Watched:
    """A training under a reader's eyes.

    Args:
        training: of points in the plane, or of images.
        name: which of two runs this is; empty if there is but one.

    Raises:
        ValueError: the data are neither.
    """

    def __init__(self, training: Training, name: str) -> None:
        self.training, self.name, self.extent = training, name, 1.0
        shape = tuple(training.snapshot().real.shape)
        self.points = shape[1:] == (2,)
        if not self.points and len(shape) != 4:
            raise ValueError(f"training must be on points (B, 2) or images (B, C, H, W), got {shape}")
        self.steering = Steering(training, self.points)
        self.begin()

    def begin(self) -> None:
        """Forget what was seen: the run has begun anew."""
        self.losses = Losses()
        self.refresh()

    def refresh(self) -> None:
        """Look at other real examples: the data have changed, or the run went back."""
        stream = Stream(self.training.seed, "looking", dtype=self.training.stream.dtype)
        self.real, *self._given = draw_batch(self.training.data, SEEN, stream)
        self._noise = self.training.gan.noise(SEEN, stream)
        self._looks, self._last = 0, {}
        if self.points:  # while the reader draws, the plane stays as large as it is
            self.extent = max(extent_of(self.real), self.extent if self.steering.drawn else 0.0)
        self.losses.forget_after(self.training.step)

    @property
    def offered(self) -> list[str]:
        """Names of the views that can be switched on."""
        return [name for name in LABELS if self.points or name in OF_IMAGES]

    @property
    def legend(self) -> str:
        """The sentence that tells what the picture's colours and shapes mean."""
        if not self.points:
            return "Left, generated images; right, both players' losses."
        colours = (
            "Blue dots are real, orange crosses generated, on the map of the discriminator, which believes in real"
        )
        return colours + " where it is blue and in fake where it is orange; beside it, both players' losses."

    @property
    @torch.no_grad()
    def sight(self) -> Sight:
        """The run as it is now."""
        generated = unchanged(self.training.averaged)(self._noise, *self._given)
        return Sight(self.training, self.real, generated, self.extent, tuple(self._given))

    def says(self, words: str) -> str:
        """Words about this run, with its name before them if there is another."""
        return f"{self.name}: {words}" if self.name else words

    def advance(self) -> None:
        """Make one step with the same bits as `Training.run`, without its snapshot, which costs as much as the step."""
        self.training.advance()
        if self.training.step % KEEP_EVERY == 0:
            self.training.keep()

    def move_once(self, rule: Update) -> None:
        """Make one step by another rule than the training's own."""
        own = self.training.update
        self.training.update = rule
        try:
            self.training.run(1)
        finally:
            self.training.update = own

    def look(self, on: Iterable[str], resting: bool) -> Seen:
        """What these views show of the run now; at rest nothing of it is older.

        A view that this training's networks do not allow is left out, and why stands in `refused`: a discriminator that
        judges examples in groups, for one, need not take any number of them.
        """
        self.refused, sight = {}, self.sight
        arrays = points(sight) if self.points else images(sight)
        for name, (look, every) in self._views.items():
            if name in on and (resting or name not in self._last or self._looks % every == 0):
                self._last[name] = self._see(name, look, sight)
            if name in on and name in OF_POINTS:
                arrays |= self._last[name]
        self._looks += 1
        self.losses.add(self.training.step, *map(float, self.training.losses))
        return Seen(self.name, sight.extent, arrays, list(self._last["numbers"]) if "numbers" in on else [])

    @property
    def _views(self) -> dict[str, tuple[Callable[[Sight], object], int]]:
        of_points = {name: (view.look, view.every) for name, view in OF_POINTS.items()}
        return (of_points if self.points else {}) | {"numbers": (numbers, NUMBERS_EVERY)}

    def _see(self, name: str, look: Callable[[Sight], object], sight: Sight) -> object:
        try:
            return look(sight)
        except Exception as error:
            self.refused[name] = f"{type(error).__name__}: {error}"
            return {}

    def frame(self, seen: Seen, extra: Arrays, on: Collection[str]) -> dict[str, object]:
        """What the page draws: numbers, and arrays as bytes of float32 (of uint8 those that are shares).

        Of what was seen, perhaps long ago, only the views are drawn that are on now.
        """
        kept = {name: array for name, array in seen.arrays.items() if name in on or name not in OF_POINTS}
        arrays = kept | extra | {"losses": self.losses.array()}
        sides = {name: len(array) for name, array in arrays.items() if array.dtype == np.uint8}
        packed = {
            name: (array if array.dtype == np.uint8 else array.astype(np.float32)).tobytes()
            for name, array in arrays.items()
        }
        marks = equilibrium(self.training.gan.loss)
        words = {"name": seen.name, "extent": seen.extent, "marks": marks}
        words["numbers"] = seen.numbers if "numbers" in on else []
        return words | {"sides": sides, "arrays": packed}
