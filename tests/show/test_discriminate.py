"""You are the discriminator, without a page: what is dealt, what is judged, what stays in a saved notebook."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from gan_edu.data.images import digits
from gan_edu.measure.rates import rates
from gan_edu.randomness import Stream
from gan_edu.show.discriminate import Discriminate, discriminate, numbered

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "gan_edu" / "show" / "page"
REAL = digits().images[:60]
FAKE = -digits().images[60:120]


def brightness(images: torch.Tensor) -> torch.Tensor:
    """A judge that is never wrong: paper is white, and the fakes are white on black."""
    return -images.mean((1, 2, 3))


def blurred(images: torch.Tensor) -> torch.Tensor:
    """A judge that is sometimes wrong."""
    return images[..., :4, :].mean((1, 2, 3)) - images[..., 4:, :].mean((1, 2, 3))


@pytest.fixture
def game() -> Discriminate:
    return Discriminate(REAL, FAKE, blurred, Stream(0), "a title", 40)


def is_among(image: torch.Tensor, pool: torch.Tensor) -> bool:
    return bool((pool == image).flatten(1).all(1).any())


def test_half_are_real_and_the_truth_stays_in_the_kernel(game: Discriminate) -> None:
    assert game.real.sum() == 20
    for image, real in zip(game.images, game.real, strict=True):
        assert is_among(image, REAL if real else FAKE)
    assert game.verdict == {}
    sent = {name: value for name, value in game.get_state().items() if not name.startswith("_")}
    assert str(game.real.tolist()) not in str(sent)


def test_the_pixels_are_the_images(game: Discriminate) -> None:
    pixels = np.frombuffer(game.pixels, np.uint8).reshape(40, 8, 8)
    np.testing.assert_allclose(1 - pixels / 127.5, game.images[:, 0], atol=1 / 127)


def test_all_right_and_all_wrong(game: Discriminate) -> None:
    game.answers = game.real.tolist()
    assert game.verdict["rows"][0] == ["you", "20 of 20, 100% (84% to 100%)", "20 of 20, 100% (84% to 100%)"]
    assert game.verdict["real"] == game.real.tolist()
    expected = rates(blurred(game.images[game.real]), blurred(game.images[~game.real]))
    assert game.verdict["rows"][1][1:] == [str(expected.sensitivity), str(expected.specificity)]
    assert game.verdict["beliefs"] == [round(belief, 2) for belief in blurred(game.images).sigmoid().tolist()]
    game.wanted = 2
    assert (game.round, game.answers, game.verdict) == (2, [], {})
    game.answers = [not real for real in game.real.tolist()]
    assert game.verdict["rows"][0][1] == "0 of 20, 0% (0% to 16%)"
    assert game.verdict["rows"][2] == ["you, in all rounds", *["20 of 40, 50% (35% to 65%)"] * 2]


def test_a_new_round_has_other_images_and_the_same_stream_the_same(game: Discriminate) -> None:
    again = Discriminate(REAL, FAKE, blurred, Stream(0), "a title", 40)
    assert again.pixels == game.pixels
    first = game.pixels
    game.wanted = 2
    assert game.pixels != first


@pytest.mark.parametrize("answers", [[True] * 39, [], [True] * 41])
def test_nothing_is_judged_before_all_are_answered(answers: list, game: Discriminate) -> None:
    game.answers = answers
    assert (game.answers, game.verdict) == ([], {})


def test_answers_are_judged_once(game: Discriminate) -> None:
    game.answers = game.real.tolist()
    before = game.verdict
    game.answers = [True] * 40
    assert game.verdict == before


def test_saved_picture_and_key(game: Discriminate) -> None:
    data, metadata = game._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == game.saved()[0]
    assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).size[0] == metadata["image/png"]["width"]
    key = [int(number) for number in re.findall(r"\d+", game.saved()[1])]
    assert key == [place + 1 for place in range(40) if game.real[place]]


def test_it_is_shown_with_a_folded_key(capsys) -> None:
    shown = discriminate(REAL, FAKE, brightness, stream=Stream(1), title="Which are real?")
    assert (shown.scores() > 0).tolist() == shown.real.tolist()


def test_letters_stand_above_their_images() -> None:
    axes = Figure().subplots()
    numbered(axes, REAL[:20], [str(place) for place in range(20)])
    places = {text.get_text(): text.get_position() for text in axes.texts}
    assert places["1"][0] - places["0"][0] == places["13"][0] - places["12"][0] == 12
    assert places["13"][1] - places["3"][1] == 15
    picture = axes.images[0].get_array()
    assert picture.shape == (2 * 15, 10 * 12)
    np.testing.assert_array_equal(picture[15 + 5 : 15 + 13, 36 + 2 : 36 + 10], REAL[13, 0])


def test_the_page_is_within_the_limits() -> None:
    for path in PAGE.glob("discriminate.*"):
        lines = path.read_text("utf-8").splitlines()
        assert len(lines) <= 250
        assert max(map(len, lines)) <= 120
