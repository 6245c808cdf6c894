"""The state of many trainings with a leading member axis: taken over from them, moved on, and given back."""

import copy
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from numbers import Real

import torch

from gan_edu.game.batches import draw_batch
from gan_edu.game.gan import GAN
from gan_edu.game.snapshot import Snapshot, TrainingDiverged
from gan_edu.game.training import Training, average
from gan_edu.sweeps.compare import Numbers, differ, name_part, step_alone
from gan_edu.sweeps.ensemble import Ensemble
from gan_edu.sweeps.fingerprints import alike
from gan_edu.sweeps.member_adam import MemberAdam
from gan_edu.sweeps.member_streams import Streams

PLAYERS, OPTIMIZERS = ("generator", "discriminator"), ("g_optimizer", "d_optimizer")


class Members:
    """M trainings as one.

    Args:
        trainings: that fit together. They stay as they are until `give_back`.

    Raises:
        ValueError: if they do not fit together.
    """

    def __init__(self, trainings: Sequence[Training]):
        self.trainings, first = list(trainings), trainings[0]
        self.gan = stack_gans([training.gan for training in trainings])
        self.streams = Streams([training.stream for training in trainings])
        self.data, self.batch_size = first.data, first.batch_size
        self.update, self.schedule, self.averaging = first.update, first.schedule, first.averaging
        if self.averaging is not None:
            self.averaged = Ensemble([training.averaged for training in trainings])
        self.losses = tuple(torch.stack(losses) for losses in zip(*(t.losses for t in trainings), strict=True))
        self.diverged_at = torch.zeros(len(trainings), dtype=torch.long, device=self.streams.device)  # 0: not yet
        self._rotation = 0

    def advance(self, steps: int, compared: bool) -> None:
        """Make some steps, the first of them compared with those that members make alone: at first all, then one."""
        if compared:
            self._advance_compared()
        for _ in range(steps - compared):
            self._advance()

    def _advance(self) -> None:
        for optimizer in (self.gan.g_optimizer, self.gan.d_optimizer):
            optimizer.param_groups[0]["lr"] = optimizer.defaults["lr"] * self.schedule(self.gan.step)
        self.losses = self.update(self.gan, self._draw, self.streams)
        self.gan.step += 1
        if self.averaging is not None:
            average(self.averaged, self.gan.generator, self.averaging, self.gan.step)
        self._mark(torch.isfinite(self.losses[0] + self.losses[1]))

    def _advance_compared(self) -> None:
        members = list(range(len(self.trainings)))
        if self._rotation:
            members = [self._rotation % len(members)]
        self._rotation += 1
        alone = {member: step_alone(self.trainings[member]) for member in members if not self.diverged_at[member]}
        try:
            self._advance()
            states = self.streams.states()
            together = {member: self._numbers(member, states[member]) for member in alone}
        except Exception as error:  # alone, it did not
            raise ValueError(self._complaint(f": {error}")) from error
        for member, numbers in alone.items():
            if numbers and differ(together[member], numbers, self.trainings[member]):
                raise ValueError(self._complaint())

    def _numbers(self, member: int, state: torch.Tensor) -> Numbers:
        losses = torch.stack([losses[member].detach() for losses in self.losses])
        players = [getattr(self.gan, name).weights.detach()[member] for name in PLAYERS]
        return Numbers(losses, players, [getattr(self.gan, name).mean[member] for name in OPTIMIZERS], state)

    def _complaint(self, why: str = "") -> str:
        name = name_part(self.trainings, stack_gans([training.gan for training in self.trainings]))
        late = f" This was seen at step {self.gan.step} only: make them anew." if self._rotation > 1 else ""
        return f"{name} must treat each member of an ensemble on its own, and does not{why}. Train with run.{late}"

    def _draw(self) -> tuple[torch.Tensor, ...]:
        return draw_batch(self.data, self.batch_size, self.streams)

    def _mark(self, fine: torch.Tensor) -> None:
        self.diverged_at = torch.where(fine | (self.diverged_at > 0), self.diverged_at, self.gan.step)

    def give_back(self) -> None:
        """Copy the state of all members that are finite to their trainings; the others stay at their last good one."""
        networks = self.gan.generator, self.gan.discriminator
        self._mark(torch.stack([network.weights.isfinite().all(1) for network in networks]).all(0))
        states = self.streams.states()
        for member, training in enumerate(self.trainings):
            if self.diverged_at[member]:
                continue
            for player, optimizer in zip(PLAYERS, OPTIMIZERS, strict=True):
                network = getattr(training.gan, player)
                getattr(self.gan, player).copy_to(member, network)
                getattr(self.gan, optimizer).copy_to(member, network, getattr(training.gan, optimizer))
            if self.averaging is not None:
                self.averaged.copy_to(member, training.averaged)
            training.stream.generator.set_state(states[member])
            training.step, training.losses = self.gan.step, tuple(losses[member].clone() for losses in self.losses)

    def outcomes(self) -> list[Snapshot | TrainingDiverged]:
        """What each training's `run` would have returned or raised, after the state was given back."""
        return [self._outcome(*pair) for pair in zip(self.trainings, self.diverged_at, strict=True)]

    def _outcome(self, training: Training, diverged_at: torch.Tensor) -> Snapshot | TrainingDiverged:
        try:
            snapshot = training.keep()
        except TrainingDiverged as error:  # its weights are finite, but its samples are not
            return error
        return TrainingDiverged(int(diverged_at), "a loss or a weight", snapshot) if diverged_at else snapshot


def stack_gans(gans: Sequence[GAN]) -> GAN:
    """One GAN with a leading member axis. Raises a ValueError if they differ in more than numbers."""
    stacked = copy.copy(gans[0])
    for name, part in stack_settings(gans).items():
        setattr(stacked, name, part)
    for name, optimizer in zip(PLAYERS, OPTIMIZERS, strict=True):
        networks = [getattr(gan, name) for gan in gans]
        ensemble = Ensemble(networks)
        setattr(stacked, name, ensemble)
        setattr(stacked, optimizer, MemberAdam(ensemble.weights, networks, [getattr(gan, optimizer) for gan in gans]))
    stacked.batch_axis = Ensemble.batch_axis
    return stacked


def stack_settings(gans: Sequence[GAN]) -> dict[str, object]:
    """All that a GAN holds besides networks and optimizers, by name: one for all, or a column (M, 1) of numbers."""
    weights = next(gans[0].generator.parameters())
    names = vars(gans[0]).keys() - {*PLAYERS, *OPTIMIZERS}
    return {name: _stack(name, [getattr(gan, name) for gan in gans], weights) for name in names}


def _stack(name: str, parts: Sequence[object], weights: torch.Tensor) -> object:
    if all(alike(parts[0], part) for part in parts):
        return parts[0]
    if not is_dataclass(parts[0]) or len({type(part) for part in parts}) > 1:
        other = next(part for part in parts if not alike(parts[0], part))
        raise ValueError(f"{name} must be the same for all members, but for its numbers, got {parts[0]} and {other}")
    stacked = copy.copy(parts[0])
    for field in fields(stacked):
        values = [getattr(part, field.name) for part in parts]
        if all(isinstance(value, Real) and not isinstance(value, bool) for value in values):
            stack = weights.new_tensor(values).unsqueeze(-1)
        else:
            stack = _stack(f"{name}.{field.name}", values, weights)
        object.__setattr__(stacked, field.name, stack)  # it is frozen, and was checked when it was made
    return stacked
