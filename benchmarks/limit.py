"""How close a step comes to its arithmetic: the matrix products that it cannot do without, and nothing else.

Run with `python -m benchmarks.limit`. Networks with two hidden layers of 128 on the ring, batch 256, one thread. Two
limits: the step's own products, each in its shape and order in memory, one after the other; and its multiply-adds at
the rate of its largest product, as if the narrow ones (two numbers wide) were as fast.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch

from benchmarks import step
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP

HIDDEN, BATCH = (128, 128), 256
Product = Callable[[], torch.Tensor]


def products(
    batch: int, widths: list[int], forward: bool, weights: bool, inputs: bool
) -> Iterator[tuple[int, Product]]:
    """Multiply-adds and doing of each product in a pass through a perceptron.

    Args:
        batch: examples.
        widths: of input, hidden layers and output.
        forward, weights: whether outputs, and gradients of weights, are computed.
        inputs: whether the gradient is followed down to the input of the first layer; it is to the others.
    """
    for place, (before, after) in enumerate(pairwise(widths)):
        x, w, g = torch.ones(batch, before), torch.ones(after, before), torch.ones(batch, after)
        bias = torch.ones(after)
        if forward:
            yield batch * before * after, lambda x=x, w=w, bias=bias: torch.addmm(bias, x, w.t())
        if weights:
            yield batch * before * after, lambda x=x, g=g: torch.mm(g.t(), x)
        if inputs or (weights and place > 0):
            yield batch * before * after, lambda w=w, g=g: torch.mm(g, w)


def step_products() -> list[tuple[int, Product]]:
    """All of one alternating step without a penalty."""
    generator, discriminator = [2, *HIDDEN, 2], [2, *HIDDEN, 1]
    return [
        *products(BATCH, generator, forward=True, weights=False, inputs=False),
        *products(2 * BATCH, discriminator, forward=True, weights=True, inputs=False),
        *products(BATCH, generator, forward=True, weights=True, inputs=False),
        *products(BATCH, discriminator, forward=True, weights=False, inputs=True),
    ]


def measure() -> dict[str, np.ndarray]:
    """Share of the step's time that each limit would take, one value for each round; and the limits' rates."""
    all_products = step_products()
    counts = np.array([count for count, _ in all_products])
    largest = all_products[int(counts.argmax())][1]
    training = Training(GAN(MLP(2, 2, HIDDEN), MLP(2, None, HIDDEN), loss=non_saturating), ring(), batch_size=BATCH)

    def replay(times: int) -> None:
        for _ in range(times):
            for _, product in all_products:
                product()

    def largest_alone(times: int) -> None:
        for _ in range(times):
            largest()

    taken = step.measure([training.run, replay, largest_alone]) / step.BLOCK
    return {
        "milliseconds": 1e3 * taken[:, 0],
        "products": taken[:, 1] / taken[:, 0],
        "peak": taken[:, 2] * counts.sum() / counts.max() / taken[:, 0],
        "gigaflops": 2e-9 * counts.max() / taken[:, 2],
    }


def main() -> None:
    torch.set_num_threads(1)
    for name, values in measure().items():
        low, median, high = np.percentile(values, [25, 50, 75])
        print(f"{name:14} {median:.3f}   (quartiles {low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main()
