"""You are the discriminator, in a real browser: by mouse and by keyboard, one by one, in a grid, against the clock."""

import re
from collections.abc import Iterator

import browser
import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import OpenNotebook
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.timeout(browser.RUN_SECONDS)
PATIENCE = 30_000  # milliseconds, for what takes less than one second
CONTENT = "window.jupyterapp.shell.currentWidget.content"
NOTEBOOK = f"() => [{CONTENT}.activeCellIndex, {CONTENT}.widgets.length, {CONTENT}.mode]"
TITLE = "Which are real?"
# Fakes are digits turned upside down; a discriminator that compares the halves of an image is right on some.
SOURCES = (
    """
from gan_edu.data.images import digits
from gan_edu.randomness import Stream
from gan_edu.show.discriminate import discriminate

images = digits().images
def halves(images):
    return images[..., 4:, :].mean((1, 2, 3)) - images[..., :4, :].mean((1, 2, 3))
""",
    f"game = discriminate(images, -images, halves, stream=Stream(0), title={TITLE!r})",
    "print('end')",
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenNotebook]:
    browser.need_chromium()
    root = tmp_path_factory.mktemp("notebooks")
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in SOURCES]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # without it JupyterLab asks for one
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), root / "game.ipynb")
    with (
        browser.browsing() as chromium,
        browser.serving(root, tmp_path_factory.mktemp("home")) as lab,
        browser.opened(chromium, lab, "game.ipynb") as notebook,
    ):
        yield notebook


@pytest.fixture
def notebook(opened: OpenNotebook) -> Iterator[OpenNotebook]:
    """Freshly run: a new game each time."""
    assert opened.run_all()
    yield opened
    assert opened.errors == []


def game_of(notebook: OpenNotebook) -> Locator:
    return notebook.page.get_by_role("region", name=TITLE, exact=True)


def truth(notebook: OpenNotebook) -> list[bool]:
    return notebook.ask("game.real.tolist()")


def press_all(notebook: OpenNotebook, answers: list[bool]) -> None:
    for place, real in enumerate(answers, start=1):
        expect(game_of(notebook).get_by_role("status")).to_have_text(re.compile(f"Image {place} of 40"))
        notebook.page.keyboard.press("r" if real else "f")


def row(notebook: OpenNotebook, judge: str) -> list[str]:
    line = game_of(notebook).get_by_role("row").filter(has=notebook.page.get_by_role("rowheader", name=judge))
    return line.get_by_role("cell").all_inner_texts()


def test_by_keyboard_one_by_one(notebook: OpenNotebook) -> None:
    game, page = game_of(notebook), notebook.page
    game.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    expect(game.get_by_role("button", name="Real (R)")).to_be_focused()
    before, real = page.evaluate(NOTEBOOK), truth(notebook)
    page.keyboard.press("f" if real[0] else "r")  # wrong, and taken back
    expect(game.get_by_role("status")).to_have_text(f"You said {'fake' if real[0] else 'real'}. Image 2 of 40.")
    page.keyboard.press("Backspace")
    expect(game.get_by_role("status")).to_have_text("Image 1 of 40.")
    for key in ("a", "b", "d", "d", "j", "ArrowDown", "0", "0"):  # shortcuts of JupyterLab
        page.keyboard.press(key)
    press_all(notebook, [*real[:-2], *(not each for each in real[-2:])])
    start = game.get_by_role("button", name="New images")
    expect(start).to_be_focused(timeout=PATIENCE)
    right = {kind: 20 - sum(each is kind for each in real[-2:]) for kind in (True, False)}
    mine = row(notebook, "you")
    assert [cell.split(",")[0] for cell in mine] == [f"{right[kind]} of 20" for kind in (True, False)]
    scores, words = notebook.ask("game.scores().tolist()"), row(notebook, "D, on the same images")
    hits = [
        sum((score > 0) is each for score, each in zip(scores, real, strict=True) if each is kind) for kind in right
    ]
    assert [cell.split(" ")[0] for cell in words] == [str(count) for count in hits]
    expect(game.get_by_role("status")).to_have_text(
        re.compile(rf"^After \d+ s. Right about real ones: {right[True]} of 20")
    )
    labels = game.get_by_role("img").evaluate_all("all => all.map(each => each.ariaLabel)")
    assert len(labels) == 40
    assert [f": {'real' if each else 'fake'}; you" in label for each, label in zip(real, labels, strict=True)]
    expect(game.locator(".gan-discriminate-wrong")).to_have_count(2)
    assert page.evaluate(NOTEBOOK) == before
    page.keyboard.press("Enter")  # another round, of other images
    expect(game.get_by_role("status")).to_have_text("Image 1 of 40.", timeout=PATIENCE)
    expect(game.get_by_role("button", name="Real (R)")).to_be_focused()
    assert truth(notebook) != real
    press_all(notebook, truth(notebook))
    expect(game.get_by_role("rowheader", name="you, in all rounds")).to_be_visible(timeout=PATIENCE)
    assert sum(int(cell.split(" ")[0]) for cell in row(notebook, "you, in all rounds")) == 78


def test_by_mouse_one_by_one(notebook: OpenNotebook) -> None:
    game = game_of(notebook)
    game.get_by_role("button", name="Start").click()
    for place in range(1, 41):
        expect(game.get_by_role("status")).to_have_text(re.compile(f"Image {place} of 40"))
        game.get_by_role("button", name="Real (R)" if place % 2 else "Fake (F)").click()
    expect(game.get_by_role("table")).to_be_visible(timeout=PATIENCE)
    real = truth(notebook)
    right = [sum(each and not place % 2 for place, each in enumerate(real))]
    right.append(sum(not each and place % 2 for place, each in enumerate(real)))
    assert [int(cell.split(" ")[0]) for cell in row(notebook, "you")] == right


def test_in_a_grid_by_mouse_and_keyboard(notebook: OpenNotebook) -> None:
    game, page = game_of(notebook), notebook.page
    game.get_by_label("in a grid").click()
    game.get_by_role("button", name="Start").click()
    cells, fakes = (
        game.get_by_role("group", name="images").get_by_role("button"),
        [not each for each in truth(notebook)],
    )
    expect(cells).to_have_count(40)
    expect(cells.first).to_be_focused()
    for place in (place for place in range(30) if fakes[place]):
        cells.nth(place).click()
    cells.nth(29).focus()
    page.keyboard.press("ArrowLeft")
    expect(cells.nth(28)).to_be_focused()
    page.keyboard.press("ArrowRight")
    for place in range(30, 40):
        page.keyboard.press("ArrowRight")
        expect(cells.nth(place)).to_be_focused()
        page.keyboard.press(["f", "Space"][place % 2] if fakes[place] else "r")
    page.keyboard.press("ArrowDown")  # not beyond the last
    page.keyboard.press("ArrowUp")
    expect(cells.nth(29)).to_be_focused()
    expect(game.get_by_role("status")).to_have_text(re.compile("20 marked|not marked"))
    page.keyboard.press("Tab")
    expect(game.get_by_role("button", name="Done")).to_be_focused()
    page.keyboard.press("Enter")
    expect(game.get_by_role("button", name="New images")).to_be_focused(timeout=PATIENCE)
    assert [cell.split(",")[0] for cell in row(notebook, "you")] == ["20 of 20", "20 of 20"]


def test_against_the_clock_an_image_is_covered_after_a_second(notebook: OpenNotebook) -> None:
    game = game_of(notebook)
    game.get_by_label(re.compile("against the clock")).check()
    game.get_by_role("button", name="Start").click()
    expect(game.locator(".gan-discriminate-covered")).to_have_count(1, timeout=PATIENCE)
    notebook.page.keyboard.press("r")
    expect(game.locator("canvas:not(.gan-discriminate-covered)")).to_have_count(1)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_looks(theme: str, notebook: OpenNotebook) -> None:
    notebook.command("apputils:change-theme", {"theme": theme})
    dark = "!== 'true'" if theme.endswith("Dark") else "=== 'true'"
    notebook.page.wait_for_function(f"() => document.body.dataset.jpThemeLight {dark}")
    expect(notebook.page.locator("#jupyterlab-splash")).to_have_count(0)  # covers the page while the theme changes
    game, style = game_of(notebook), "(node, property) => getComputedStyle(node)[property]"
    background = notebook.page.locator(".jp-Notebook").evaluate(style, "backgroundColor")
    for moment in ("ready", "playing", "judged"):
        if moment == "playing":
            game.get_by_label("in a grid").click()
            game.get_by_role("button", name="Start").click()
        if moment == "judged":
            game.get_by_role("button", name="Done").click()
            expect(game.get_by_role("table")).to_be_visible(timeout=PATIENCE)
        found = Axe().run(notebook.page, {"include": [".gan-discriminate"]}).response
        serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
        assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in serious] == [], moment
        assert browser.contrast(game.get_by_role("status").evaluate(style, "color"), background) >= 4.5
        box, cell = game.bounding_box(), notebook.page.locator(".jp-OutputArea").nth(0).bounding_box()
        assert box["x"] + box["width"] <= cell["x"] + cell["width"] + 1
        assert game.evaluate("root => root.scrollWidth <= root.clientWidth + 1"), moment


def test_saved_notebook_shows_the_images_and_folds_the_key(notebook: OpenNotebook) -> None:
    key = f"Real are {', '.join(str(place) for place, real in enumerate(truth(notebook), start=1) if real)}."
    expect(notebook.page.get_by_text(key)).to_be_hidden()  # beside a live game it would give it away
    notebook.command("docmanager:save")
    path = notebook.lab.root / "game.ipynb"
    stored = nbformat.read(path, as_version=4)
    stored.cells[1].outputs[0].data.pop("application/vnd.jupyter.widget-view+json")  # as notebooks/execute.py does
    nbformat.write(stored, path.with_name("saved.ipynb"))
    notebook.load("saved.ipynb")
    page = notebook.page
    image = page.locator(".jp-OutputArea-output img").locator("visible=true")
    expect(image).to_have_count(1)
    assert 500 < image.bounding_box()["width"] <= 800
    expect(page.get_by_text("40 images with numbers").locator("visible=true")).to_have_count(1)
    expect(page.get_by_text(key).locator("visible=true")).to_have_count(0)
    page.locator("summary").locator("visible=true").click()
    expect(page.get_by_text(key).locator("visible=true")).to_have_count(1)


def test_a_kernel_that_is_gone_is_named(notebook: OpenNotebook) -> None:
    game = game_of(notebook)
    game.get_by_label("in a grid").click()
    game.get_by_role("button", name="Start").click()
    notebook.command("kernelmenu:shutdown")
    game.get_by_role("button", name="Done").click()
    expect(game.get_by_role("alert")).to_have_text(re.compile("The kernel does not answer"), timeout=PATIENCE)
    notebook.command("kernelmenu:restart")
