"""What one GAN of many costs: milliseconds per member and step, and memory, over the number of members.

Run with `python -m benchmarks.ensemble`. Networks with two hidden layers on the ring, batch 256, one thread, all with
different seeds. A time is the difference of a long and a short run, so that making and copying is left out; it is
given apart. The processor's time is taken.
"""

import subprocess
import sys
import time

import numpy as np
import torch

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP
from gan_edu.sweeps.run_together import run_together

MEMBERS = (1, 4, 16, 64, 256, 1024)
DATA = ring()


def make(hidden: int, seed: int) -> Training:
    return Training(GAN(MLP(2, 2, (hidden,) * 2), MLP(2, None, (hidden,) * 2), loss=non_saturating), DATA, seed)


def seconds(trainings: list[Training], steps: int) -> float:
    start = time.process_time()
    run_together(trainings, steps)
    return time.process_time() - start


def per_member(trainings: list[Training], steps: int) -> float:
    """Milliseconds of one step of one member."""
    short = seconds(trainings, 1)
    return 1e3 * (seconds(trainings, 1 + steps) - short) / steps / len(trainings)


def alone(training: Training, steps: int) -> float:
    start = time.process_time()
    training.run(steps)
    return 1e3 * (time.process_time() - start) / steps


def curve(hidden: int, most: int, rounds: int = 3) -> dict[str, np.ndarray]:
    """Milliseconds per member and step: (rounds, numbers of members), and those of a run alone, taken in turns."""
    counts = [members for members in MEMBERS if members <= most]
    single = make(hidden, 0)
    together, singles = np.empty((2, rounds, len(counts)))
    for turn in range(rounds):
        for place, members in enumerate(counts):
            singles[turn, place] = alone(single, 100)
            trainings = [make(hidden, seed) for seed in range(members)]
            together[turn, place] = per_member(trainings, 98)  # states are copied at 100
    return {"together": together, "alone": singles}


def fixed(members: int = 64) -> float:
    """Milliseconds for one member to be made, taken over and given back."""
    start = time.process_time()
    run_together([make(16, seed) for seed in range(members)], 1)
    return 1e3 * (time.process_time() - start) / members


def megabytes(members: int) -> float:
    """Peak memory of a process of its own that makes and trains so many members, as Linux counts it."""
    program = (
        "import torch; torch.set_num_threads(1); from benchmarks import ensemble as e;"
        f"e.run_together([e.make(16, seed) for seed in range({members})], 3);"
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
    )
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    return int(shown) / 1024


def main() -> None:
    torch.set_num_threads(1)
    for hidden, most in ((16, 1024), (64, 256)):
        times = curve(hidden, most)
        for members, together, single in zip(MEMBERS, times["together"].T, times["alone"].T, strict=False):
            cheaper = f"{np.median(single / together):.1f} times cheaper than alone"
            print(f"2×{hidden}, {members:4} members: {np.median(together):.3f} ms each, {cheaper}")
    print(f"made, taken over and given back: {fixed():.1f} ms each")
    for members in (1, 256, 1024):
        print(f"{members:5} members: {megabytes(members):.0f} MB")


if __name__ == "__main__":
    main()
