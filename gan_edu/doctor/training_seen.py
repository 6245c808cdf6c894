"""What a longer look at the running training shows: numbers that are not finite, rates, saturation, samples alike."""

import math
import statistics
from collections.abc import Iterator

import torch

from gan_edu.doctor.findings import Finding, found
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR
from gan_edu.doctor.recorder import Recorder

TOO_FAR, OVERWRITTEN, HARDLY, FALLEN, FADED, PUSH_FADED = 0.2, 2.0, 1e-6, 1e-3, 0.01, 0.05


def finite(recorder: Recorder) -> Iterator[Finding]:
    """Were weights not finite after a step?"""
    broken = next((taken for taken in recorder.steps if not taken.finite), None)
    if broken is not None:
        yield found("not-finite", f"in step {broken.step + 1}, weights are no longer finite", 0.9)


def rates(recorder: Recorder) -> Iterator[Finding]:
    """How far do steps move the weights, in parts of their size?"""
    for player in (GENERATOR, DISCRIMINATOR):
        steps = [taken for taken in recorder.steps if taken.moved.get(player, math.nan) == taken.moved.get(player)]
        moved, rate = [taken.moved[player] for taken in steps], [taken.rate for taken in steps]
        far = statistics.median(moved[:5]) if len(moved) > 2 else 0.0
        far = max(moved[:5]) if max(moved[:5], default=0) > OVERWRITTEN else far
        if far > TOO_FAR:
            yield found(
                "rate-too-high", f"one step moves the {player}'s weights by {100 * far:.0f} % of their size", 0.85
            )
        elif len(moved) < 3:
            continue
        elif max(moved) < HARDLY:
            yield found(
                "rate-zero", f"one step moves the {player}'s weights by {max(moved):.1g} of their size at most", 0.9
            )
        elif max(moved[-3:]) < HARDLY and max(rate[-3:]) < FALLEN * max(rate):
            seen = f"its learning rate fell from {max(rate):.1g} to {rate[-1]:.1g} in {steps[-1].step + 1} steps"
            yield found("rate-zero", f"the {player}'s weights no longer move: {seen}", 0.85)


def detached(recorder: Recorder) -> Iterator[Finding]:
    """Does any gradient reach the generator when its optimizer steps?"""
    mine = recorder.owners[GENERATOR]
    steps = [taken for taken in recorder.steps if taken.owned & set(mine)]
    trained = [key for key in mine if mine[key].requires_grad]
    if steps and trained and not any(taken.held.get(key) for taken in steps for key in taken.owned & set(mine)):
        yield found(
            "generator-detached", f"in {len(steps)} steps of its optimizer, no gradient reached the generator", 0.95
        )
    felt = [taken.felt for taken in steps if taken.felt is not None]
    if len(felt) >= 3 and not any(felt):
        yield found("generator-detached", f"in {len(felt)} steps, all of the generator's gradients were zero", 0.9)


def saturated(recorder: Recorder) -> Iterator[Finding]:
    """Has the gradient on the generator's fakes vanished while the discriminator is sure?"""
    felt = {taken.step: taken.felt for taken in recorder.steps if taken.felt is not None}
    pushed = _pushed(recorder)
    steps = sorted(felt.keys() & pushed.keys())
    if len(steps) < 6:
        return
    first, last = (max(felt[step] for step in some) for some in (steps[:3], steps[-3:]))
    push, faded = (max(pushed[step] for step in some) for some in (steps[:3], steps[-3:]))
    if last < FADED * first and faded < PUSH_FADED * push:
        seen = f"the generator's gradient fell from {first:.2g} to {last:.2g} within {steps[-1] + 1} steps"
        yield found("saturated", f"{seen}, and its loss pushes the scores by {faded:.2g}, at first by {push:.2g}", 0.7)


def _pushed(recorder: Recorder) -> dict[int, float]:
    """By step: how hard the generator's loss pushes the scores of what it makes."""
    mine, told = recorder.owners[GENERATOR], {}
    wanted = {
        event.identity
        for taken in recorder.steps
        if taken.felt is not None
        for key in taken.owned & set(mine)
        for event in taken.held.get(key, ())[-1:]
    }
    for call in recorder.calls:
        if call.player == DISCRIMINATOR:
            for identity, _, force in call.forces:
                if identity in wanted:
                    told[call.step] = told.get(call.step, 0.0) + force
    return told


def alike(recorder: Recorder) -> Iterator[Finding]:
    """Do the generator's examples differ from each other?"""
    made = [
        call.outputs[0]
        for call in recorder.calls
        if call.player == GENERATOR and call.outputs and len(call.outputs[0]) >= 8
    ]
    shown = [
        call.inputs[0]
        for call in recorder.calls
        if call.player == DISCRIMINATOR and call.inputs and call.inputs[0].is_floating_point()
    ]
    if len(made) < 2 or not shown:
        return
    first, last = (float(one.float().std(0).mean()) for one in (made[0], made[-1]))
    data = max(float(one.float().std(0).mean()) for one in shown if len(one) >= 8) if shown else 0.0
    level = float(made[-1].float().abs().mean())
    from_the_start = max(first, last) < 1e-4 * data and last < 1e-3 * level
    fallen = last < 0.005 * data and last < 0.2 * first
    if (fallen or from_the_start) and torch.isfinite(made[-1]).all():
        yield found(
            "samples-alike",
            f"fakes differ from each other by {last:.2g}, what the discriminator sees by {data:.2g}",
            0.7,
        )
