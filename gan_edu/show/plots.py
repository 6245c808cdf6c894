"""Pictures that look the same in every notebook: one colour and one shape for each thing."""

import io
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from IPython.display import DisplayHandle, display
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gan_edu.arguments import (
    described,
    finite_numbers,
    floating_tensor,
    function,
    has_shape,
    made,
    number,
    positive_integer,
    positive_number,
)
from gan_edu.game.losses import Loss, non_saturating

# Okabe and Ito's palette: told apart by people with any kind of colour vision. Shapes and line styles differ as well.
REAL, GENERATED = "#0072B2", "#D55E00"
DISCRIMINATOR, GENERATOR = "#7F3C8D", "#8C6D00"
INK = colormaps["Greys"].with_extremes(under="#56B4E9", over="#CC79A7")
BELIEF_ENDS = "#F4B183", "#FFFFFF", "#9CC9E6"  # D = 0, ½, 1
BELIEF = LinearSegmentedColormap.from_list("belief", BELIEF_ENDS)
PAGE_COLOURS = {  # the same for pages that draw by themselves, and lighter ones for dark paper
    "light": {"real": REAL, "generated": GENERATED, "discriminator": DISCRIMINATOR, "generator": GENERATOR}
    | {"belief": BELIEF_ENDS, "paper": "#FFFFFF", "ink": "#333333", "faint": "#8A8A8A"},
    "dark": {"real": "#56B4E9", "generated": "#FF9E4A", "discriminator": "#D6A0E4", "generator": "#D9B84A"}
    | {"belief": ("#7A3E10", "#111111", "#10486F"), "paper": "#111111", "ink": "#DDDDDD", "faint": "#8A8A8A"},
}


def figure(columns: int = 1, width: float = 4.0, height: float = 3.6) -> tuple[Figure, list[Axes]]:
    """Make a figure with some axes side by side.

    Args:
        columns: number of axes.
        width, height: of each, in inches.
    """
    positive_integer("columns", columns), positive_number("width", width), positive_number("height", height)
    drawn = Figure(figsize=(columns * width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(drawn)
    return drawn, list(drawn.subplots(1, columns, squeeze=False)[0])


def plane(axes: Axes, extent: float = 1.6, title: str = "") -> None:
    """Prepare fixed square axes for points with both coordinates from -extent to extent."""
    _check_axes(axes, title), positive_number("extent", extent)
    limits = (-extent, extent)
    axes.set(xlim=limits, ylim=limits, aspect="equal", xlabel="$x_1$", ylabel="$x_2$", title=title)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def samples(axes: Axes, real: torch.Tensor | None, generated: torch.Tensor | None) -> None:
    """Scatter real points (B, 2) as blue dots and generated ones (B, 2) as orange crosses; either may be None."""
    _check_axes(axes)
    real, generated = (
        points if points is None else floating_tensor(name, points, "B", 2).detach().cpu()
        for name, points in {"real": real, "generated": generated}.items()
    )
    if real is not None:
        axes.scatter(*real.T.numpy(), s=9, color=REAL, alpha=0.5, linewidths=0, label="real")
    if generated is not None:
        axes.scatter(*generated.T.numpy(), s=14, color=GENERATED, marker="x", linewidths=0.9, label="generated")


@torch.no_grad()
def belief(
    axes: Axes,
    discriminator: Callable[[torch.Tensor], torch.Tensor],
    strongest: float = 0.5,
    cells: int = 60,
    loss: Loss = non_saturating,
) -> None:
    """Colour the plane by D(x): blue where the discriminator believes in real, orange where in fake.

    If the loss's scores stand for no probability, the scores themselves are shown, around their mean on the plane.

    Args:
        axes: prepared with `plane`.
        discriminator: points (B, 2) to scores (B,).
        strongest: distance of D from where it cannot tell (one half) at which the colours are strongest, above 0.
        cells: along each side.
        loss: of the discriminator; it says what a score means.
    """
    _check_axes(axes), function("discriminator", discriminator, "a network")
    positive_integer("cells", cells), positive_number("strongest", strongest)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x, y = torch.linspace(left, right, cells), torch.linspace(bottom, top, cells)
    points = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)
    weights = next(iter(getattr(discriminator, "parameters", tuple)()), points)  # a function need not have any
    scores = discriminator(points.flatten(0, 1).to(weights.device)).cpu().unflatten(0, (cells, cells))
    if made("loss", loss, Loss, "a Loss").probability is None:
        shown, centre = scores, scores.mean().item()
    else:
        shown = loss.probability(scores)
        centre = loss.probability(torch.tensor(loss.resting_score or 0.0)).item()
    limits = {"vmin": centre - strongest, "vmax": centre + strongest}
    axes.imshow(shown.numpy(), cmap=BELIEF, extent=(left, right, bottom, top), origin="lower", zorder=-1, **limits)


def curves(axes: Axes, steps: Sequence[int], values: Mapping[str, Sequence[float]], marks: Mapping[str, float]) -> None:
    """Draw curves over training steps, and horizontal lines at values worth knowing, named beside the axes.

    Args:
        steps: (N,) positions on the horizontal axis.
        values: label of each curve to its N values, for at most 4 curves; NaN leaves a gap.
        marks: label of each horizontal line to its height.
    """
    _check_axes(axes), made("values", values, Mapping, "curves by their labels"), finite_numbers("steps", steps)
    for label, height in made("marks", marks, Mapping, "heights by their labels").items():
        number(f"marks[{label!r}]", height)
    for label, heights in values.items():
        finite_numbers(f"values[{label!r}]", [0.0 if height != height else height for height in heights])
        if len(heights) != len(steps):
            raise ValueError(f"values[{label!r}] must be one for each of the {len(steps)} steps, got {len(heights)}")
    if len(values) > 4:
        raise ValueError(f"values must hold at most 4 curves, got {len(values)}")
    styles = zip((DISCRIMINATOR, GENERATOR, REAL, GENERATED), ("-", "--", "-.", ":"), strict=True)
    for (label, heights), (colour, style) in zip(values.items(), styles, strict=False):
        axes.plot(steps, heights, style, color=colour, label=label, linewidth=1.4)
    for label, height in marks.items():
        axes.axhline(height, color="0.4", linewidth=0.8)
        axes.annotate(
            label, (1, height), (3, 0), ("axes fraction", "data"), "offset points", ha="left", va="center", color="0.25"
        )
    axes.set(xlabel="training step")
    axes.legend(loc="best")


def image_grid(axes: Axes, images: torch.Tensor, columns: int, title: str = "") -> None:
    """Show images (B, C, H, W) in rows, with a gap between them.

    Args:
        axes: where; what it showed before is left.
        images: grey ones of one channel, from -1 (white) to 1 (black); a pixel that is whiter than white is light blue,
            and one that is blacker than black pink, as no image can have them. Or colour images of three channels, red,
            green and blue, each from -1 (dark) to 1 (bright); what is beyond is shown as the end that it passes.
        columns: images in a row; all rows must be full.
        title: above them.
    """
    _check_axes(axes, title), positive_integer("columns", columns)
    made("images", images, torch.Tensor, "a tensor")
    colours = 3 if images.dim() == 4 and images.shape[1] == 3 else 1
    floating_tensor("images", images, "B", colours, "H", "W")
    if len(images) % columns:
        raise ValueError(f"images must fill rows of {columns}, got {len(images)}")
    padded = torch.nn.functional.pad(images.detach().cpu(), (1, 1, 1, 1), value=-1.0 if colours == 1 else 1.0)
    rows = [torch.cat(list(row), dim=-1) for row in padded.split(columns)]
    tiled = torch.cat(rows, dim=-2)  # (C, rows · (H + 2), columns · (W + 2))
    if colours == 1:
        axes.imshow(np.asarray(tiled[0]), cmap=INK, vmin=-1, vmax=1)
    else:
        axes.imshow(np.asarray((tiled.permute(1, 2, 0) + 1) / 2).clip(0, 1))
    axes.set(xticks=[], yticks=[], title=title)


def grid_map(axes: Axes, values: np.ndarray, rows: Sequence[float], columns: Sequence[float], highest: float) -> None:
    """Draw a number for each combination of two settings, as a field of colours with the numbers written in.

    Args:
        values: (R, C), from 0 to `highest`; NaN stays empty. Integers are written as such, others to one decimal.
        rows: R values of the setting that changes from bottom to top.
        columns: C values of the one that changes from left to right.
        highest: the value of the darkest colour.
    """
    _check_axes(axes), positive_number("highest", highest)
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu":
        raise TypeError(f"values must be an array of numbers, got {described(values)}")
    has_shape("values", values, "R", "C")
    for name, settings, count in (("rows", rows, values.shape[0]), ("columns", columns, values.shape[1])):
        if len(finite_numbers(name, settings)) != count:
            raise ValueError(f"{name} must be {count}, as values has so many {name}, got {len(settings)}")
    if np.isinf(values).any():
        raise ValueError(f"values must be finite, or NaN where there is none, got {np.isinf(values).sum()} infinite")
    axes.pcolormesh(np.ma.masked_invalid(values), cmap="cividis_r", vmin=0, vmax=highest)
    for row, column in np.ndindex(values.shape):
        if np.isfinite(values[row, column]):
            colour = "white" if values[row, column] > 0.55 * highest else "black"
            written = f"{values[row, column]:.1f}" if values.dtype.kind == "f" else str(values[row, column])
            axes.text(column + 0.5, row + 0.5, written, color=colour, ha="center", va="center")
    axes.set_yticks(np.arange(len(rows)) + 0.5, [f"{value:g}" for value in rows])
    axes.set_xticks(np.arange(len(columns)) + 0.5, [f"{value:g}" for value in columns])


class LivePicture:
    """A figure in the notebook that can be shown again in its place, with a caption that holds for every state of it.

    Args:
        drawn: the figure.
        caption: one sentence, the alternative text of the picture and visible below it.
    """

    def __init__(self, drawn: Figure, caption: str):
        made("drawn", drawn, Figure, "a Figure of matplotlib"), made("caption", caption, str, "a string")
        if not caption.strip():
            raise ValueError(f"caption must say what the picture shows, got {caption!r}")
        self.figure, self.caption = drawn, caption
        self._handle: DisplayHandle = display(self._data(), raw=True, metadata=self._metadata(), display_id=True)
        in_italics = "*" + caption.replace("*", r"\*") + "*"
        display({"text/markdown": in_italics, "text/plain": caption}, raw=True)

    def update(self) -> None:
        """Show the figure as it is now."""
        self._handle.update(self._data(), raw=True, metadata=self._metadata())

    def _data(self) -> dict[str, object]:
        return {"image/png": png(self.figure), "text/plain": self.caption}

    def _metadata(self) -> dict[str, object]:
        return {"image/png": {"alt": self.caption}}


def show(drawn: Figure, caption: str) -> None:
    """Show a figure in the notebook, with one sentence as its alternative text and as visible text below it.

    Args:
        drawn: the figure.
        caption: what a reader who cannot see the picture needs to know.
    """
    LivePicture(drawn, caption)


def png(drawn: Figure) -> bytes:
    """The figure as a PNG file, the same bytes for the same figure."""
    file = io.BytesIO()
    made("drawn", drawn, Figure, "a Figure of matplotlib")
    drawn.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _check_axes(axes: Axes, title: str = "") -> None:
    made("axes", axes, Axes, "an Axes of matplotlib"), made("title", title, str, "a string")
