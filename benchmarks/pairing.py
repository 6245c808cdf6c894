"""The tables of notebook 09's section on pairing, trained by the notebook's own cells.

    python -m benchmarks.pairing    # writes notebooks/09_particles.csv and 09_pairing.csv, in some five minutes

What is trained is defined in the cells tagged `recipe`: `GAMES` with each of `BRAKES`, of which `play` makes a run;
and `TRIALS`, from a name whose second part is the loss to settings and steps, of which `network_run` makes one.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import torch

from benchmarks.tables import definitions, write
from gan_edu.measure.modes import coverage
from gan_edu.sweeps.run_together import run_together

NOTEBOOK = "09_modern_recipe"
GAME_SEEDS = range(200, 220)  # none of which was looked at before
SEEDS = range(300, 320)  # none of which was looked at before
SAMPLES = 2_500


def rows(names: dict[str, object], trial: tuple, seeds: Sequence[int]) -> Iterator[dict[str, object]]:
    """Train one trial from each seed, and measure each at the end."""
    settings, steps = names["TRIALS"][trial]
    trainings = [names["network_run"](trial[1], seed, **settings) for seed in seeds]
    run_together(trainings, steps)
    for training in trainings:
        modes, high_quality, _ = coverage(training.samples(SAMPLES), training.data)
        measured = {"seed": training.seed, "step": steps, "modes": modes, "high_quality": round(high_quality, 4)}
        named = dict(zip(("trial", "loss", "varied"), (*trial, ""), strict=False))
        yield named | measured | {"torch": torch.__version__, "date": date.today().isoformat()}


def games(names: dict[str, object], game: str, brake: str, seeds: Sequence[int]) -> Iterator[dict[str, object]]:
    """Play one game of free fakes from each seed, and measure how they are spread at the end."""
    trainings = [names["play"](game, brake, seed) for seed in seeds]
    run_together(trainings, names["GAME_STEPS"])
    for training in trainings:
        misplaced, in_a_blob = names["spread"](training.gan.generator.points.detach())
        measured = {"misplaced": round(misplaced, 4), "in_a_blob": round(in_a_blob, 4)}
        made = {"torch": torch.__version__, "date": date.today().isoformat()}
        yield {"game": game, "brake": brake, "seed": training.seed, "steps": training.step} | measured | made


def main() -> None:
    """Write both tables."""
    torch.set_num_threads(1)
    names = definitions(NOTEBOOK)
    pairs = [(game, brake) for brake in names["BRAKES"] for game in names["GAMES"]]
    write("09_particles", (row for pair in pairs for row in games(names, *pair, GAME_SEEDS)))
    write("09_pairing", (row for trial in names["TRIALS"] for row in rows(names, trial, SEEDS)))


if __name__ == "__main__":
    main()
