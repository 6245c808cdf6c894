"""The stored tables of notebook 09: complete, and trained by the cells shown there."""

import pytest

from benchmarks import recipe
from benchmarks.tables import definitions, read
from gan_edu.game.losses import non_saturating, relativistic
from gan_edu.game.optimizers import CosineDecay, constant
from gan_edu.game.penalties import R1, R2, Both
from gan_edu.game.training import Training

ROWS, STACKS = read(recipe.TABLE), read(recipe.STACKS)
NAMES = definitions(recipe.NOTEBOOK)
AT_EQUAL_STEPS = [(task, row) for task in NAMES["TASKS"] for row in NAMES["ROWS"]]


def stored(task: str, row: str, weights: str, steps: int) -> list[dict[str, str]]:
    key = {"task": task, "row": row, "weights": weights, "steps": str(steps)}
    return [one for one in ROWS if all(one[name] == value for name, value in key.items())]


@pytest.mark.parametrize("weights", ["average", "moment"])
def test_every_row_has_its_ten_seeds_at_equal_steps(weights):
    for task, row in AT_EQUAL_STEPS:
        seeds = [int(one["seed"]) for one in stored(task, row, weights, NAMES["TASKS"][task].steps)]
        assert seeds[:10] == list(recipe.SEEDS), (task, row)


def test_rows_at_equal_seconds_use_up_those_of_the_whole():
    longer = {(one["task"], one["row"]): one for one in ROWS if int(one["steps"]) > NAMES["TASKS"][one["task"]].steps}
    for (task, row), one in longer.items():
        whole = stored(task, "whole", "average", NAMES["TASKS"][task].steps)[0]
        seconds = int(one["steps"]) * float(one["cost"])
        assert seconds == pytest.approx(NAMES["TASKS"][task].steps * float(whole["cost"]), rel=0.05), (task, row)
    assert {(task, "plain") for task in NAMES["TASKS"]} <= set(longer)


def test_rows_say_with_what_and_when_they_were_made():
    for one in ROWS:
        assert one["torch"].startswith("2.")
        assert len(one["date"].split("-")) == 3
        assert 0.8 < float(one["cost"]) < 2.5


def settings(training: Training) -> tuple:
    return training.gan.loss, training.gan.penalty, training.schedule


def test_each_row_has_the_parts_that_its_name_says_and_no_others():
    gamma, falls = NAMES["TASKS"]["ring"].weight, CosineDecay(NAMES["TASKS"]["ring"].steps)
    both = Both(R1(gamma), R2(gamma))
    expected = {
        "plain": (non_saturating, None, constant),
        "plain + pairing": (relativistic, None, constant),
        "plain + R1": (non_saturating, R1(gamma), constant),
        "plain + R2": (non_saturating, R2(gamma), constant),
        "plain + falling rate": (non_saturating, None, falls),
        "whole": (relativistic, both, falls),
        "whole - pairing": (non_saturating, both, falls),
        "whole - R1": (relativistic, R2(gamma), falls),
        "whole - R2": (relativistic, R1(gamma), falls),
        "whole - falling rate": (relativistic, both, constant),
    }
    assert {row: settings(NAMES["recipe"]("ring", parts, 0)) for row, parts in NAMES["ROWS"].items()} == expected


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("task", "row", "number", "within"),
    [("ring", "whole", "high_quality", 0.1), ("digits", "plain", "frechet", 0.3), ("digits", "whole", "frechet", 0.3)],
)
def test_stored_rows_are_what_the_cells_give(task, row, number, within):
    """Means of four seeds, as another processor makes another run of a seed in the end."""
    steps, count = NAMES["TASKS"][task].steps, 4
    made = list(recipe.rows(NAMES, task, row, recipe.SEEDS[:count], steps, 1.0))[::2]
    assert {one["weights"] for one in made} == {"average"}
    before = stored(task, row, "average", steps)[:count]
    new, old = (sum(float(one[number]) for one in each) / count for each in (made, before))
    assert new == pytest.approx(old, abs=within)


@pytest.mark.timeout(300)
def test_a_stored_row_of_the_stacked_digits_is_what_the_cells_give():
    steps = NAMES["TASKS"]["stacked digits"].steps
    made = next(iter(recipe.rows(NAMES, "stacked digits", "whole", recipe.SEEDS[:1], steps, 1.0)))
    before = stored("stacked digits", "whole", "average", steps)[0]
    assert float(made["modes"]) == pytest.approx(float(before["modes"]), abs=60)
    assert float(made["reverse_kl"]) == pytest.approx(float(before["reverse_kl"]), abs=0.15)


def test_fresh_seeds_are_others_and_complete():
    for task, rows in recipe.FRESH_ROWS.items():
        assert not set(recipe.SEEDS) & set(recipe.FRESH_SEEDS[task])
        for row in rows:
            seeds = [int(one["seed"]) for one in stored(task, row, "average", NAMES["TASKS"][task].steps)]
            assert [seed for seed in seeds if seed not in recipe.SEEDS] == list(recipe.FRESH_SEEDS[task]), (task, row)


def test_the_longer_runs_have_their_seeds_and_reach_their_aim():
    expected = [(row, seed) for row in NAMES["STACK_ROWS"] for seed in recipe.STACK_SEEDS]
    assert [(one["row"], int(one["seed"])) for one in STACKS] == expected
    assert {one["steps"] for one in STACKS} == {str(NAMES["STACK_STEPS"])}
    best = STACKS[: len(recipe.STACK_SEEDS)]
    assert max(float(one["reverse_kl"]) for one in best) < 0.12
    assert max(float(one["seconds"]) for one in best) < 45


@pytest.mark.timeout(300)
def test_longer_runs_are_what_the_cells_give_at_their_beginning():
    """A thirtieth of the steps: what the cell trains learns, and R1 is what the two rows differ in."""
    made = list(recipe.stacks(NAMES, recipe.STACK_SEEDS[:1], NAMES["STACK_STEPS"] // 30))
    assert [one["row"] for one in made] == list(NAMES["STACK_ROWS"])
    assert all(one["modes"] > 20 for one in made)
    trainings = [NAMES["stack_run"](row, 0) for row in NAMES["STACK_ROWS"]]
    assert [training.gan.penalty for training in trainings] == [R1(3.0), None]
