"""A training that you watch, pause, change and rewind while it runs: the lab as a widget in the notebook.

What each command does is in commands.py; here are the thread that executes them and the messages to and from the page.
"""

import os
import re
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence
from contextvars import copy_context
from itertools import accumulate
from pathlib import Path
from typing import ClassVar

import anywidget
import traitlets
from IPython.display import display

from gan_edu.arguments import positive_integer
from gan_edu.game.training import Training
from gan_edu.lab.commands import Lab
from gan_edu.lab.saved_picture import SavedPicture
from gan_edu.show import plots
from gan_edu.show.explore import check_words

PAGE = Path(__file__).with_name("page")
MODULES = "elements.js", "drawing.js", "run.js", "live.js"  # each imports only from those before it
IN_FLIGHT = 12  # frames sent and not yet confirmed; the page confirms eight at once, so it must be more
UNSEEN_SECONDS = 3.0  # without a confirmation while it trains: then the page is closed, or out of sight
LINGER_SECONDS = 0.5  # without work, before the saved picture is renewed and the thread ends


def joined_modules() -> str:
    """The page's JavaScript modules as one, which is what anywidget takes: without imports and exports between them."""
    sources = [(PAGE / name).read_text("utf-8") for name in MODULES]
    joined = re.sub(r"^import \{[^}]*\} from \"\./\w+\.js\";\n", "", "\n".join(sources), flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", joined, flags=re.MULTILINE)


class Live(anywidget.AnyWidget):
    """The widget that `live` shows: the page sends commands, the kernel answers with frames.

    Commands may come on any thread: JupyterLab sends messages of widgets to one beside the running cell. They are put
    into a queue. One thread takes them out, trains, and sends frames; it lives only while there is work. The page
    confirms which frame it has drawn. Without that, no more frames are sent, and soon the training pauses.
    """

    _esm = joined_modules()
    _css = (PAGE / "live.css").read_text("utf-8")
    _instances: ClassVar[weakref.WeakSet["Live"]] = weakref.WeakSet()  # so that no two labs ever move the same weights
    title = traitlets.Unicode().tag(sync=True)
    about = traitlets.Dict(help="what does not change: names, views, colours and what the settings offer").tag(
        sync=True
    )
    status = traitlets.Dict(help="what the lab does, in words and numbers").tag(sync=True)
    settings = traitlets.List(help="the present values of each run").tag(sync=True)
    frame = traitlets.Dict(
        help="its number, the runs with the place of each of their arrays, and the bytes of all"
    ).tag(sync=True)

    def __init__(self, lab: Lab, title: str) -> None:
        for other in [*Live._instances]:
            if {id(run.training) for run in lab.runs} & {id(run.training) for run in other.lab.runs}:
                other.release()
        self.lab, self._commands, self._wake = lab, deque(), threading.Condition()
        lab.command_waits = lambda: bool(self._commands)
        self._thread: threading.Thread | None = None
        self._sent = self._drawn = 0  # numbers of frames
        self._executed, self._confirmed_at = "", time.monotonic()
        self.saved: SavedPicture | None = None
        super().__init__(title=title, about=described(lab), **self._next_values())
        self.on_msg(self._receive)
        Live._instances.add(self)

    def _receive(self, widget: object, content: dict, buffers: list) -> None:
        self._confirmed_at = time.monotonic()  # the page is there
        if "greeting" in content:
            # A message to a widget is handled on the thread that last sent one from it: so far that of its cell, after
            # all other cells. This empty message is sent from the thread of the page's messages, beside the cells.
            self.send({})
        elif "drawn" in content:
            self._drawn = max(self._drawn, content["drawn"])
        else:
            self.enqueue(content)

    def enqueue(self, command: dict) -> None:
        """Put a command into the queue, and start the thread if there is none."""
        with self._wake:
            self._commands.append(command)
            if self._thread is None:
                # In the context of the page's message: the kernel answers there, even while a cell is running.
                self._thread = threading.Thread(target=copy_context().run, args=(self._work,), daemon=True)
                self._thread.start()
            self._wake.notify()

    def release(self) -> None:
        """Leave the training to another lab; return when nothing moves it any more."""
        self.enqueue({"do": "release"})
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        wait = 0.0
        while (commands := self._take(wait)) is not None:
            for command in commands:
                self.lab.execute(command)
                self._executed = command.get("number", "")
            wait, film = self.lab.work()
            if self.lab.playing and time.monotonic() > self._confirmed_at + UNSEEN_SECONDS and self._sent > self._drawn:
                self.lab.pause(f": the page had not confirmed a frame for {UNSEEN_SECONDS:g} s, so nobody was watching")
            if commands or film or not self.lab.playing or self._sent < self._drawn + IN_FLIGHT:
                self._send_frame()
            if film:
                self.send({"film": f"{self.title}.gif"}, [film])

    def _take(self, wait: float) -> list[dict] | None:
        """The commands that have come; None when there is nothing more to do, and this thread is to end."""
        idle = not self.lab.busy and not self.lab.released
        with self._wake:
            if not self._commands and (wait > 0 or idle):
                self._wake.wait(LINGER_SECONDS if idle else wait)
        if idle and not self._commands and self.saved:
            try:
                self.saved.renew(self.lab)
            except Exception as error:
                self.lab.fail(error)
                self._send_frame()
        with self._wake:
            commands = [*self._commands]
            self._commands.clear()
            if not commands and not self.lab.busy:
                self._thread = None
                return None
        return commands

    def _send_frame(self) -> None:
        if self._sent <= self._drawn:
            self._confirmed_at = time.monotonic()
        try:
            traits = self._next_values()
        except Exception as error:  # the networks are the learner's own: whatever they raise, the reader sees it
            self.lab.pause()
            self.lab.fail(error)
            traits = {"status": self._status()}
        with self.hold_sync():  # one message, so that picture and text change together
            for name, value in traits.items():
                setattr(self, name, value)

    def _next_values(self) -> dict[str, object]:
        self.lab.update()
        self._sent += 1
        settings = [dict(run.settings.values) for run in self.lab.runs]
        return {"status": self._status(), "settings": settings, "frame": self._joined(self.lab.encoded())}

    def _joined(self, runs: list[dict]) -> dict[str, object]:
        """A frame whose arrays are one piece of memory: each piece costs as much to send as thousands of numbers."""
        arrays = [array for run in runs for array in run["arrays"].values()]
        ends = accumulate(map(len, arrays))
        places = [
            {name: [next(ends) - len(array), len(array)] for name, array in run["arrays"].items()} for run in runs
        ]
        described = [run | {"arrays": places} for run, places in zip(runs, places, strict=True)]
        return {"number": self._sent, "runs": described, "bytes": b"".join(arrays)}

    def _status(self) -> dict[str, object]:
        lab, kept = self.lab, len(self.lab.history.moments)
        status = {
            name: getattr(lab, name)
            for name in ("playing", "slow", "switched_on", "message", "error", "released", "step")
        }
        status |= {"rate": round(lab.rate), "seed": lab.runs[0].training.seed, "executed": self._executed, "kept": kept}
        return status | {"shown": lab.shown.step, "moment": kept - 1 if lab.past is None else lab.past}

    def __repr__(self) -> str:
        return f"Live({self.title!r})"


def described(lab: Lab) -> dict[str, object]:
    """What the page needs to know once."""
    settings = [
        [{"name": name, "label": each.label, "values": each.values} for name, each in run.settings.available.items()]
        for run in lab.runs
    ]
    first = lab.runs[0]
    views = [{"name": name, "title": title} for name, title in first.offered.items()]
    about = {"names": [run.name for run in lab.runs], "points": first.points, "views": views, "settings": settings}
    return about | {"colours": plots.PAGE_COLOURS}


def live(
    training: Training,
    *,
    title: str,
    steps: int = 300,
    beside: Training | None = None,
    names: Sequence[str] = ("A", "B"),
) -> None:
    """Show a training that the reader plays, pauses, steps, changes and rewinds; the cell returns at once.

    It trains on while other cells run: pause it before a cell uses the same training. A saved notebook shows the last
    pause. Without a page (the environment variable GAN_EDU_HEADLESS is set) it makes `steps` steps and shows that.

    Args:
        training: of points (B, 2), images (B, C, H, W) or series of them (B, T, C, H, W); the lab trains this very run,
            with the parts it was made of.
        title: what the reader can find out with it.
        steps: how far it trains where there is no page.
        beside: a second training with the same seed, at the same step: both go on in step.
        names: what tells the two apart.

    Raises:
        TypeError: an argument is not of its kind.
        ValueError: the title is empty, the data are none of these, or the two trainings do not fit.
    """
    check(training, title, beside, names)
    positive_integer("steps", steps)
    lab = Lab([training], [""]) if beside is None else Lab([training, beside], names)
    if os.environ.get("GAN_EDU_HEADLESS"):
        lab.run(steps)
        SavedPicture(lab, title)
        return
    widget = Live(lab, title)
    display(widget)
    widget.saved = SavedPicture(lab, title)


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
