"""Sliders over a pure drawing function: you move a value, and the picture and its sentence answer at once.

The page's half is explore.js, its styles are in explore.css; what makes the picture fast is in stage.py.
"""

import base64
import html
import io
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from numbers import Integral, Real
from pathlib import Path

import anywidget
import traitlets
from IPython.display import display
from PIL import Image

from gan_edu.arguments import function
from gan_edu.show.stage import Stage


def check_words(name: str, words: str) -> None:
    """Raise a TypeError or ValueError that names it if `words` is not a string, or has nothing in it."""
    if not isinstance(words, str):
        raise TypeError(f"{name} must be a string, got {words!r}")
    if not words.strip():
        raise ValueError(f"{name} must not be empty, got {words!r}")


@dataclass(frozen=True)
class Slider:
    """One value that the reader moves: `minimum`, `minimum + step`, ..., `maximum`.

    Args:
        minimum, maximum: the ends; both can be reached, so their distance is a whole number of steps.
        step: the distance between neighbouring values. If `minimum` and `step` are integers, `draw` gets an `int`
            (a replay by index), otherwise a `float`.
        value: where the slider stands at first.
        label: what the reader sees beside it.

    Raises:
        TypeError: a number is not a number, or the label not a string.
        ValueError: a number is not finite, the ends are not in order, or an end or the value lies between two steps.
    """

    minimum: float
    maximum: float
    step: float
    value: float
    label: str

    def __post_init__(self) -> None:
        for name in ("minimum", "maximum", "step", "value"):
            number = getattr(self, name)
            if isinstance(number, bool) or not isinstance(number, Real):
                raise TypeError(f"{name} must be a number, got {number!r}")
            if not math.isfinite(number):
                raise ValueError(f"{name} must be finite, got {number!r}")
        check_words("label", self.label)
        if self.step <= 0:
            raise ValueError(f"step must be positive, got {self.step!r}")
        if self.maximum <= self.minimum:
            raise ValueError(f"maximum must be above the minimum {self.minimum!r}, got {self.maximum!r}")
        if not self.minimum <= self.value <= self.maximum:
            raise ValueError(f"value must lie between {self.minimum!r} and {self.maximum!r}, got {self.value!r}")
        for name in ("maximum", "value"):
            number = getattr(self, name)
            if not math.isclose(self.nearest(number), number, rel_tol=1e-9, abs_tol=1e-9 * self.step):
                rule = f"must be a whole number of steps of {self.step!r} above the minimum {self.minimum!r}"
                raise ValueError(f"{name} {rule}, got {number!r}")

    def nearest(self, number: float) -> float:
        """The value of this slider that lies nearest to `number`; an `int` if `minimum` and `step` are integers."""
        exact = isinstance(self.minimum, Integral) and isinstance(self.step, Integral)
        kept = min(max(number, self.minimum), self.maximum)
        value = self.minimum + round((kept - self.minimum) / self.step) * self.step
        return int(value) if exact else round(float(value), 12)  # 0.3, not 0.30000000000000004

    @property
    def digits(self) -> int:
        """Digits behind the decimal point that tell neighbouring values apart, at most 4."""
        exponents = [Decimal(str(number)).normalize().as_tuple().exponent for number in (self.minimum, self.step)]
        return min(max(0, *(-exponent for exponent in exponents)), 4)


def encode(image: Image.Image, format: str, **options: object) -> bytes:
    """The bytes of an image file; the same image gives the same bytes."""
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


class Explore(anywidget.AnyWidget):
    """The widget that `explore` shows: the page writes `values`, the kernel answers with all that stands below them.

    A change may come on any thread: JupyterLab speaks to widgets on one beside the running cell. So there is one redraw
    at a time, it takes the newest values, and a change that finds them drawn already does nothing.
    """

    _esm = Path(__file__).with_name("page") / "explore.js"
    _css = Path(__file__).with_name("page") / "explore.css"
    title = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int(help="of the picture on the page, in pixels").tag(sync=True)
    sliders = traitlets.List(help="one dictionary for each slider").tag(sync=True)
    values = traitlets.Dict(help="where the sliders stand").tag(sync=True)
    drawn = traitlets.Dict(help="the values that the answer belongs to").tag(sync=True)
    picture = traitlets.Bytes(help="JPEG").tag(sync=True)
    caption = traitlets.Unicode(help="the sentence that reads the picture").tag(sync=True)
    error = traitlets.Unicode(help="what draw raised for these values; empty if it did not").tag(sync=True)

    def __init__(self, draw: Callable[..., str], axes: object, title: str, sliders: Mapping[str, Slider]) -> None:
        self._draw, self._stage, self._lock = draw, Stage(axes), threading.Lock()
        rows = [asdict(slider) | {"name": name, "digits": slider.digits} for name, slider in sliders.items()]
        start = {name: slider.nearest(slider.value) for name, slider in sliders.items()}
        self._sliders, self._shown = sliders, start
        super().__init__(title=title, width=self._stage.width, sliders=rows, values=start, **self._answer(start))

    @traitlets.validate("values")
    def _on_the_grid(self, proposal: dict) -> dict[str, float]:
        return {name: slider.nearest(proposal["value"][name]) for name, slider in self._sliders.items()}

    @traitlets.observe("values")
    def _redraw(self, change: dict) -> None:
        with self._lock:
            values = self.values  # not change["new"]: a later change may have come while this one waited
            if values == self.drawn:
                return
            try:
                answer = self._answer(values)
            except Exception as error:  # whatever draw raises: the reader sees it, and the last picture stays
                answer = {"error": f"{type(error).__name__}: {error}", "drawn": values}
            with self.hold_sync():  # one message, so that picture and words change together
                for name, value in answer.items():
                    setattr(self, name, value)

    def _answer(self, values: dict[str, float]) -> dict[str, object]:
        image, caption = self._stage.play(self._draw, values)
        self._shown = values
        jpeg = encode(image, "JPEG", quality=85)  # a tenth of the time of PNG, and as crisp at this resolution
        return {"picture": jpeg, "caption": caption, "error": "", "drawn": values}

    def still(self) -> bytes:
        """The picture that is shown, as the PNG file that a saved notebook keeps."""
        with self._lock:
            image, _ = self._stage.play(self._draw, self._shown)
        return encode(image.quantize(256, dither=Image.Dither.NONE), "PNG", optimize=True)

    def _repr_mimebundle_(self, **options: object) -> tuple[dict, dict]:
        data, metadata = super()._repr_mimebundle_(**options)
        data |= {"text/plain": self.caption, "image/png": base64.b64encode(self.still()).decode()}
        return data, metadata | {"image/png": {"alt": self.caption, "width": self.width}}

    def __repr__(self) -> str:
        return f"Explore({self.title!r})"


def explore(draw: Callable[..., str], axes: object, *, title: str, **sliders: Slider) -> None:
    """Show sliders, and the picture that `draw` makes of their values.

    What does not change (limits, labels, legend, curves that stay) is prepared on the axes before. If `draw` raises
    later on, the last picture stays and the error stands below it. A saved notebook shows the first picture and its
    sentence.

    Args:
        draw: called as `draw(axes, name=value, ...)` at each change. It adds artists to the axes and returns one
            sentence that reads the picture: the caption and the alternative text. It must be pure (the same values,
            the same picture) and stay away from pyplot. What it adds is taken away again.
        axes: one Axes, or a sequence, array or dictionary of Axes of one `matplotlib.figure.Figure`, passed to `draw`.
        title: what the reader can find out with the sliders.
        sliders: one Slider for each argument of `draw`, in the order in which they are shown.

    Raises:
        TypeError: an argument is not of its kind, or `draw` does not return a sentence.
        ValueError: there is no title or no slider, the axes are not of one Figure, or `draw` moves their limits.
        Exception: whatever `draw` raises for the first values.
    """
    function("draw", draw)
    check_words("title", title)
    if not sliders:
        raise ValueError("sliders must be one or more, got none")
    for name, slider in sliders.items():
        if not isinstance(slider, Slider):
            raise TypeError(f"{name} must be a Slider, got {slider!r}")
    widget = Explore(draw, axes, title, sliders)
    display(widget)
    # Readers of a saved notebook see no alternative text; explore.css hides this sentence beside live sliders.
    saved = f'<p class="gan-explore-saved"><em>{html.escape(widget.caption)}</em></p>'
    display({"text/html": saved, "text/plain": widget.caption}, raw=True)
