"""The live lab in a browser: frames per second, what looking costs the training, how fast it acts, and memory.

Run with `python -m benchmarks.live`. One JupyterLab, one headless Chromium, one kernel; two hidden layers of 64, batch
256, all views as the lab begins with them. The training takes turns, in the same kernel, with one in a thread that
nobody looks at, so that a busy machine slows both; a share is that of two neighbouring turns.

`python -m benchmarks.live 60` lets it play for 60 minutes instead, and weighs page and kernel after each.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np

from tests.browser import browser

TURNS, SECONDS = 10, 8
PRESSES = 40  # of each kind
GAN_LAB = 17  # steps per second of GAN Lab's own model code, same layers, in Chromium on another machine of two cores
SETUP = """
import threading
import time

import torch

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP
from gan_edu.lab.widget import Live, live

torch.set_num_threads(1)

def make():
    return Training(GAN(MLP(2, 2), MLP(2, None), loss=non_saturating), ring())

training = make()
live(training, title="benchmark")
"""
LISTEN = """
widget, acted, alone = next(iter(Live._instances)), [], make()
execute = widget.lab.execute

def listen(command):
    execute(command)
    acted.append(1000 * time.time())

widget.lab.execute = listen

def blind(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        alone.run(100)

def turn(seconds):
    "Steps per second in a thread, with nothing shown."
    worker, steps, start = threading.Thread(target=blind, args=[seconds]), alone.step, time.perf_counter()
    worker.start()
    worker.join()
    return (alone.step - steps) / (time.perf_counter() - start)
"""
NOW = "(time.perf_counter(), training.step)"
MEGABYTES = "int(open('/proc/self/statm').read().split()[1]) * 4096 / 2**20"
WATCH = """root => {
  Object.assign(window, { drawn: 0, pressed: 0, paused: 0 });
  root.addEventListener('keydown', () => (window.pressed = Date.now()), true);
  new MutationObserver(changes => {
    if (changes.some(change => change.attributeName === 'data-frame')) window.drawn++;
    if (root.dataset.playing === 'false') window.paused ||= Date.now();
  }).observe(root, { attributes: true });
}"""


@dataclass
class Result:
    """What was measured, each time: `shown` and `alone` in steps/s.

    `memory` is (frames drawn, MB of what the page's scripts hold, MB of the kernel's process).
    """

    frames: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    acts: dict[str, list[float]] = field(default_factory=dict)
    seen: dict[str, list[float]] = field(default_factory=dict)
    memory: list[tuple[int, float, float]] = field(default_factory=list)

    @property
    def shares(self) -> np.ndarray:
        """Speed with everything shown over speed with nothing shown, for each turn."""
        return np.asarray(self.shown) / np.asarray(self.alone)

    @property
    def times_gan_lab(self) -> np.ndarray:
        """Speed with everything shown over GAN Lab's, for each turn."""
        return np.asarray(self.shown) / GAN_LAB


def play(notebook: browser.OpenNotebook, result: Result) -> None:
    """Add one turn with everything shown."""
    page, button = notebook.page, notebook.page.locator(".gan-live-play")
    button.press("Enter")
    page.wait_for_timeout(1000)  # until the lab knows how many steps fit between two frames
    start, steps = notebook.ask(NOW)
    first, drawn = page.evaluate("() => [performance.now(), window.drawn]")
    page.wait_for_timeout(1000 * SECONDS)
    last, drawn_then = page.evaluate("() => [performance.now(), window.drawn]")
    end, steps_then = notebook.ask(NOW)
    button.press("Enter")
    page.locator(".gan-live[data-playing=false]").wait_for()
    result.frames.append(1000 * (drawn_then - drawn) / (last - first))
    result.shown.append((steps_then - steps) / (end - start))


def weigh(notebook: browser.OpenNotebook) -> tuple[int, float, float]:
    """The frames drawn so far, and the memory in MB that page and kernel take now.

    Of the page all that its scripts hold is counted. Its process holds more and grows by what the inspector, through
    which we look, keeps of the traffic; no reader has one open.
    """
    session = notebook.page.context.new_cdp_session(notebook.page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")
    session.detach()
    page = heap["usedSize"] + heap["backingStorageSize"] + heap["embedderHeapUsedSize"]
    return notebook.page.evaluate("window.drawn"), page / 2**20, notebook.ask(MEGABYTES)


def press(notebook: browser.OpenNotebook, kind: str, selector: str, keys: Sequence[str], result: Result) -> None:
    """Press keys in turn while it trains; add milliseconds until the kernel has acted, and until the page shows it."""
    page = notebook.page
    for turn in range(PRESSES):
        if page.locator(".gan-live").get_attribute("data-playing") == "false":
            page.locator(".gan-live-play").press("Enter")
            page.locator(".gan-live[data-playing=true]").wait_for()
        page.wait_for_timeout(200 + 7 * turn)  # at all phases of a frame
        notebook.ask("acted.clear()")
        page.evaluate("window.paused = 0")
        page.locator(selector).press(keys[turn % len(keys)])
        page.wait_for_timeout(150)  # so that asking does not hold up what it asks for
        notebook.ask("None", "while not acted: time.sleep(0.005)")
        pressed = page.evaluate("window.pressed")
        result.acts.setdefault(kind, []).append(notebook.ask("acted[0]") - pressed)
        if kind != "slider":
            page.wait_for_function("window.paused > 0")
            result.seen.setdefault(kind, []).append(page.evaluate("window.paused") - pressed)


@contextmanager
def watched() -> Iterator[browser.OpenNotebook]:
    """A notebook with one lab, at rest, and both ends wired for measuring."""
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder, "notebooks"), Path(folder, "home")
        root.mkdir(), home.mkdir()
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        cells = [nbformat.v4.new_code_cell(SETUP.strip())]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), root / "live.ipynb")
        with (
            browser.browsing() as chromium,
            browser.serving(root, home) as lab,
            browser.opened(chromium, lab, "live.ipynb") as notebook,
        ):
            notebook.run_all()
            notebook.page.locator(".gan-live[data-frame]").evaluate(WATCH)
            notebook.ask("None", LISTEN)
            yield notebook


def measure() -> Result:
    """Everything, in one JupyterLab."""
    result = Result()
    with watched() as notebook:
        for _ in range(TURNS):
            play(notebook, result)
            result.alone.append(notebook.ask(f"turn({SECONDS})"))
            result.memory.append(weigh(notebook))
        press(notebook, "slider", ".gan-live-momentum", ["ArrowRight", "ArrowLeft"], result)
        press(notebook, "pause", ".gan-live-play", ["Enter"], result)
        press(notebook, "step", ".gan-live-step", ["Enter"], result)
    return result


def endure(minutes: int) -> None:
    """Let it play for so long, and print what page and kernel take."""
    with watched() as notebook:
        notebook.page.locator(".gan-live-play").press("Enter")
        for _ in range(minutes):
            notebook.page.wait_for_timeout(60_000)
            print(weight(weigh(notebook)), flush=True)


def weight(memory: tuple[int, float, float]) -> str:
    frames, page, kernel = memory
    return f"after {frames:,} frames the page holds {page:.0f} MB, the kernel {kernel:.0f} MB"


def line(what: str, values: list[float] | np.ndarray, unit: str, aim: str = "") -> str:
    low, median, high = np.percentile(values, [25, 50, 75])
    return f"{what:48} {median:8.2f}{unit}   (quartiles {low:.2f} to {high:.2f})   {aim}"


def main() -> None:
    result = measure()
    print(line("frames drawn on the page", result.frames, " /s", "at least 20"))
    print(line("steps with everything shown", result.shown, " /s"))
    print(line("steps with nothing shown", result.alone, " /s"))
    print(line("speed that looking leaves", result.shares, "", "at least 0.9"))
    print(line("steps shown / GAN Lab's on another machine", result.times_gan_lab, "", "at least 10"))
    for title, times in (("key to kernel", result.acts), ("key to page", result.seen)):
        for kind, taken in times.items():
            median, slow = np.percentile(taken, [50, 90])
            print(f"{title + ', ' + kind:48} {median:8.0f} ms   p90 {slow:.0f} ms   p90 below 100")
    print(*map(weight, result.memory), sep="\n")


if __name__ == "__main__":
    endure(int(sys.argv[1])) if sys.argv[1:] else main()
