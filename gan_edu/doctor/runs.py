"""Runs of the reader's step: each starts from the same state, under one change, and leaves nothing behind."""

import copy
import itertools
import linecache
import traceback
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn

from gan_edu.arguments import described, function
from gan_edu.doctor.chance import borrowed, seed_everything
from gan_edu.doctor.nested import changed, tensors
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR, parameters
from gan_edu.doctor.recorder import Change, Recorder
from gan_edu.doctor.tracing import NOT_THEIRS, Reading, Trace

KEPT_BATCHES = 32
WHAT = "make must return (generator, discriminator, step): two networks and a function of a batch"


@dataclass
class Ran:
    """What a run left: what was recorded, and how it ended if it broke off."""

    recorder: Recorder
    steps: int
    error: str = ""
    place: str = ""
    message: str = ""


@dataclass
class Patient:
    """What the reader handed over, and how to begin from the start again.

    Args:
        make: returns generator, discriminator and step, all new.
        batches: what the step is called with, in turn.
        seed: for the shared random generators.
    """

    make: Callable
    batches: list
    seed: int = 0
    anew: bool = True
    before: list = field(default_factory=list)

    def begin(self) -> tuple[dict[str, nn.Module], Callable]:
        """Both players and the step, in the state in which every run starts."""
        seed_everything(self.seed)
        returned = self.make()
        players, step = _three(returned)
        if not self.anew:
            _restore(self.before)
            seed_everything(self.seed + 1)
        return players, step

    def prepare(self) -> dict[str, nn.Module]:
        """Make twice, and see whether all is new each time; if it is not, weights are copied and put back."""
        players, _ = self.begin()
        again, _ = self.begin()
        first = {key for player in players.values() for key in parameters(player)}
        if first & {key for player in again.values() for key in parameters(player)}:
            self.anew = False
            self.before = [_state(player) for player in players.values()]
        return again

    def put_back(self) -> None:
        """Networks that `make` did not build anew get their state back."""
        if not self.anew:
            _restore(self.before)

    def run(
        self,
        steps: int,
        *,
        change: Change | None = None,
        real: Callable[[torch.Tensor], torch.Tensor] | None = None,
        prepared: Callable[[dict[str, nn.Module]], None] = lambda players: None,
        frozen: bool = False,
        read: Trace | None = None,
        read_steps: Container[int] = (),
        finite: bool = False,
        steeper: bool = False,
        keep: Callable[[int], bool] = lambda step: False,
        moves: Callable[[int], bool] = lambda step: False,
        fingerprints: Callable[[int], bool] = lambda step: True,
    ) -> Ran:
        """Some steps from the start, recorded.

        Args:
            steps: how many.
            change: replaces what a player's network returns.
            real: replaces each tensor of real numbers in a batch.
            prepared: changes the players before the first step.
            frozen: weights are put back after each step of an optimizer.
            read: where to write what the operations of the steps `read_steps` do.
            finite: whether each operation is asked for numbers that are not finite.
            steeper: whether slopes with respect to examples are changed in these steps.
            keep, moves, fingerprints: in which steps tensors are kept, moves measured, rows compared.
        """
        with borrowed():
            players, step = self.begin()
            prepared(players)
            recorder = Recorder(players, change=change, frozen=frozen, keep=keep, moves=moves)
            ran = Ran(recorder, 0)
            try:
                with recorder.attached():
                    for number in range(steps):
                        recorder.step, recorder.fingerprints = number, fingerprints(number)
                        batch = _copied(self.batches[number % len(self.batches)], real)
                        reading = read is not None and number in read_steps
                        _one_step(step, batch, recorder, read if reading else None, finite, steeper)
                        ran.steps = number + 1
            except Exception as error:
                ran.error, ran.place, ran.message = told(error)
            return ran


def _one_step(
    step: Callable, batch: object, recorder: Recorder, read: Trace | None, finite: bool, steeper: bool
) -> None:
    if read is None:
        step(batch)
        return

    def started(line: str) -> None:
        recorder.line = line

    reading = Reading(read, started, finite, steeper)
    reading.step, recorder.told = recorder.step, reading.called
    for tensor in tensors(batch):
        if tensor.is_floating_point():
            reading.mark(tensor, "real")
    try:
        with reading:
            step(batch)
    finally:
        recorder.told = lambda call, outputs: None


def _copied(batch: object, real: Callable | None) -> object:
    """A batch of the reader's that may be changed in place; with other examples, if `real` says which."""
    if real is None:
        return changed(batch, lambda tensor: tensor.detach().clone().requires_grad_(tensor.requires_grad))
    return changed(batch, lambda tensor: real(tensor.detach().clone()))


def _three(returned: object) -> tuple[dict[str, nn.Module], Callable]:
    if not isinstance(returned, (tuple, list)) or len(returned) != 3:
        raise TypeError(f"{WHAT}, got {described(returned)}")
    generator, discriminator, step = returned
    for name, network in ((GENERATOR, generator), (DISCRIMINATOR, discriminator)):
        if not isinstance(network, nn.Module):
            raise TypeError(f"{WHAT}; its {name} must be an nn.Module, got {described(network)}")
    return {GENERATOR: generator, DISCRIMINATOR: discriminator}, function("step", step, f"{WHAT}; its step")


def _state(player: nn.Module) -> list[tuple]:
    """Weights, buffers, gradients and modes of a network, copied."""
    weights = [
        (one, one.detach().clone(), one.grad, None if one.grad is None else one.grad.clone(), one.requires_grad)
        for one in player.parameters()
    ]
    buffers = [(one, one.detach().clone()) for one in player.buffers()]
    return [weights, buffers, [(module, module.training) for module in player.modules()]]


@torch.no_grad()
def _restore(states: list) -> None:
    for weights, buffers, modes in states:
        for one, value, gradient, numbers, requires in weights:
            one.copy_(value)
            one.grad = None if gradient is None else gradient.copy_(numbers)
            one.requires_grad_(requires)
        for one, value in buffers:
            one.copy_(value)
        for module, training in modes:
            module.training = training


def told(error: Exception) -> tuple[str, str, str]:
    """The reader's part of a traceback, the line in it that raised, and the message."""
    frames = [
        one
        for one in traceback.extract_tb(error.__traceback__)
        if not one.filename.startswith(str(Path(__file__).parent))
    ]
    theirs = [one for one in frames if not one.filename.startswith(NOT_THEIRS)] or frames
    linecache.checkcache()
    text = "".join(traceback.format_list(theirs)) + f"{type(error).__name__}: {error}"
    place = f"{Path(theirs[-1].filename).name}:{theirs[-1].lineno}" if theirs else ""
    return text, place, f"{type(error).__name__}: {error}"


def first_batches(batches: Iterable) -> list:
    """The first batches of a list or a loader, at most 32 of them; there must be one."""
    if isinstance(batches, torch.Tensor) or not isinstance(batches, Iterable):
        raise TypeError(f"batches must be a list of batches or a DataLoader, got {described(batches)}")
    listed = list(itertools.islice(iter(batches), KEPT_BATCHES))
    if not listed:
        raise ValueError(f"batches must hold at least one batch, got {described(batches)}")
    return copy.copy(listed)
