"""The table of notebook 07 that takes longer than a notebook may, trained by the notebook's own cell.

    python -m benchmarks.losses    # writes notebooks/07_losses.csv, in some ten minutes

What is trained is defined in the cell tagged `recipe`: `LOSSES`, `RATES`, `STEPS`, and `ring_run`, a function from the
name of a loss, a learning rate and a seed to a training on the ring. The seeds of a loss are trained together; each
goes as it would alone, up to rounding, which makes another run of it in the end, as another processor does.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import torch

from benchmarks.tables import definitions, write
from gan_edu.measure.modes import coverage
from gan_edu.sweeps.run_together import run_together

NOTEBOOK = "07_losses"
SEEDS = range(200, 220)  # none of which was looked at before
SAMPLES = 2_500


def rows(names: dict[str, object], loss: str, seeds: Sequence[int], steps: int) -> Iterator[dict[str, object]]:
    """Train a loss at each rate from each seed, and measure each at the end."""
    trainings = [(rate, names["ring_run"](loss, rate, seed)) for rate in names["RATES"] for seed in seeds]
    run_together([training for _, training in trainings], steps)
    for rate, training in trainings:
        modes, high_quality, _ = coverage(training.samples(SAMPLES), training.data)
        measured = {"modes": modes, "high_quality": round(high_quality, 4)}
        made = {"torch": torch.__version__, "date": date.today().isoformat()}
        yield {"loss": loss, "rate": rate, "seed": training.seed, "steps": steps} | measured | made


def main() -> None:
    """Write the table, loss by loss."""
    torch.set_num_threads(1)
    names = definitions(NOTEBOOK)
    write(NOTEBOOK, (row for loss in names["LOSSES"] for row in rows(names, loss, SEEDS, names["STEPS"])))


if __name__ == "__main__":
    main()
