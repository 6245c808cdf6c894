"""The loops in `strangers/` and the faults planted in them: which there are, and how to load one.

The loops are written from the published descriptions of well-known tutorials, each in another hand, and by somebody
who did not know how they would be examined. Each has `make() -> (generator, discriminator, step)`,
`batches(seed)`, which never ends, and `samples(generator, batch)`, fakes and data to compare.
"""

import importlib.util
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import faults_first
import faults_second
import torch
from torch import nn

FOLDER = Path(__file__).parent / "strangers"
FIRST = (
    "accumulation",
    "bidirectional",
    "combined_backward",
    "conditional",
    "critic_steps",
    "cyclegan",
    "dcgan",
    "gaussian_hello",
    "gumbel_sequence",
    "infogan",
    "lightning_like",
    "lsgan_trainer",
    "r3gan",
    "relativistic",
    "wgan_clipping",
)
SECOND = (
    "acgan",
    "dragan",
    "energy_based",
    "gradient_reversal",
    "hinge_spectral",
    "mixed_precision",
    "mlp_valid_fake",
    "noisy_labels",
    "optimistic",
    "pix2pix",
    "projection",
    "stylegan",
    "tabular",
    "two_time_scales",
    "unrolled",
    "wgan_gp",
)
FAULTS = (*faults_first.FAULTS, *faults_second.FAULTS)
PAIRS = (*faults_first.PAIRS, *faults_second.PAIRS)
numbers = itertools.count()


def planted(loop: str, *names: str) -> str:
    """The source of a loop with these of its faults; of none, as it stands.

    Raises ValueError if an old text does not occur exactly once.
    """
    source = (FOLDER / f"{loop}.py").read_text(encoding="utf-8")
    for name in names:
        (replacements,) = [fault[3] for fault in FAULTS if fault[:2] == (loop, name)]
        for old, new in replacements:
            if source.count(old) != 1:
                raise ValueError(f"{old!r} must occur once in {loop}, got {source.count(old)} times ({name})")
            source = source.replace(old, new)
    return source


def load(source: str, folder: Path) -> ModuleType:
    """The module with this source, written to `folder` under a new name, so that every line can be looked up."""
    name = f"stranger_{next(numbers)}"
    path = folder / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    specification = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def energy_distance(fake: torch.Tensor, real: torch.Tensor) -> float:
    """2 E|x - y| - E|x - x'| - E|y - y'| over E|y - y'|, of at most 512 of each: 0 for equal distributions."""
    fake, real = fake.flatten(1)[:512].float(), real.flatten(1)[:512].float()
    within = torch.cdist(real, real).mean()
    return ((2 * torch.cdist(fake, real).mean() - torch.cdist(fake, fake).mean() - within) / within).item()


def distance(loop: ModuleType, generator: nn.Module, batches: Iterator[object]) -> float:
    """Energy distance of eight batches of samples to the data; the generator's buffers stay as they are."""
    before = [(buffer, buffer.clone()) for buffer in generator.buffers()]
    with torch.no_grad():
        pairs = [loop.samples(generator, next(batches)) for _ in range(8)]
        for buffer, value in before:
            buffer.copy_(value)
    return energy_distance(*(torch.cat(side) for side in zip(*pairs, strict=True)))


def training(loop: ModuleType, seed: int, steps: int = 300) -> tuple[float, float]:
    """Distance to the data before training, and its mean after 80, 90 and 100 % of the steps."""
    with seeded(seed):
        generator, _, step = loop.make()
        batches, other = loop.batches(seed), loop.batches(seed + 500)
        first, later = distance(loop, generator, other), []
        for number in range(1, steps + 1):
            step(next(batches))
            if number in (steps * 8 // 10, steps * 9 // 10, steps):
                later.append(distance(loop, generator, other))
    return first, sum(later) / len(later)


class seeded:
    """While in it, PyTorch's own generator, from which strangers draw, starts at this seed; then it is put back."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __enter__(self) -> None:
        self.before = torch.default_generator.get_state()
        torch.default_generator.manual_seed(self.seed)

    def __exit__(self, *_: object) -> None:
        torch.default_generator.set_state(self.before)
