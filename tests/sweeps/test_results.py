"""A folder of results: never stale, never half written, and what is damaged is trained again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from test_sweep import AXES, STEPS, assert_equal, made, make, measure, quiet, run

from gan_edu.game.training import Training
from gan_edu.sweeps import results as results_module
from gan_edu.sweeps.sweep import SweepIncomplete, sweep

OTHER = "^folder must hold results of the same sweep, got one with other "


def narrow(seed: int, width: int = 4, **ignored: object) -> Training:
    return make(1e-3, width, seed)


def closed_over(width: int) -> Callable[..., Training]:
    def make_one(seed: int) -> Training:
        return make(1e-3, width, seed)

    return make_one


class Maker:
    def __init__(self, width: int):
        self.width = width

    def __call__(self, seed: int) -> Training:
        return make(1e-3, self.width, seed)

    def method(self, seed: int) -> Training:
        return self(seed)


def factory(kind: str, width: int) -> Callable[..., Training]:
    def with_default(seed: int, width: int = width) -> Training:
        return make(1e-3, width, seed)

    def with_keyword_default(seed: int, *, width: int = width) -> Training:
        return make(1e-3, width, seed)

    kinds = {
        "partial": partial(narrow, width=width),
        "closure": closed_over(width),
        "default": with_default,
        "keyword-only default": with_keyword_default,
        "object": Maker(width),
        "method": Maker(width).method,
        "closure over a closure": lambda seed: closed(seed),
    }
    closed = closed_over(width)
    return kinds[kind]


KINDS = ("partial", "closure", "default", "keyword-only default", "object", "method", "closure over a closure")


@pytest.mark.parametrize("kind", KINDS)
def test_other_arguments_and_closed_over_values_are_another_sweep(tmp_path, kind):
    settings = {"axes": {}, "seeds": 1, "folder": tmp_path}
    first = run(make=factory(kind, 4), **settings)
    with pytest.raises(ValueError, match=OTHER + "make$"):
        run(make=factory(kind, 30), **settings)
    made.clear()
    assert_equal(run(make=factory(kind, 4), **settings), first)
    assert made == []


WIDTH = 4


def with_a_number_of_the_module(seed: int) -> Training:
    return make(1e-3, WIDTH, seed)


def test_a_number_of_the_module_counts_too(tmp_path, monkeypatch):
    settings = {"make": with_a_number_of_the_module, "axes": {}, "seeds": 1, "folder": tmp_path}
    run(**settings)
    monkeypatch.setitem(globals(), "WIDTH", 5)
    with pytest.raises(ValueError, match=OTHER + "make$"):
        run(**settings)


def shallow(width: int) -> tuple[int, ...]:
    return (width,)


def deep(width: int) -> tuple[int, ...]:
    return (width, width)


def resumed(folder: str) -> None:
    """The sweep of the test below, in a process of its own; it says how many cells it made."""
    sweep(with_shape, {"shape": [shallow, deep, print]}, measure, STEPS, 1, 1, folder=folder, progress=quiet)
    print(len(made))


def with_shape(shape: Callable, seed: int) -> Training:
    return make(1e-3, 4, seed)


def test_an_axis_of_functions_resumes_in_a_new_process(tmp_path):
    program = f"import test_results; test_results.resumed({str(tmp_path)!r})"
    folders = os.pathsep.join(map(str, (Path(__file__).resolve().parent, Path(__file__).resolve().parents[2])))
    shown = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONPATH": folders, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert shown == ["3\n", "0\n"]
    labels = json.loads((tmp_path / "sweep.json").read_text())["axes"]["shape"]
    assert [label.split(" #")[0] for label in labels] == ["shallow", "deep", "builtins.print"]


@pytest.mark.parametrize("content", ["", '{"axes": ', "[]"])
def test_a_damaged_description_without_results_blocks_nothing(tmp_path, content, caplog):
    (tmp_path / "sweep.json").write_text(content)
    assert_equal(run(folder=tmp_path), run())
    assert f"{tmp_path / 'sweep.json'} is damaged" in caplog.text
    made.clear()
    run(folder=tmp_path)
    assert made == []


def test_results_without_their_description_are_put_aside_and_trained_again(tmp_path, caplog):
    run(folder=tmp_path)
    (tmp_path / "sweep.json").write_text("")
    made.clear()
    assert_equal(run(folder=tmp_path), run())
    assert len(made) >= 18
    assert "cells_000000.npz cannot be used" in caplog.text
    assert (tmp_path / "cells_000000.damaged").exists()


def full_disk(*arguments: object, **columns: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr(results_module.np, "savez", full_disk)
        with pytest.raises(OSError, match="No space left"):
            run(folder=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["sweep.json"]
    with monkeypatch.context() as full:
        full.setattr(results_module.os, "fsync", full_disk)
        with pytest.raises(OSError, match="No space left"):
            run(folder=tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
    assert_equal(run(folder=tmp_path), run())


@pytest.mark.parametrize(
    "damage", [lambda content: b"", lambda content: content[: len(content) // 2], lambda content: b"x" * 99]
)
def test_a_damaged_file_is_named_and_its_cells_are_trained_again(tmp_path, monkeypatch, caplog, damage):
    monkeypatch.setattr("gan_edu.sweeps.sweep.TOGETHER", 6)
    before = run(folder=tmp_path)
    file = tmp_path / "cells_000006.npz"
    file.write_bytes(damage(file.read_bytes()))
    made.clear()
    assert_equal(run(folder=tmp_path), before)
    assert made[:6] == [(1e-3, 6, seed) for seed in range(3)] + [(1e-2, 4, s) for s in range(3)]
    assert "cells_000006.npz cannot be used" in caplog.text
    caplog.clear(), made.clear()
    run(folder=tmp_path)
    assert (made, caplog.text) == ([], "")


def unlucky(learning_rate: float, width: int, seed: int) -> Training:
    if (width, seed) == (5, 1):
        raise ZeroDivisionError("no luck")
    return make(learning_rate, width, seed)


def unlucky_measure(training: Training) -> dict[str, object]:
    if training.seed == 1:
        raise ZeroDivisionError("no luck")
    return measure(training)


def unlucky_training(learning_rate: float, width: int, seed: int) -> Training:
    def update(gan, draw, stream):
        raise ZeroDivisionError("no luck")

    training = make(learning_rate, width, seed)
    if (width, seed) == (5, 1):
        training.update = update
    return training


@pytest.mark.parametrize(
    ("settings", "failed"),
    [({"make": unlucky}, 2), ({"make": unlucky_training}, 2), ({"measure": unlucky_measure}, 6)],
    ids=["make", "training", "measure"],
)
def test_a_cell_that_raises_loses_no_other_and_is_named(tmp_path, settings, failed):
    expected = run()
    for _ in range(2):
        with pytest.raises(SweepIncomplete) as caught:
            run(folder=tmp_path, **settings)
        message = str(caught.value)
        assert message.startswith(f"{failed} of 18 cells failed: {{'learning_rate': 0.001, 'width': ")
        assert "'seed': 1}" in message
        assert message.endswith("The first raised ZeroDivisionError: no luck")
        assert 'raise ZeroDivisionError("no luck")' in "".join(caught.value.__notes__)
        found = caught.value.sweep.measured["spread"]
        lost = np.isnan(found)
        assert lost.sum() == failed
        np.testing.assert_allclose(found[~lost], expected.measured["spread"][~lost], rtol=1e-4)
    made.clear()
    with pytest.raises(SweepIncomplete):
        run(folder=tmp_path, **settings)
    assert len(made) <= 2 * failed  # only those that failed are tried again


def test_an_axis_of_seeds_gives_the_seeds():
    result = run(axes={"seed": [7, 3], "width": [4]}, make=partial(make, learning_rate=1e-3))
    assert result.axes == {"width": (4,), "seed": (7, 3)}
    single = make(1e-3, 4, 3)
    single.run(STEPS)
    np.testing.assert_allclose(result.measured["samples"][0, 1], single.samples(3), rtol=1e-4, atol=1e-6)


def changing_shape(training: Training) -> dict[str, object]:
    return {"spread": [1.0] * (training.seed + 1)}


def test_a_measurement_of_changing_shape_is_refused():
    with pytest.raises(
        SweepIncomplete, match=r"measure must return arrays of always the same shape, got .* for spread"
    ):
        run(measure=changing_shape)


def no_training(learning_rate: float, width: int, seed: int) -> int:
    return seed


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"folder": ""}, ValueError, "^folder must have a name, got ''"),
        ({"axes": {"widht": [4]}}, TypeError, "^axes must be keyword arguments of make, as seed is, got widht, seed: "),
        ({"axes": {"width": [4]}}, TypeError, "missing a required argument: 'learning_rate'"),
        ({"axes": {"learning_rate": "123", "width": [4]}}, TypeError, "^axes must be sequences of values, got '123'"),
        ({"axes": {"learning_rate": 1e-3, "width": [4]}}, TypeError, "^axes must be sequences of values, got 0.001"),
        ({"axes": AXES | {"seed": [1, 1]}}, ValueError, "^axes must hold each seed once, got "),
        ({"make": no_training}, SweepIncomplete, "TypeError: make must return a Training, got 0"),
        ({"measure": lambda training: 3.0}, SweepIncomplete, "TypeError: measure must return numbers by name, got 3.0"),
    ],
)
def test_what_cannot_be_is_named(settings, kind, message):
    with pytest.raises(kind, match=message):
        run(**settings)
