"""Training as an object: all of a run's state in one place, and watching as a generator over it."""

import copy
import math
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn

from gan_edu.game.gan import GAN
from gan_edu.game.optimizers import constant
from gan_edu.game.updates import Losses, alternating
from gan_edu.randomness import Stream, initialize, positive_integer

Update = Callable[[GAN, Callable[[], torch.Tensor], Stream], Losses]


class Data(Protocol):
    """What can be trained on: anything that draws a batch from a stream."""

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        """Draw (count, ...) examples."""


@dataclass(frozen=True)
class Snapshot:
    """A run at one step; nothing in it changes when training goes on.

    Args:
        step: steps made so far.
        d_loss, g_loss: the losses of the last step, NaN before the first.
        generator, discriminator: copies of the networks.
        real: (B, ...) real examples, the same in every snapshot of a run.
        samples: (B, ...) fakes, from the same noise in every snapshot of a run.
    """

    step: int
    d_loss: float
    g_loss: float
    generator: nn.Module
    discriminator: nn.Module
    real: torch.Tensor
    samples: torch.Tensor

    @torch.no_grad()
    def scores(self) -> tuple[torch.Tensor, torch.Tensor]:
        """What the discriminator says of the snapshot's real examples and of its fakes: two times (B,)."""
        return self.discriminator(self.real), self.discriminator(self.samples)


class TrainingDiverged(ArithmeticError):
    """A loss, a weight or a sample is not finite. `snapshot` is the last good one; the training has gone back to it."""

    def __init__(self, step: int, what: str, snapshot: Snapshot):
        super().__init__(
            f"training diverged at step {step}: {what} is not finite. It is back at its last good state, step "
            f"{snapshot.step}. Try a smaller learning_rate, or a penalty such as R1 on the discriminator."
        )
        self.step, self.snapshot = step, snapshot


class Training:
    """A GAN, its data, its random streams and its step count.

    The weights are drawn anew, from the seed, when the training is made.

    Args:
        gan: the two players.
        data: has `sample(count, stream)`.
        seed: any integer; the same seed gives the same bits.
        batch_size: real examples, and as many fakes, in one update.
        update: one step, such as `alternating` or `simultaneous`.
        schedule: steps made so far to the factor on both learning rates, such as `CosineDecay(2000)`.
        view_size: examples in a snapshot.

    Raises:
        TypeError, ValueError: if a number is out of range, the data are not finite, or the networks do not fit them.
    """

    def __init__(
        self,
        gan: GAN,
        data: Data,
        seed: int = 0,
        batch_size: int = 256,
        update: Update = alternating,
        schedule: Callable[[int], float] = constant,
        view_size: int = 512,
    ):
        self.gan, self.data, self.update, self.schedule, self.seed = gan, data, update, schedule, seed
        self.batch_size = positive_integer("batch_size", batch_size)
        self.step = 0
        self.losses = (torch.tensor(torch.nan), torch.tensor(torch.nan))
        dtype = next(gan.generator.parameters()).dtype
        initialize(gan.generator, Stream(seed, "weights", "generator", dtype=dtype))
        initialize(gan.discriminator, Stream(seed, "weights", "discriminator", dtype=dtype))
        self.stream = Stream(seed, "training", dtype=dtype)
        self._view = Stream(seed, "viewing", dtype=dtype)
        self._real = data.sample(positive_integer("view_size", view_size), self._view)
        self._noise = self._view.normal(view_size, gan.noise_size)
        _check_fit(gan, self._real, self._noise)
        data.sample(batch_size, Stream(seed, dtype=dtype))  # a batch larger than the data allow fails here, not later
        self._keep()

    def draw(self) -> torch.Tensor:
        """Draw a batch of real examples (B, ...) from the training stream."""
        return self.data.sample(self.batch_size, self.stream)

    def watch(self, steps: int, every: int = 50) -> Iterator[Snapshot]:
        """Train, and yield a snapshot after each `every` steps and after the last.

        A loop that breaks off, or an interrupt, loses nothing: the next call goes on with the same bits.

        Raises:
            TrainingDiverged: with the last good snapshot.
        """
        positive_integer("steps", steps), positive_integer("every", every)
        end = self.step + steps
        while self.step < end:
            with _interrupt_between_steps() as check_interrupt:
                for _ in range(min(every, end - self.step)):
                    self._advance()
                    check_interrupt()
            yield self._keep()

    def run(self, steps: int) -> Snapshot:
        """Train, and return the last snapshot. Raises as `watch`."""
        return deque(self.watch(steps, every=100), maxlen=1).pop()  # each snapshot is a state to fall back on

    @torch.no_grad()
    def snapshot(self) -> Snapshot:
        """Look at the run as it is now; looking changes nothing."""
        generator, discriminator = copy.deepcopy((self.gan.generator, self.gan.discriminator))
        samples = generator(self._noise)
        return Snapshot(self.step, *map(float, self.losses), generator, discriminator, self._real, samples)

    @torch.no_grad()
    def samples(self, count: int) -> torch.Tensor:
        """Make (count, ...) fakes for measuring, from the same noise each time."""
        stream = Stream(self.seed, "measuring", dtype=self.stream.dtype)
        return self.gan.generator(stream.normal(positive_integer("count", count), self.gan.noise_size))

    def _advance(self) -> None:
        for optimizer in (self.gan.g_optimizer, self.gan.d_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = optimizer.defaults["lr"] * self.schedule(self.step)
        losses = self.update(self.gan, self.draw, self.stream)
        if not math.isfinite(losses[0] + losses[1]):  # torch.isfinite would cost 1 % of a small network's step
            which = [name for name, loss in zip(PLAYERS, losses, strict=True) if not math.isfinite(loss)]
            self._fail(self.step + 1, which[0] if len(which) == 1 else "the loss of both players")
        self.losses = losses
        self.step += 1

    def _keep(self) -> Snapshot:
        """Look, and keep the state to fall back on if it is finite."""
        snapshot = self.snapshot()
        if not all(weights.isfinite().all() for network in self._networks() for weights in network.parameters()):
            self._fail(self.step, "a weight")
        if not snapshot.samples.isfinite().all():
            self._fail(self.step, "a sample")
        parts = (self.gan.g_optimizer, self.gan.d_optimizer)
        self._good = snapshot, copy.deepcopy([p.state_dict() for p in parts]), self.stream.generator.get_state()
        return snapshot

    def _fail(self, step: int, what: str) -> None:
        snapshot, optimizers, stream = self._good
        for network, good in zip(self._networks(), (snapshot.generator, snapshot.discriminator), strict=True):
            network.load_state_dict(good.state_dict())
        for optimizer, state in zip((self.gan.g_optimizer, self.gan.d_optimizer), optimizers, strict=True):
            optimizer.load_state_dict(copy.deepcopy(state))  # which would otherwise change with the next step
        self.stream.generator.set_state(stream)
        self.step, self.losses = snapshot.step, (torch.tensor(snapshot.d_loss), torch.tensor(snapshot.g_loss))
        raise TrainingDiverged(step, what, snapshot)

    def _networks(self) -> tuple[nn.Module, nn.Module]:
        return self.gan.generator, self.gan.discriminator


PLAYERS = "the discriminator's loss", "the generator's loss"


@contextmanager
def _interrupt_between_steps() -> Iterator[Callable[[], None]]:
    """Hold an interrupt back until `check` is called, so that no step is left half done."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread is ever interrupted
        yield lambda: None
        return
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append(True))

    def check() -> None:
        if seen:
            raise KeyboardInterrupt

    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
    check()  # one that came after the last step


@torch.no_grad()
def _check_fit(gan: GAN, real: torch.Tensor, noise: torch.Tensor) -> None:
    """Try both networks once, so that a misfit is named before training and not within it."""
    if not real.isfinite().all():
        raise ValueError("data must be finite, got NaN or infinity")
    if real.dtype != noise.dtype:
        raise TypeError(f"data must be {noise.dtype}, as the networks are, got {real.dtype}")
    fake = gan.generator(noise)
    if fake.shape != real.shape:
        raise ValueError(f"generator must make fakes of shape {tuple(real.shape)}, got {tuple(fake.shape)}")
    scores = gan.discriminator(real)
    if scores.shape != real.shape[:1]:
        raise ValueError(f"discriminator must return scores of shape ({len(real)},), got {tuple(scores.shape)}")
