"""Training as an object: all of a run's state in one place, and watching as a generator over it."""

import copy
import math
from collections import deque
from collections.abc import Callable, Iterator

import torch
from torch import nn

from gan_edu.arguments import able, function, made, positive_integer, share
from gan_edu.game.batches import Data, check_fit, draw_batch, finite_losses, is_finite
from gan_edu.game.gan import GAN
from gan_edu.game.interrupts import interrupt_between_steps
from gan_edu.game.optimizers import constant
from gan_edu.game.snapshot import Snapshot, State, TrainingDiverged, check_state, copied, unchanged
from gan_edu.game.updates import Draw, Losses, alternating
from gan_edu.randomness import Stream, initialize

Update = Callable[[GAN, Draw, Stream], Losses]
MOST_DRAWN = 20  # batches of a step that are looked at if it fails


class Training:
    """A GAN, its data, its random streams and its step count.

    The weights are drawn anew, from the seed, when the training is made.

    Args:
        gan: the two players. They belong to this training: an older one of the same GAN cannot go on.
        data: has `sample(count, stream)`.
        seed: any integer; the same seed gives the same bits.
        batch_size: real examples, and as many fakes, in one update.
        update: one step, such as `alternating` or `simultaneous`.
        schedule: steps made so far to the factor on both learning rates, such as `CosineDecay(2000)`.
        view_size: examples in a snapshot.
        averaging: how much of the past the running average of the generator's weights keeps in one step, from 0 to
            below 1: with 0.999 it spans about the last 1,000 steps. The average makes the samples that are shown and
            measured; the players never see it (Yazıcı et al. 2018, arXiv:1806.04498). None: no average.
        initialization: draws the first weights of a network from a stream.

    Raises:
        TypeError, ValueError: if an argument is of another kind or out of range, the data are not finite, or the
            networks do not fit them.
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
        averaging: float | None = None,
        initialization: Callable[[nn.Module, Stream], nn.Module] = initialize,
    ):
        made("gan", gan, GAN, "a GAN"), able("data", data, "an object with sample(count, stream)", "sample")
        self.mark, self.gan, self._drawn = object(), gan, deque(maxlen=MOST_DRAWN)
        self.update = function("update", update, "a function, such as alternating")
        self.schedule = function("schedule", schedule, "a function of the step, such as CosineDecay(1500)")
        self.initialization = function("initialization", initialization)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.view_size = positive_integer("view_size", view_size)
        self.averaging = averaging if averaging is None else share("averaging", averaging)
        self.averaged = gan.generator if averaging is None else copy.deepcopy(gan.generator)
        self._data = data
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Begin anew: weights and random streams come from the seed, and the optimizers forget their past."""
        self.stream, self.seed, self.step = self._new_stream(seed, "training"), seed, 0
        self.losses = (torch.tensor(torch.nan), torch.tensor(torch.nan))
        for name in ("generator", "discriminator"):
            self.initialization(getattr(self.gan, name), self._new_stream(seed, "weights", name))
        self.averaged.load_state_dict(self.gan.generator.state_dict())
        for optimizer in (self.gan.g_optimizer, self.gan.d_optimizer):
            optimizer.state.clear()
            for group in optimizer.param_groups:
                group.setdefault("initial_lr", group["lr"])  # as PyTorch's own schedulers call what they start from
        self._forget_gradients()
        self.change_data(self._data)

    @property
    def gan(self) -> GAN:
        """The two players. A ValueError says if another training has been made of them, and so drawn them anew."""
        if self._gan.mark is not self.mark:
            raise ValueError(
                "gan must belong to one training, got one that another training was made of: make a new GAN"
            )
        return self._gan

    @gan.setter
    def gan(self, gan: GAN) -> None:
        """Take it over."""
        self._gan, gan.mark = gan, self.mark

    @property
    def data(self) -> Data:
        """What is real; `change_data` changes it."""
        return self._data

    def change_data(self, data: Data) -> None:
        """Draw from other data from the next step on. Raises as the constructor does, and then keeps the old ones."""
        able("data", data, "an object with sample(count, stream)", "sample")
        view = self._new_stream(self.seed, "viewing")
        real, *given = draw_batch(data, self.view_size, view)
        noise = self.gan.noise(self.view_size, view)
        check_fit(self.gan, (real, *given), noise)
        batch = draw_batch(data, self.batch_size, self._new_stream(self.seed))
        with torch.no_grad():
            unchanged(self.gan.discriminator)(*batch)  # one that its groups do not divide fails here
        self._data, self._real, self._given, self._noise = data, real, tuple(given), noise
        self.keep()

    @property
    def step(self) -> int:
        """Steps made so far: the clock of the GAN."""
        return self.gan.step

    @step.setter
    def step(self, step: int) -> None:
        """Set the clock."""
        self.gan.step = step

    def draw(self) -> tuple[torch.Tensor, ...]:
        """Draw a batch from the training stream: real examples (B, ...), and what is given beside them, if anything."""
        self._drawn.append(draw_batch(self.data, self.batch_size, self.stream))
        return self._drawn[-1]

    def watch(self, steps: int, every: int = 50) -> Iterator[Snapshot]:
        """Train, and yield a snapshot after each `every` steps and after the last.

        A loop that breaks off, or an interrupt, loses nothing: the next call goes on with the same bits.

        Raises:
            TrainingDiverged: with the last good snapshot.
        """
        positive_integer("steps", steps), positive_integer("every", every)
        end = self.step + steps
        while self.step < end:
            with interrupt_between_steps() as check_interrupt:
                for _ in range(min(every, end - self.step)):
                    self.advance()
                    check_interrupt()
            yield self.keep()

    def run(self, steps: int) -> Snapshot:
        """Train, and return the last snapshot. Raises as `watch`."""
        return deque(self.watch(steps, every=100), maxlen=1).pop()  # each snapshot is a state to fall back on

    @torch.no_grad()
    def snapshot(self) -> Snapshot:
        """Look at the run as it is now; looking changes nothing."""
        generator, discriminator = copy.deepcopy((self.averaged, self.gan.discriminator))
        samples = unchanged(generator)(self._noise, *self._given)
        losses = map(float, self.losses)
        return Snapshot(self.step, *losses, generator, discriminator, self._real, samples, self._given)

    @torch.no_grad()
    def samples(self, count: int) -> torch.Tensor:
        """Make (count, ...) fakes for measuring, each time from the same noise, and for what the data give."""
        noise = self.gan.noise(positive_integer("count", count), self._new_stream(self.seed, "measuring"))
        given = ()
        if self._given:
            _, *given = draw_batch(self.data, count, self._new_stream(self.seed, "measuring", "given"))
        return unchanged(self.averaged)(noise, *given)

    def state(self) -> State:
        """Copy all that changes while the run trains."""
        parts = [copied(part.state_dict()) for part in self._parts()]
        return State(self.seed, self.step, self.losses, parts, self.stream.generator.get_state())

    def restore(self, state: State) -> None:
        """Go back, or forward, to a state that this training was in.

        Raises:
            TypeError, ValueError: if it is none, or one of a training with other parts. Then nothing has changed.
        """
        check_state(state, self._parts())
        for part, kept in zip(self._parts(), copied(state.parts), strict=True):  # else it would change with ours
            part.load_state_dict(kept)
        self._forget_gradients()
        self.stream.generator.set_state(state.stream)
        self.step, self.losses = state.step, state.losses
        if state.seed != self.seed:
            self.seed = state.seed
            self.change_data(self._data)  # the examples and the noise that are looked at come from the seed
        self.keep()

    def advance(self) -> None:
        """Make one step, and do not look; `keep` now and then, to have a state to fall back on."""
        for optimizer in (self.gan.g_optimizer, self.gan.d_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * self.schedule(self.step)
        self._drawn.clear()
        losses = self.update(self.gan, self.draw, self.stream)
        if not finite_losses(losses):
            which = [name for name, loss in zip(PLAYERS, losses, strict=True) if not math.isfinite(loss)]
            self._fail(self.step + 1, which[0] if len(which) == 1 else "the loss of both players")
        self.losses = losses
        self.step += 1
        if self.averaging is not None:
            average(self.averaged, self.gan.generator, self.averaging, self.step)

    def keep(self) -> Snapshot:
        """Look, and keep the state to fall back on if it is finite."""
        snapshot = self.snapshot()
        networks = self.gan.generator, self.gan.discriminator
        if not all(weights.isfinite().all() for network in networks for weights in network.parameters()):
            self._fail(self.step, "a weight")
        if not snapshot.samples.isfinite().all():
            self._fail(self.step, "a sample")
        self._good = snapshot, self.state()
        return snapshot

    def _fail(self, step: int, what: str) -> None:
        snapshot, state = self._good
        self.restore(state)
        if not all(map(is_finite, self._drawn)):
            raise ValueError(f"data must be finite, got a batch at step {step} with numbers that are not")
        raise TrainingDiverged(step, what, snapshot)

    def _new_stream(self, seed: int, *names: str) -> Stream:
        weights = next(self.gan.generator.parameters())
        return Stream(seed, *names, dtype=weights.dtype, device=weights.device)

    def _forget_gradients(self) -> None:
        """Those left over are of a step of another time."""
        self.gan.g_optimizer.zero_grad()
        self.gan.d_optimizer.zero_grad()

    def _parts(self) -> list[nn.Module | torch.optim.Optimizer]:
        """All that holds a state of its own; the same order as in `State`."""
        parts = [self.gan.generator, self.gan.discriminator, self.gan.g_optimizer, self.gan.d_optimizer]
        return parts if self.averaging is None else [*parts, self.averaged]


@torch.no_grad()
def average(averaged: nn.Module, network: nn.Module, averaging: float, step: int) -> None:
    """Let the running average of a network's weights take in those after `step` steps; at first it is their mean."""
    keep = min(averaging, (step - 1) / step)
    for mean, own in zip(averaged.parameters(), network.parameters(), strict=True):
        mean.lerp_(own, 1 - keep)
    for mean, own in zip(averaged.buffers(), network.buffers(), strict=True):
        mean.copy_(own)


PLAYERS = "the discriminator's loss", "the generator's loss"
