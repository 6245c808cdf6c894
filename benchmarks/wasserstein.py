"""The two tables of notebook 08 that take longer than a notebook may, trained by the notebook's own cells.

    python -m benchmarks.wasserstein critics    # writes notebooks/08_critics.csv
    python -m benchmarks.wasserstein runs       # writes notebooks/08_runs.csv

What is trained is defined in the cells tagged `recipe`. `critics`: how near each kind of critic comes to the exact
distance, on three pairs of laws. `runs`: what whole games achieve on the ring, and how well the value of their critics
goes along with the exact distance. All are trained many at once, on one thread.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product

import numpy as np
import torch

from benchmarks.tables import definitions, write
from gan_edu.measure.modes import coverage
from gan_edu.randomness import Stream
from gan_edu.sweeps.run_together import run_together

NOTEBOOK = "08_wasserstein"
CRITIC_SEEDS, SEEDS = range(100, 110), range(100, 120)  # none of which was looked at before
EXAMPLES, EVERY = 200_000, 50  # of each law, that a trained critic is measured with; steps from look to look at a game


def made() -> dict[str, str]:
    """With what a row was trained, and when."""
    return {"torch": torch.__version__, "date": date.today().isoformat()}


def critics(names: dict[str, object], name: str, seeds: Sequence[int]) -> Iterator[dict[str, object]]:
    """Train one kind of critic on all pairs, and measure each: its value over the exact distance."""
    networks = iter(names["trained"](name, names["PAIRS"], seeds))
    for pair, draw in names["PAIRS"].items():
        real, fake = draw(EXAMPLES, Stream(0, "measuring"))
        for seed in seeds:
            network = next(networks)
            with torch.no_grad():
                value = (network(real).mean() - network(fake).mean()).item()
            share = f"{value / names['EXACT'][pair]:.4f}"
            yield {"critic": name, "pair": pair, "seed": seed, "share": share} | made()


def runs(names: dict[str, object], name: str, seeds: Sequence[int]) -> Iterator[dict[str, object]]:
    """Play one kind of game with each number of updates and each momentum, looking on the way; measure the ends."""
    for updates, momentum in product(names["UPDATES"], names["MOMENTA"]):
        trainings, looks = [names["game"](name, updates, momentum, seed) for seed in seeds], []
        for _ in range(names["STEPS"] // EVERY):
            run_together(trainings, EVERY)
            looks.append([names["look"](training) for training in trainings])
        settings = {"game": name, "updates": updates, "momentum": momentum}
        for training, seen in zip(trainings, zip(*looks, strict=True), strict=True):
            modes, high_quality, _ = coverage(training.samples(2_500), training.data)
            yield settings | {"seed": training.seed, "modes": modes, "high_quality": f"{high_quality:.4f}"} | told(seen)


def told(looks: Sequence[tuple[float, float]]) -> dict[str, str]:
    """How the value and the exact distance went along with each other, over the run and its second half."""
    late = looks[len(looks) // 2 :]
    both, second = (np.corrcoef(np.transpose(part))[0, 1] for part in (looks, late))
    value, distance = np.mean(late, 0)
    means = {"late_value": f"{value:.4f}", "late_distance": f"{distance:.4f}"}
    return {"correlation": f"{both:.3f}", "late_correlation": f"{second:.3f}"} | means | made()


def main(tables: list[str]) -> None:
    """Write the named tables."""
    torch.set_num_threads(1)
    names = definitions(NOTEBOOK)
    if "critics" in tables:
        write("08_critics", (row for name in names["CRITICS"] for row in critics(names, name, CRITIC_SEEDS)))
    if "runs" in tables:
        write("08_runs", (row for name in names["GAMES"] for row in runs(names, name, SEEDS)))


if __name__ == "__main__":
    main(sys.argv[1:])
