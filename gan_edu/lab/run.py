"""One training in the lab: its settings, its loss curves, and the frames that show it."""

import copy
import math
from collections.abc import Callable, Collection, Iterable

import numpy as np
import torch

from gan_edu.game.batches import draw_batch
from gan_edu.game.snapshot import unchanged
from gan_edu.game.training import Training, Update
from gan_edu.lab import scores, views
from gan_edu.lab.history import Frame, LossCurves
from gan_edu.lab.settings import Settings
from gan_edu.lab.views import Arrays, View, ViewInput
from gan_edu.randomness import Stream

SAMPLES = 512  # in a picture
KEEP_EVERY = 100  # steps: as often as `Training.run`, the training keeps a state to fall back on
OF_POINTS = {
    "map": View("the discriminator's map", scores.discriminator_map, every=3),
    "arrows": View("arrows: where the generator's loss falls", views.slope_arrows, every=3),
    "grid": View("the grid that the generator bends", views.bent_grid, every=2),
    "best": View("D*, the best discriminator, for blurred densities", scores.best_map, every=12),
}
NUMBERS = View("numbers", scores.numbers, every=8)  # nobody reads faster
LABELS_OF_POINTS = {"labels": View("labels", views.point_labels)}
LABELS_OF_IMAGES = {"labels": View("one row for each label", views.images_by_label)}
ALWAYS = {"samples": "real and generated samples", "losses": "loss curves", "numbers": NUMBERS.title}
ORDER = ("samples", *OF_POINTS, "labels", "losses", "numbers")
BELONGS_TO = {"map": ("scale",)}  # arrays of a view beside the one of its name


class Run:
    """A training in the lab.

    Args:
        training: of points in the plane, of images or of series of images.
        name: which of two runs this is; empty if there is only one.

    Raises:
        ValueError: the data are none of these.
    """

    def __init__(self, training: Training, name: str) -> None:
        self.training, self.name, self.extent = training, name, 1.0
        self._networks: tuple = ()
        snapshot = training.snapshot()
        shape = tuple(snapshot.real.shape)
        self.points = shape[1:] == (2,)
        if not self.points and len(shape) not in (4, 5):
            kinds = "points (B, 2), images (B, C, H, W) or series of images (B, T, C, H, W)"
            raise ValueError(f"training must be on {kinds}, got {shape}")
        self.settings = Settings(training, choose_data=self.points and not snapshot.given)
        self.begin()

    def begin(self) -> None:
        """Forget the loss curves and all views: the run has begun anew."""
        self.losses = LossCurves()
        self.refresh()

    def refresh(self) -> None:
        """Draw the real examples and the noise that are shown: the data have changed, or the run went back."""
        own = self.training.stream
        stream = Stream(self.training.seed, "looking", dtype=own.dtype, device=own.device)
        self.real, *self.given = draw_batch(self.training.data, SAMPLES, stream)
        self._noise = self.training.gan.noise(SAMPLES, stream)
        self._frames, self._latest = 0, {}
        if self.points:  # while the reader draws points, the plane stays as large as it is
            self.extent = max(views.extent_of(self.real), self.extent if self.settings.drawn else 0.0)
        self.losses.forget_after(self.training.step)

    @property
    def views(self) -> dict[str, View]:
        """The views that this run has beside samples, losses and numbers."""
        labelled = views.labels_of(self.given) is not None
        if self.points:
            return OF_POINTS | (LABELS_OF_POINTS if labelled else {})
        return LABELS_OF_IMAGES if labelled else {}

    @property
    def offered(self) -> dict[str, str]:
        """Names and titles of all that can be switched on."""
        titles = ALWAYS | {name: view.title for name, view in self.views.items()}
        return {name: titles[name] for name in ORDER if name in titles}

    @property
    def legend(self) -> str:
        """The sentence that tells what the picture's colours and shapes mean."""
        if not self.points:
            images = "images" if self.real.dim() == 4 else "series of images, each in a row of its own"
            return f"Left, generated {images}; right, both players' losses."
        colours = (
            "Blue dots are real, orange crosses generated, on the map of the discriminator, which believes in real"
        )
        return colours + " where it is blue and in fake where it is orange; beside it, both players' losses."

    @property
    @torch.no_grad()
    def view_input(self) -> ViewInput:
        """The run as it is now."""
        gan = copy.copy(self.training.gan)
        networks = gan.generator, gan.discriminator, self.training.averaged
        if networks != self._networks:  # to look for buffers in each frame would take a tenth of its time
            self._networks, self._functions = networks, tuple(map(unchanged, networks))
        gan.generator, gan.discriminator, generator = self._functions
        generated = generator(self._noise, *self.given)
        return ViewInput(self.training, gan, generator, self.real, self.given, generated, self.extent)

    def named(self, words: str) -> str:
        """Words about this run, with its name before them if there is another."""
        return f"{self.name}: {words}" if self.name else words

    def advance(self) -> None:
        """Make one step with the same bits as `Training.run`, without its snapshot, which costs as much as the step."""
        self.training.advance()
        if self.training.step % KEEP_EVERY == 0:
            self.training.keep()

    def step_once(self, rule: Update) -> None:
        """Make one step by another update rule than the training's own."""
        own = self.training.update
        self.training.update = rule
        try:
            self.training.run(1)
        finally:
            self.training.update = own

    def make_frame(self, switched_on: Iterable[str], paused: bool) -> Frame:
        """Compute what these views show of the run now; while it trains, costly ones may be some frames old.

        A view that this training's networks do not allow is left out, and why stands in `refused`: a discriminator that
        judges examples in groups, for one, need not take any number of them.
        """
        self.refused, view_input = {}, self.view_input
        arrays = views.points(view_input) if self.points else views.images(view_input)
        for name, view in (self.views | {"numbers": NUMBERS}).items():
            if name in switched_on and (paused or name not in self._latest or self._frames % view.every == 0):
                self._latest[name] = self._compute(name, view.compute, view_input)
            if name in switched_on and name != "numbers":
                arrays |= self._latest[name]
        self._frames += 1
        self.losses.add(self.training.step, *map(float, self.training.losses))
        rows = list(self._latest["numbers"]) if "numbers" in switched_on else []
        return Frame(self.name, view_input.extent, arrays, rows)

    def _compute(self, name: str, compute: Callable[[ViewInput], object], view_input: ViewInput) -> object:
        try:
            return compute(view_input)
        except Exception as error:
            self.refused[name] = f"{type(error).__name__}: {error}"
            return {}

    def encoded(self, frame: Frame, extra: Arrays, switched_on: Collection[str]) -> dict[str, object]:
        """What the page draws: numbers, and arrays as bytes of float32 (of uint8 those that are maps or images).

        Of a kept frame only the views are drawn that are switched on now.
        """
        hidden = {name for view in ORDER if view not in switched_on for name in (view, *BELONGS_TO.get(view, ()))}
        arrays = {name: array for name, array in frame.arrays.items() if name not in hidden}
        arrays |= extra | {"losses": self.losses.array()}
        shapes = {name: array.shape for name, array in arrays.items() if array.dtype == np.uint8}
        packed = {
            name: (array if array.dtype == np.uint8 else array.astype(np.float32)).tobytes()
            for name, array in arrays.items()
        }
        marks = [mark if math.isfinite(mark) else None for mark in self.training.gan.loss.equilibrium()]
        rows = frame.numbers if "numbers" in switched_on else []
        described = {"name": frame.name, "extent": frame.extent, "marks": marks, "numbers": rows}
        return described | {"shapes": shapes, "arrays": packed, "said": scores.says(self.training.gan.loss)}
