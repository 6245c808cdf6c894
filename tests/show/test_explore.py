"""Sliders over a drawing function, without a page: against whole drawings by matplotlib, and under many threads."""

import base64
import io
import threading
import time
from collections.abc import Callable

import nbformat
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from nbclient import NotebookClient
from PIL import Image

from gan_edu.show.explore import Explore, Slider, explore
from gan_edu.show.stage import Stage

LINE = np.linspace(-3, 3, 50)
MEAN = {"mean": Slider(-2, 2, 0.1, 0.0, "mean")}


def two_panels() -> np.ndarray:
    axes = Figure(figsize=(5, 2.5), layout="constrained").subplots(1, 2)
    for panel in axes:
        panel.set(xlim=(-3, 3), ylim=(-3, 3), xlabel="x", title="prepared")
        panel.plot(LINE, np.sin(LINE), label="stays")
        panel.scatter(LINE, np.cos(LINE), s=4)
        panel.legend(loc="upper left")
    return axes


def draw(axes: np.ndarray, mean: float) -> str:
    """Adds artists of every kind that notebooks use, over and under the prepared ones."""
    axes[0].imshow(np.outer(LINE, LINE - mean), extent=(-3, 0, -3, 3))
    axes[0].fill_between(LINE, 0, LINE - mean, alpha=0.5)
    axes[0].plot(LINE, LINE - mean)
    axes[1].scatter(LINE, LINE + mean, color="C3")
    axes[1].bar([-1, 0, 1], [1 + mean, 1, 1], zorder=-1)
    axes[1].text(0, mean, f"{mean:.1f}")
    return f"At mean {mean:.1f} the line crosses zero."


def sentence_only(axes: object, **values: float) -> str:
    return f"{values}"


@pytest.fixture
def widget() -> Explore:
    return Explore(draw, two_panels(), "where the line crosses", MEAN)


class TestSlider:
    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"minimum": "0"}, TypeError, "minimum must be a number, got '0'"),
            ({"maximum": True}, TypeError, "maximum must be a number, got True"),
            ({"value": float("nan")}, ValueError, "value must be finite, got nan"),
            ({"maximum": float("inf")}, ValueError, "maximum must be finite, got inf"),
            ({"step": 0}, ValueError, "step must be positive, got 0"),
            ({"maximum": -2.0}, ValueError, "maximum must be above the minimum -2.0, got -2.0"),
            ({"value": 3.0}, ValueError, "value must lie between -2.0 and 2.0, got 3.0"),
            (
                {"value": 0.25},
                ValueError,
                "value must be a whole number of steps of 0.5 above the minimum -2.0, got 0.25",
            ),
            (
                {"maximum": 2.2},
                ValueError,
                "maximum must be a whole number of steps of 0.5 above the minimum -2.0, got 2.2",
            ),
            ({"label": None}, TypeError, "label must be a string, got None"),
            ({"label": " "}, ValueError, "label must not be empty, got ' '"),
        ],
    )
    def test_says_what_is_wrong(self, change: dict, error: type[Exception], message: str) -> None:
        settings = {"minimum": -2.0, "maximum": 2.0, "step": 0.5, "value": 0.0, "label": "mean"} | change
        with pytest.raises(error) as raised:
            Slider(**settings)
        assert str(raised.value) == message

    def test_values_are_decimal_numbers(self) -> None:
        slider = Slider(-1, 1, 0.1, 0.3, "share")
        assert [slider.nearest(-1 + 0.1 * step) for step in range(21)] == [step / 10 for step in range(-10, 11)]
        assert slider.nearest(5) == 1
        assert slider.digits == 1

    def test_whole_steps_are_integers(self) -> None:
        assert type(Slider(0, 40, 1, 0, "snapshot").nearest(3.2)) is int
        assert type(Slider(np.int64(0), 40, 1, 0, "snapshot").nearest(3.2)) is int
        assert type(Slider(0, 40, 1.0, 0, "snapshot").nearest(3.2)) is float

    @pytest.mark.parametrize(("minimum", "step", "digits"), [(0, 1, 0), (0, 10, 0), (0.05, 0.1, 2), (0, 1e-6, 4)])
    def test_digits_tell_neighbours_apart(self, minimum: float, step: float, digits: int) -> None:
        assert Slider(minimum, minimum + step, step, minimum, "x").digits == digits


class TestPicture:
    @pytest.mark.parametrize("mean", [-2.0, 0.0, 1.3])
    def test_is_the_whole_drawing(self, mean: float) -> None:
        picture, _ = Stage(two_panels()).play(draw, {"mean": mean})
        axes = two_panels()
        canvas = FigureCanvasAgg(axes[0].figure)
        axes[0].figure.set_dpi(200)
        canvas.draw()
        axes[0].figure.set_layout_engine("none")
        for panel in axes:
            panel.set_prop_cycle(None)
        draw(axes, mean)
        for panel in axes:
            panel.set(xlim=(-3, 3), ylim=(-3, 3), aspect="auto")
        canvas.draw()
        np.testing.assert_array_equal(np.asarray(picture), np.asarray(canvas.buffer_rgba())[..., :3])

    def test_depends_on_the_values_alone(self) -> None:
        stage = Stage(two_panels())
        first, _ = stage.play(draw, {"mean": 1.0})
        other, _ = stage.play(draw, {"mean": -1.0})
        again, _ = stage.play(draw, {"mean": 1.0})
        assert first.tobytes() == again.tobytes() != other.tobytes()

    def test_leaves_the_figure_as_it_was(self) -> None:
        axes = two_panels()
        stage = Stage(axes)
        before = [(panel.get_children(), panel.get_aspect(), panel.get_xlim(), axes[0].figure.dpi) for panel in axes]
        for mean in (0.0, 1.0):
            stage.play(draw, {"mean": mean})
        after = [(panel.get_children(), panel.get_aspect(), panel.get_xlim(), axes[0].figure.dpi) for panel in axes]
        assert after == before
        assert [len(panel.containers) for panel in axes] == [0, 0]

    def test_is_the_same_when_the_cell_runs_again(self) -> None:
        axes = two_panels()
        first, _ = Stage(axes).play(draw, {"mean": 1.0})
        again, _ = Stage(axes).play(draw, {"mean": 1.0})
        assert first.tobytes() == again.tobytes()

    @pytest.mark.parametrize(
        "shape", [lambda axes: axes[0], list, tuple, lambda axes: {"left": axes[0], "right": axes[1]}]
    )
    def test_axes_reach_draw_as_they_are(self, shape: Callable) -> None:
        given, got = shape(two_panels()), []
        Stage(given).play(lambda axes: got.append(axes) or "A sentence.", {})
        assert got[0] is given

    def test_hidden_frames_stay_hidden(self) -> None:
        axes = Figure(figsize=(2, 2)).subplots()
        axes.axis("off")
        assert np.asarray(Stage(axes).play(sentence_only, {})[0]).min() == 255


class TestErrors:
    @pytest.mark.parametrize(
        ("changed", "error", "message"),
        [
            ({"draw": 3}, TypeError, "draw must be a function, got 3"),
            (
                {"draw": lambda axes, mean: None},
                TypeError,
                "draw must return one sentence that reads the picture, got None",
            ),
            (
                {"draw": lambda axes, mean: axes[0].set_xlim(0, 1) and "s"},
                ValueError,
                "must leave the limits of the axes",
            ),
            ({"axes": []}, ValueError, "axes must be one or more Axes of one Figure, got []"),
            ({"axes": 3}, TypeError, "axes must be matplotlib Axes, got 3"),
            ({"axes": [two_panels()[0], two_panels()[0]]}, ValueError, "axes must be one or more Axes of one Figure"),
            ({"title": 3}, TypeError, "title must be a string, got 3"),
            ({"title": ""}, ValueError, "title must not be empty, got ''"),
            ({"mean": 0.0}, TypeError, "mean must be a Slider, got 0.0"),
        ],
    )
    def test_say_what_is_wrong(self, changed: dict, error: type[Exception], message: str) -> None:
        settings = {"draw": draw, "axes": two_panels(), "title": "a title"} | MEAN | changed
        with pytest.raises(error) as raised:
            explore(settings.pop("draw"), settings.pop("axes"), **settings)
        assert message in str(raised.value)

    def test_no_slider(self) -> None:
        with pytest.raises(ValueError, match="sliders must be one or more, got none"):
            explore(draw, two_panels(), title="a title")

    def test_in_draw_keeps_the_last_picture(self) -> None:
        def fragile(axes: np.ndarray, mean: float) -> str:
            caption = draw(axes, mean)
            if mean > 1:
                raise ZeroDivisionError("the width is zero")
            return caption

        widget = Explore(fragile, two_panels(), "errors", MEAN)
        first, caption = widget.picture, widget.caption
        widget.values = {"mean": 1.5}
        assert widget.error == "ZeroDivisionError: the width is zero"
        assert (widget.picture, widget.caption, widget.drawn) == (first, caption, {"mean": 1.5})
        widget.values = {"mean": 0.0}
        assert (widget.picture, widget.caption, widget.error) == (first, caption, "")


class TestWidget:
    def test_answers_a_move(self, widget: Explore) -> None:
        first = widget.picture
        widget.values = {"mean": 1.0}
        assert widget.picture != first
        assert (widget.caption, widget.drawn) == ("At mean 1.0 the line crosses zero.", {"mean": 1.0})
        assert Image.open(io.BytesIO(widget.picture)).size == (2 * widget.width, 500)

    def test_puts_values_on_the_grid(self, widget: Explore) -> None:
        widget.values = {"mean": 0.30000000000000004}
        assert widget.values == {"mean": 0.3}

    def test_last_value_wins_on_any_thread(self, widget: Explore) -> None:
        movers = [
            threading.Thread(target=setattr, args=(widget, "values", {"mean": step / 10})) for step in range(-20, 20)
        ]
        for mover in movers:
            mover.start()
        for mover in movers:
            mover.join()
        assert widget.drawn == widget.values
        assert widget.caption == f"At mean {widget.values['mean']:.1f} the line crosses zero."

    def test_skips_values_that_were_overtaken(self) -> None:
        seen, first_is_drawing, may_go_on = [], threading.Event(), threading.Event()

        def slow(axes: object, index: int) -> str:
            seen.append(index)
            if index == 1:
                first_is_drawing.set()
                may_go_on.wait(10)
            return "A sentence."

        widget = Explore(slow, two_panels(), "a title", {"index": Slider(0, 9, 1, 0, "index")})
        movers = [threading.Thread(target=setattr, args=(widget, "values", {"index": index})) for index in (1, 2, 3, 4)]
        for index, mover in enumerate(movers, start=1):
            mover.start()
            assert first_is_drawing.wait(10)
            while mover.is_alive() and widget.values != {"index": index}:
                time.sleep(0.001)  # until the mover waits for the first to be drawn
        may_go_on.set()
        for mover in movers:
            mover.join(10)
        assert seen == [0, 1, 4]


class TestSaved:
    def test_picture_and_sentence(self, widget: Explore) -> None:
        data, metadata = widget._repr_mimebundle_()
        still = base64.b64decode(data["image/png"])
        assert data["text/plain"] == metadata["image/png"]["alt"] == "At mean 0.0 the line crosses zero."
        assert "application/vnd.jupyter.widget-view+json" in data
        assert Image.open(io.BytesIO(still)).size == (2 * metadata["image/png"]["width"], 500)
        assert len(still) < 150_000

    def test_picture_is_the_last_that_could_be_drawn(self, widget: Explore) -> None:
        widget.values = {"mean": 1.0}
        data, _ = widget._repr_mimebundle_()
        assert data["text/plain"] == "At mean 1.0 the line crosses zero."

    def test_without_a_page(self, tmp_path) -> None:
        """Executed twice by nbclient: nothing hangs, and the stored outputs are equal to the byte."""
        source = (
            "import numpy as np\nfrom matplotlib.figure import Figure\n"
            "from gan_edu.show.explore import Slider, explore\n"
            "axes = Figure(figsize=(5, 2.5)).subplots()\naxes.set(xlim=(0, 1), ylim=(0, 1))\n"
            "def draw(axes, height):\n    axes.plot([0, 1], [0, height])\n"
            "    return f'The line is < {height:.1f} high.'\n"
            "explore(draw, axes, title='height', height=Slider(0, 1, 0.1, 0.5, 'height'))"
        )
        outputs = []
        for _ in range(2):
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id="cell")])
            NotebookClient(notebook, timeout=60, store_widget_state=False, kernel_name="python3").execute()
            picture, caption = notebook.cells[0].outputs
            del picture["data"]["application/vnd.jupyter.widget-view+json"]  # holds a number drawn by the kernel
            outputs.append((picture, caption))
        assert outputs[0] == outputs[1]
        assert picture["data"]["text/plain"] == caption["data"]["text/plain"] == "The line is < 0.5 high."
        assert caption["data"]["text/html"] == '<p class="gan-explore-saved"><em>The line is &lt; 0.5 high.</em></p>'
