"""The two tables of notebook 05 that take longer than a notebook may, trained by the notebook's own cells.

    python -m benchmarks.collapse repairs       # writes notebooks/05_repairs.csv
    python -m benchmarks.collapse scoreboard    # writes notebooks/05_scoreboard.csv

What is trained is defined in the cells tagged `recipe`: `REPAIRS`, the name of each repair with a function from a seed
and a learning rate to a training on the ring; `recipe`, a function from a mixture and a seed to a training; and how
many steps these take. The repairs are trained many at once; the scoreboard one run at a time. All on one thread.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import process_time

import nbformat
import torch

from gan_edu.data.points import GaussianMixture, grid, ring
from gan_edu.game.training import Training
from gan_edu.measure.modes import coverage
from gan_edu.sweeps.run_together import run_together

FOLDER = Path(__file__).parent.parent / "notebooks"
COLUMNS = ("seed", "steps", "seconds", "modes", "high_quality", "reverse_kl", "torch", "date")
SAMPLES = 2_500  # of Lin et al. 2018
SEEDS = range(20)  # of the repairs
LOOK = 300  # steps between two looks at a repair
DATA = {"ring": ring(standard_deviation=0.01), "grid": grid()}


def definitions() -> dict[str, object]:
    """What the notebook's cells with the tag `recipe` define."""
    notebook = nbformat.read(FOLDER / "05_mode_collapse.ipynb", as_version=4)
    names: dict[str, object] = {}
    for cell in notebook.cells:
        if "recipe" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return names


def row(training: Training, data: GaussianMixture, steps: int) -> dict[str, object]:
    """Train, measure, and say how many seconds of one processor core the training took."""
    start = process_time()
    training.run(steps)
    seconds = process_time() - start
    modes, high_quality, reverse_kl = coverage(training.samples(SAMPLES), data)
    measured = (training.seed, steps, round(seconds, 1), modes, round(high_quality, 4), round(reverse_kl, 4))
    return dict(zip(COLUMNS, (*measured, torch.__version__, date.today().isoformat()), strict=True))


def looks(trainings: list[Training], data: GaussianMixture, steps: int) -> Iterator[dict[str, object]]:
    """Train them together, and measure each every `LOOK` steps."""
    for step in range(LOOK, steps + 1, LOOK):
        run_together(trainings, LOOK)
        for training in trainings:
            modes, high_quality, reverse_kl = coverage(training.samples(SAMPLES), data)
            shares = {"high_quality": round(high_quality, 4), "reverse_kl": round(reverse_kl, 4)}
            yield {"seed": training.seed, "step": step, "modes": modes} | shares


def repairs() -> Iterator[dict[str, object]]:
    """Twenty seeds of each repair at each learning rate, looked at on the way."""
    names = definitions()
    for repair, make in names["REPAIRS"].items():
        for rate in names["REPAIR_RATES"]:
            for measured in looks([make(seed, rate) for seed in SEEDS], names["RING"], names["REPAIR_STEPS"]):
                yield {"repair": repair, "rate": rate} | measured


def scoreboard() -> Iterator[dict[str, object]]:
    """Ten seeds of the recipe on both data sets."""
    names = definitions()
    for name, data in DATA.items():
        for seed in range(10):
            training = names["recipe"](data, seed)
            yield {"data": name} | row(training, names["unit"](data), names["RECIPE_STEPS"])


TABLES = {"repairs": repairs, "scoreboard": scoreboard}


def main() -> None:
    """Write the tables that are named, row by row."""
    torch.set_num_threads(1)
    for table in sys.argv[1:]:
        with (FOLDER / f"05_{table}.csv").open("w", newline="") as file:
            writer = None
            for made in TABLES[table]():
                if writer is None:
                    writer = csv.DictWriter(file, made.keys(), lineterminator="\n")
                    writer.writeheader()
                writer.writerow(made)
                file.flush()
                print(*made.values())


if __name__ == "__main__":
    main()
