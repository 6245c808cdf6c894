"""Milliseconds that one move of a slider costs in the kernel: explore, and a figure made anew as inline figures are.

Run with `python benchmarks/explore.py`. Both draw the same scene: two axes with two filled
densities, a readout and 400 points.
"""

import io
import time
from collections.abc import Callable

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gan_edu.show.explore import Explore, Slider

MOVES = 200
LINE = np.linspace(-6, 6, 500)
POINTS = np.random.default_rng(0).normal(size=(2, 400))


def density(mean: float, width: float) -> np.ndarray:
    return np.exp(-(((LINE - mean) / width) ** 2) / 2) / (width * np.sqrt(2 * np.pi))


def prepare() -> tuple[Figure, np.ndarray]:
    figure = Figure(figsize=(9, 3.4), dpi=100, layout="constrained")
    axes = figure.subplots(1, 2)
    axes[0].set(xlim=(-6, 6), ylim=(0, 1), xlabel="x", ylabel="density", title="two densities")
    axes[0].plot(LINE, density(0, 1), color="C0", label="real")
    axes[0].plot([], [], color="C1", label="generated")
    axes[0].legend(loc="upper left")
    axes[1].set(xlim=(-6, 6), ylim=(-6, 6), xlabel="first coordinate", ylabel="second coordinate", title="samples")
    return figure, axes


def draw(axes: np.ndarray, mean: float, width: float) -> str:
    overlap = np.minimum(density(0, 1), density(mean, width)).sum() * (LINE[1] - LINE[0])
    axes[0].fill_between(LINE, density(0, 1), color="C0", alpha=0.3)
    axes[0].fill_between(LINE, density(mean, width), color="C1", alpha=0.3)
    axes[0].text(5.8, 0.9, f"overlap {overlap:.3f}", ha="right")
    axes[1].scatter(*(mean + width * POINTS), s=8, color="C1")
    return f"At mean {mean:.1f} and width {width:.1f} the densities share an area of {overlap:.3f}."


def recreate(values: dict[str, float]) -> None:
    """The same scene on a new figure, saved as a PNG file at half the resolution of explore, as inline figures are."""
    figure, axes = prepare()
    FigureCanvasAgg(figure)
    draw(axes, **values)
    figure.savefig(io.BytesIO(), format="png")


def milliseconds(move: Callable[[dict[str, float]], None], values: dict[str, float]) -> float:
    start = time.perf_counter()
    move(values)
    return 1000 * (time.perf_counter() - start)


def measure() -> tuple[dict[str, list[float]], Explore]:
    """Milliseconds of each move, made in turn by the widget and by a new figure; and the widget."""
    sliders = {"mean": Slider(-4, 4, 0.1, 0.0, "mean"), "width": Slider(0.5, 2, 0.1, 1.0, "width")}
    widget = Explore(draw, prepare()[1], "benchmark", sliders)
    moves = {"explore": lambda values: widget.set_trait("values", values), "figure made anew": recreate}
    times = {name: [] for name in moves}
    for step in range(MOVES):  # in turn, so that a busy machine slows both
        values = {"mean": round(-4 + 0.1 * (step % 80), 12), "width": round(0.5 + 0.1 * (step % 15), 12)}
        for name, move in moves.items():
            times[name].append(milliseconds(move, values))
    return times, widget


def main() -> None:
    times, widget = measure()
    for name, taken in times.items():
        median, slow = np.percentile(taken, [50, 90])
        print(f"{name:17} p50 {median:6.1f} ms   p90 {slow:6.1f} ms")
    print(f"picture {len(widget.picture) / 1000:.0f} kB, saved picture {len(widget.still()) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
