"""The live lab in a real browser: rewinding, films, slow motion, two runs side by side, digits, and rapid events."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import browser
import live_pages
import numpy as np
import pytest
from browser import OpenNotebook
from live_pages import LivePage
from PIL import Image, ImageSequence
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(browser.RUN_SECONDS)
CELLS = {"points": 1, "digits": 2, "pair": 3}
RAPID = 50
CLICKS = "(button, count) => { for (let i = 0; i < count; i++) button.click(); }"
SLIDES = """(slider, values) => {
  for (const value of values) {
    slider.value = value;
    slider.dispatchEvent(new Event('input'));
  }
}"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenNotebook]:
    cells = [live_pages.POINTS, live_pages.DIGITS, live_pages.PAIR]
    with live_pages.opened(tmp_path_factory, cells) as opened:
        live_pages.run_cell(opened, 0)
        yield opened


@pytest.fixture(params=["points"])
def live(notebook: OpenNotebook, request: pytest.FixtureRequest) -> Iterator[LivePage]:
    """A lab that nobody has touched yet; on points unless a test asks for another."""
    live_pages.run_cell(notebook, CELLS[request.param])
    page = LivePage(notebook, request.param)
    page.root.scroll_into_view_if_needed()
    page.rest()
    yield page
    assert notebook.errors == []


def of(*titles: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("live", titles, indirect=True)


def film(live: LivePage) -> list[np.ndarray]:
    """The pictures of the animation that the page saves."""
    with live.page.expect_download() as waiting:
        live.button("gif").click()
    assert waiting.value.suggested_filename == f"{live.title}.gif"
    opened = Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert opened.format == "GIF"
    return [np.asarray(picture.convert("RGB")) for picture in ImageSequence.Iterator(opened)]


class TestRewind:
    def test_back_and_on_from_there(self, live: LivePage) -> None:
        end = live.play_until(150)
        present, steps = live.rest(), live.ask("[moment.step for moment in lab.history.moments]")
        expect(live.button("return")).to_be_disabled()
        live.past.focus()
        live.past.press("Home")
        live.until_kernel("lab.shown.step", steps[0])
        assert live.rest() != present
        expect(live.past).to_have_attribute("aria-valuetext", f"step {steps[0]}")
        live.past.press("End")
        live.until_kernel("lab.shown.step", end)
        assert live.rest() == present  # looking back has changed nothing
        for _ in range(3):
            live.past.press("ArrowLeft")
        here = steps[-4]
        live.until_kernel("(lab.shown.step, training.step)", (here, end))
        live.button("slow").click()  # so that it stays for a while where it is brought back to
        live.button("return").click()
        live.until_kernel("(training.step, lab.playing, lab.past)", (here, True, None))
        assert live.ask(f"weights(training) == weights(trained({here}))")
        live.button("slow").click()
        live.page.wait_for_function(
            "([root, step]) => Number(root.dataset.step) > step", arg=[live.root.element_handle(), here]
        )
        live.button("play").click()
        expect(live.root).to_have_attribute("data-playing", "false")
        live.rest()
        step = live.ask("training.step")
        assert live.shown_step() == step > here
        assert live.ask(f"weights(training) == weights(trained({step}))")  # the same bits as without any detour

    @of("points", "digits", "pair")
    def test_film(self, live: LivePage) -> None:
        live.play_until(10)
        count = live.ask("len({moment.step for moment in [*lab.history.moments, lab.present]})")
        pictures = film(live)
        assert min(count, 60) <= len(pictures) <= min(count + 1, 60)
        wide, high = pictures[0].shape[1], pictures[0].shape[0]
        assert 150 <= high <= 500
        assert 0.8 <= wide / high / (2 if live.title == "pair" else 1) <= 1.3
        assert (pictures[0] != pictures[-1]).any()
        expect(live.say).to_contain_text("animation is ready")


class TestSlowMotion:
    @of("points", "digits", "pair")
    def test_each_part_of_a_step(self, live: LivePage) -> None:
        live.button("slow").click()
        expect(live.button("slow")).to_have_attribute("aria-pressed", "true")
        before, shown = live.rest(), []
        for part in range(1, 7):
            assert live.ask("training.step") == 0
            live.button("step").click()
            for name in ("left: ", "right: ") if live.title == "pair" else ("",):
                expect(live.say).to_contain_text(f"{name}{part} of 6. ")
            shown.append(live.rest())
        assert live.ask("training.step") == 1
        assert live.ask("weights(training)[0]") != live.ask("weights(training)[1]")
        if live.title == "digits":
            assert before == shown[0]
            assert shown[1] == shown[2] == shown[3]
            assert len({before, *shown}) == 4
        else:
            assert live.ask("weights(training) == weights(trained(1))")
            assert shown[1] == shown[2] == shown[3]  # numbers, which the caption says
            assert len({before, *shown}) == 5
        live.button("slow").click()
        expect(live.say).to_contain_text("off")
        expect(live.button("slow")).to_have_attribute("aria-pressed", "false")

    def test_plays_by_itself(self, live: LivePage) -> None:
        live.button("slow").click()
        live.button("play").click()
        for part in (1, 2):
            expect(live.say).to_have_text(re.compile(rf"^{part} of 6\. "))
        live.button("play").click()
        expect(live.say).to_contain_text("Paused at step 0")
        live.rest()
        assert live.ask("training.step") == 0


class TestSideBySide:
    @of("pair")
    def test_one_choice_differs(self, live: LivePage) -> None:
        live.button("step").click()
        live.until_kernel("(training.step, trainings['beside'].step)", (1, 1))
        live.rest()
        assert live.picture(run=0) == live.picture(run=1)
        assert live.ask("weights(training) == weights(trainings['beside'])")
        live.root.locator(".gan-live-whom").select_option("right")
        live.setting("g_rate").focus()
        live.setting("g_rate").press("End")
        rates = "[trainings[name].gan.g_optimizer.param_groups[0]['initial_lr'] for name in ('pair', 'beside')]"
        live.until_kernel(f"{rates}[1]", 0.1)
        assert live.ask(rates)[0] < 0.1
        live.play_until(30)
        steps = live.ask("[trainings[name].step for name in ('pair', 'beside')]")
        assert steps[0] == steps[1] == live.shown_step()
        assert live.picture(run=0) != live.picture(run=1)
        live.root.locator(".gan-live-whom").select_option("left")
        expect(live.setting("g_rate")).to_have_attribute("aria-valuetext", "0.002")
        live.root.locator(".gan-live-whom").select_option("both")
        expect(live.setting("g_rate")).to_have_attribute("aria-valuetext", "0.002 and 0.1")
        live.root.locator(".gan-live-whom").select_option("left")
        live.setting("update").select_option("simultaneous")
        live.root.locator(".gan-live-whom").select_option("both")
        expect(live.setting("update").locator("option:checked")).to_have_text("simultaneous and alternating")
        live.button("reset").click()
        live.until_kernel("(training.step, trainings['beside'].step)", (0, 0))
        live.rest()
        assert live.picture(run=0) == live.picture(run=1)


class TestDigits:
    @of("digits")
    def test_a_grid_of_images(self, live: LivePage) -> None:
        before = live.rest()
        live.play_until(5)
        shown = live.rest()
        assert shown != before
        assert live.shown_step() == live.ask("training.step") >= 5
        live.unfold()
        views = live.root.locator(".gan-live-views input")
        assert views.evaluate_all("boxes => boxes.map(box => box.value)") == ["samples", "losses", "numbers"]
        for choice in (live.setting("data"), live.root.locator(".gan-live-own")):
            expect(choice).to_have_count(0)
        views.first.uncheck()
        live.until_kernel("'samples' in lab.switched_on", False)
        assert live.rest() not in (before, shown)
        views.first.check()
        live.until_kernel("'samples' in lab.switched_on", True)
        assert live.rest() == shown
        live.button("reset").click()
        live.until_kernel("training.step", 0)
        assert live.rest() == before


class TestRapid:
    def test_no_click_is_lost(self, live: LivePage) -> None:
        live.button("step").evaluate(CLICKS, RAPID)
        live.until_kernel("training.step", RAPID)
        live.rest()
        assert live.shown_step() == RAPID
        assert live.ask(f"weights(training) == weights(trained({RAPID}))")

    @pytest.mark.parametrize("word", ["play", "slow"])
    def test_every_press_of_a_switch_counts(self, word: str, live: LivePage) -> None:
        switched = {"play": "lab.playing", "slow": "lab.slow"}[word]
        for presses in (RAPID, RAPID + 1, 1):  # off again, on, off
            live.button(word).evaluate(CLICKS, presses)
            live.page.wait_for_timeout(300)
            live.until_kernel("len(widget._commands)", 0)
            assert live.ask(switched) == (presses == RAPID + 1)

    def test_the_last_value_wins(self, live: LivePage) -> None:
        live.button("play").click()
        slider = live.setting("momentum")
        last = int(slider.get_attribute("max"))
        slider.evaluate(SLIDES, [(3 * i) % last for i in range(RAPID - 1)] + [last])
        live.until_kernel("training.gan.g_optimizer.param_groups[0]['betas'][0]", 0.99)
        slider.evaluate(SLIDES, [(5 * i) % last for i in range(RAPID - 1)] + [2])
        live.until_kernel("training.gan.g_optimizer.param_groups[0]['betas'][0]", 0.2)
        live.page.wait_for_timeout(300)
        assert slider.input_value() == "2"
        assert slider.get_attribute("aria-valuetext") == "0.2"
        live.button("play").click()
        expect(live.root).to_have_attribute("data-playing", "false")

    def test_acts_at_once_while_training(self, live: LivePage) -> None:
        script = """([root, button, playing]) => new Promise(done => {
          const start = performance.now();
          new MutationObserver((_, watching) => {
            if (root.dataset.playing !== playing) return;
            watching.disconnect();
            done(performance.now() - start);
          }).observe(root, { attributes: true });
          button.click();
        })"""
        root, button = live.root.element_handle(), live.button("play").element_handle()
        taken = {"true": [], "false": []}
        for _ in range(5):
            for playing, times in taken.items():
                times.append(live.page.evaluate(script, [root, button, playing]))
                live.page.wait_for_timeout(100)
        assert np.median(taken["false"]) < 1000
        assert np.median(taken["true"]) < 1000
