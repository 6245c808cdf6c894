"""The three tables of notebook 04 that take longer than a notebook may, trained by the notebook's own cells.

    python -m benchmarks.vanishing gradients    # writes notebooks/04_gradients.csv
    python -m benchmarks.vanishing runs         # writes notebooks/04_runs.csv
    python -m benchmarks.vanishing optimizers   # writes notebooks/04_optimizers.csv

What is trained is defined in the cells tagged `recipe`. `gradients`: how long the generator's gradient is while a fresh
discriminator trains against a frozen generator, with each repair and with each kind of discriminator. `runs`: what
whole runs achieve. `optimizers`: the same with another optimizer for the generator. All are trained many at once, on
one thread; the seconds of each are its share.
"""

import sys
from collections.abc import Iterator
from functools import partial
from time import process_time

import torch

from benchmarks.tables import definitions, write
from gan_edu.measure.modes import coverage
from gan_edu.sweeps.run_together import run_together

NOTEBOOK = "04_vanishing_gradients"
FROZEN_AT, FROZEN_SEEDS = 1_000, range(5)  # steps that the generator has made; seeds of the experiment
SEEDS, STEPS = range(20), 300  # of the whole runs
D_UPDATES = {"none": (1, 5), "non-saturating": (1, 5)}  # of the other repairs: 5
MEASURED = "minimax", "non_saturating", "wasserstein", "accuracy", "score"


def curves(names: dict[str, object], frozen: list, chosen: dict[str, object], looks: tuple[int, ...]) -> Iterator:
    """One row for each look and each seed of one experiment on the digits."""
    seen, _ = names["experiment"]("digits", frozen, FROZEN_SEEDS, looks, **chosen)
    for step, rows in zip(looks, seen, strict=True):
        for seed, values in zip(FROZEN_SEEDS, rows.T, strict=True):
            measured = {name: f"{value:.4g}" for name, value in zip(MEASURED, values, strict=True)}
            yield {"step": step, "seed": seed} | measured


def settings(names: dict[str, object]) -> dict[str, dict[str, object]]:
    """What is changed in each experiment: a repair, or the discriminator's layers."""
    repairs = {name: make("digits") for name, make in names["REPAIRS"].items() if name != "non-saturating"}
    return repairs | {kind: {"judge": partial(names["stack"], kind, names["DEPTH"])} for kind in names["STACKS"]}


def gradients() -> Iterator[dict[str, object]]:
    """Each repair, and each stack of layers as the discriminator, against the same frozen generators."""
    names = definitions(NOTEBOOK)
    frozen = names["generators"]("digits", [FROZEN_AT], FROZEN_SEEDS)[FROZEN_AT]
    for name, chosen in settings(names).items():
        for row in curves(names, frozen, chosen, names["LOOKS"]):
            yield {"changed": name} | row


def ends(names: dict[str, object], task: str, trainings: list, steps: int) -> Iterator[dict[str, object]]:
    """Train them together and measure each, with its share of the seconds of one processor core."""
    start = process_time()
    run_together(trainings, steps)
    seconds = (process_time() - start) / len(trainings)
    for training in trainings:
        if task == "digits":
            modes, share, frechet = names["quality"](training.samples(1_797))
        else:
            (modes, share, _), frechet = coverage(training.samples(2_500), training.data), float("nan")
        found = {"modes": modes, "share": f"{share:.4f}", "frechet": f"{frechet:.2f}"}
        yield {"seed": training.seed} | found | {"seconds": f"{seconds:.2f}"}


def runs() -> Iterator[dict[str, object]]:
    """Twenty seeds of each repair on both tasks; of the two plain losses also with one update of D."""
    names = definitions(NOTEBOOK)
    for task in names["DATA"]:
        for name, make in names["REPAIRS"].items():
            for d_updates in D_UPDATES.get(name, (5,)):
                trainings = [names["run_of"](task, seed, d_updates=d_updates, **make(task)) for seed in SEEDS]
                for row in ends(names, task, trainings, STEPS):
                    yield {"task": task, "changed": name, "d_updates": d_updates} | row


def optimizers() -> Iterator[dict[str, object]]:
    """Twenty seeds of both plain losses on the digits with each optimizer of the generator."""
    names = definitions(NOTEBOOK)
    for changed, optimizer in names["FOR_G"].items():
        for loss in ("minimax", "non_saturating"):
            trainings = [names["run_of"]("digits", seed, names[loss], g_optimizer=optimizer) for seed in SEEDS]
            for training, row in zip(trainings, ends(names, "digits", trainings, STEPS), strict=True):
                snapshot = training.snapshot()
                belief = snapshot.discriminator(snapshot.samples).sigmoid().mean().item()
                yield {"changed": changed, "loss": loss} | row | {"belief": f"{belief:.3g}"}


TABLES = {"gradients": gradients, "runs": runs, "optimizers": optimizers}


def main() -> None:
    """Write the tables that are named, row by row."""
    torch.set_num_threads(1)
    for table in sys.argv[1:]:
        write(f"04_{table}", TABLES[table]())


if __name__ == "__main__":
    main()
