"""The tables of notebook 07 that take longer than a notebook may, trained by the notebook's own cells.

    python -m benchmarks.losses map      # writes notebooks/07_losses.csv, in some ten minutes
    python -m benchmarks.losses alpha    # writes notebooks/07_alpha.csv, in a minute

What is trained is defined in the cells tagged `recipe`: `LOSSES`, `RATES`, `STEPS`, and `ring_run`, a function from the
name of a loss, a learning rate and a seed to a training on the ring; `ALPHAS`, `ALPHA_STEPS` and `alpha_run`, from a
name and a seed. The seeds of a loss are trained together; each goes as it would alone, up to rounding, which makes
another run of it in the end, as another processor does.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import date

import torch

from benchmarks.tables import definitions, write
from gan_edu.game.training import Training
from gan_edu.measure.modes import coverage
from gan_edu.sweeps.run_together import run_together

NOTEBOOK = "07_losses"
SEEDS, ALPHA_SEEDS = range(200, 220), range(320, 340)  # none of which was looked at before
SAMPLES = 2_500


def measured(training: Training, steps: int) -> dict[str, object]:
    """What a training came to, and with what it was made."""
    modes, high_quality, _ = coverage(training.samples(SAMPLES), training.data)
    found = {"seed": training.seed, "steps": steps, "modes": modes, "high_quality": round(high_quality, 4)}
    return found | {"torch": torch.__version__, "date": date.today().isoformat()}


def rows(names: dict[str, object], loss: str, seeds: Sequence[int], steps: int) -> Iterator[dict[str, object]]:
    """Train a loss at each rate from each seed, and measure each at the end."""
    trainings = [(rate, names["ring_run"](loss, rate, seed)) for rate in names["RATES"] for seed in seeds]
    run_together([training for _, training in trainings], steps)
    for rate, training in trainings:
        yield {"loss": loss, "rate": rate} | measured(training, steps)


def alpha_rows(names: dict[str, object], changed: str, seeds: Sequence[int]) -> Iterator[dict[str, object]]:
    """Train one of the games with an alpha from each seed, and measure each at the end."""
    trainings = [names["alpha_run"](changed, seed) for seed in seeds]
    run_together(trainings, names["ALPHA_STEPS"])
    for training in trainings:
        yield {"changed": changed} | measured(training, names["ALPHA_STEPS"])


def main() -> None:
    """Write the tables that are named."""
    torch.set_num_threads(1)
    names = definitions(NOTEBOOK)
    tables = {
        "map": (NOTEBOOK, (row for loss in names["LOSSES"] for row in rows(names, loss, SEEDS, names["STEPS"]))),
        "alpha": ("07_alpha", (row for name in names["ALPHAS"] for row in alpha_rows(names, name, ALPHA_SEEDS))),
    }
    for table in sys.argv[1:]:
        write(*tables[table])


if __name__ == "__main__":
    main()
