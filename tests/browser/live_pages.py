"""A notebook with live labs in it, open in a browser, and each lab seen from both sides: the page, and the kernel.

What the page shows can so be held against the training itself, read in the kernel.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import browser
import nbformat
import pytest
from browser import OpenNotebook
from playwright.sync_api import Locator, expect

ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
PATIENCE = 30  # seconds, for what a lab does in less than one
SETUP = """
import hashlib
import sys
import threading
import time

import torch

from gan_edu.data.images import digits
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import Loss, non_saturating
from gan_edu.game.training import Training
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP
from gan_edu.lab import widget as module
from gan_edu.lab.widget import Live, live

torch.set_num_threads(1)
trainings = {}

def of_points(seed=0, loss=non_saturating):
    return Training(GAN(MLP(2, 2), MLP(2, None), loss=loss), ring(), seed=seed)

def of_digits():
    gan = GAN(ImageGenerator(), ImageDiscriminator(), loss=non_saturating, noise_size=16)
    return Training(gan, digits(), batch_size=64)

def weights(training):
    networks = training.gan.generator, training.gan.discriminator
    parts = [hashlib.sha1(b"".join(p.detach().numpy().tobytes() for p in net.parameters())) for net in networks]
    return [part.hexdigest() for part in parts]

def trained(steps, seed=0):
    training = of_points(seed)
    training.run(steps)
    return training

def widget_of(training):
    shown = [widget for widget in [*Live._instances] if not widget.lab.released]
    return next(widget for widget in shown if any(run.training is training for run in widget.lab.runs))

def threads():
    "What each thread that is in the lab's code does at this moment: the names of the functions it is in."
    doing = []
    for thread, frame in sys._current_frames().items():
        names = []
        while frame and thread != threading.get_ident():
            names += [frame.f_code.co_name] * (frame.f_code.co_filename == module.__file__)
            frame = frame.f_back
        doing += [names] * bool(names)
    return doing
"""
POINTS = """
trainings["points"] = of_points()
live(trainings["points"], title="points")
"""
DIGITS = """
trainings["digits"] = of_digits()
live(trainings["digits"], title="digits")
"""
PAIR = """
trainings["pair"], trainings["beside"] = of_points(), of_points()
live(trainings["pair"], title="pair", beside=trainings["beside"], names=("left", "right"))
"""

expect.set_options(timeout=1000 * PATIENCE)


def written(path: Path, sources: Sequence[str]) -> None:
    """Write a notebook of code cells, the imports above before them."""
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in (SETUP, *sources)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # without it JupyterLab asks for one
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)


@contextmanager
def opened(folders: pytest.TempPathFactory, sources: Sequence[str]) -> Iterator[OpenNotebook]:
    """A notebook of these cells, open in JupyterLab."""
    browser.need_chromium()
    root = folders.mktemp("notebooks")
    written(root / "labs.ipynb", sources)
    with (
        browser.browsing() as chromium,
        browser.serving(root, folders.mktemp("home")) as lab,
        browser.opened(chromium, lab, "labs.ipynb") as notebook,
    ):
        yield notebook


def run_cell(notebook: OpenNotebook, index: int) -> None:
    """Run one cell; 0 is the one with the imports."""
    notebook.page.evaluate(f"index => ({ACTIVE} = index)", index)
    assert notebook.command("notebook:run-cell", seconds=browser.RUN_SECONDS)


class LivePage:
    """One lab: `root` is its place on the page, `ask` reads its `training`, and its `widget`, in the kernel."""

    def __init__(self, notebook: OpenNotebook, title: str) -> None:
        self.notebook, self.page, self.title = notebook, notebook.page, title
        self.root = notebook.page.get_by_role("region", name=title, exact=True)
        self.error = self.root.locator(".gan-live-error:not(.gan-live-silence)")
        self.say = self.root.locator(".gan-live-say")
        self.past = self.root.locator(".gan-live-past")

    def button(self, word: str) -> Locator:
        return self.root.locator(f"button.gan-live-{word}")

    def setting(self, name: str) -> Locator:
        return self.root.locator(f".gan-live-settings .gan-live-{name}")

    def unfold(self) -> None:
        """Open what is folded up."""
        folded = self.root.locator("details:not([open]) > summary")
        while folded.count():
            folded.first.click()

    def ask(self, expression: str) -> object:
        """The value of an expression in the kernel, of this lab's `training` and `widget`."""
        given = f"training = trainings[{self.title!r}]; widget = widget_of(training); lab = widget.lab"
        return self.notebook.ask(expression, given)

    def picture(self, place: str = "canvas.gan-live-plane", run: int = 0) -> str:
        """What identifies the picture on a canvas."""
        return self.root.locator(place).nth(run).evaluate("canvas => canvas.toDataURL()")

    def until(self, read: Callable[[], object], expected: object, seconds: float = PATIENCE) -> None:
        """Wait until something can be read as expected, and fail when it takes too long."""
        end = time.monotonic() + seconds
        while (answer := read()) != expected and time.monotonic() < end:
            self.page.wait_for_timeout(20)
        assert answer == expected, f"still {answer!r} after {seconds} s, not {expected!r}"

    def until_kernel(self, expression: str, expected: object, seconds: float = PATIENCE) -> None:
        self.until(lambda: self.ask(expression), expected, seconds)

    def rest(self) -> str:
        """Wait until no lab does anything, and the page has drawn this one's last frame; return what it shows."""
        # In this order: a thread that is found to wait has shown what it did before.
        state = (
            "(lab.busy, len(widget._commands), all('_take' in names for names in threads()), widget.frame['number'])"
        )
        self.until(lambda: self.ask(state) == (False, 0, True, self.drawn_frame()), True)
        return self.picture()

    def play_until(self, step: int) -> int:
        """Press Play, and Pause once the page shows this step or a later one; return the step where it stopped."""
        self.button("play").click()
        self.page.wait_for_function(
            "([root, step]) => Number(root.dataset.step) >= step", arg=[self.root.element_handle(), step]
        )
        self.button("play").click()
        expect(self.root).to_have_attribute("data-playing", "false")
        self.rest()
        return self.ask("training.step")

    def drawn_frame(self) -> int:
        return int(self.root.get_attribute("data-frame") or -1)

    def shown_step(self) -> int:
        """The step that the page writes out."""
        words = self.root.locator(".gan-live-place").inner_text()
        return int(words.split("·")[0].removeprefix("step ").replace(",", ""))
