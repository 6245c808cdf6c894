"""A training that you watch, pause, steer and rewind while it runs: the lab in the notebook.

The page's half is live.js, dressed by live.css. What the lab does is in lab.py; here it meets the page and the thread.
"""

import html
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence
from contextvars import copy_context
from pathlib import Path
from typing import ClassVar

import anywidget
import traitlets
from IPython.display import DisplayHandle, display

from gan_edu.arguments import positive_integer
from gan_edu.game.training import Training
from gan_edu.lab.commands import Lab
from gan_edu.lab.history import still
from gan_edu.lab.run import LABELS
from gan_edu.lab.views import equilibrium
from gan_edu.show.explore import check_words

IN_FLIGHT = 12  # frames sent and not yet answered for; the page answers for eight at once, so it must be more
UNSEEN_SECONDS = 3.0  # without an answer of the page while it trains, nobody is watching
WIDTH = 780  # of the saved picture, in pixels of the page
LINGER_SECONDS = 0.5  # at rest, before the saved picture is renewed and the thread ends


class Live(anywidget.AnyWidget):
    """The widget that `live` shows: the page sends commands, the kernel answers with frames.

    Commands may come on any thread: JupyterLab speaks to widgets on one beside the running cell. They are put into a
    queue. One thread takes them out, trains, looks and sends; it lives only while there is something to do. The page
    says which frame it has drawn. Where it does not, no more frames are sent, and soon the training pauses.
    """

    _esm = Path(__file__).with_name("page") / "live.js"
    _css = Path(__file__).with_name("page") / "live.css"
    _all: ClassVar[weakref.WeakSet["Live"]] = weakref.WeakSet()  # so that no two labs ever move the same weights
    title = traitlets.Unicode().tag(sync=True)
    about = traitlets.Dict(help="what does not change: names, views and dials").tag(sync=True)
    status = traitlets.Dict(help="what the lab does, in words and numbers").tag(sync=True)
    settings = traitlets.List(help="where the dials of each run stand").tag(sync=True)
    frame = traitlets.Dict(help="its number, and the arrays of each run").tag(sync=True)

    def __init__(self, lab: Lab, title: str) -> None:
        for other in [*Live._all]:
            if {id(run.training) for run in lab.runs} & {id(run.training) for run in other.lab.runs}:
                other.release()
        self.lab, self._commands, self._wake = lab, deque(), threading.Condition()
        lab.asked = lambda: bool(self._commands)
        self._thread: threading.Thread | None = None
        self._sent = self._drawn = 0
        self._heard, self._answered = "", time.monotonic()
        self.saved: Saved | None = None
        super().__init__(title=title, about=described(lab), **self._answer())
        self.on_msg(self._hear)
        Live._all.add(self)

    def _hear(self, widget: object, content: dict, buffers: list) -> None:
        self._answered = time.monotonic()  # somebody is there
        if "hello" in content:
            # The kernel hears a widget where that last spoke: so far in its cell, after all other cells. From this
            # word on, which says nothing, it is where the page speaks: beside the cells.
            self.send({})
        elif "drawn" in content:
            self._drawn = max(self._drawn, content["drawn"])
        else:
            self.tell(content)

    def tell(self, command: dict) -> None:
        """Put a command into the queue, and see to it that somebody takes it out."""
        with self._wake:
            self._commands.append(command)
            if self._thread is None:
                # In the context of the page's message: the kernel answers there, even while a cell is running.
                self._thread = threading.Thread(target=copy_context().run, args=(self._work,), daemon=True)
                self._thread.start()
            self._wake.notify()

    def release(self) -> None:
        """Leave the training to another lab; return when nothing moves it any more."""
        self.tell({"do": "release"})
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        wait = 0.0
        while (commands := self._take(wait)) is not None:
            for command in commands:
                self.lab.obey(command)
                self._heard = command.get("number", "")
            wait, film = self.lab.go_on()
            if self.lab.playing and time.monotonic() > self._answered + UNSEEN_SECONDS and self._sent > self._drawn:
                self.lab.pause(f": the page had not answered for {UNSEEN_SECONDS:g} s, so nobody was watching")
            if commands or film or not self.lab.playing or self._sent < self._drawn + IN_FLIGHT:
                self._show()
            if film:
                self.send({"film": f"{self.title}.gif"}, [film])

    def _take(self, wait: float) -> list[dict] | None:
        """The commands that have come; None when there is nothing more to do, and this thread is to end."""
        resting = not self.lab.busy and not self.lab.released
        with self._wake:
            if not self._commands and (wait > 0 or resting):
                self._wake.wait(LINGER_SECONDS if resting else wait)
        if resting and not self._commands and self.saved:
            try:
                self.saved.renew(self.lab)
            except Exception as error:
                self.lab.fail(error)
                self._show()
        with self._wake:
            commands = [*self._commands]
            self._commands.clear()
            if not commands and not self.lab.busy:
                self._thread = None
                return None
        return commands

    def _show(self) -> None:
        if self._sent <= self._drawn:
            self._answered = time.monotonic()
        try:
            answer = self._answer()
        except Exception as error:  # the networks are the learner's own: whatever happens, the reader sees it
            self.lab.pause()
            self.lab.fail(error)
            answer = {"status": self._status()}
        with self.hold_sync():  # one message, so that picture and words change together
            for name, value in answer.items():
                setattr(self, name, value)

    def _answer(self) -> dict[str, object]:
        self.lab.look()
        self._sent += 1
        settings = [dict(run.steering.values) for run in self.lab.runs]
        frame = {"number": self._sent, "runs": self.lab.frame()}
        return {"status": self._status(), "settings": settings, "frame": frame}

    def _status(self) -> dict[str, object]:
        lab, kept = self.lab, len(self.lab.timeline.moments)
        status = {name: getattr(lab, name) for name in ("playing", "slow", "on", "say", "error", "released", "step")}
        status |= {"rate": round(lab.rate), "seed": lab.runs[0].training.seed, "heard": self._heard, "kept": kept}
        return status | {"shown": lab.shown.step, "moment": kept - 1 if lab.past is None else lab.past}

    def __repr__(self) -> str:
        return f"Live({self.title!r})"


def described(lab: Lab) -> dict[str, object]:
    """What the page needs to know once."""
    dials = [
        [{"name": name, "label": dial.label, "values": dial.values} for name, dial in run.steering.dials.items()]
        for run in lab.runs
    ]
    views = [{"name": name, "label": LABELS[name]} for name in lab.runs[0].offered]
    return {"names": [run.name for run in lab.runs], "points": lab.runs[0].points, "views": views, "dials": dials}


class Saved:
    """The picture and the sentence that stay in the saved cell; live.css hides them where the lab is alive."""

    def __init__(self, lab: Lab, title: str) -> None:
        self.title, self.step = title, lab.step
        picture, words, about = self._made(lab)
        self.picture: DisplayHandle = display(picture, raw=True, metadata=about, display_id=True)
        self.words: DisplayHandle = display(words, raw=True, display_id=True)

    def renew(self, lab: Lab) -> None:
        """Show the present step, if it is another one."""
        if lab.step != self.step:
            self.step = lab.step
            picture, words, about = self._made(lab)
            self.picture.update(picture, raw=True, metadata=about)
            self.words.update(words, raw=True)

    def _made(self, lab: Lab) -> tuple[dict, dict, dict]:
        sentence = f"{self.title}, after {lab.step:,} steps. {lab.runs[0].legend}"
        marks = [equilibrium(run.training.gan.loss) for run in lab.runs]
        picture = still(lab.now, [run.losses for run in lab.runs], marks)
        paragraph = f'<p class="gan-live-saved"><em>{html.escape(sentence)}</em></p>'
        words = {"text/html": paragraph, "text/plain": sentence}
        about = {"image/png": {"alt": sentence, "width": WIDTH}}
        return {"image/png": picture, "text/plain": sentence}, words, about


def live(
    training: Training,
    *,
    title: str,
    steps: int = 300,
    beside: Training | None = None,
    names: Sequence[str] = ("A", "B"),
) -> None:
    """Show a training that the reader plays, pauses, steps, steers and rewinds; the cell returns at once.

    It trains on while other cells run: pause it before a cell uses the same training. A saved notebook shows the last
    pause. Without a page (the environment variable GAN_EDU_HEADLESS is set) it makes `steps` steps and shows that.

    Args:
        training: of points (B, 2) or images (B, C, H, W); the lab moves this very run, with the parts it was made of.
        title: what the reader can find out with it.
        steps: how far it trains where there is no page.
        beside: a second training with the same seed, at the same step: both go on in step.
        names: what tells the two apart.

    Raises:
        TypeError: an argument is not of its kind.
        ValueError: the title is empty, the data are neither points nor images, or the two trainings do not fit.
    """
    check(training, title, beside, names)
    positive_integer("steps", steps)
    lab = Lab([training], [""]) if beside is None else Lab([training, beside], names)
    if os.environ.get("GAN_EDU_HEADLESS"):
        lab.run(steps)
        Saved(lab, title)
        return
    widget = Live(lab, title)
    display(widget)
    widget.saved = Saved(lab, title)


def check(training: Training, title: str, beside: Training | None, names: Sequence[str]) -> None:
    """Raise the error that names what is wrong with an argument of `live`."""
    for name, given in {"training": training, "beside": beside or training}.items():
        if not isinstance(given, Training):
            raise TypeError(f"{name} must be a Training, got {given!r}")
    check_words("title", title)
    if beside is None:
        return
    if len(names) != 2 or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(f"names must be two words, got {names!r}")
    if beside is training or beside.gan is training.gan:
        raise ValueError("beside must be a training of its own, got the same one twice")
    for name in ("seed", "step"):
        if getattr(beside, name) != getattr(training, name):
            raise ValueError(
                f"beside must have the {name} of training, {getattr(training, name)}, got {getattr(beside, name)}"
            )
    shapes = [tuple(each.snapshot().real.shape[1:]) for each in (training, beside)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"beside must have examples of shape {shapes[0]}, got {shapes[1]}")
