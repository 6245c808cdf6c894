"""The two tables of notebook 05 that take longer than a notebook may, trained by the notebook's own cells.

    python -m benchmarks.collapse repairs       # writes notebooks/05_repairs.csv
    python -m benchmarks.collapse scoreboard    # writes notebooks/05_scoreboard.csv

What is trained is defined in the cells tagged `recipe`: `REPAIRS`, the name of each repair with a function from a seed
and a number of steps to a training on the ring; `recipe`, a function from a mixture and a seed to a training; and how
many steps these take. One run at a time, on one thread.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from time import process_time

import nbformat
import torch

from gan_edu.data.points import GaussianMixture, grid, ring
from gan_edu.game.training import Training
from gan_edu.measure.modes import coverage

FOLDER = Path(__file__).parent.parent / "notebooks"
COLUMNS = ("seed", "steps", "seconds", "modes", "high_quality", "reverse_kl", "torch", "date")
SAMPLES = 2_500  # of Lin et al. 2018
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


def cost(names: dict[str, object], repair: str) -> float:
    """Seconds of a step with the repair, for one second of a step without: the middle of five, taken in turns."""
    trainings = [names["REPAIRS"][name](0, 1_000) for name in (names["UNREPAIRED"], repair)]
    ratios = []
    for _ in range(5):
        seconds = []
        for training in trainings:
            start = process_time()
            training.run(100)
            seconds.append(process_time() - start)
        ratios.append(seconds[1] / seconds[0])
    return median(ratios)


def repairs() -> Iterator[dict[str, object]]:
    """Five seeds of each repair, each for as many seconds as `REPAIR_STEPS` steps take without."""
    names = definitions()
    for repair, make in names["REPAIRS"].items():
        plain = repair == names["UNREPAIRED"]
        steps = names["REPAIR_STEPS"] if plain else 10 * round(names["REPAIR_STEPS"] / cost(names, repair) / 10)
        for seed in range(5):
            yield {"repair": repair} | row(make(seed, steps), names["RING"], steps)


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
