"""The live lab without a page: its thread, its messages, what it refuses, and what a saved notebook shows."""

import base64
import io
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating
from gan_edu.lab import widget as module
from gan_edu.lab.commands import Lab
from gan_edu.lab.widget import IN_FLIGHT, Live, live
from gan_edu.networks.points import MLP


def make(**settings: object) -> Training:
    gan = GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=non_saturating)
    return Training(gan, ring(), batch_size=16, **settings)


@pytest.fixture
def training() -> Training:
    return make()


@pytest.fixture
def widget(training: Training, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.01)
    made = Live(Lab([training], [""]), "a lab")
    yield made
    made.release()
    made.close()


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.005)


def receive(widget: Live, **message: object) -> None:
    """As a message of the page does."""
    widget._receive(widget, message, [])


def watch(widget: Live) -> None:
    """Answer every frame, as a page does that is open."""
    widget.observe(lambda change: receive(widget, drawn=change["new"]["number"]), "frame")


class TestThread:
    def test_the_page_answers_before_the_kernel_waits_for_it(self) -> None:
        answers = re.search(
            r"CONFIRM_FRAMES = (\d+)", (Path(module.__file__).parent / "page" / "live.js").read_text("utf-8")
        )
        assert int(answers[1]) < IN_FLIGHT

    def test_the_page_is_greeted_back(self, widget: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        said = []
        monkeypatch.setattr(widget, "send", said.append)
        receive(widget, greeting=True)
        assert said == [{}]
        assert widget._thread is None

    def test_there_is_none_while_there_is_nothing_to_do(self, widget: Live) -> None:
        assert widget._thread is None
        receive(widget, do="step_once", **{"with": {"who": "both"}}, number="page:1")
        until(lambda: widget._thread is None)
        assert widget.status["step"] == 1
        assert widget.status["executed"] == "page:1"

    def test_plays_and_pauses(self, widget: Live) -> None:
        watch(widget)
        receive(widget, do="play")
        until(lambda: widget.status["step"] > 50)
        assert widget.status["playing"]
        receive(widget, do="pause")
        until(lambda: widget._thread is None)
        assert widget.status["message"] == f"Paused at step {widget.lab.step:,}."
        assert widget.status["step"] == widget.lab.step

    def test_no_command_is_lost_and_the_last_value_wins(self, widget: Live, training: Training) -> None:
        receive(widget, do="play")
        watch(widget)
        for count in range(50):
            receive(widget, do="change_settings", **{"with": {"values": {"momentum": count / 100}}})
        receive(widget, do="pause")
        until(lambda: widget._thread is None)
        before = training.step
        for number in range(50):
            receive(widget, do="step_once", **{"with": {"who": "both"}}, number=f"page:{number}")
        until(lambda: widget._thread is None)
        assert training.step == before + 50
        assert widget.status["executed"] == "page:49"
        assert widget.settings[0]["momentum"] == training.gan.d_optimizer.param_groups[0]["betas"][0] == 0.49

    def test_an_error_of_the_training_is_shown(self, widget: Live, training: Training) -> None:
        def failing(gan: GAN, draw: Callable, stream: object) -> tuple:
            if training.step == 30:
                raise RuntimeError("thirty is enough")
            return alternating(gan, draw, stream)

        training.update = failing
        watch(widget)
        receive(widget, do="play")
        until(lambda: widget._thread is None and not widget.status["playing"])
        assert widget.status["error"] == "RuntimeError: thirty is enough"
        assert widget.status["message"] == "Paused at step 30."

    def test_an_error_in_looking_is_shown_and_the_lab_stays_alive(self, widget: Live, training: Training) -> None:
        whole, training.averaged = training.averaged, None
        receive(widget, do="step_once", **{"with": {"who": "both"}})
        until(lambda: widget._thread is None)
        assert widget.status["error"].startswith("AttributeError: 'NoneType' object has no attribute")
        training.averaged = whole
        receive(widget, do="play")
        until(lambda: widget.status["playing"])
        assert widget.status["error"] == ""

    def test_an_error_in_drawing_the_saved_picture_is_shown(self, widget: Live) -> None:
        class Broken:
            def renew(self, lab: Lab) -> None:
                raise ValueError("no paper")

        widget.saved = Broken()
        receive(widget, do="step_once", **{"with": {"who": "both"}})
        until(lambda: widget._thread is None)
        assert widget.status["error"] == "ValueError: no paper"


class TestPage:
    def test_no_more_frames_are_sent_than_are_drawn(
        self, widget: Live, training: Training, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "UNSEEN_SECONDS", 1000)
        receive(widget, do="play")
        until(lambda: widget._sent >= IN_FLIGHT)
        step = training.step
        until(lambda: training.step > step + 100)
        assert widget._sent <= 2 + IN_FLIGHT  # one when it was made, one for the command
        receive(widget, drawn=widget._sent)
        sent = widget._sent
        until(lambda: widget._sent > sent)

    def test_pauses_when_nobody_watches(
        self, widget: Live, training: Training, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "UNSEEN_SECONDS", 0.3)
        receive(widget, do="play")
        until(lambda: widget._thread is None and not widget.status["playing"])
        step = training.step
        assert step > 0
        assert widget.status["message"].endswith("nobody was watching.")
        watch(widget)
        receive(widget, do="play")  # somebody is back: it goes on
        until(lambda: training.step > step + 100)
        assert widget.status["playing"]

    def test_a_page_that_comes_later_finds_everything(self, widget: Live) -> None:
        watch(widget)
        receive(widget, do="change_settings", **{"with": {"values": {"d_rate": 0.01}}})
        receive(widget, do="step_once", **{"with": {"who": "both"}})
        until(lambda: widget._thread is None)
        state = widget.get_state()
        assert state["settings"][0]["d_rate"] == 0.01
        assert state["status"]["step"] == 1
        assert state["frame"]["number"] == widget._sent
        assert [setting["name"] for setting in state["about"]["settings"][0]][:2] == ["d_rate", "g_rate"]

    def test_a_frame_is_one_piece_of_memory_and_says_where_each_array_lies(self, widget: Live) -> None:
        (arrays,) = (run["arrays"] for run in widget.lab.encoded())
        (places,) = (run["arrays"] for run in widget.frame["runs"])
        assert {
            name: widget.frame["bytes"][start : start + length] for name, (start, length) in places.items()
        } == arrays
        assert sum(map(len, arrays.values())) == len(widget.frame["bytes"]) > 0

    def test_an_animation_is_sent_once(self, widget: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = []
        monkeypatch.setattr(widget, "send", lambda content, buffers: sent.append((content, buffers)))
        receive(widget, do="make_film")
        until(lambda: widget._thread is None)
        assert [content for content, _ in sent] == [{"film": "a lab.gif"}]
        assert sent[0][1][0][:6] == b"GIF89a"


class TestTwoLabs:
    def test_a_second_lab_takes_the_training_over(self, widget: Live, training: Training) -> None:
        watch(widget)
        receive(widget, do="play")
        until(lambda: training.step > 20)
        second = Live(Lab([training], [""]), "the same again")
        step = training.step
        assert widget._thread is None
        time.sleep(0.1)
        assert training.step == step  # nothing moves it unseen
        assert widget.status["released"]
        receive(widget, do="play")
        until(lambda: "another lab" in widget.status["error"])
        assert training.step == step
        second.release()

    def test_two_trainings_do_not_disturb_each_other(self, widget: Live, training: Training) -> None:
        other = make(seed=1)
        second = Live(Lab([other], [""]), "another")
        for each in (widget, second):
            watch(each)
            receive(each, do="play")
        until(lambda: training.step > 100 and other.step > 100)
        for each in (widget, second):
            receive(each, do="pause")
            until(lambda each=each: each._thread is None)
        alone = make(seed=1)
        last = alone.run(other.step)
        assert last.d_loss == float(other.losses[0])
        second.release()


class TestArguments:
    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"training": 3}, TypeError, "training must be a Training, got 3"),
            ({"beside": "two"}, TypeError, "beside must be a Training, got 'two'"),
            ({"title": None}, TypeError, "title must be a string, got None"),
            ({"title": " "}, ValueError, "title must not be empty, got ' '"),
            ({"steps": 0}, ValueError, "steps must be a positive integer, got 0"),
            ({"beside": make(seed=2)}, ValueError, "beside must have the seed of training, 0, got 2"),
            ({"beside": make(), "names": ("A", " ")}, ValueError, "names must be two words, got ('A', ' ')"),
        ],
    )
    def test_says_what_is_wrong(self, change: dict, error: type[Exception], message: str, training: Training) -> None:
        arguments = {"training": training, "title": "a lab"} | change
        with pytest.raises(error) as raised:
            live(arguments.pop("training"), **arguments)
        assert str(raised.value) == message

    def test_two_runs_must_be_two_and_at_one_step(self, training: Training) -> None:
        with pytest.raises(ValueError, match="beside must be a training of its own"):
            live(training, title="a lab", beside=training)
        later = make()
        later.run(5)
        with pytest.raises(ValueError, match="beside must have the step of training, 0, got 5"):
            live(training, title="a lab", beside=later)


CELLS = """
import torch
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP
from gan_edu.lab.widget import live
torch.set_num_threads(1)
training = Training(GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=non_saturating), ring())
live(training, title="Watch <it>", steps=40)
print(training.step)
"""


def test_without_a_page_it_trains_and_shows_a_picture() -> None:
    """GAN_EDU_HEADLESS is set for every test, and a kernel inherits it."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELLS)])
    NotebookClient(notebook, timeout=120, extra_arguments=["--log-level=ERROR"]).execute()
    picture, words, printed = notebook.cells[0].outputs
    assert printed.text == "40\n"
    sentence = picture.data["text/plain"]
    assert sentence.startswith("Watch <it>, after 40 steps. Blue dots are real, orange crosses generated")
    assert picture.metadata["image/png"]["alt"] == sentence == words.data["text/plain"]
    assert "Watch &lt;it&gt;" in words.data["text/html"]
    assert Image.open(io.BytesIO(base64.b64decode(picture.data["image/png"]))).width > 500
    assert "application/vnd.jupyter.widget-view+json" not in picture.data
