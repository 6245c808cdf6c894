"""What a reader does, in a real browser: open each notebook, run all cells, move every slider from end to end."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import browser
import nbformat
import pytest
from browser import Lab, OpenNotebook
from playwright.sync_api import Browser, Locator, expect

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
BROKEN = ", ".join(
    (
        ".gan-explore-error:visible",
        ".jupyter-widgets-error-widget",
        "[data-mime-type='application/vnd.jupyter.stderr']",
        "[data-mime-type='application/vnd.jupyter.error']",
    )
)
PIXELS = """async image => {
  for (;;) {
    const source = image.src;
    try {
      await image.decode();
      const bytes = await (await fetch(source)).arrayBuffer();
      if (image.src === source)
        return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-1', bytes))).join();
    } catch (error) {
      if (image.src === source) throw error;  // else a newer picture came in between
    }
  }
}"""

# One notebook that does with explore what can be done with it.
SETUP = """
import numpy as np
from matplotlib.figure import Figure

from gan_edu.show.explore import Slider, explore

x = np.linspace(-6, 6, 400)
axes = Figure(figsize=(8, 3), layout="constrained").subplots(1, 2)
axes[0].set(xlim=(-6, 6), ylim=(0, 1), xlabel="x", ylabel="density", title="two densities")
axes[0].plot(x, np.exp(-(x**2) / 2) / 2.5, label="real")
axes[0].legend(loc="upper left")
axes[1].set(xlim=(-6, 6), ylim=(-6, 6), xlabel="first coordinate", title="samples")
points = np.random.default_rng(0).normal(size=(2, 400))

def draw(axes, mean, width, count):
    if width == 0:
        raise ValueError("the width is zero")
    axes[0].fill_between(x, np.exp(-(((x - mean) / width) ** 2) / 2) / (2.5 * width), color="C1", alpha=0.4)
    axes[1].scatter(*(mean + width * points[:, :count]), s=8, color="C1")
    return f"At mean {mean:.1f} and width {width:.2f} there are {count} < 401 points."
"""
EXPLORE = """
explore(draw, axes, title="Move the generated density",
        mean=Slider(-4, 4, 0.1, 0.0, "mean"),
        width=Slider(0, 2, 0.25, 1.0, "width of the density"),
        count=Slider(10, 400, 10, 200, "number of points"))
"""
SENTENCE = "At mean {mean} and width {width} there are {count} < 401 points."


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    browser.need_chromium()
    with browser.browsing() as started:
        yield started


@pytest.fixture(scope="module")
def lab(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of the notebooks, and twice the one above."""
    root = tmp_path_factory.mktemp("notebooks") / "notebooks"
    shutil.copytree(FOLDER, root)
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in ("start = 1", SETUP, EXPLORE, "print('end')")]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # without it JupyterLab asks for one
    for name in ("sliders.ipynb", "saved.ipynb"):
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), root / name)
    with browser.serving(root, tmp_path_factory.mktemp("home")) as served:
        yield served


@pytest.fixture(scope="module")
def opened_sliders(chromium: Browser, lab: Lab) -> Iterator[OpenNotebook]:
    with browser.opened(chromium, lab, "sliders.ipynb") as notebook:
        yield notebook


@pytest.fixture
def sliders(opened_sliders: OpenNotebook) -> Iterator[OpenNotebook]:
    """The notebook above, freshly run: its cells make a new widget each time."""
    assert opened_sliders.run_all()
    expect(opened_sliders.page.locator(".gan-explore img")).to_be_visible()
    yield opened_sliders
    assert opened_sliders.errors == []


def answered(explore: Locator) -> str:
    """Wait until the kernel has drawn the present values; return what identifies the picture."""
    expect(explore.locator("figure")).to_have_attribute("aria-busy", "false")
    return explore.locator("img").evaluate(PIXELS)


def check_words(explore: Locator) -> None:
    """Caption and alternative text are one sentence, and every slider says what it is and where it stands."""
    caption = explore.get_by_role("status").inner_text()
    assert caption.strip()
    assert explore.locator("img").get_attribute("alt") == caption
    for slider in explore.get_by_role("slider").all():
        assert slider.evaluate("input => input.labels[0].textContent.trim()")
        assert float(slider.locator("xpath=following-sibling::output[1]").inner_text()) == float(slider.input_value())


@pytest.mark.timeout(2 * browser.RUN_SECONDS)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path: Path, chromium: Browser, lab: Lab) -> None:
    stored = nbformat.read(path, as_version=4)
    outputs = [output for cell in stored.cells for output in cell.get("outputs", [])]
    expected = sum("gan-explore-saved" in output.get("data", {}).get("text/html", "") for output in outputs)
    with browser.opened(chromium, lab, path.name) as notebook:
        assert notebook.run_all()
        notebook.command("notebook:expand-all-headings")  # a slider may stand in a folded section
        explores = notebook.page.locator(".gan-explore")
        expect(explores).to_have_count(expected)
        for explore in explores.all():
            for slider in explore.get_by_role("slider").all():
                check_ends(explore, slider)
        assert notebook.page.locator(BROKEN).all_inner_texts() == []
        assert notebook.errors == []


def check_ends(explore: Locator, slider: Locator) -> None:
    """By keyboard to both ends, where the pictures differ; then back to where the slider stood."""
    start, pictures = slider.input_value(), []
    for key, end in (("Home", "min"), ("End", "max")):
        slider.focus()
        slider.press(key)
        assert slider.input_value() == slider.get_attribute(end)
        pictures.append(answered(explore))
        check_words(explore)
        expect(explore.locator(".gan-explore-error")).to_be_hidden()
    assert pictures[0] != pictures[1]
    slider.evaluate("(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }", start)
    answered(explore)


@pytest.mark.timeout(browser.RUN_SECONDS)
class TestSliders:
    def test_keys_move_the_slider_and_nothing_else(self, sliders: OpenNotebook) -> None:
        explore = sliders.page.locator(".gan-explore")
        slider = explore.locator(".gan-slider-mean")
        first = answered(explore)
        slider.focus()
        where = sliders.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex")
        for key, value in {"ArrowRight": 0.1, "ArrowUp": 0.2, "ArrowLeft": 0.1, "End": 4, "Home": -4}.items():
            slider.press(key)
            assert float(slider.input_value()) == value
        for key in ("ArrowDown", "PageUp", "PageDown", "d", "d", "a", "j", "Shift+ArrowUp"):
            slider.press(key)
        assert answered(explore) != first
        check_words(explore)
        content = "window.jupyterapp.shell.currentWidget.content"
        assert sliders.page.evaluate(f"() => {content}.activeCellIndex") == where
        assert sliders.page.evaluate(f"() => {content}.widgets.length") == 4
        assert sliders.page.evaluate(f"() => {content}.selectedCells.length") == 1
        expect(slider).to_be_focused()

    def test_mouse_drags(self, sliders: OpenNotebook) -> None:
        explore = sliders.page.locator(".gan-explore")
        slider = explore.locator(".gan-slider-count")
        browser.drag(slider)
        answered(explore)
        expect(explore.get_by_role("status")).to_have_text(SENTENCE.format(mean="0.0", width="1.00", count=400))

    def test_the_last_of_many_values_is_drawn(self, sliders: OpenNotebook) -> None:
        explore = sliders.page.locator(".gan-explore")
        explore.locator(".gan-slider-mean").focus()
        for _ in range(30):
            sliders.page.keyboard.press("ArrowRight")
        answered(explore)
        expect(explore.locator("output").first).to_have_text("3.0")
        expect(explore.get_by_role("status")).to_have_text(SENTENCE.format(mean="3.0", width="1.00", count=200))

    def test_an_error_is_shown_and_forgotten(self, sliders: OpenNotebook) -> None:
        explore = sliders.page.locator(".gan-explore")
        slider, alert = explore.locator(".gan-slider-width"), explore.locator(".gan-explore-error")
        before = answered(explore)
        slider.focus()
        slider.press("Home")
        expect(alert).to_be_visible()
        assert answered(explore) == before
        expect(explore.get_by_role("alert")).to_have_text("ValueError: the width is zero")
        slider.press("End")
        expect(alert).to_be_hidden()
        assert answered(explore) != before
        check_words(explore)

    @pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
    def test_both_themes(self, theme: str, sliders: OpenNotebook, tmp_path: Path) -> None:
        sliders.command("apputils:change-theme", {"theme": theme})
        explore = sliders.page.locator(".gan-explore")
        dark = "!== 'true'" if theme.endswith("Dark") else "=== 'true'"
        sliders.page.wait_for_function(f"() => document.body.dataset.jpThemeLight {dark}")
        explore.scroll_into_view_if_needed()
        answered(explore)
        expect(sliders.page.locator("#jupyterlab-splash")).to_have_count(0)  # covers the page while the theme changes
        screenshot = tmp_path / f"{theme}.png"
        sliders.page.screenshot(path=screenshot)
        assert screenshot.stat().st_size > 10_000
        style = "(node, property) => getComputedStyle(node)[property]"
        background = sliders.page.locator(".jp-Notebook").evaluate(style, "backgroundColor")
        for words in ("legend", "label", "figcaption", ".gan-explore-error"):
            assert browser.contrast(explore.locator(words).first.evaluate(style, "color"), background) >= 4.5

    def test_saved_notebook_shows_picture_and_sentence(self, chromium: Browser, lab: Lab) -> None:
        sentence = SENTENCE.format(mean="0.0", width="1.00", count=200)
        with browser.opened(chromium, lab, "saved.ipynb") as live:
            assert live.run_all()
            expect(live.page.locator(".gan-explore img")).to_be_visible()
            expect(live.page.get_by_text(sentence).locator("visible=true")).to_have_count(1)
            live.command("docmanager:save")
        stored = nbformat.read(lab.root / "saved.ipynb", as_version=4)
        stored.cells[2].outputs[0].data.pop("application/vnd.jupyter.widget-view+json")  # as notebooks/execute.py does
        nbformat.write(stored, lab.root / "saved.ipynb")
        with browser.opened(chromium, lab, "saved.ipynb") as saved:
            picture = saved.page.locator(".jp-OutputArea-output img")
            expect(picture).to_be_visible()
            assert picture.bounding_box()["width"] <= 800
            expect(saved.page.get_by_text(sentence).locator("visible=true")).to_have_count(1)
