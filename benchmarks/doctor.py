"""What the doctor costs: seconds of an examination, and how much slower a loop is that is watched.

Run with `python -m benchmarks.doctor`. Both train networks with two hidden layers of 64 on points, batch 256, on one
thread; watched and not watched take turns in blocks of steps, and the processor's time is taken.
"""

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

from gan_edu.data.points import ring
from gan_edu.doctor.examine import examine
from gan_edu.doctor.watching import watch
from gan_edu.randomness import Stream

BATCH, BLOCK, ROUNDS = 256, 200, 15


def make() -> tuple[nn.Module, nn.Module, Callable]:
    """Two small networks, Adam, and the non-saturating loss."""
    generator = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
    discriminator = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    g_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.0, 0.99))
    d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.0, 0.99))

    def step(real: torch.Tensor) -> None:
        fake = generator(torch.randn(len(real), 2))
        d_loss = softplus(-discriminator(real)).mean() + softplus(discriminator(fake.detach())).mean()
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        g_loss = softplus(-discriminator(fake)).mean()
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()

    return generator, discriminator, step


def batches() -> list[torch.Tensor]:
    """Eight batches of points."""
    stream = Stream(0, "doctor")
    return [ring().sample(BATCH, stream) for _ in range(8)]


def seconds_of_an_examination(rounds: int = 5) -> np.ndarray:
    """Seconds of the processor for one `examine` each."""
    taken = []
    for _ in range(rounds + 1):
        start = time.process_time()
        examine(make, batches())
        taken.append(time.process_time() - start)
    return np.array(taken[1:])


def watched_over_alone(rounds: int = ROUNDS) -> np.ndarray:
    """How many times as long a loop of 200 steps takes when it is watched, in each round."""
    real = batches()

    def alone() -> float:
        return block(make()[2])

    def block(step: Callable) -> float:
        start = time.process_time()
        for number in range(BLOCK):
            step(real[number % len(real)])
        return time.process_time() - start

    def watched() -> float:
        generator, discriminator, step = make()
        with watch(generator, discriminator):
            return block(step)

    alone(), watched()
    return np.array([watched() / alone() for _ in range(rounds)])


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"examination: {np.median(seconds_of_an_examination()):.2f} s")
    print(f"watched / alone: {np.percentile(watched_over_alone(), [25, 50, 75]).round(3)}")
