"""The three tables of notebook 05 that take longer than a notebook may, trained by the notebook's own cells.

    python -m benchmarks.collapse repairs       # writes notebooks/05_repairs.csv
    python -m benchmarks.collapse scoreboard    # writes notebooks/05_scoreboard.csv
    python -m benchmarks.collapse ablation      # writes notebooks/05_ablation.csv

What is trained is defined in the cells tagged `recipe`: `REPAIRS`, the name of each repair with a function from a seed
and a learning rate to a training on the ring; `knowing`, the generators that know a part of the ring; `recipe`, a
function from a mixture and a seed to a training; `ABLATION`, the name of each change with the recipe so changed and the
units that it trains in; and how many steps these take. All are trained many at once, on one thread. Each goes as it
would alone, up to rounding, which makes another run of it in the end, as another processor does. Runs of the scoreboard
and of the ablation that train together have one set of examples, that of the first, and the seconds of each are its
share. Rows of the scoreboard come in groups of seeds, from 0 on, so that a table broken off is one of fewer seeds. Its
stored seeds 0 to 9 were trained alone, each with a set of its own. The ablation measures each run twice: with the
average of the generator's weights, and with the weights of the last moment.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from statistics import median
from time import process_time

import torch

from benchmarks.tables import definitions, write
from gan_edu.data.points import GaussianMixture, grid, ring
from gan_edu.game.training import Training
from gan_edu.measure.modes import coverage
from gan_edu.sweeps.run_together import run_together

NOTEBOOK = "05_mode_collapse"
COLUMNS = ("seed", "steps", "seconds", "modes", "high_quality", "reverse_kl", "torch", "date")
SAMPLES = 2_500  # of Lin et al. 2018
SEEDS = range(40)  # of the repairs: twenty that suggest a conclusion, and twenty on which it is tested
RUNS, TOGETHER = 50, 5  # seeds of the recipe on each data set; at once
ABLATION_SEEDS = range(50, 60)  # not those of the scoreboard
LOOK = 300  # steps between two looks at a repair
LAST_LOOK = 4_000  # at the unrepaired runs
COST_STEPS, COST_ROUNDS = 40, 7  # of the comparison of seconds
STARTS = {"half": 4, "point": 1}  # modes that the generator knows when its run begins
START_RATE, START_SEEDS, START_LOOKS = 0.002, range(20), (300, 600)
DATA = {"ring": ring(standard_deviation=0.01), "grid": grid()}


def ends(trainings: list[Training], data: GaussianMixture, steps: int) -> Iterator[dict[str, object]]:
    """Train them together, measure each, and say how many seconds of one processor core each took."""
    for training in trainings[1:]:
        training.change_data(trainings[0].data)
    start = process_time()
    run_together(trainings, steps)
    seconds = (process_time() - start) / len(trainings)
    for training in trainings:
        yield scored(training, data, steps, seconds)


def scored(training: Training, data: GaussianMixture, steps: int, seconds: float) -> dict[str, object]:
    """What its averaged weights score after these steps."""
    modes, high_quality, reverse_kl = coverage(training.samples(SAMPLES), data)
    measured = (training.seed, steps, round(seconds, 1), modes, round(high_quality, 4), round(reverse_kl, 4))
    return dict(zip(COLUMNS, (*measured, torch.__version__, date.today().isoformat()), strict=True))


def looks(trainings: list[Training], data: GaussianMixture, steps: Iterable[int]) -> Iterator[dict[str, object]]:
    """Train them together, and measure each at these steps."""
    for step in steps:
        run_together(trainings, step - trainings[0].step)
        for training in trainings:
            modes, high_quality, reverse_kl = coverage(training.samples(SAMPLES), data)
            shares = {"high_quality": round(high_quality, 4), "reverse_kl": round(reverse_kl, 4)}
            yield {"seed": training.seed, "step": step, "modes": modes} | shares


def cost(unrepaired: Training, repaired: Training) -> float:
    """Seconds of a repaired step in seconds of an unrepaired one, both trained alone, by turns: the median."""
    ratios = []
    for _ in range(COST_ROUNDS):
        seconds = []
        for training in (unrepaired, repaired):
            start = process_time()
            training.run(COST_STEPS)
            seconds.append(process_time() - start)
        ratios.append(seconds[1] / seconds[0])
    return round(median(ratios[1:]), 2)  # the first round warms up


def steps_looked_at(steps: int, cost: float) -> list[int]:
    """Each 300 steps, and where a repair at this cost has used up the seconds of so many unrepaired steps."""
    affordable = 50 * int(steps / cost / 50)
    return sorted({*range(LOOK, steps + 1, LOOK), *([affordable] if cost > 1.1 else [])})


def repairs() -> Iterator[dict[str, object]]:
    """Twenty or forty seeds of each repair at each learning rate, and twenty that begin with a collapsed generator."""
    names = definitions(NOTEBOOK)
    generators = {start: names["knowing"](modes, START_SEEDS) for start, modes in STARTS.items()}
    for repair, make in names["REPAIRS"].items():
        ratio = cost(names["REPAIRS"][names["UNREPAIRED"]](0, 0.002), make(0, 0.002))
        steps = steps_looked_at(names["REPAIR_STEPS"], ratio)
        if repair == names["UNREPAIRED"]:
            ratio, steps = 1.0, [*steps, LAST_LOOK]
        seeds = SEEDS if repair in names["TESTED_AGAIN"] else SEEDS[:20]
        for rate in names["REPAIR_RATES"]:
            for measured in looks([make(seed, rate) for seed in seeds], names["RING"], steps):
                yield {"repair": repair, "cost": ratio, "rate": rate, "start": "new"} | measured
        for start, known in generators.items():
            trainings = [make(seed, START_RATE) for seed in START_SEEDS]
            for training, weights in zip(trainings, known, strict=True):
                training.gan.generator.load_state_dict(weights)
                training.averaged.load_state_dict(weights)
            for measured in looks(trainings, names["RING"], START_LOOKS):
                yield {"repair": repair, "cost": ratio, "rate": START_RATE, "start": start} | measured


def scoreboard() -> Iterator[dict[str, object]]:
    """Fifty seeds of the recipe on both data sets."""
    names = definitions(NOTEBOOK)
    for first in range(0, RUNS, TOGETHER):
        for name, data in DATA.items():
            trainings = [names["recipe"](data, seed) for seed in range(first, first + TOGETHER)]
            for measured in ends(trainings, names["unit"](data), names["RECIPE_STEPS"]):
                yield {"data": name} | measured


def ablation() -> Iterator[dict[str, object]]:
    """Ten other seeds of the recipe whole, and without each of its parts, on both data sets."""
    names = definitions(NOTEBOOK)
    for part, (make, divided) in names["ABLATION"].items():
        for first in range(0, len(ABLATION_SEEDS), TOGETHER):
            for name, data in DATA.items():
                trainings = [make(data, seed) for seed in ABLATION_SEEDS[first : first + TOGETHER]]
                made = list(ends(trainings, divided(data), names["RECIPE_STEPS"]))
                for measured in made:
                    yield {"data": name, "changed": part, "weights": "average"} | measured
                for training, measured in zip(trainings, made, strict=True):
                    training.averaged.load_state_dict(training.gan.generator.state_dict())
                    again = scored(training, divided(data), names["RECIPE_STEPS"], measured["seconds"])
                    yield {"data": name, "changed": part, "weights": "moment"} | again


TABLES = {"repairs": repairs, "scoreboard": scoreboard, "ablation": ablation}


def main() -> None:
    """Write the tables that are named, row by row."""
    torch.set_num_threads(1)
    for table in sys.argv[1:]:
        write(f"05_{table}", TABLES[table]())


if __name__ == "__main__":
    main()
