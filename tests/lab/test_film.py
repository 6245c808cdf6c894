"""Pictures of kept moments: the still one, with curves and scale, and the animation."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from gan_edu.game.snapshot import State
from gan_edu.lab import film
from gan_edu.lab.film import animation, still
from gan_edu.lab.history import Frame, LossCurves, Moment


def moment(step: int, extent: float = 1.5) -> Moment:
    points = np.full((8, 2), step / 1000, dtype=np.float32)
    shares, scale = np.full((48, 48), step % 256, dtype=np.uint8), np.array([0.4, 0.6], np.float32)
    arrays = {"real": points, "generated": points, "map": shares, "scale": scale}
    state = State(0, step, (torch.zeros(()), torch.zeros(())), [], torch.zeros(3, dtype=torch.uint8))
    return Moment(step, (Frame("", extent, arrays, []),), (state,))


def test_still_shows_samples_and_curves() -> None:
    losses = LossCurves()
    losses.add(1, 1.4, 0.7), losses.add(2, 1.3, 0.8)
    file = still(moment(2), [losses], [(1.386, 0.693)])
    assert file == still(moment(2), [losses], [(1.386, 0.693)])
    picture = Image.open(io.BytesIO(file))
    assert picture.format == "PNG"
    assert picture.width == 2 * picture.height


def test_animation_has_a_picture_for_each_moment_or_sixty() -> None:
    for count, pictures in ((3, 3), (100, film.PICTURES)):
        made = list(animation([moment(step, extent=1.5 + step // 50) for step in range(count)]))
        assert made[:-1] == [None] * pictures
        opened = Image.open(io.BytesIO(made[-1]))
        assert opened.format == "GIF"
        assert opened.n_frames == pictures


def test_animation_shows_whole_images() -> None:
    """A board of 8 by 8 fields: each row of the picture crosses all of its columns."""
    board = np.kron(np.indices((8, 8)).sum(0) % 2, np.full((9, 9), 255)).astype(np.uint8)
    boards = [Frame("", 1.0, {"real": board, "generated": each}, []) for each in (board, 255 - board)]
    *_, made = animation([Moment(step, (each,), ()) for step, each in enumerate(boards)])
    picture = np.asarray(Image.open(io.BytesIO(made)).convert("L")).astype(int)
    changes = (np.abs(np.diff(picture > 127)).sum(1), np.abs(np.diff((picture > 127).T)).sum(1))
    assert all(7 <= np.median(across) <= 11 for across in changes)  # seven within, and the frame


@pytest.mark.parametrize("marks", [(1.386, 0.693), (0.0, float("nan"))])
def test_a_mark_that_the_loss_does_not_fix_is_left_out(marks: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(film.plots, "curves", lambda axes, steps, values, marks: drawn.append(marks))
    losses = LossCurves()
    losses.add(1, -12.0, 5.0)
    still(moment(1), [losses], [marks])
    assert [*drawn[0].values()] == [mark for mark in marks if mark == mark]


def test_the_scale_of_the_map_is_written_into_the_picture() -> None:
    made = moment(2)
    (axes,) = film.prepare(made.frames, 0)
    film.draw_frame(axes, made.frames[0])
    assert [text.get_text() for text in axes.texts] == ["map: orange 0.4, blue 0.6"]


def test_colour_images_are_drawn_in_colour() -> None:
    red = np.zeros((9, 9, 3), dtype=np.uint8)
    red[..., 0] = 255
    *_, made = animation([Moment(0, (Frame("", 1.0, {"real": red, "generated": red}, []),), ())])
    picture = np.asarray(Image.open(io.BytesIO(made)).convert("RGB"))
    middle = picture[picture.shape[0] // 2, picture.shape[1] // 2]
    np.testing.assert_allclose(middle, [255, 0, 0], atol=8)
