"""A sweep measures each combination of settings and seeds once, wherever it runs and however often it breaks off."""

import json

import numpy as np
import pytest

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP
from gan_edu.show import plots
from gan_edu.sweeps import sweep as sweep_module
from gan_edu.sweeps.sweep import Sweep, sweep

STEPS = 5
AXES = {"learning_rate": [1e-3, 1e-2], "width": [4, 5, 6]}
made: list[tuple] = []


def make(learning_rate: float, width: int, seed: int) -> Training:
    made.append((learning_rate, width, seed))
    adam = Adam(learning_rate)
    gan = GAN(MLP(2, 2, (width,)), MLP(2, None, (width,)), loss=non_saturating, g_optimizer=adam, d_optimizer=adam)
    return Training(gan, ring(), seed, batch_size=16, view_size=4)


def measure(training: Training) -> dict[str, object]:
    return {"spread": training.samples(50).std(), "samples": training.samples(3), "steps": training.step}


def quiet(results, total):
    return results


def run(**settings: object) -> Sweep:
    given = {"make": make, "axes": AXES, "measure": measure, "steps": STEPS, "processes": 1, "progress": quiet}
    return sweep(**given | settings)


def assert_equal(one: Sweep, two: Sweep) -> None:
    assert one.axes == two.axes
    assert one.measured.keys() == two.measured.keys()
    np.testing.assert_array_equal(one.diverged_at, two.diverged_at)
    for name, array in one.measured.items():
        np.testing.assert_allclose(array, two.measured[name], rtol=1e-4, atol=1e-6)


def test_each_place_holds_what_a_single_run_would_give():
    result = run()
    assert result.axes == {"learning_rate": (1e-3, 1e-2), "width": (4, 5, 6), "seed": (0, 1, 2)}
    assert result.measured["samples"].shape == (2, 3, 3, 3, 2)
    for place in ((0, 0, 0), (1, 2, 1), (0, 1, 2)):
        training = make(*(values[i] for values, i in zip(result.axes.values(), place, strict=True)))
        training.run(STEPS)
        np.testing.assert_allclose(result.measured["samples"][place], training.samples(3), rtol=1e-4, atol=1e-6)
    assert (result.measured["steps"] == STEPS).all()
    assert (result.diverged_at == 0).all()


def test_several_processes_give_the_same():
    assert_equal(run(processes=2), run())


def test_progress_sees_every_result_once():
    seen = []

    def progress(results, total):
        for result in results:
            seen.append((result[0], total))
            yield result

    run(progress=progress)
    assert sorted(seen) == [(place, 18) for place in range(18)]


def test_the_usual_progress_bar_ends_at_the_total(capsys):
    sweep(make, AXES, measure, STEPS, processes=1)
    assert "18/18" in capsys.readouterr().err


def test_a_broken_off_sweep_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_module, "TOGETHER", 4)  # what is kept, is kept a task at a time

    def broken_off(results, total):
        yield from (next(results) for _ in range(5))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(folder=tmp_path, progress=broken_off)
    kept = [file.stat().st_mtime_ns for file in sorted(tmp_path.glob("*.npz"))]
    made.clear()
    result = run(folder=tmp_path)
    assert 0 < len(made) < 18
    assert [file.stat().st_mtime_ns for file in sorted(tmp_path.glob("*.npz"))][: len(kept)] == kept
    assert_equal(result, run())
    made.clear()
    assert_equal(run(folder=tmp_path), result)
    assert made == []


@pytest.mark.parametrize(
    ("changed", "settings"),
    [
        ("steps", {"steps": 6}),
        ("axes", {"seeds": 2}),
        ("axes", {"axes": {"learning_rate": [1e-3], "width": [4]}}),
        ("measure", {"measure": lambda training: {"steps": training.step}}),
        ("make", {"make": lambda learning_rate, width, seed: make(learning_rate, width, seed)}),
    ],
)
def test_a_folder_of_another_sweep_is_refused(tmp_path, changed, settings):
    run(folder=tmp_path)
    with pytest.raises(ValueError, match=f"folder must hold results of the same sweep, got one with other {changed}$"):
        run(folder=tmp_path, **settings)


def test_a_folder_holds_plain_numbers(tmp_path):
    run(folder=tmp_path)
    assert {file.suffix for file in tmp_path.iterdir()} == {".json", ".npz"}
    json.loads((tmp_path / "sweep.json").read_text(encoding="utf-8"))
    for file in tmp_path.glob("*.npz"):
        with np.load(file) as columns:  # refuses to unpickle
            assert all(columns[name].dtype.kind in "if" for name in columns.files)


def test_a_diverged_training_is_recorded_and_left_out_of_the_mean(tmp_path):
    def explosive(rate: float, seed: int) -> Training:
        return make(rate if seed else 1e-3, 4, seed)

    for _ in range(2):  # the second time it is read back
        result = run(make=explosive, axes={"rate": [1e-3, 1e38]}, folder=tmp_path)
        assert result.diverged_at[0].tolist() == [0, 0, 0]
        assert result.diverged_at[1, 0] == 0
        assert (result.diverged_at[1, 1:] > 0).all()
        spread = result.measured["spread"]
        assert np.isnan(spread[1, 1:]).all()
        np.testing.assert_allclose(result.mean("spread"), [spread[0].mean(), spread[1, 0]])


def test_the_mean_is_nan_where_all_have_diverged():
    values = np.array([[1.0, np.nan, 2.0], [np.nan] * 3])
    result = Sweep({"a": (1, 2), "seed": (0, 1, 2)}, {"x": values}, np.zeros((2, 3), int), np.zeros((2, 3), bool))
    np.testing.assert_array_equal(result.mean("x"), [1.5, np.nan])


def test_what_cannot_run_together_runs_in_groups():
    cells = [(place, {"learning_rate": 1e-3, "width": width, "seed": 0}) for place, width in enumerate((4, 5, 4))]
    results = sweep_module.train_and_measure(make, measure, STEPS, cells)
    assert [place for place, *_ in results] == [0, 2, 1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"axes": {"width": []}}, "axes must each have a value, got "),
        ({"steps": 0}, "steps must be a positive integer, got 0"),
        ({"seeds": 0}, "seeds must be a positive integer, got 0"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        run(**settings)


def test_a_map_says_its_numbers_and_leaves_what_is_missing_empty():
    _, (axes,) = plots.figure()
    plots.grid_map(axes, np.array([[0.0, 8.0, np.nan], [2.25, 4.0, 6.0]]), (0.001, 0.1), (0, 0.5, 0.9), highest=8)
    written = {(text.get_position(), text.get_text()) for text in axes.texts}
    assert written == {
        ((0.5, 0.5), "0.0"),
        ((1.5, 0.5), "8.0"),
        ((0.5, 1.5), "2.2"),
        ((1.5, 1.5), "4.0"),
        ((2.5, 1.5), "6.0"),
    }
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0.001", "0.1"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "0.5", "0.9"]
