"""The stored tables of notebook 07: complete, and trained by the cells shown there."""

from itertools import product

import pytest

from benchmarks import losses
from benchmarks.tables import definitions, read

ROWS, ALPHA_ROWS = read(losses.NOTEBOOK), read("07_alpha")
NAMES = definitions(losses.NOTEBOOK)


def test_every_loss_has_its_seeds_at_each_rate_in_the_order_of_the_cell():
    expected = list(product(NAMES["LOSSES"], NAMES["RATES"], losses.SEEDS))
    assert [(row["loss"], float(row["rate"]), int(row["seed"])) for row in ROWS] == expected
    assert len(losses.SEEDS) >= 20


def test_every_game_with_an_alpha_has_its_seeds():
    expected = list(product(NAMES["ALPHAS"], losses.ALPHA_SEEDS))
    assert [(row["changed"], int(row["seed"])) for row in ALPHA_ROWS] == expected
    assert len(losses.ALPHA_SEEDS) >= 20


def test_rows_say_with_what_and_when_they_were_made():
    for row in ROWS + ALPHA_ROWS:
        assert row["steps"] == str(NAMES["STEPS" if row in ROWS else "ALPHA_STEPS"])
        assert row["torch"].startswith("2.")
        assert len(row["date"].split("-")) == 3
        assert 0 <= int(row["modes"]) <= 8
        assert 0 <= float(row["high_quality"]) <= 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("loss", ["least squares", "reverse KL", "α-GAN, α ½"])
def test_stored_rows_are_what_the_cell_gives(loss):
    """At a rate at which the runs are alike, as another processor makes another run of a seed in the end."""
    names = NAMES | {"RATES": (0.003,)}
    made = list(losses.rows(names, loss, losses.SEEDS[:4], NAMES["STEPS"]))
    compare(made, [row for row in ROWS if row["loss"] == loss and row["rate"] == "0.003"][:4])


@pytest.mark.timeout(300)
def test_stored_rows_with_an_alpha_are_what_the_cell_gives():
    """At 0.3, where all runs find all blobs."""
    stored = [row for row in ALPHA_ROWS if row["changed"] == "α 0.3"][:4]
    compare(list(losses.alpha_rows(NAMES, "α 0.3", losses.ALPHA_SEEDS[:4])), stored)


def compare(made, stored):
    for new, old in zip(made, stored, strict=True):
        assert new["seed"] == int(old["seed"])
        assert new["modes"] == pytest.approx(int(old["modes"]), abs=1)
        assert new["high_quality"] == pytest.approx(float(old["high_quality"]), abs=0.15)
