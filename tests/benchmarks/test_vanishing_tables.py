"""The stored tables of notebook 04: complete, and trained by the cells shown there."""

import math

import numpy as np
import pytest

from benchmarks import vanishing
from benchmarks.tables import definitions, read

TABLES = {name: read(f"04_{name}") for name in vanishing.TABLES}
NAMES = definitions(vanishing.NOTEBOOK)


def rows(table: str, **wanted: str) -> list[dict[str, str]]:
    return [row for row in TABLES[table] if all(row[column] == value for column, value in wanted.items())]


def test_every_experiment_has_its_seeds_at_each_look():
    changed = [name for name in NAMES["REPAIRS"] if name != "non-saturating"] + list(NAMES["STACKS"])
    assert list(dict.fromkeys(row["changed"] for row in TABLES["gradients"])) == changed
    for name in changed:
        found = [(int(row["step"]), int(row["seed"])) for row in rows("gradients", changed=name)]
        assert found == [(step, seed) for step in NAMES["LOOKS"] for seed in vanishing.FROZEN_SEEDS]


def test_every_repair_has_its_twenty_seeds_on_both_tasks():
    for task in NAMES["DATA"]:
        for name in NAMES["REPAIRS"]:
            for moves in vanishing.D_UPDATES.get(name, (5,)):
                found = rows("runs", task=task, changed=name, d_updates=str(moves))
                assert [int(row["seed"]) for row in found] == list(vanishing.SEEDS), (task, name, moves)
                assert all(math.isnan(float(row["frechet"])) == (task == "ring") for row in found)


def test_every_optimizer_has_its_twenty_seeds_with_both_losses():
    expected = [
        (name, loss, seed)
        for name in NAMES["FOR_G"]
        for loss in ("minimax", "non_saturating")
        for seed in vanishing.SEEDS
    ]
    assert [(row["changed"], row["loss"], int(row["seed"])) for row in TABLES["optimizers"]] == expected


def test_the_optimizers_table_begins_with_the_runs_of_the_other():
    for loss, changed in (("minimax", "none"), ("non_saturating", "non-saturating")):
        own = [row["frechet"] for row in rows("optimizers", changed="as in section 1", loss=loss)]
        other = [row["frechet"] for row in rows("runs", task="digits", changed=changed, d_updates="5")]
        assert np.mean(list(map(float, own))) == pytest.approx(np.mean(list(map(float, other))), abs=2)


@pytest.mark.parametrize("changed", ["none", "R1", "residual"])
def test_stored_gradients_are_what_the_cells_give(changed):
    looks = NAMES["LOOKS"][:9]  # up to 200 moves; from there rounding has its own way
    frozen = NAMES["generators"]("digits", [vanishing.FROZEN_AT], vanishing.FROZEN_SEEDS)[vanishing.FROZEN_AT]
    for made in vanishing.curves(NAMES, frozen, vanishing.settings(NAMES)[changed], looks):
        (stored,) = rows("gradients", changed=changed, step=str(made["step"]), seed=str(made["seed"]))
        for column in ("minimax", "non_saturating"):
            assert np.log10(float(made[column])) == pytest.approx(np.log10(float(stored[column])), abs=0.7), column


@pytest.mark.parametrize(("task", "changed", "within"), [("digits", "R1", 1.5), ("digits", "non-saturating", 6)])
def test_stored_runs_are_what_the_cells_give(task, changed, within):
    trainings = [NAMES["run_of"](task, seed, **NAMES["REPAIRS"][changed](task)) for seed in range(4)]
    made = [float(row["frechet"]) for row in vanishing.ends(NAMES, task, trainings, vanishing.STEPS)]
    stored = [float(row["frechet"]) for row in rows("runs", task=task, changed=changed, d_updates="5")[:4]]
    assert np.mean(made) == pytest.approx(np.mean(stored), abs=within)
