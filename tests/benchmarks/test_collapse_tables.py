"""The stored tables of notebook 05: complete, as good as the text says, and trained by the cells shown there."""

import math
from itertools import product
from statistics import mean

import pytest
import torch
from scipy.stats import ttest_rel

from benchmarks import collapse
from benchmarks.tables import definitions, read
from gan_edu.game.training import Training
from gan_edu.measure.modes import coverage

TABLES = {name: read(f"05_{name}") for name in ("repairs", "scoreboard", "ablation")}
NAMES = definitions(collapse.NOTEBOOK)


def rows(table: str, **wanted: str) -> list[dict[str, str]]:
    return [row for row in TABLES[table] if all(row[column] == value for column, value in wanted.items())]


def test_every_repair_has_its_seeds_at_each_look_and_from_each_start():
    for repair in NAMES["REPAIRS"]:
        (price,) = {float(row["cost"]) for row in rows("repairs", repair=repair)}
        looks = collapse.steps_looked_at(NAMES["REPAIR_STEPS"], price)
        looks += [collapse.LAST_LOOK] if repair == NAMES["UNREPAIRED"] else []
        seeds = collapse.SEEDS if repair in NAMES["TESTED_AGAIN"] else collapse.SEEDS[:20]
        for rate in NAMES["REPAIR_RATES"]:
            assert seeds_and_looks(repair, rate, "new") == sorted(product(seeds, looks)), (repair, rate)
        for start in collapse.STARTS:
            found = seeds_and_looks(repair, collapse.START_RATE, start)
            assert found == sorted(product(collapse.START_SEEDS, collapse.START_LOOKS)), (repair, start)
    assert {row["repair"] for row in TABLES["repairs"]} == set(NAMES["REPAIRS"])


def seeds_and_looks(repair: str, rate: float, start: str) -> list[tuple[int, int]]:
    found = rows("repairs", repair=repair, rate=str(rate), start=start)
    return sorted((int(row["seed"]), int(row["step"])) for row in found)


def test_an_affordable_look_costs_no_more_than_the_unrepaired_run():
    for price in (1.0, 1.3, 2.04, 4.9):
        looks = collapse.steps_looked_at(1500, price)
        assert looks[-1] == 1500
        affordable = [step for step in looks if step * price <= 1500]
        assert 1500 - price * affordable[-1] < 300 * (price <= 1.1) + 50 * price + 1


def test_no_seed_is_left_out_of_the_scoreboard():
    seeds = {data: [int(row["seed"]) for row in rows("scoreboard", data=data)] for data in collapse.DATA}
    assert all(found == list(range(len(found))) for found in seeds.values())
    assert 10 <= len(seeds["ring"]) == len(seeds["grid"]) <= collapse.RUNS
    assert {row["data"] for row in TABLES["scoreboard"]} == set(collapse.DATA)


def test_runs_of_the_scoreboard_that_train_together_go_as_they_would_alone():
    ring = collapse.DATA["ring"]
    together = [NAMES["recipe"](ring, seed) for seed in (3, 4)]
    assert [row["seed"] for row in collapse.ends(together, NAMES["unit"](ring), 20)] == [3, 4]
    alone = NAMES["recipe"](ring, 4)
    alone.change_data(together[0].data)
    alone.run(20)
    assert torch.allclose(together[1].samples(500), alone.samples(500), atol=1e-3)
    assert not torch.allclose(together[0].samples(500), alone.samples(500), atol=0.1)


def test_rows_of_the_scoreboard_say_with_what_and_when_they_were_made():
    for row in TABLES["scoreboard"]:
        assert row["torch"].startswith("2.")
        assert len(row["date"].split("-")) == 3
        assert 0 < float(row["seconds"]) < 120
    assert {row["steps"] for row in TABLES["scoreboard"]} == {str(NAMES["RECIPE_STEPS"])}


@pytest.mark.parametrize(("repair", "rate"), [("D without momentum", 0.002), ("none", 0.005), ("R1", 0.005)])
def test_stored_rows_of_a_repair_are_what_its_cell_gives(repair, rate):
    trainings = [NAMES["REPAIRS"][repair](seed, rate) for seed in range(4)]
    for made in collapse.looks(trainings, NAMES["RING"], [collapse.LOOK]):
        key = {
            "repair": repair,
            "rate": str(rate),
            "start": "new",
            "seed": str(made["seed"]),
            "step": str(made["step"]),
        }
        (stored,) = rows("repairs", **key)
        assert made["modes"] == pytest.approx(int(stored["modes"]), abs=2)
        assert made["high_quality"] == pytest.approx(float(stored["high_quality"]), abs=0.15)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("data", collapse.DATA)
def test_a_stored_row_of_the_scoreboard_is_what_its_cell_gives(data):
    (stored,) = rows("scoreboard", data=data, seed="0")
    training = NAMES["recipe"](collapse.DATA[data], 0)
    training.run(NAMES["RECIPE_STEPS"])
    made = coverage(training.samples(collapse.SAMPLES), NAMES["unit"](collapse.DATA[data]))
    assert made.modes == int(stored["modes"])
    assert made.high_quality == pytest.approx(float(stored["high_quality"]), abs=0.02)  # other processors round
    assert made.reverse_kl == pytest.approx(float(stored["reverse_kl"]), abs=0.01)


def test_each_change_of_the_recipe_has_its_ten_seeds_which_the_scoreboard_has_not():
    seeds = [str(seed) for seed in collapse.ABLATION_SEEDS]
    for changed, data, weights in product(NAMES["ABLATION"], collapse.DATA, ("average", "moment")):
        found = rows("ablation", changed=changed, data=data, weights=weights)
        assert [row["seed"] for row in found] == seeds, (changed, data, weights)
        assert {row["steps"] for row in found} == {str(NAMES["RECIPE_STEPS"])}
    assert {row["changed"] for row in TABLES["ablation"]} == set(NAMES["ABLATION"])
    assert not set(seeds) & {row["seed"] for row in TABLES["scoreboard"]}


def settings(training: Training) -> dict[str, object]:
    """What a change of the recipe may change, read from the training itself."""
    gan, (_, second) = training.gan, training.gan.g_optimizer.param_groups[0]["betas"]
    return {
        "momentum": [player.param_groups[0]["betas"][0] for player in (gan.g_optimizer, gan.d_optimizer)],
        "second": second,
        "penalty": gan.penalty,
        "rate at the end": training.schedule(NAMES["RECIPE_STEPS"]),
        "spread of the data": round(training.data.points.std(0).mean().item(), 1),
        "averaging": training.averaging,
        "batch": training.batch_size,
    }


def test_each_change_of_the_recipe_changes_what_its_name_says_and_nothing_else():
    made = {changed: settings(make(collapse.DATA["grid"], 50)) for changed, (make, _) in NAMES["ABLATION"].items()}
    whole, published = made.pop("nothing"), made.pop("published settings")
    wanted = {
        "momentum 0.8": ("momentum", [0.8, 0.8]),
        "no R1": ("penalty", None),
        "rates that stay": ("rate at the end", 1.0),
    }
    assert made == {changed: whole | dict([change]) for changed, change in wanted.items()}
    assert whole["momentum"] == [0.0, 0.0]
    theirs = {"momentum": [0.8, 0.8], "second": 0.999, "penalty": None, "rate at the end": 1.0, "batch": 100}
    assert published.items() >= theirs.items()


def test_published_settings_that_train_together_go_as_they_would_alone():
    make, divided = NAMES["ABLATION"]["published settings"]
    together = [make(collapse.DATA["ring"], seed) for seed in (3, 4)]
    list(collapse.ends(together, divided(collapse.DATA["ring"]), 20))
    alone = make(collapse.DATA["ring"], 4)
    alone.change_data(together[0].data)
    alone.run(20)
    assert torch.allclose(together[1].samples(500), alone.samples(500), atol=1e-3)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("changed", "close"), [("published settings", 0.05), ("no R1", 0.03)])
def test_a_stored_row_of_the_ablation_is_what_its_cell_gives(changed, close):
    (stored,) = rows("ablation", data="ring", changed=changed, weights="average", seed="50")
    make, divided = NAMES["ABLATION"][changed]
    (made,) = collapse.ends([make(collapse.DATA["ring"], 50)], divided(collapse.DATA["ring"]), NAMES["RECIPE_STEPS"])
    assert made["high_quality"] == pytest.approx(float(stored["high_quality"]), abs=close)
    assert made["modes"] == pytest.approx(int(stored["modes"]), abs=0 if changed == "published settings" else 4)


def pairs(data: str, changed: str, number: str) -> tuple[list[float], list[float]]:
    """What the recipe so changed and the whole recipe score, seed by seed."""
    weights = "moment" if changed == "published settings" else "average"
    stored = (
        rows("ablation", data=data, changed=changed, weights=weights),
        rows("ablation", data=data, changed="nothing", weights="average"),
    )
    return tuple([float(row[number]) for row in found] for found in stored)


@pytest.mark.parametrize(
    ("data", "changed", "number", "sign"),
    [
        ("ring", "no R1", "modes", -1),
        ("grid", "no R1", "modes", -1),
        ("ring", "no R1", "high_quality", 1),
        ("grid", "no R1", "high_quality", 1),
        ("grid", "momentum 0.8", "modes", -1),
        ("grid", "momentum 0.8", "high_quality", -1),
        ("grid", "rates that stay", "high_quality", -1),
        ("ring", "published settings", "high_quality", -1),
        ("grid", "published settings", "high_quality", -1),
    ],
)
def test_what_the_text_says_of_a_part_is_more_than_luck(data, changed, number, sign):
    found = ttest_rel(*pairs(data, changed, number))
    assert found.pvalue < 0.05 / 36  # of at least as many comparisons as the notebook makes
    assert math.copysign(1, found.statistic) == sign


def test_momentum_loses_no_mode_of_the_ring_and_all_runs_of_the_grid():
    assert pairs("ring", "momentum 0.8", "modes") == ([8.0] * 10, [8.0] * 10)
    assert max(pairs("grid", "momentum 0.8", "modes")[0]) < 25


@pytest.mark.parametrize("data", collapse.DATA)
def test_the_recipe_is_ahead_of_every_published_row(data):
    modes, published_quality, published_kl = {"ring": (8, 0.982, 0.07), "grid": (25, 0.957, 0.04)}[data]
    found = rows("scoreboard", data=data)
    assert all(int(row["modes"]) == modes for row in found)
    assert mean(float(row["reverse_kl"]) for row in found) < published_kl / 4
    assert mean(float(row["high_quality"]) for row in found) > published_quality - 0.01


def test_in_units_of_its_spread_a_mixture_scores_as_before():
    for data in collapse.DATA.values():
        unit = NAMES["unit"](data)
        samples = torch.randn(2_500, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        factor = (unit.means / data.means)[data.means.abs() > 0.1].mean()
        assert coverage(factor * samples, unit) == coverage(samples, data)
        drawn = unit.means.square().sum(1).mean() / 2 + unit.standard_deviations[0] ** 2
        assert math.isclose(drawn.item(), 1.0, rel_tol=1e-6)  # the mean variance of the two coordinates
