"""The same steps again and again, each time with one thing changed: what moves then, depends on it.

In these runs weights are put back after each step of an optimizer, so that what differs was caused by the change alone.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

from gan_edu.doctor.nested import changed, differ
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR, Call, parameters
from gan_edu.doctor.runs import Patient, Ran
from gan_edu.doctor.tracing import SIGMOIDS, Trace

READ_STEPS, LONGEST_PERIOD = (*range(6), 15, 16), 20
SHIFT, SQUASHED_SHIFT, SCATTER, SQUASHED_SCATTER = 0.5, 0.15, 3.0, 0.4


@dataclass
class Looks:
    """All runs of one examination.

    Args:
        live: the long one, in which the optimizers do move the weights.
        trace: what the operations of its first steps did.
        still: with the weights put back; the others are compared with it.
        asked: what the operations of the still one did.
        reals, fakes, judge: with other real examples, other fakes, another discriminator.
        shifted: with lower and with higher scores.
        scattered: with scores that differ wildly.
        steeper: with other slopes where a penalty asks for them; None if none did.
        direct: in the order of another batch, and with no gradient through the discriminator.
        anew: whether `make` makes everything anew; reproducible: whether the still run began as the live one.
    """

    patient: Patient
    live: Ran
    trace: Trace
    anew: bool = True
    reproducible: bool = True
    still: Ran | None = None
    asked: Trace = field(default_factory=Trace)
    reals: Ran | None = None
    fakes: Ran | None = None
    judge: Ran | None = None
    shifted: list[Ran] = field(default_factory=list)
    scattered: Ran | None = None
    steeper: Ran | None = None
    undirected: Ran | None = None
    direct: Ran | None = None
    untested: list[str] = field(default_factory=list)

    def comparable(self, other: Ran | None) -> bool:
        """Whether another run made the same calls and steps as the still one."""
        mine, theirs = (self.still, other)
        if mine is None or theirs is None or mine.error or theirs.error:
            return False
        same = [(call.player, call.name) for call in mine.recorder.calls] == [
            (call.player, call.name) for call in theirs.recorder.calls
        ]
        return same and len(mine.recorder.steps) == len(theirs.recorder.steps)

    def squashed(self, name: str, index: int) -> bool:
        """Whether this output of the discriminator ends with a sigmoid."""
        return self.trace.endings.get((DISCRIMINATOR, name, index), ("", 0))[0] in SIGMOIDS


def look(patient: Patient, steps: int) -> Looks:
    """All runs: first the long one, then those under a change."""
    trace = Trace()
    kept = {0, 1, 2, steps - 1}
    live = patient.run(
        steps,
        read=trace,
        read_steps=READ_STEPS,
        keep=lambda step: step in kept,
        moves=lambda step: step < 5 or step % 10 == 9,
        fingerprints=lambda step: step < LONGEST_PERIOD,
    )
    looks = Looks(patient, live, trace, patient.anew)
    if live.error:
        return looks
    count = _period(live)
    looks.still = patient.run(count, frozen=True, read=looks.asked, read_steps=range(count))
    looks.reproducible = not looks.still.error and _begins_alike(looks.still, live)
    if not looks.reproducible:
        looks.untested.append(
            "what depends on what, as the step does not do the same when it begins the same "
            "(chance from a generator that make does not make anew?)"
        )
        return looks
    _change_each(looks, patient, count)
    return looks


def _period(live: Ran) -> int:
    """So many steps that each optimizer has stepped in two of them, and at least three."""
    stepped: dict[int, list[int]] = {}
    for taken in live.recorder.steps:
        stepped.setdefault(taken.optimizer, []).append(taken.step)
    seconds = [sorted(set(steps))[:2][-1] for steps in stepped.values()]
    return min(max([2, *seconds]) + 1, LONGEST_PERIOD, live.steps)


def _begins_alike(still: Ran, live: Ran) -> bool:
    """Whether both runs did the same up to the first step of an optimizer."""
    if not still.recorder.steps or not live.recorder.steps:
        return not still.recorder.steps and not live.recorder.steps
    first, second = still.recorder.steps[0].gradients, live.recorder.steps[0].gradients
    return first.keys() == second.keys() and not any(bool(differ(first[key], second[key]).any()) for key in first)


def _change_each(looks: Looks, patient: Patient, count: int) -> None:
    run = functools.partial(patient.run, count, frozen=True)
    looks.reals, looks.fakes, looks.judge = (run(**CHANGES[name]) for name in ("reals", "fakes", "judge"))
    looks.shifted = [run(change=_other_scores(looks, -1)), run(change=_other_scores(looks, 1))]
    looks.scattered = run(change=_other_scores(looks, 0))
    if looks.asked.penalties:
        looks.steeper = run(read=Trace(), read_steps=range(count), steeper=True)
    looks.undirected = run(change=_unasked, read=Trace(), read_steps=range(count))
    looks.direct = run(change=_unasked, real=_other_order)


def _other_examples(tensor: torch.Tensor) -> torch.Tensor:
    """Other examples of about the same range; labels stay as they are."""
    if tensor.is_floating_point():
        return 0.7 * tensor + 0.05
    return 255 - tensor if tensor.dtype == torch.uint8 and tensor.ndim > 2 else tensor


def _other_order(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.roll(1, 0) if tensor.is_floating_point() and tensor.ndim > 1 else tensor


def _other_fakes(call: Call, output: object) -> object:
    """Other examples; what else is returned, as latents are, stays what the examples were made of."""
    if call.player != GENERATOR:
        return output
    waiting = [True]

    def change(tensor: torch.Tensor) -> torch.Tensor:
        if not tensor.is_floating_point() or not waiting:
            return tensor
        waiting.clear()
        return 0.7 * tensor + 0.05

    return changed(output, change)


def _other_scores(looks: Looks, sign: int) -> Callable[[Call, object], object]:
    """Scores moved down, up, or, for 0, each by another amount; their gradients are those at the moved scores."""
    numbers: dict[int, int] = {}

    def change(call: Call, output: object) -> object:
        if call.player != DISCRIMINATOR:
            return output
        number = numbers[0] = numbers.get(0, 0) + 1
        index = iter(range(1000))

        def move(tensor: torch.Tensor) -> torch.Tensor:
            if not tensor.is_floating_point() or not tensor.ndim:
                return tensor
            return _moved(tensor, sign, number, looks.squashed(call.name, next(index)))

        return changed(output, move)

    return change


def _moved(tensor: torch.Tensor, sign: int, number: int, squashed: bool) -> torch.Tensor:
    shift, scatter = (SQUASHED_SHIFT, SQUASHED_SCATTER) if squashed else (SHIFT, SCATTER)
    if sign:
        there = tensor + sign * shift
    else:
        row = torch.arange(len(tensor), device=tensor.device).reshape(-1, *[1] * (tensor.ndim - 1))
        there = tensor + scatter * torch.cos(1.7 * row + 2.3 * number).to(tensor.dtype)
    there = there.clamp(0.02, 0.98) if squashed else there
    return tensor + (there - tensor).detach()


def _unasked(call: Call, output: object) -> object:
    """Nothing that the discriminator says moves anybody."""
    if call.player != DISCRIMINATOR:
        return output
    return changed(output, lambda tensor: tensor.detach() + 0 * tensor if tensor.is_floating_point() else tensor)


@torch.no_grad()
def _other_judge(players: dict[str, nn.Module]) -> None:
    shared = parameters(players[GENERATOR])
    for key, weights in parameters(players[DISCRIMINATOR]).items():
        if key not in shared:
            places = torch.arange(weights.numel(), device=weights.device)
            size = float(weights.std()) if weights.numel() > 1 else 0.0
            weights += (0.3 * (size or 0.1) * torch.cos(1.3 * places + 0.4)).reshape(weights.shape).to(weights.dtype)


CHANGES = {"reals": {"real": _other_examples}, "fakes": {"change": _other_fakes}, "judge": {"prepared": _other_judge}}


def elsewhere(looks: Looks, name: str) -> Ran:
    """A run under one of these changes at scores that differ wildly, to be compared with `looks.scattered`."""
    scores, others = _other_scores(looks, 0), dict(CHANGES[name])
    first = others.pop("change", lambda call, output: output)

    def both(call: Call, output: object) -> object:
        return scores(call, first(call, output))

    return looks.patient.run(looks.still.steps, frozen=True, change=both, **others)
