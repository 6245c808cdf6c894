"""A map of modes covered over learning rate and momentum, 64 cells × 3 seeds, drawn to benchmarks/map.png.

Run with `python -m benchmarks.map`. It uses all processors, one thread each.
"""

import time
from pathlib import Path

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.training import Training
from gan_edu.measure.modes import coverage
from gan_edu.networks.points import MLP
from gan_edu.show import plots
from gan_edu.sweeps.sweep import Sweep, sweep

DATA, STEPS, HIDDEN = ring(), 300, (32, 32)
AXES = {
    "learning_rate": [2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2],
    "beta": [0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
}


def make(learning_rate: float, beta: float, seed: int) -> Training:
    adam = Adam(learning_rate, (beta, 0.99))
    players = MLP(2, 2, HIDDEN), MLP(2, None, HIDDEN)
    return Training(GAN(*players, loss=non_saturating, g_optimizer=adam, d_optimizer=adam), DATA, seed)


def measure(training: Training) -> dict[str, float]:
    return coverage(training.samples(2500), DATA)._asdict()


def save(found: Sweep) -> None:
    drawn, (axes,) = plots.figure(width=6, height=4.5)
    plots.grid_map(axes, found.mean("modes"), *map(found.axes.get, AXES), 8)
    axes.set(xlabel="momentum (first beta of Adam)", ylabel="learning rate")
    axes.set_title(f"modes covered of 8 after {STEPS} steps, mean of 3 seeds")
    Path(__file__).with_suffix(".png").write_bytes(plots.png(drawn))


if __name__ == "__main__":
    start = time.perf_counter()
    save(sweep(make, AXES, measure, STEPS))
    print(f"64 cells × 3 seeds: {time.perf_counter() - start:.0f} s")
