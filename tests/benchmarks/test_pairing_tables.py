"""The stored tables of notebook 09's section on pairing: complete, and trained by the cells shown there."""

import pytest

from benchmarks import pairing
from benchmarks.tables import definitions, read

PARTICLES, TRIALS = read("09_particles"), read("09_pairing")
NAMES = definitions(pairing.NOTEBOOK)


def test_every_game_has_its_twenty_seeds_with_each_brake():
    expected = [
        (game, brake, str(seed)) for brake in NAMES["BRAKES"] for game in NAMES["GAMES"] for seed in pairing.GAME_SEEDS
    ]
    assert [(row["game"], row["brake"], row["seed"]) for row in PARTICLES] == expected
    assert {row["steps"] for row in PARTICLES} == {str(NAMES["GAME_STEPS"])}


def test_every_trial_has_its_twenty_seeds():
    expected = [(str(part) for part in (*trial, "")[:3]) for trial in NAMES["TRIALS"]]
    expected = [(*trial, str(seed)) for trial in map(tuple, expected) for seed in pairing.SEEDS]
    assert [(row["trial"], row["loss"], row["varied"], row["seed"]) for row in TRIALS] == expected


@pytest.mark.timeout(300)
def test_stored_particles_are_what_the_cells_give():
    """With a brake: without one the game multiplies rounding, and another processor plays another."""
    game, brake = next(iter(NAMES["GAMES"])), list(NAMES["BRAKES"])[-1]
    made = [row["misplaced"] for row in pairing.games(NAMES, game, brake, pairing.GAME_SEEDS[:4])]
    stored = [float(row["misplaced"]) for row in PARTICLES if (row["game"], row["brake"]) == (game, brake)][:4]
    assert sum(made) / 4 == pytest.approx(sum(stored) / 4, abs=0.06)


@pytest.mark.timeout(300)
def test_stored_trials_are_what_the_cells_give():
    trial = next(trial for trial in NAMES["TRIALS"] if trial[0] == "lazy" and trial[2] == 1)
    made = [row["high_quality"] for row in pairing.rows(NAMES, trial, pairing.SEEDS[:4])]
    stored = [float(row["high_quality"]) for row in TRIALS if (row["trial"], row["varied"]) == ("lazy", "1")][:4]
    assert sum(made) / 4 == pytest.approx(sum(stored) / 4, abs=0.12)
