"""A prepared figure on which the same scene is played again and again, within a few milliseconds.

A figure spends most of its time on ticks and labels, which stay the same while a value moves. So they are drawn once
and kept as pixels, and only the rest is drawn over them; `benchmarks/explore.py` prints what that saves.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.spines import Spine
from PIL import Image

SHARPNESS = 2  # picture pixels per page pixel, so that text is crisp on dense screens too


class Stage:
    """The figure of the given axes; `play` draws what one call of `draw` adds to them, then takes it away again.

    The background holds ticks, grid and labels, and what has a zorder of 0 or less. The rest (frames, legends, prepared
    curves) is drawn anew each time, so that prepared and added artists cover each other as their zorder says.

    Args:
        axes: one Axes, or a sequence, array or dictionary of Axes of one Figure; `draw` gets it as it is.

    Raises:
        TypeError: something in `axes` is not a matplotlib Axes.
        ValueError: `axes` is empty, or its members do not belong to one Figure.
    """

    def __init__(self, axes: Axes | Iterable[Axes] | Mapping[str, Axes]) -> None:
        self.axes, self.figure = axes, figure_of(axes)
        self.panels = sorted(self.figure.axes, key=Axes.get_zorder)
        self.canvas = FigureCanvasAgg(self.figure)
        self.dpi, self.width = self.figure.dpi, round(self.figure.get_figwidth() * self.figure.dpi)
        self.figure.set_dpi(SHARPNESS * self.dpi)
        self.canvas.draw()
        self.figure.set_layout_engine("none")  # the layout is found: from here on nothing may move
        for panel in self.panels:
            panel.set_autoscale_on(False)
        self.background, self.captured = self._capture()
        self.figure.set_dpi(self.dpi)

    def _capture(self) -> tuple[object, set[Artist]]:
        """The background's pixels, and the artists that are in them."""
        redrawn = [artist for panel in self.panels for artist in panel.get_children() if is_redrawn(artist, panel)]
        for artist in redrawn:
            artist.set_animated(True)  # which is to say: not part of a whole drawing
        self.canvas.draw()
        for artist in redrawn:
            artist.set_animated(False)
        children = {artist for panel in self.panels for artist in panel.get_children()}
        return self.canvas.copy_from_bbox(self.figure.bbox), children - set(redrawn)

    def play(self, draw: Callable[..., str], values: Mapping[str, float]) -> tuple[Image.Image, str]:
        """Call `draw(axes, **values)` and return the picture and the sentence that `draw` returned.

        Afterwards the figure is as it was before, whatever `draw` added or raised.

        Raises:
            TypeError: `draw` does not return a sentence.
            ValueError: `draw` moves the limits of an axes, whose ticks are drawn already.
        """
        before = [(panel, set(panel.get_children()), len(panel.containers), view(panel)) for panel in self.panels]
        self.figure.set_dpi(SHARPNESS * self.dpi)
        try:
            for panel in self.panels:
                panel.set_prop_cycle(None)  # a curve without a colour of its own gets the same one every time
            caption = draw(self.axes, **values)
            if not isinstance(caption, str) or not caption.strip():
                raise TypeError(f"draw must return one sentence that reads the picture, got {caption!r}")
            for panel, _, _, (xlim, ylim, _) in before:
                if (panel.get_xlim(), panel.get_ylim()) != (xlim, ylim):
                    raise ValueError(f"draw must leave the limits of the axes at {xlim}, {ylim}, got {view(panel)[:2]}")
            return self._picture(), caption
        finally:
            for panel, children, containers, (xlim, ylim, aspect) in before:
                for artist in set(panel.get_children()) - children:
                    artist.remove()
                del panel.containers[containers:]
                panel.set(xlim=xlim, ylim=ylim, aspect=aspect)  # imshow changes the aspect
            self.figure.set_dpi(self.dpi)

    def _picture(self) -> Image.Image:
        renderer = self.canvas.get_renderer()
        self.canvas.restore_region(self.background)
        for panel in self.panels:
            over = [artist for artist in panel.get_children() if artist not in self.captured]
            for artist in sorted(over, key=Artist.get_zorder):
                artist.draw(renderer)
        size = int(renderer.width), int(renderer.height)
        return Image.frombuffer("RGBA", size, self.canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")


def figure_of(axes: Axes | Iterable[Axes] | Mapping[str, Axes]) -> Figure:
    """The one figure that all `axes` belong to."""
    panels = np.ravel(list(axes.values()) if isinstance(axes, Mapping) else axes)
    if not all(isinstance(panel, Axes) for panel in panels):
        raise TypeError(f"axes must be matplotlib Axes, got {axes!r}")
    figures = {panel.figure for panel in panels}
    if len(figures) != 1 or not all(isinstance(figure, Figure) for figure in figures):
        raise ValueError(f"axes must be one or more Axes of one Figure, got {axes!r}")
    return figures.pop()


def view(panel: Axes) -> tuple[object, object, object]:
    """What the background depends on: limits of both axes, and aspect."""
    return panel.get_xlim(), panel.get_ylim(), panel.get_aspect()


def is_redrawn(artist: Artist, panel: Axes) -> bool:
    """Whether a prepared artist can lie over an added one, and so cannot stay in the background."""
    if isinstance(artist, Spine) and not (panel.axison and panel.get_frame_on()):
        return False
    is_background = isinstance(artist, Axis) or artist is panel.patch or artist.get_zorder() <= 0
    return artist.get_visible() and not is_background
