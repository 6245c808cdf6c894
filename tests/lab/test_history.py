"""What the lab keeps of its runs: never more than the bound, and evenly spread."""

import numpy as np
import pytest
import torch

from gan_edu.game.snapshot import State
from gan_edu.lab import history
from gan_edu.lab.history import Frame, History, LossCurves, Moment, size


def frame_of(step: int, extent: float = 1.5) -> Frame:
    points = np.full((8, 2), step / 1000, dtype=np.float32)
    shares, scale = np.full((48, 48), step % 256, dtype=np.uint8), np.array([0.4, 0.6], np.float32)
    arrays = {"real": points, "generated": points, "map": shares, "scale": scale}
    return Frame("", extent, arrays, [("D on real", "0.50")])


def moment(step: int, weights: int = 10, extent: float = 1.5) -> Moment:
    parts = [{"weight": torch.zeros(weights), "of": {"deep": [torch.zeros(2)]}}]
    state = State(0, step, (torch.zeros(()), torch.zeros(())), parts, torch.zeros(3, dtype=torch.uint8))
    return Moment(step, (frame_of(step, extent),), (state,))


def filled(steps: int, every: int, weights: int = 10) -> History:
    line = History()
    for step in range(0, steps, every):
        if line.due(step):
            line.keep(moment(step, weights))
    return line


def test_size_counts_every_tensor_and_array() -> None:
    floats = 8 * 2 * 4 * 2 + 10 * 4 + 2 * 4 + 2 * 4
    assert size(moment(5)) == floats + 2 * 4 + 48 * 48 + 3


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
    kept = filled(1, 1).moments[0].frames[0].arrays
    assert kept["real"].dtype == np.float16
    assert kept["map"].dtype == np.uint8


def test_losses_are_bounded_and_true() -> None:
    losses = LossCurves()
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
    assert LossCurves().array().shape == (0, 3)


def test_while_playing_the_beginning_is_kept_and_then_one_in_five() -> None:
    line, asked = History(), 0
    for step in range(history.BEGINNING + 100):
        asked += 1
        if line.due(step, playing=True):
            line.keep(moment(step))
    assert len(line.moments) == history.BEGINNING + 20
    assert line.due(asked)
