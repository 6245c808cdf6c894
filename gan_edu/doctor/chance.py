"""The random generators that everybody shares: seeded for an examination, and put back as they were.

The package draws from streams of its own and leaves the shared generators alone. A reader's training step draws from
them, and is to draw the same numbers each time; this is the one module that may seed them.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def states() -> tuple:
    """What the shared generators of torch, NumPy and Python would draw next."""
    return torch.get_rng_state(), np.random.get_state(), random.getstate()  # noqa: NPY002


@contextmanager
def borrowed() -> Iterator[None]:
    """Within this block the shared random generators may be seeded; after it, they are as they were before.

    Put back are those of torch (of each GPU too), NumPy and Python, and torch's gradient mode and default type.
    """
    kept = states()
    graphics = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    gradients, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    try:
        yield
    finally:
        torch.set_rng_state(kept[0]), np.random.set_state(kept[1]), random.setstate(kept[2])  # noqa: NPY002
        if graphics:
            torch.cuda.set_rng_state_all(graphics)
        torch.set_grad_enabled(gradients), torch.set_default_dtype(dtype)


def seed_everything(seed: int) -> None:
    """Seed the shared generators of torch, NumPy and Python; within `borrowed` only."""
    torch.manual_seed(seed), np.random.seed(seed % 2**32), random.seed(seed)  # noqa: NPY002
