"""The live lab in a real browser: every button, slider, menu and view, held against the training in the kernel."""

import re
from collections.abc import Iterator
from itertools import pairwise

import browser
import live_pages
import pytest
from browser import OpenNotebook
from live_pages import LivePage
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(browser.RUN_SECONDS)
SLIDERS = {  # what the kernel says of a setting, and the ends that the page offers
    "d_rate": ("training.gan.d_optimizer.param_groups[0]['initial_lr']", 1e-4, 0.1),
    "g_rate": ("training.gan.g_optimizer.param_groups[0]['initial_lr']", 1e-4, 0.1),
    "momentum": ("training.gan.d_optimizer.param_groups[0]['betas'][0]", 0.0, 0.99),
    "penalty_weight": ("training.gan.penalty.weight if training.gan.penalty else 0.0", 0.0, 10.0),
    "updates": (
        "float(getattr(training.update, 'keywords', {'discriminator_updates': 1})['discriminator_updates'])",
        1,
        20,
    ),
}
DATA = {  # the number of modes that each choice has
    "grid of 25": 25,
    "two blobs": 2,
    "line of 5": 5,
    "spiral": 24,
    "ring of 8": 8,
    "as given": 8,
}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenNotebook]:
    with live_pages.opened(tmp_path_factory, [live_pages.POINTS]) as opened:
        yield opened


@pytest.fixture
def points(notebook: OpenNotebook) -> Iterator[LivePage]:
    """A lab that nobody has touched yet."""
    assert notebook.run_all()
    page = LivePage(notebook, "points")
    page.rest()
    yield page
    assert notebook.errors == []


class TestTransport:
    def test_play_and_pause(self, points: LivePage) -> None:
        before = points.picture()
        expect(points.button("play")).to_have_text("Play")
        points.button("play").click()
        expect(points.button("play")).to_have_text("Pause")
        expect(points.root.locator(".gan-live-place")).to_contain_text("steps/s")
        points.page.wait_for_function("root => Number(root.dataset.step) > 100", arg=points.root.element_handle())
        assert points.ask("len(threads())") == 1
        points.button("play").click()
        expect(points.button("play")).to_have_text("Play")
        expect(points.say).to_have_text(re.compile(r"Paused at step [\d,]+"))
        assert points.rest() != before
        step = points.ask("training.step")
        assert points.shown_step() == step > 100
        points.until_kernel("threads()", [])
        assert points.ask("training.step") == step
        assert points.ask(f"weights(training) == weights(trained({step}))")  # watched or not: the same bits

    def test_one_step_of_both_or_of_one(self, points: LivePage) -> None:
        shown, kept = [points.picture()], [points.ask("weights(training)")]
        for step, word in enumerate(("step", "step-d", "step-g"), start=1):
            points.button(word).click()
            points.until_kernel("training.step", step)
            shown.append(points.rest())
            kept.append(points.ask("weights(training)"))
            assert points.shown_step() == step
        moved = [tuple(a != b for a, b in zip(old, new, strict=True)) for old, new in pairwise(kept)]
        assert moved == [(True, True), (False, True), (True, False)]  # generator, discriminator
        assert len(set(shown)) == 4
        assert kept[1] == points.ask("weights(trained(1))")

    def test_reset(self, points: LivePage) -> None:
        begun, drawn = points.ask("weights(training)"), points.picture()
        points.play_until(20)
        assert points.ask("weights(training)") != begun
        for word, seed in (("reset", 0), ("seed", 1), ("seed", 2), ("reset", 2)):
            points.button(word).click()
            points.until_kernel("(training.step, training.seed)", (0, seed))
            again = points.rest()
            assert points.ask(f"weights(training) == weights(of_points({seed}))")
            assert (again == drawn) == (seed == 0)
            expect(points.root.locator(".gan-live-place")).to_have_text(f"step 0 · seed {seed}")

    def test_numbers_are_those_of_the_training(self, points: LivePage) -> None:
        points.play_until(50)
        rows = points.root.locator(".gan-live-numbers > div").all()
        shown = dict(row.locator("dt, dd").all_inner_texts() for row in rows)
        said = "[torch.sigmoid(training.gan.discriminator(x)).mean().item() for x in (seen.real, seen.generated)]"
        real, fake = points.ask(f"[{said} for seen in [lab.runs[0].view_input]][0]")
        assert shown["D on real"] == f"{real:.2f}"
        assert shown["D on fakes"] == f"{fake:.2f}"
        norm = "sum(p.grad.square().sum().item() for p in training.gan.{}.parameters()) ** 0.5"
        for name, network in (("D", "discriminator"), ("G", "generator")):
            assert float(shown[f"gradient of {name}"]) == pytest.approx(points.ask(norm.format(network)), rel=0.06)
        nearest = "torch.cdist(lab.runs[0].view_input.generated, training.data.means.float()).min(1)"
        near = points.ask(f"({nearest}.values < 3 * 0.05).float().mean().item()")
        assert shown["high quality"] == f"{100 * near:.0f} %"
        assert shown["modes covered"].endswith("of 8")


class TestSteering:
    @pytest.mark.parametrize("name", SLIDERS)
    def test_slider_to_both_ends(self, name: str, points: LivePage) -> None:
        slider, (read, low, high) = points.setting(name), SLIDERS[name]
        slider.focus()
        for key, value in (("End", high), ("Home", low), ("End", high)):
            slider.press(key)
            points.until_kernel(read, value)
            points.rest()
            assert float(slider.get_attribute("aria-valuetext")) == value
            expect(slider.locator("xpath=following-sibling::span[1]")).to_have_text(f"{value:g}")
        points.button("step").click()  # and the setting holds in training
        points.until_kernel("(training.step, lab.error)", (1, ""))
        assert points.ask(read) == value

    def test_slider_by_mouse_while_training(self, points: LivePage) -> None:
        points.button("play").click()
        points.setting("d_rate").scroll_into_view_if_needed()
        browser.drag(points.setting("d_rate"))
        points.until_kernel("training.gan.d_optimizer.param_groups[0]['lr']", 0.1)
        expect(points.setting("d_rate")).to_have_attribute("aria-valuetext", "0.1")
        assert points.ask("lab.playing")

    def test_every_loss(self, points: LivePage) -> None:
        choices = points.setting("loss").locator("option").all_inner_texts()
        assert len(choices) == 7
        for step, choice in enumerate([*choices[1:], choices[0]], start=1):
            points.setting("loss").select_option(choice)
            name = choice.lower().replace("-", "_").replace(" ", "_")
            source = f"training.gan.loss is __import__('gan_edu.game.losses').game.losses.{name}"
            points.until_kernel(source, True)
            points.button("step").click()
            points.until_kernel("(training.step, lab.error)", (step, ""))
            expect(points.setting("loss")).to_have_value(choice)

    def test_every_data_set(self, points: LivePage) -> None:
        shown = {points.rest()}
        assert {*points.setting("data").locator("option").all_inner_texts()} == {*DATA, "your points"}
        for step, (choice, modes) in enumerate(DATA.items(), start=1):
            points.setting("data").select_option(choice)
            points.until_kernel("len(training.data.means)", modes)
            shown.add(points.rest())
            expect(points.root.locator(".gan-live-numbers dd").first).to_contain_text(f"of {modes}")
            points.button("step").click()
            points.until_kernel("(training.step, lab.error)", (step, ""))
        assert len(shown) == 1 + len(DATA)  # the last one has moved on since the first


class TestViews:
    @pytest.mark.parametrize("name", ["samples", "map", "arrows", "grid", "best", "losses", "numbers"])
    def test_off_and_on(self, name: str, points: LivePage) -> None:
        points.play_until(20)
        points.unfold()
        box = points.root.locator(f".gan-live-view-{name}")
        aside = {"best": ".gan-live-best", "losses": ".gan-live-curves", "numbers": ".gan-live-numbers"}
        first, offered = points.rest(), points.ask("lab.switched_on")
        first_on = name in offered
        for on in (not first_on, first_on):
            box.set_checked(on)
            points.until_kernel(f"{name!r} in lab.switched_on", on)
            again = points.rest()
            if name in aside:
                expect(points.root.locator(aside[name])).to_be_visible(visible=on)
                assert again == first
            else:
                assert (again == first) == (on == first_on)
        assert points.ask("lab.switched_on") == offered


class TestOwnData:
    def test_drawn_with_the_mouse(self, points: LivePage) -> None:
        points.unfold()
        pencil, plane = points.button("draw"), points.root.locator(".gan-live-plane")
        extent = points.ask("lab.shown.frames[0].extent")
        pencil.click()
        expect(pencil).to_have_attribute("aria-pressed", "true")
        plane.scroll_into_view_if_needed()
        box = plane.bounding_box()
        points.page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
        points.page.mouse.down()
        for share in (0.4, 0.55, 0.75):
            points.page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
        points.page.mouse.up()
        expect(points.setting("data")).to_have_value("your points")
        points.until_kernel("len(training.data.means)", 4)
        expected = [[extent * (2 * share - 1), 0.0] for share in (0.25, 0.4, 0.55, 0.75)]
        means = points.ask("training.data.means.tolist()")
        for mean, place in zip(means, expected, strict=True):
            assert mean == pytest.approx(place, abs=0.02 * extent)
        pencil.click()
        expect(pencil).to_have_attribute("aria-pressed", "false")
        points.page.mouse.click(box["x"] + 5, box["y"] + 5)
        assert points.rest()
        assert points.ask("len(training.data.means)") == 4

    def test_written_and_then_cleared(self, points: LivePage) -> None:
        points.unfold()
        text = points.root.locator(".gan-live-points")
        before = points.picture()
        text.fill("0.5, -1\n\n-0.25 0.75\n")
        points.button("use").click()
        points.until_kernel("training.data.means.tolist()", [[0.5, -1.0], [-0.25, 0.75]])
        expect(points.setting("data")).to_have_value("your points")
        assert points.rest() != before
        points.button("clear").click()
        points.button("step").click()
        points.rest()
        expect(text).to_have_value("")
        text.fill("0.5, -1\nseven")
        points.button("use").click()
        expect(points.error).to_have_text(re.compile(r"line 2 of your points must be two numbers.*'seven'"))
        assert points.ask("training.data.means.tolist()") == [[0.5, -1.0], [-0.25, 0.75]]
        points.button("clear").click()
        expect(text).to_have_value("")
        text.fill("1, 1")
        points.button("use").click()
        points.until_kernel("training.data.means.tolist()", [[1.0, 1.0]])
        expect(points.error).to_be_hidden()
