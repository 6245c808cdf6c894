"""Many training runs at once: each as it would go alone, from its own seed, in a fraction of the time."""

import copy
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from numbers import Real
from types import FunctionType

import torch

from gan_edu.arguments import positive_integer
from gan_edu.game.data import draw_batch
from gan_edu.game.gan import GAN, discriminator_loss, generator_loss
from gan_edu.game.interrupts import interrupt_between_steps
from gan_edu.game.snapshot import Snapshot, TrainingDiverged
from gan_edu.game.training import Training, average
from gan_edu.sweeps.ensemble import Ensemble, MemberAdam, Streams, check_networks, check_optimizers, twin

KEEP = 100  # steps between two states to fall back on, as in Training.run
MEMBERS = 64  # at once, at most: more are not cheaper
WEIGHTS = 2**16  # of one player in all members, at most: with more, a batch no longer fits the processor's cache

PLAYERS, OPTIMIZERS = ("generator", "discriminator"), ("g_optimizer", "d_optimizer")
LARGEST = 2**25 - 2**16  # bytes; without it, each step waits for the system to hand out the same memory again


def run_together(trainings: Sequence[Training], steps: int) -> list[Snapshot | TrainingDiverged]:
    """Train all by the same number of steps, as `training.run(steps)` would each, and leave them there.

    A run that diverges is back at its last good state, as when it runs alone, and does not hold up the others.

    Args:
        trainings: at the same step. They may differ in their seeds, in the learning rates and betas of Adam, and in
            the numbers that a loss or a penalty holds, such as the weight of R1.
        steps: to make.

    Returns:
        For each training its last snapshot, or what `run` would have raised.

    Raises:
        ValueError: if a part differs that may not, or mixes the members up. The message names it.
    """
    positive_integer("steps", steps)
    for training in trainings[1:]:
        if reason := mismatch(trainings[0], training):
            raise ValueError(reason)
    torch.empty(LARGEST, dtype=torch.uint8)  # C keeps freed memory up to the size of the largest block ever freed
    size = members_at_once(trainings[0]) if trainings else 1
    outcomes = []
    for first in range(0, len(trainings), size):
        outcomes += _Members(trainings[first : first + size]).run(steps)
    return outcomes


def members_at_once(training: Training) -> int:
    """How many such trainings cost least together; the rest waits for its turn."""
    weights = sum(weights.numel() for weights in training.gan.discriminator.parameters())
    return min(MEMBERS, max(8, WEIGHTS // weights))


def mismatch(first: Training, other: Training) -> str:
    """Why two trainings cannot run together, in one sentence; empty if they can."""
    for name in ("step", "batch_size", "update", "schedule", "averaging", "data"):
        one, two = getattr(first, name), getattr(other, name)
        if not _alike(one, two):
            return f"{name} must be the same for all members, got {one} and {two}"
    try:
        for name in PLAYERS:
            check_networks([getattr(first.gan, name), getattr(other.gan, name)])
        for name in OPTIMIZERS:
            check_optimizers([getattr(first.gan, name), getattr(other.gan, name)])
        _stack_settings([first.gan, other.gan])
    except ValueError as error:
        return str(error)
    return ""


class _Members:
    """The state of M trainings with a leading member axis, taken over from them and given back."""

    def __init__(self, trainings: Sequence[Training]):
        self.trainings, first = list(trainings), trainings[0]
        self.gan = _stack_gans([training.gan for training in trainings])
        self.streams = Streams([training.stream for training in trainings])
        self.data, self.batch_size = first.data, first.batch_size
        self.update, self.schedule, self.averaging = first.update, first.schedule, first.averaging
        if self.averaging is not None:
            self.averaged = Ensemble([training.averaged for training in trainings])
        self.losses = tuple(torch.stack(losses) for losses in zip(*(t.losses for t in trainings), strict=True))
        self.diverged_at = torch.zeros(len(trainings), dtype=torch.long)  # 0: not so far
        _check_apart(self)

    def run(self, steps: int) -> list[Snapshot | TrainingDiverged]:
        """Make the steps, and give every training its state."""
        try:
            with interrupt_between_steps() as check_interrupt:
                for made in range(steps):
                    if made and made % KEEP == 0:
                        self._give_back()
                    self._advance()
                    check_interrupt()
        finally:  # an interrupt comes between steps, and loses none of them
            self._give_back()
        return [self._outcome(*pair) for pair in zip(self.trainings, self.diverged_at, strict=True)]

    def _advance(self) -> None:
        for optimizer in (self.gan.g_optimizer, self.gan.d_optimizer):
            optimizer.param_groups[0]["lr"] = optimizer.defaults["lr"] * self.schedule(self.gan.step)
        self.losses = self.update(self.gan, self._draw, self.streams)
        self.gan.step += 1
        if self.averaging is not None:
            average(self.averaged, self.gan.generator, self.averaging, self.gan.step)
        self._mark(torch.isfinite(self.losses[0] + self.losses[1]))

    def _draw(self) -> tuple[torch.Tensor, ...]:
        return draw_batch(self.data, self.batch_size, self.streams)

    def _mark(self, fine: torch.Tensor) -> None:
        self.diverged_at = torch.where(fine | (self.diverged_at > 0), self.diverged_at, self.gan.step)

    def _give_back(self) -> None:
        """Copy the state of all members that are well to their trainings; the others stay at their last good one."""
        networks = self.gan.generator, self.gan.discriminator
        self._mark(torch.stack([network.weights.isfinite().all(1) for network in networks]).all(0))
        states = self.streams.states()
        for member, training in enumerate(self.trainings):
            if self.diverged_at[member]:
                continue
            for name in (*PLAYERS, *OPTIMIZERS):
                getattr(self.gan, name).copy_to(member, getattr(training.gan, name))
            if self.averaging is not None:
                self.averaged.copy_to(member, training.averaged)
            training.stream.generator.set_state(states[member])
            training.step, training.losses = self.gan.step, tuple(losses[member].clone() for losses in self.losses)

    def _outcome(self, training: Training, diverged_at: torch.Tensor) -> Snapshot | TrainingDiverged:
        try:
            snapshot = training.keep()
        except TrainingDiverged as error:  # its weights are finite, but its samples are not
            return error
        return TrainingDiverged(int(diverged_at), "a loss or a weight", snapshot) if diverged_at else snapshot


def _stack_gans(gans: Sequence[GAN]) -> GAN:
    """One GAN with a leading member axis."""
    stacked = copy.copy(gans[0])
    for name, part in _stack_settings(gans).items():
        setattr(stacked, name, part)
    for name, optimizer in zip(PLAYERS, OPTIMIZERS, strict=True):
        ensemble = Ensemble([getattr(gan, name) for gan in gans])
        setattr(stacked, name, ensemble)
        setattr(stacked, optimizer, MemberAdam(ensemble.parameters(), [getattr(gan, optimizer) for gan in gans]))
    stacked.batch_axis = Ensemble.batch_axis
    return stacked


def _stack_settings(gans: Sequence[GAN]) -> dict[str, object]:
    """All that a GAN holds besides networks and optimizers, by name."""
    dtype = next(gans[0].generator.parameters()).dtype
    names = vars(gans[0]).keys() - {*PLAYERS, *OPTIMIZERS}
    return {name: _stack(name, [getattr(gan, name) for gan in gans], dtype) for name in names}


def _stack(name: str, parts: Sequence[object], dtype: torch.dtype) -> object:
    """One part in the place of M: where they hold different numbers, it holds a column (M, 1) of them."""
    if all(_alike(parts[0], part) for part in parts):
        return parts[0]
    if not is_dataclass(parts[0]) or len({type(part) for part in parts}) > 1:
        other = next(part for part in parts if not _alike(parts[0], part))
        raise ValueError(f"{name} must be the same for all members, but for its numbers, got {parts[0]} and {other}")
    stacked = copy.copy(parts[0])
    for field in fields(stacked):
        values = [getattr(part, field.name) for part in parts]
        if all(isinstance(value, Real) and not isinstance(value, bool) for value in values):
            stack = torch.tensor(values, dtype=dtype).unsqueeze(-1)
        else:
            stack = _stack(f"{name}.{field.name}", values, dtype)
        object.__setattr__(stacked, field.name, stack)  # it is frozen, and was checked when it was made
    return stacked


def _alike(one: object, two: object) -> bool:
    """Are two parts made of the same settings and the same code?"""
    if one is two or type(one) is not type(two):
        return one is two
    if isinstance(one, torch.Tensor):
        return torch.equal(one, two)
    if isinstance(one, (tuple, list)):
        return len(one) == len(two) and all(map(_alike, one, two))
    return _alike(_inside(one), _inside(two)) if _inside(one) else bool(one == two)


def _inside(part: object) -> list[object]:
    """What a part is made of; empty if it is to be compared as a whole."""
    if is_dataclass(part):
        return [getattr(part, field.name) for field in fields(part)]
    if isinstance(part, partial):
        return [part.func, part.args, sorted(part.keywords.items())]
    if isinstance(part, FunctionType):
        return [part.__code__, part.__defaults__, [cell.cell_contents for cell in part.__closure__ or ()]]
    return []


def _check_apart(members: _Members) -> None:
    """Compare the last member with its GAN alone, on the same numbers, so that no part mixes the members up."""
    training, gan, streams = members.trainings[-1], members.gan, Streams([t.stream for t in members.trainings])
    alone, stream = training.gan, twin(training.stream)
    real, *given = draw_batch(training.data, training.batch_size, streams)
    fake = gan.fake(real, given, streams).detach()
    batch, one = (real, fake, given, streams), (real[-1], fake[-1], [each[-1] for each in given], stream)
    pairs = {
        "data": (real, draw_batch(training.data, training.batch_size, stream)[0]),
        "generator": (fake, alone.fake(real[-1], one[2], stream)),
        "discriminator": (gan.discriminator(fake, *given), alone.discriminator(fake[-1], *one[2])),
        "loss": (generator_loss(gan, *batch), generator_loss(alone, *one)),
        "loss or penalty": (discriminator_loss(gan, *batch), discriminator_loss(alone, *one)),
    }
    for name, (together, single) in pairs.items():
        if not torch.allclose(together[-1], single, rtol=1e-3, atol=1e-4, equal_nan=True):
            raise ValueError(f"{name} must treat each member of an ensemble on its own, and does not")
