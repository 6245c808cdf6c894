"""The live lab in a real browser: what goes on, what stops and what is kept when the kernel or the page goes away."""

import re
from collections.abc import Iterator

import browser
import live_pages
import numpy as np
import pytest
from browser import OpenNotebook
from live_pages import LivePage
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(browser.RUN_SECONDS)
TRAININGS = """
trainings |= {"first": of_points(), "second": of_points(seed=1)}
busy = 0.0
"""
FIRST = "live(trainings['first'], title='first')"
SECOND = "live(trainings['second'], title='second')"
BUSY = """
other, end = of_points(seed=2), time.time() + busy
try:
    while time.time() < end:
        other.run(10)
        print(".", end="")
except KeyboardInterrupt:  # an error would make the kernel refuse what it is asked next
    print("interrupted")
"""
FAULTY = """
trouble = {}  # step: what the loss is multiplied by then

def out_of_order(scores, fake_scores):
    step = trainings["faulty"].step if "faulty" in trainings else 0
    if trouble.get(step) == "raise":
        raise RuntimeError(f"the loss is out of order at step {step}")
    return non_saturating.discriminator(scores, fake_scores) * trouble.get(step, 1.0)

trainings["faulty"] = of_points(loss=Loss(out_of_order, non_saturating.generator))
live(trainings["faulty"], title="faulty")
"""
CELLS = [TRAININGS, FIRST, SECOND, BUSY, FAULTY]
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext"
UNSEEN = 6  # seconds after which nothing may train any more where nobody is watching
FILLING, MORE = 500, 500  # frames; one that was kept would take 30 kB in the page, and 100 in the kernel
BESIDE = "bool(getattr(widget.comm, '_reply_subshell_id', None))"  # whether the kernel hears the page beside the cells
MOVE = """
widget = widget_of(trainings["first"])
for step in range({count}):
    widget.enqueue({{"do": "step_once", "with": {{"who": "both"}}}})
    while widget._commands:
        time.sleep(0.0005)
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenNotebook]:
    with live_pages.opened(tmp_path_factory, CELLS) as opened:
        yield opened


@pytest.fixture
def first(notebook: OpenNotebook) -> Iterator[LivePage]:
    """The first of the labs, all of which are as new."""
    assert notebook.run_all()
    page = LivePage(notebook, "first")
    page.rest()
    yield page
    assert notebook.errors == []


def run_cell(live: LivePage, index: int) -> None:
    """Begin to run a cell; 0 is the one with the imports."""
    cell = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    live.page.evaluate(
        f"index => {{ {cell} = index; window.jupyterapp.commands.execute('notebook:run-cell'); }}", index
    )


def interrupt(live: LivePage) -> None:
    live.notebook.within(browser.PAGE_SECONDS, f"() => {KERNEL}.session.kernel.interrupt()")


def grows(live: LivePage) -> bool:
    """Whether the training goes on at this moment."""
    step = live.ask("training.step")
    live.page.wait_for_timeout(400)
    return live.ask("training.step") > step


def pauses_unseen(live: LivePage) -> int:
    """Wait until it has stopped by itself, with no thread left; return the step."""
    live.until_kernel("(lab.playing, threads())", (False, []), seconds=UNSEEN)
    return live.ask("training.step")


class TestKernel:
    def test_interrupt(self, first: LivePage) -> None:
        first.button("play").click()
        expect(first.root.locator(".gan-live-place")).to_contain_text("steps/s")
        interrupt(first)
        assert grows(first)
        first.button("play").click()
        expect(first.root).to_have_attribute("data-playing", "false")
        first.rest()
        assert first.ask("weights(training) == weights(trained(training.step))")
        expect(first.error).to_be_hidden()

    def test_controls_act_while_another_cell_is_busy(self, first: LivePage) -> None:
        first.until_kernel(BESIDE, True)
        first.notebook.ask("busy", f"busy = {browser.RUN_SECONDS}")
        run_cell(first, 4)
        cell = first.page.locator(".jp-CodeCell").nth(4)
        expect(cell.locator(".jp-OutputArea-output")).to_contain_text("...")
        first.button("play").click()
        first.page.wait_for_function("root => Number(root.dataset.step) > 20", arg=first.root.element_handle())
        first.button("play").click()
        expect(first.root).to_have_attribute("data-playing", "false")
        paused = int(first.root.get_attribute("data-step"))
        first.button("step").click()
        expect(first.root).to_have_attribute("data-step", str(paused + 1))
        first.setting("d_rate").press("End")
        first.button("step-d").click()
        expect(first.say).to_contain_text("only D has moved")
        expect(cell.locator(".jp-InputPrompt")).to_have_text("[*]:")
        interrupt(first)
        expect(cell.locator(".jp-OutputArea-output")).to_contain_text("interrupted")
        assert first.ask("training.step") == paused + 2
        assert first.ask("training.gan.d_optimizer.param_groups[0]['lr']") == 0.1

    def test_restart(self, first: LivePage) -> None:
        first.button("play").click()
        expect(first.root.locator(".gan-live-place")).to_contain_text("steps/s")
        first.notebook.within(browser.PAGE_SECONDS, f"() => {KERNEL}.restartKernel()")
        first.button("step").click()
        expect(first.root.locator(".gan-live-silence")).to_be_visible()
        assert first.notebook.run_all()
        first.rest()
        expect(first.root.locator(".gan-live-silence")).to_be_hidden()
        assert first.play_until(10) == first.shown_step()

    def test_running_the_cell_again_keeps_the_training(self, first: LivePage) -> None:
        first.button("play").click()
        expect(first.root.locator(".gan-live-place")).to_contain_text("steps/s")
        first.page.evaluate("root => (window.before = root)", first.root.element_handle())
        run_cell(first, 2)
        first.page.wait_for_function("() => !window.before.isConnected")
        first.until_kernel("lab.playing", False)
        first.rest()
        step = first.ask("training.step")
        assert first.shown_step() == step > 0
        assert first.play_until(step + 20) > step
        assert first.ask("weights(training) == weights(trained(training.step))")
        assert first.ask("sum(not w.lab.released for w in Live._instances if w.lab.runs[0].training is training)") == 1
        first.until_kernel("threads()", [])


class TestTwoLabs:
    def test_at_once(self, first: LivePage) -> None:
        second = LivePage(first.notebook, "second")
        for live in (first, second):
            live.button("play").click()
        for live in (first, second):
            live.page.wait_for_function("root => Number(root.dataset.step) > 50", arg=live.root.element_handle())
        first.button("play").click()
        expect(first.root).to_have_attribute("data-playing", "false")
        step = first.ask("training.step")
        assert grows(second)
        assert first.ask("training.step") == step == first.shown_step()
        second.button("play").click()
        second.rest()
        for seed, live in enumerate((first, second)):
            assert live.ask(f"weights(training) == weights(trained(training.step, {seed}))")
        first.until_kernel("threads()", [])


class TestErrors:
    @pytest.mark.parametrize(
        ("factor", "message"),
        [
            ("'raise'", r"RuntimeError: the loss is out of order at step 30$"),
            ("float('nan')", r"TrainingDiverged: training diverged at step 31: .*last good state, step \d+"),
        ],
    )
    def test_are_shown_and_one_can_go_on(self, factor: str, message: str, first: LivePage) -> None:
        live = LivePage(first.notebook, "faulty")
        live.notebook.ask("len(trouble)", f"trouble[30] = {factor}")
        live.button("play").click()
        expect(live.root.get_by_role("alert")).to_have_text(re.compile(message))
        expect(live.root).to_have_attribute("data-playing", "false")
        live.rest()
        step = live.ask("training.step")
        assert live.shown_step() == step <= 30
        assert live.ask("weights(training) == weights(trained(training.step) if training.step else of_points())")
        live.until_kernel("threads()", [])
        live.notebook.ask("len(trouble)", "trouble.clear()")
        live.button("reset").click()
        expect(live.error).to_be_hidden()
        live.until_kernel("training.step", 0)
        assert live.play_until(40) >= 40
        expect(live.error).to_be_hidden()


class TestMemory:
    def test_many_frames(self, first: LivePage) -> None:
        """As fast as they go; the first ones fill all that may be filled. What leaks leaks each time."""
        session, page, kernel = first.page.context.new_cdp_session(first.page), [], []
        for count in (FILLING, MORE, MORE):
            first.notebook.ask("None", MOVE.format(count=count), seconds=browser.RUN_SECONDS)
            first.rest()
            session.send("HeapProfiler.collectGarbage")
            page.append(session.send("Runtime.getHeapUsage")["usedSize"])
            kernel.append(4096 * int(first.ask("open('/proc/self/statm').read()").split()[1]))
        assert first.shown_step() == first.ask("training.step") == FILLING + 2 * MORE
        assert min(np.diff(page)) < 2e6
        assert min(np.diff(kernel)) < 25e6
        history = "__import__('gan_edu.lab.history').lab.history"
        assert 100 < first.ask("len(lab.history.moments)") <= 256
        assert first.ask(f"{history}.size(lab.history.moments)") <= 64 * 2**20
        assert first.ask("len(lab.runs[0].losses.rows)") <= 257


class TestUnseen:
    def test_cleared_output(self, first: LivePage) -> None:
        first.button("play").click()
        expect(first.root.locator(".gan-live-place")).to_contain_text("steps/s")
        first.notebook.command("notebook:clear-all-cell-outputs")
        expect(first.root).to_have_count(0)
        pauses_unseen(first)

    def test_closed_notebook(self, first: LivePage) -> None:
        first.notebook.command("docmanager:save")
        first.button("play").click()
        expect(first.root.locator(".gan-live-place")).to_contain_text("steps/s")
        first.page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
        expect(first.root).to_have_count(0)
        step = pauses_unseen(first)
        first.notebook.within(browser.PAGE_SECONDS, browser.OPEN, "labs.ipynb")
        expect(first.say).to_contain_text("nobody was watching")
        first.rest()
        assert first.shown_step() == step
        assert first.play_until(step + 20) > step

    def test_closed_page(self, first: LivePage) -> None:
        first.notebook.command("docmanager:save")
        first.button("play").click()
        expect(first.root.locator(".gan-live-place")).to_contain_text("steps/s")
        first.page.goto("about:blank")
        first.page.wait_for_timeout(1000 * UNSEEN)
        first.notebook.load("labs.ipynb")
        again = LivePage(first.notebook, "first")
        step = pauses_unseen(again)
        expect(again.say).to_contain_text("nobody was watching")
        again.rest()
        assert again.shown_step() == step
        assert again.ask("weights(training) == weights(trained(training.step))")
        assert again.play_until(step + 20) > step
