"""The live lab in a real browser: by keyboard, for screen readers, in both themes, on a small window."""

import re
from collections.abc import Iterator
from itertools import pairwise

import browser
import live_pages
import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import OpenNotebook
from live_pages import LivePage
from matplotlib.colors import to_rgb
from playwright.sync_api import expect

from gan_edu.show import plots

pytestmark = pytest.mark.timeout(browser.RUN_SECONDS)
THEMES = pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
LABS = pytest.mark.parametrize("title", ["points", "digits", "pair"])
CONTROLS = ":is(button, input, select, textarea, summary, a[href]):not(:disabled)"
REACHED = """(root, controls) => {
  const all = [...root.querySelectorAll(controls)].filter(control => control.checkVisibility());
  return all.indexOf(document.activeElement);
}"""
CONTENT = "window.jupyterapp.shell.currentWidget.content"
NOTEBOOK = f"""() => {{
  const {{ activeCellIndex, widgets, selectedCells, mode }} = {CONTENT};
  return [activeCellIndex, widgets.length, selectedCells.length, mode, widgets.map(cell => cell.model.type).join()];
}}"""
# Pairs of things that lie over each other, and what sticks out of the lab or of the cell.
CROWDED = """root => {
  const visible = element => element.checkVisibility() && element.getBoundingClientRect().width > 0;
  const tags = 'button, input, select, textarea, summary, canvas, label, dt, dd, span, p, figcaption';
  const things = [...root.querySelectorAll(tags)];
  const leaves = things.filter(visible).filter(thing => !thing.querySelector('input'));
  const boxes = leaves.map(thing => [thing, thing.getBoundingClientRect()]);
  const named = thing => `${thing.tagName}.${thing.className} ${thing.textContent.slice(0, 20)}`;
  const faults = [];
  const around = root.getBoundingClientRect();
  boxes.forEach(([thing, box], i) => {
    if (box.left < around.left - 1 || box.right > around.right + 1) faults.push(`${named(thing)} sticks out`);
    if (thing.scrollWidth > thing.clientWidth + 1 && thing.clientWidth) faults.push(`${named(thing)} is cut off`);
    for (const [other, rest] of boxes.slice(i + 1)) {
      if (thing.contains(other) || other.contains(thing)) continue;
      const wide = Math.min(box.right, rest.right) - Math.max(box.left, rest.left);
      const high = Math.min(box.bottom, rest.bottom) - Math.max(box.top, rest.top);
      if (wide > 2 && high > 2) faults.push(`${named(thing)} lies over ${named(other)}`);
    }
  });
  for (let box = root; box && !box.matches('.jp-Cell'); box = box.parentElement)
    if (box.scrollWidth > box.clientWidth + 1) faults.push(`${named(box).slice(0, 60)} scrolls sideways`);
  return faults;
}"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenNotebook]:
    """All three kinds of lab, everything unfolded, each with a few steps behind it."""
    cells = [live_pages.POINTS, live_pages.DIGITS, live_pages.PAIR]
    with live_pages.opened(tmp_path_factory, cells) as opened:
        assert opened.run_all()
        for title in ("points", "digits", "pair"):
            page = LivePage(opened, title)
            page.unfold()
            page.play_until(3)
        yield opened
        assert opened.errors == []


def use(theme: str, notebook: OpenNotebook) -> None:
    notebook.command("apputils:change-theme", {"theme": theme})
    dark = "!== 'true'" if theme.endswith("Dark") else "=== 'true'"
    notebook.page.wait_for_function(f"() => document.body.dataset.jpThemeLight {dark}")
    expect(notebook.page.locator("#jupyterlab-splash")).to_have_count(0)  # covers the page while the theme changes


class TestKeyboard:
    @LABS
    def test_tab_reaches_everything_in_order(self, title: str, notebook: OpenNotebook) -> None:
        root = LivePage(notebook, title).root
        controls = root.locator(CONTROLS).locator("visible=true")
        count = controls.count()
        assert count > 15
        controls.nth(1).focus()
        notebook.page.keyboard.press("Shift+Tab")
        for place in range(count):
            assert root.evaluate(REACHED, CONTROLS) == place
            notebook.page.keyboard.press("Tab")
        assert root.evaluate(REACHED, CONTROLS) == -1  # and it lets the reader go on
        places = controls.evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
        assert all(below > above - 30 for above, below in pairwise(places))  # as it is read

    def test_every_control_obeys(self, notebook: OpenNotebook) -> None:
        live = LivePage(notebook, "points")
        step = live.ask("training.step")
        for word, key in (("step", "Enter"), ("step-d", "Space"), ("step-g", "Enter")):
            live.button(word).press(key)
            step += 1
            live.until_kernel("training.step", step)
        live.button("play").press("Space")
        expect(live.root).to_have_attribute("data-playing", "true")
        live.button("play").press("Enter")
        expect(live.root).to_have_attribute("data-playing", "false")
        live.button("slow").press("Enter")
        live.until_kernel("lab.slow", True)
        live.button("slow").press("Space")
        live.until_kernel("lab.slow", False)
        for _ in range(2):
            before = live.ask("'best' in lab.switched_on")
            live.root.locator(".gan-live-view-best").press("Space")
            live.until_kernel("'best' in lab.switched_on", not before)
        live.setting("data").focus()
        live.page.keyboard.press("ArrowDown")
        live.until_kernel("lab.runs[0].settings.values['data']", "ring of 8")
        live.root.locator(".gan-live-points").fill("")
        live.root.locator(".gan-live-points").press_sequentially("0.5, 0.5")
        live.button("use").press("Enter")
        live.until_kernel("training.data.means.tolist()", [[0.5, 0.5]])
        live.root.locator("summary").first.press("Enter")
        expect(live.root.locator("details").first).not_to_have_attribute("open", "")
        live.root.locator("summary").first.press("Enter")
        live.button("reset").press("Space")
        live.until_kernel("training.step", 0)
        live.play_until(3)

    def test_no_shortcut_of_jupyterlab_is_triggered(self, notebook: OpenNotebook) -> None:
        live, page = LivePage(notebook, "points"), notebook.page
        for control in (
            live.setting("d_rate"),
            live.button("step"),
            live.setting("loss"),
            live.root.locator(".gan-live-points"),
        ):
            control.focus()
            before = page.evaluate(NOTEBOOK)
            for key in ("a", "b", "x", "d", "d", "m", "y", "j", "k", "Shift+ArrowUp", "Shift+M", "0", "0", "z"):
                control.press(key)
            assert page.evaluate(NOTEBOOK) == before
            expect(control).to_be_focused()
        expect(live.root.locator(".gan-live-points")).to_have_value(re.compile("z$"))
        live.button("clear").click()


class TestLooks:
    @THEMES
    def test_axe_finds_nothing_serious(self, theme: str, notebook: OpenNotebook) -> None:
        use(theme, notebook)
        live = LivePage(notebook, "points")
        live.root.locator(".gan-live-points").fill("seven")
        live.button("use").click()
        expect(live.error).to_be_visible()
        found = Axe().run(notebook.page, {"include": [".gan-live"]}).response
        assert len(found["passes"]) > 10
        serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
        assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in serious] == []
        live.button("clear").click()

    @THEMES
    def test_contrast(self, theme: str, notebook: OpenNotebook) -> None:
        use(theme, notebook)
        root, style = LivePage(notebook, "points").root, "(node, property) => getComputedStyle(node)[property]"
        background = notebook.page.locator(".jp-Notebook").evaluate(style, "backgroundColor")
        for words in (
            ".gan-live-title",
            ".gan-live-say",
            ".gan-live-place",
            "dt",
            "dd",
            "figcaption",
            "legend",
            "label",
        ):
            assert browser.contrast(root.locator(words).first.evaluate(style, "color"), background) >= 4.5
        for control in ("button:enabled", "select", "textarea"):
            own = [root.locator(control).first.evaluate(style, name) for name in ("color", "backgroundColor")]
            assert browser.contrast(*own) >= 4.5
        edges = root.locator("select").first.evaluate(style, "borderTopColor")
        assert browser.contrast(edges, background) >= 3  # the edge tells where to click
        error = root.locator(".gan-live-error").first.evaluate(style, "color")
        assert browser.contrast(error, background) >= 4.5

    @THEMES
    @LABS
    def test_pictures_follow_the_theme(self, theme: str, title: str, notebook: OpenNotebook) -> None:
        use(theme, notebook)
        live = LivePage(notebook, title)
        live.root.scroll_into_view_if_needed()
        paper = plots.PAGE_COLOURS[theme.split()[1].lower()]["paper"]
        corner = "canvas => [...canvas.getContext('2d').getImageData(1, 1, 1, 1).data]"
        expected = [round(255 * share) for share in to_rgb(paper)] + [255]
        live.until(lambda: live.root.locator(".gan-live-curves").first.evaluate(corner), expected)

    def test_the_scale_of_the_map_stands_beside_it(self, notebook: OpenNotebook) -> None:
        live = LivePage(notebook, "points")
        low, high = live.ask("[round(float(end), 3) for end in lab.shown.frames[0].arrays['scale']]")
        scale = live.root.locator(".gan-live-scale")
        expect(scale).to_have_text(f"map: D {low:g}{high:g}")
        bar = scale.locator(".gan-live-bar").evaluate("bar => getComputedStyle(bar).backgroundImage")
        assert bar.count("rgb(") == 3
        expect(LivePage(notebook, "digits").root.locator(".gan-live-scale")).to_be_hidden()

    @LABS
    @pytest.mark.parametrize("width", [1024, 1600])
    def test_nothing_overlaps_or_scrolls_sideways(self, width: int, title: str, notebook: OpenNotebook) -> None:
        notebook.page.set_viewport_size({"width": width, "height": 900})
        root = LivePage(notebook, title).root
        root.scroll_into_view_if_needed()
        assert root.evaluate(CROWDED) == []
        if width == 1024:
            assert 550 <= root.bounding_box()["width"] <= 800

    @LABS
    def test_pictures_say_what_they_show(self, title: str, notebook: OpenNotebook) -> None:
        live = LivePage(notebook, title)
        live.rest()
        step = live.ask("training.step")
        labels = live.root.locator(".gan-live-plane").evaluate_all("all => all.map(each => each.ariaLabel)")
        assert len(labels) == (2 if title == "pair" else 1)
        for run, label in zip(("left", "right"), labels, strict=False):
            assert f"samples at step {step}. " in label
            assert "D on real" in label
            assert label.startswith(run) or title != "pair"


class TestSaved:
    def test_shows_picture_and_sentence(self, notebook: OpenNotebook) -> None:
        notebook.page.set_viewport_size({"width": 1600, "height": 900})
        sentences = {}
        for title in ("points", "digits", "pair"):
            live = LivePage(notebook, title)
            live.play_until(live.ask("training.step") + 5)
            live.until_kernel("threads()", [])
            sentences[title] = f"{title}, after {live.ask('training.step'):,} steps."
        notebook.command("docmanager:save")
        path = notebook.lab.root / "labs.ipynb"
        stored = nbformat.read(path, as_version=4)
        for cell in stored.cells[1:]:
            cell.outputs[0].data.pop("application/vnd.jupyter.widget-view+json")  # as notebooks/execute.py does
        nbformat.write(stored, path.with_name("saved.ipynb"))
        notebook.load("saved.ipynb")
        for cell, (title, sentence) in zip(stored.cells[1:], sentences.items(), strict=True):
            picture, words = cell.outputs[1:]
            alternative = picture.metadata["image/png"]["alt"]
            assert alternative.startswith(sentence)
            assert words.data["text/plain"] == picture.data["text/plain"] == alternative
            shown = notebook.page.locator(".jp-Cell").filter(has_text=re.compile(f"title=.{title}"))
            shown = shown.locator("visible=true")
            expect(shown.get_by_text(alternative).locator("visible=true")).to_have_count(1)
            image = shown.locator(".jp-OutputArea-output img")
            expect(image).to_be_visible()
            assert 300 < image.bounding_box()["width"] <= 800
