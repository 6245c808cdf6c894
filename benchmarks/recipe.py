"""Two tables of notebook 09 that take longer than a notebook may, trained by the notebook's own cells.

    python -m benchmarks.recipe parts     # writes notebooks/09_recipe.csv, in some forty minutes
    python -m benchmarks.recipe stacks    # writes notebooks/09_stacks.csv, in some six minutes

What is trained is defined in the cells tagged `recipe`: `TASKS`, `ROWS`, the name of each row with its parts,
`recipe`, from a task, parts, a seed and a number of steps to a training, and `measure`. Each is measured twice,
with the average of the generator's weights and with those of the last moment; so the average needs no runs of its own.
The seeds of a row are trained together, but for the stacked digits, whose convolutions are cheaper alone; each goes
as it would alone, up to rounding, which makes another run of it in the end, as another processor does.

`cost` is the seconds of a step in those of a plain one, both trained alone, by turns. Plain rows with more steps
than the task's have used up the seconds of the whole recipe.

The second table is of longer runs on the stacked digits, each alone, with the seconds of one processor core that it
took: `STACK_ROWS`, `STACK_STEPS` and `stack_run`, from a row and a seed to a training.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from statistics import median
from time import process_time

import torch

from benchmarks.tables import definitions, write
from gan_edu.game.training import Training
from gan_edu.sweeps.run_together import run_together

NOTEBOOK = "09_modern_recipe"
TABLE, STACKS = "09_recipe", "09_stacks"
SEEDS = range(300, 310)  # nothing was chosen on them
FRESH_SEEDS = {"ring": range(320, 340), "digits": range(7000, 7020)}  # the boldest sentences are tried again on them
FRESH_ROWS = {
    "ring": ("plain", "plain + R1", "plain + falling rate", "whole", "whole - pairing", "whole - falling rate"),
    "digits": (
        *("plain + R1", "whole", "whole - pairing", "whole - R1", "whole - R2", "whole - falling rate"),
        "whole - R2, twice γ",
    ),
}
STACK_SEEDS = range(2100, 2105)  # nothing was chosen on them
COST_STEPS, COST_ROUNDS = 30, 7
MEASURED = "modes", "high_quality", "reverse_kl", "frechet"
Names = dict[str, object]


def parts(names: Names, row: str) -> frozenset[str]:
    """The parts of the row with this name."""
    return (names["ROWS"] | names["DOUBLED"])[row]


def cost(names: Names, task: str, row: str) -> float:
    """Seconds of a step in those of a plain step, by turns: the median."""
    plain, own = (names["recipe"](task, parts(names, which), 0) for which in ("plain", row))
    ratios = []
    for _ in range(COST_ROUNDS):
        seconds = []
        for training in (plain, own):
            start = process_time()
            training.run(COST_STEPS)
            seconds.append(process_time() - start)
        ratios.append(seconds[1] / seconds[0])
    return round(median(ratios[1:]), 2)  # the first round warms up


def train(task: str, trainings: list[Training], steps: int) -> None:
    """Train them in the way that is cheaper."""
    if task == "stacked digits":
        for training in trainings:
            training.run(steps)
    else:
        run_together(trainings, steps)


def rows(names: Names, task: str, row: str, seeds: Sequence[int], steps: int, price: float) -> Iterator[dict]:
    """Train one row of one task from each seed, and measure each with both kinds of weights."""
    trainings = [names["recipe"](task, parts(names, row), seed, steps) for seed in seeds]
    train(task, trainings, steps)
    for training in trainings:
        for weights in ("average", "moment"):
            if weights == "moment":
                training.averaged.load_state_dict(training.gan.generator.state_dict())
            found = names["measure"](task, training.samples(names["SAMPLES"][task]))
            measured = {name: f"{found[name]:.4f}" if name in found else "" for name in MEASURED}
            made = {"torch": torch.__version__, "date": date.today().isoformat()}
            key = {"task": task, "row": row, "steps": steps, "weights": weights, "seed": training.seed}
            yield key | measured | {"cost": price} | made


def table(names: Names, tasks: Sequence[str]) -> Iterator[dict]:
    """Every row at equal steps, the plain one at the whole's seconds, some rows on fresh seeds."""
    for task in tasks:
        steps, prices = names["TASKS"][task].steps, {row: cost(names, task, row) for row in names["ROWS"]}
        prices["plain"] = 1.0
        for row, price in prices.items():
            yield from rows(names, task, row, SEEDS, steps, price)
        yield from rows(names, task, "plain", SEEDS, 10 * round(steps * prices["whole"] / 10), 1.0)
        for row in FRESH_ROWS.get(task, ()):
            price = prices.get(row) or cost(names, task, row)
            yield from rows(names, task, row, FRESH_SEEDS[task], steps, price)


def stacks(names: Names, seeds: Sequence[int], steps: int) -> Iterator[dict]:
    """Every row of the longer runs, each seed alone."""
    for row in names["STACK_ROWS"]:
        for seed in seeds:
            training, start = names["stack_run"](row, seed), process_time()
            training.run(steps)
            seconds = process_time() - start
            found = names["measure"]("stacked digits", training.samples(names["SAMPLES"]["stacked digits"]))
            measured = {"modes": found["modes"], "reverse_kl": f"{found['reverse_kl']:.4f}"}
            made = {"seconds": round(seconds, 1), "torch": torch.__version__, "date": date.today().isoformat()}
            yield {"row": row, "seed": seed, "steps": steps} | measured | made


def main() -> None:
    """Write the tables that are named, row by row."""
    torch.set_num_threads(1)
    names = definitions(NOTEBOOK)
    tables = {
        "parts": (TABLE, table(names, list(names["TASKS"]))),
        "stacks": (STACKS, stacks(names, STACK_SEEDS, names["STACK_STEPS"])),
    }
    for chosen in sys.argv[1:]:
        write(*tables[chosen])


if __name__ == "__main__":
    main()
