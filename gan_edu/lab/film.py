"""Pictures of kept moments: the still one that a saved notebook shows, and an animation."""

import io
import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import torch
from matplotlib.axes import Axes
from PIL import Image

from gan_edu.lab.history import Frame, LossCurves, Moment
from gan_edu.show import plots
from gan_edu.show.stage import Stage

PICTURES, MILLISECONDS = 60, 120  # of an animation: how many at most, and how long each is shown


def prepare(frames: Sequence[Frame], curves: int) -> list[Axes]:
    """Axes of one figure: one for the samples of each run, and as many more for loss curves."""
    _, axes = plots.figure(len(frames) + curves, width=3.6, height=3.6)
    for panel, frame in zip(axes, frames, strict=False):
        if frame.arrays["generated"].dtype == np.uint8:
            height, width = frame.arrays["generated"].shape[:2]
            panel.set(xticks=[], yticks=[], xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        else:
            plots.plane(panel, frame.extent)
        panel.set_title(frame.name)
    return axes


def draw_frame(axes: Axes, frame: Frame) -> None:
    """Draw a run's samples, over the discriminator's map if that was switched on, with the map's scale above it."""
    arrays = frame.arrays
    if arrays["generated"].dtype == np.uint8:
        axes.imshow(arrays["generated"], cmap="Greys", vmin=0, vmax=255)
        return
    if "map" in arrays:
        sides = (-frame.extent, frame.extent) * 2
        axes.imshow(arrays["map"], cmap=plots.BELIEF, vmin=0, vmax=255, extent=sides, zorder=-1)
        low, high = arrays["scale"].tolist()
        words = f"map: orange {low:.3g}, blue {high:.3g}"
        axes.text(0.98, 0.02, words, transform=axes.transAxes, ha="right", size="small", bbox=BEHIND_WORDS)
    real, generated = (torch.from_numpy(arrays[name].astype(np.float32)) for name in ("real", "generated"))
    plots.samples(axes, real, generated)


BEHIND_WORDS = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5}


def still(moment: Moment, losses: Sequence[LossCurves], marks: Sequence[tuple[float, float]]) -> bytes:
    """The picture of a moment, with each run's loss curves and their values at equilibrium, as a PNG file."""
    axes = prepare(moment.frames, len(losses))
    for panel, frame in zip(axes, moment.frames, strict=False):
        draw_frame(panel, frame)
    for panel, curves, values in zip(axes[len(moment.frames) :], losses, marks, strict=True):
        steps, d_loss, g_loss = curves.array().T
        named = {f"{player} at rest": mark for player, mark in zip("DG", values, strict=True)}
        known = {words: mark for words, mark in named.items() if math.isfinite(mark)}
        plots.curves(panel, steps, {"loss of D": d_loss, "loss of G": g_loss}, known)
        highest = max(2.0, np.nanmax(curves.array()[:, 1:], initial=0.0))
        lowest = np.nanmin(curves.array()[:, 1:], initial=0.0)
        bottom = min(0.0, *known.values(), max(lowest, -8.0))
        panel.set(xlim=(0, max(steps[-1], 1) if len(steps) else 1), ylim=(bottom, min(highest, 8.0)))
    return plots.png(axes[0].figure)


def animation(moments: Sequence[Moment]) -> Iterator[bytes | None]:
    """Make a GIF file of at most `PICTURES` moments: yields None after each picture, and the file at the end."""
    pictures, stage, extents = [], None, None
    for index in np.unique(np.linspace(0, len(moments) - 1, PICTURES).round().astype(int)):
        moment = moments[index]
        if extents != [frame.extent for frame in moment.frames]:  # other data
            extents = [frame.extent for frame in moment.frames]
            stage = Stage(prepare(moment.frames, 0))
        picture, _ = stage.play(partial(_draw_moment, moment), {})
        pictures.append(picture.reduce(2).quantize(256, dither=Image.Dither.NONE))
        yield None
    file = io.BytesIO()
    pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:], duration=MILLISECONDS, loop=0)
    yield file.getvalue()


def _draw_moment(moment: Moment, axes: list[Axes]) -> str:
    for panel, frame in zip(axes, moment.frames, strict=True):
        draw_frame(panel, frame)
    step = f"step {moment.step:,}"
    axes[0].text(0.02, 0.02, step, transform=axes[0].transAxes, bbox={"facecolor": "white", "edgecolor": "none"})
    return step
