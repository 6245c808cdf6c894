"""What is kept of a run while it is watched: never more than the bound, evenly spread, and made into pictures."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from gan_edu.game.snapshot import State
from gan_edu.lab import history
from gan_edu.lab.history import Losses, Moment, Seen, Timeline, animation, size, still


def seen(step: int, extent: float = 1.5) -> Seen:
    points = np.full((8, 2), step / 1000, dtype=np.float32)
    belief = np.full((48, 48), step % 256, dtype=np.uint8)
    return Seen("", extent, {"real": points, "generated": points, "belief": belief}, [("D on real", "0.50")])


def moment(step: int, weights: int = 10, extent: float = 1.5) -> Moment:
    parts = [{"weight": torch.zeros(weights), "of": {"deep": [torch.zeros(2)]}}]
    state = State(0, step, (torch.zeros(()), torch.zeros(())), parts, torch.zeros(3, dtype=torch.uint8))
    return Moment(step, (seen(step, extent),), (state,))


def filled(steps: int, every: int, weights: int = 10) -> Timeline:
    line = Timeline()
    for step in range(0, steps, every):
        if line.due(step):
            line.keep(moment(step, weights))
    return line


def test_size_counts_every_tensor_and_array() -> None:
    floats = 8 * 2 * 4 * 2 + 10 * 4 + 2 * 4 + 2 * 4
    assert size(moment(5)) == floats + 48 * 48 + 3


@pytest.mark.parametrize("every", [1, 7, 100])
def test_number_of_moments_is_bounded_and_they_are_spread_evenly(every: int) -> None:
    steps = [kept.step for kept in filled(20_000 * every, every).moments]
    assert len(steps) <= history.MOST_MOMENTS
    assert len(steps) >= history.MOST_MOMENTS / 4
    assert steps[0] == 0
    assert steps == sorted(set(steps))
    gaps = np.diff(steps)
    assert gaps.max() <= 3 * gaps.min()
    assert steps[-1] >= 0.95 * 20_000 * every


def test_memory_is_bounded() -> None:
    weights = 2_000_000  # 8 MB a moment
    line = filled(200, 1, weights)
    assert size(line.moments) <= history.MOST_BYTES
    assert len(line.moments) >= 4


def test_every_step_is_kept_while_there_is_room() -> None:
    assert [kept.step for kept in filled(200, 1).moments] == list(range(200))


def test_forgets_what_comes_later() -> None:
    line = filled(100, 10)
    line.forget_after(30)
    assert [kept.step for kept in line.moments] == [0, 10, 20, 30]
    assert line.due(31)


def test_kept_arrays_are_half_as_large_and_as_good_as_before() -> None:
    kept = filled(1, 1).moments[0].runs[0].arrays
    assert kept["real"].dtype == np.float16
    assert kept["belief"].dtype == np.uint8


def test_losses_are_bounded_and_true() -> None:
    losses = Losses()
    for step in range(0, 100_000, 3):
        losses.add(step, step / 2, -step)
    rows = losses.array()
    assert history.MOST_LOSSES / 4 <= len(rows) <= history.MOST_LOSSES
    assert rows[0, 0] == 0
    assert np.array_equal(rows[:, 1], rows[:, 0] / 2)
    assert np.array_equal(rows[:, 2], -rows[:, 0])
    gaps = np.diff(rows[:, 0])
    assert gaps.max() <= 4 * gaps.min()
    losses.forget_after(50_000)
    assert losses.array()[-1, 0] <= 50_000


def test_no_losses_make_an_empty_curve() -> None:
    assert Losses().array().shape == (0, 3)


def test_still_shows_samples_and_curves() -> None:
    losses = Losses()
    losses.add(1, 1.4, 0.7), losses.add(2, 1.3, 0.8)
    file = still(moment(2), [losses], [(1.386, 0.693)])
    assert file == still(moment(2), [losses], [(1.386, 0.693)])
    picture = Image.open(io.BytesIO(file))
    assert picture.format == "PNG"
    assert picture.width == 2 * picture.height


def test_animation_has_a_picture_for_each_moment_or_sixty() -> None:
    for count, pictures in ((3, 3), (100, history.PICTURES)):
        made = list(animation([moment(step, extent=1.5 + step // 50) for step in range(count)]))
        assert made[:-1] == [None] * pictures
        film = Image.open(io.BytesIO(made[-1]))
        assert film.format == "GIF"
        assert film.n_frames == pictures


def test_animation_shows_whole_images() -> None:
    """A board of 8 by 8 fields: each row of the picture crosses all of its columns."""
    board = np.kron(np.indices((8, 8)).sum(0) % 2, np.full((9, 9), 255)).astype(np.uint8)
    boards = [Seen("", 1.0, {"real": board, "generated": each}, []) for each in (board, 255 - board)]
    *_, made = animation([Moment(step, (each,), ()) for step, each in enumerate(boards)])
    picture = np.asarray(Image.open(io.BytesIO(made)).convert("L")).astype(int)
    changes = (np.abs(np.diff(picture > 127)).sum(1), np.abs(np.diff((picture > 127).T)).sum(1))
    assert all(7 <= np.median(across) <= 11 for across in changes)  # seven within, and the frame


def test_in_a_hurry_the_beginning_is_kept_and_then_one_in_five() -> None:
    line, asked = Timeline(), 0
    for step in range(history.BEGINNING + 100):
        asked += 1
        if line.due(step, in_a_hurry=True):
            line.keep(moment(step))
    assert len(line.moments) == history.BEGINNING + 20
    assert line.due(asked)
