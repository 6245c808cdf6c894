"""What one adversarial step costs, as ratios: our training, the same loop by hand, and the loop of the usual tutorial.

Run with `python benchmarks/step.py`. All three train networks with two hidden layers of 64 on the ring, batch 256, on
one thread, and draw the real examples in the same way. They take turns in blocks of steps, and the processor's time is
taken, so that a busy machine slows all of them; a ratio is that of two neighbouring blocks, given as median and
quartiles.
"""

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.penalties import R1
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream

BATCH, BLOCK, ROUNDS = 256, 100, 50
LEARNING_RATE = 1e-3
DATA = ring()
Block = Callable[[int], object]


def ours(weight: float | None) -> Block:
    penalty = None if weight is None else R1(weight)
    adam = Adam(LEARNING_RATE)
    players = MLP(2, 2), MLP(2, None)
    gan = GAN(*players, loss=non_saturating, penalty=penalty, g_optimizer=adam, d_optimizer=adam)
    return Training(gan, DATA, batch_size=BATCH).run


def by_hand(weight: float | None) -> Block:
    """The same step as one writes it out, with the same fused Adam and the same single pass over real and fake."""
    stream = Stream(0, "training")
    generator, discriminator = MLP(2, 2), MLP(2, None)
    g_weights, d_weights = list(generator.parameters()), list(discriminator.parameters())
    g_optimizer = torch.optim.Adam(g_weights, lr=LEARNING_RATE, betas=(0.0, 0.99), fused=True)
    d_optimizer = torch.optim.Adam(d_weights, lr=LEARNING_RATE, betas=(0.0, 0.99), fused=True)

    def steps(count: int) -> None:
        for _ in range(count):
            real = DATA.sample(BATCH, stream)
            with torch.no_grad():
                fake = generator(stream.normal(BATCH, 2))
            if weight is None:
                real_scores, fake_scores = discriminator(torch.cat([real, fake])).chunk(2)
                d_loss = (softplus(-real_scores) + softplus(fake_scores)).mean()
            else:
                real.requires_grad_()
                real_scores, fake_scores = discriminator(real), discriminator(fake)
                (slope,) = torch.autograd.grad(real_scores.sum(), real, create_graph=True)
                penalty = weight / 2 * slope.square().sum(-1)
                d_loss = (softplus(-real_scores) + softplus(fake_scores) + penalty).mean()
            d_optimizer.zero_grad()
            d_loss.backward(inputs=d_weights)
            d_optimizer.step()

            g_loss = softplus(-discriminator(generator(stream.normal(BATCH, 2)))).mean()
            g_optimizer.zero_grad()
            g_loss.backward(inputs=g_weights)
            g_optimizer.step()

    return steps


def tutorial() -> Block:
    """As many introductions have it: two passes of the discriminator, tensors of ones and zeros, Adam as it comes."""
    stream = Stream(0, "training")
    generator = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
    discriminator = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    g_optimizer = torch.optim.Adam(generator.parameters(), lr=LEARNING_RATE, betas=(0.5, 0.999))
    d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=LEARNING_RATE, betas=(0.5, 0.999))
    criterion = nn.BCEWithLogitsLoss()

    def steps(count: int) -> None:
        for _ in range(count):
            real = DATA.sample(BATCH, stream)
            ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

            d_optimizer.zero_grad()
            fake = generator(torch.randn(BATCH, 2))
            real_loss = criterion(discriminator(real), ones)
            fake_loss = criterion(discriminator(fake.detach()), zeros)
            d_loss = real_loss + fake_loss
            d_loss.backward()
            d_optimizer.step()

            g_optimizer.zero_grad()
            g_loss = criterion(discriminator(fake), ones)
            g_loss.backward()
            g_optimizer.step()

    return steps


def seconds(block: Block) -> float:
    start = time.process_time()
    block(BLOCK)
    return time.process_time() - start


def measure(blocks: list[Block]) -> np.ndarray:
    """Seconds of each block, (rounds, blocks), taken in turns and in changing order."""
    for block in blocks:
        block(BLOCK)
    taken = np.empty((ROUNDS, len(blocks)))
    for turn in range(ROUNDS):
        for position in range(len(blocks)):
            chosen = (turn + position) % len(blocks)
            taken[turn, chosen] = seconds(blocks[chosen])
    return taken


def report(title: str, ratios: np.ndarray) -> None:
    low, median, high = np.percentile(ratios, [25, 50, 75])
    print(f"{title:48} {median:.3f}   (quartiles {low:.3f} to {high:.3f})")


def main() -> None:
    torch.set_num_threads(1)
    plain = measure([ours(None), by_hand(None), tutorial()])
    steep = measure([ours(0.02), by_hand(0.02)])
    for title, taken in (("one step of ours", plain), ("one step of ours, with R1", steep)):
        print(f"{title:48} {1000 * np.median(taken[:, 0]) / BLOCK:.2f} ms")
    report("ours / the same by hand (at most 1.03)", plain[:, 0] / plain[:, 1])
    report("ours / the same by hand, with R1 (at most 1.03)", steep[:, 0] / steep[:, 1])
    report("the usual tutorial / ours (at least 1.15)", plain[:, 2] / plain[:, 0])


if __name__ == "__main__":
    main()
