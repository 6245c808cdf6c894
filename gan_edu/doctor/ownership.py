"""Whose weights each optimizer moves, and with which gradients."""

from collections.abc import Iterator

import torch

from gan_edu.doctor.dependence import kinds
from gan_edu.doctor.findings import Finding, found
from gan_edu.doctor.gradients import Event, StepTaken
from gan_edu.doctor.interventions import Looks
from gan_edu.doctor.judgement import pushes
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR
from gan_edu.doctor.recorder import Recorder

LONG_ENOUGH, MOVED = 10, 1e-6  # steps; a move in parts of the size of the weights
OTHER = {GENERATOR: DISCRIMINATOR, DISCRIMINATOR: GENERATOR}


def zeroed(recorder: Recorder) -> Iterator[Finding]:
    """Were the gradients of earlier steps still there when an optimizer stepped?"""
    for taken in recorder.steps:
        for player, mine in recorder.owners.items():
            stale = [key for key in taken.owned & set(mine) if _stale(taken.held.get(key, ()), taken)]
            if stale:
                count = max(len(taken.held[key]) for key in stale)
                seen = (
                    f"in step {taken.step + 1}, {len(stale)} tensors of the {player}'s weights were moved with "
                    f"gradients of "
                    f"{count} backward passes, some of them used before"
                )
                yield found("gradients-not-zeroed", seen, 0.95, taken.held[stale[0]][-1].line)
                return


def _stale(held: tuple[Event, ...], taken: StepTaken) -> bool:
    """Whether a gradient was used in an earlier step, and another one was added since."""
    used = [event.consumed for event in held if event.consumed is not None and event.consumed < taken.clock]
    return bool(used) and any(event.clock > min(used) for event in held)


def owners(recorder: Recorder) -> Iterator[Finding]:
    """Is each player's every weight in an optimizer that steps, and only where it belongs?"""
    owned = [
        set().union(*(taken.owned for taken in recorder.steps if taken.optimizer == i))
        for i in range(len(recorder.optimizers))
    ]
    if not owned:
        return
    everywhere = set().union(*owned)
    changed = recorder.clipped
    for player, mine in recorder.owners.items():
        reached = {key for event in recorder.events.values() for key in event.reached} & set(mine)
        others = recorder.owners[OTHER[player]]
        left = list(reached - everywhere)
        rivals = [number for number, keys in enumerate(owned) if keys & set(others)]
        if mine and not set(mine) & everywhere and len(rivals) >= 2 and owned[rivals[0]] & owned[rivals[1]]:
            seen = f"{len(rivals)} optimizers step the {OTHER[player]}'s weights, and none the {player}'s"
            yield found("wrong-weights", seen, 0.95)
        elif left and not (player in changed and not mine.keys() & everywhere):
            numbers, total = sum(mine[key].numel() for key in left), sum(one.numel() for one in mine.values())
            seen = f"{numbers:,} of the {player}'s {total:,} numbers get gradients but no optimizer steps them"
            yield found("weights-untrained", seen, 0.95)


def unregistered(recorder: Recorder) -> Iterator[Finding]:
    """Does a network use weights that it does not list as its own, as of layers in a plain list?"""
    stepped = set().union(*(taken.owned for taken in recorder.steps)) if recorder.steps else set()
    left = [weights for key, weights in recorder.outside.items() if key not in stepped]
    if left and stepped:
        seen = (
            f"{sum(one.numel() for one in left):,} numbers in {len(left)} tensors of weights are used, but are "
            f"in no network's parameters() and in no optimizer"
        )
        yield found("weights-untrained", seen, 0.9)


def switched_off(recorder: Recorder) -> Iterator[Finding]:
    """Are weights that were made to be trained without requires_grad whenever their network is called?"""
    if recorder.step < LONG_ENOUGH:
        return
    half = recorder.step / 2
    late = set().union(*(event.reached for event in recorder.events.values() if event.step >= half))
    for player, mine in recorder.owners.items():
        called = any(call.player == player and call.graph and call.step >= half for call in recorder.calls)
        off = [key for key in set(mine) & recorder.wanted - late if recorder.last_on.get(key, -1) < half]
        if called and off:
            numbers, total = sum(mine[key].numel() for key in off), sum(one.numel() for one in mine.values())
            seen = f"{numbers:,} of the {player}'s {total:,} numbers are switched off whenever it is called"
            yield found("weights-untrained", f"{seen}: requires_grad is False, and was True at the start", 0.9)


def returned(recorder: Recorder) -> Iterator[Finding]:
    """Are weights that the optimizer moves put back each time, as those of a copy that looks ahead?"""
    for player in recorder.owners if recorder.step >= LONG_ENOUGH else ():
        moved = [taken.moved[player] for taken in recorder.steps if taken.moved.get(player, 0.0) > MOVED]
        if moved and recorder.is_as_it_began(player):
            seen = f"{len(recorder.steps)} steps of optimizers, and the {player}'s weights are what they were before"
            yield found("weights-untrained", f"{seen}: something puts them back", 0.9)


def led_by_the_other(looks: Looks) -> Iterator[Finding]:
    """Are weights of one player moved by a loss that pushes scores the other player's way?"""
    of_rows = kinds(looks)
    if not of_rows:
        return
    recorder = looks.still.recorder
    judging = {key for key, told in pushes(looks.still, of_rows, DISCRIMINATOR).items() if told.real and told.fake}
    directions = _directions(recorder, of_rows, judging)
    for taken in recorder.steps:
        both = [player for player, mine in recorder.owners.items() if taken.owned & set(mine) and _moves(taken, mine)]
        newest = {player: _newest(taken, recorder.owners[player]) for player in both}
        if len(both) == 2 and newest[GENERATOR] is newest[DISCRIMINATOR]:
            event = newest[GENERATOR]
            if _both_follow(recorder, event, directions) or _judged_twice(recorder, taken, directions, event):
                yield found(
                    "wrong-weights",
                    f"optimizer {taken.optimizer + 1} moves the weights of both players by the same loss",
                    0.9,
                    event.line,
                )
                return


def _both_follow(recorder: Recorder, event: Event, directions: dict) -> bool:
    """Whether other events push the scores the other way: then one of the players is led by the wrong one."""
    mine = directions.get(event.identity, 0.0)
    return any(value * mine < 0 for value in directions.values())


def _judged_twice(recorder: Recorder, taken: StepTaken, directions: dict, event: Event) -> bool:
    """Whether this loss judges scores, and the generator has another optimizer of its own."""
    own = set(recorder.owners[GENERATOR])
    others = (one.owned for one in recorder.steps if one.optimizer != taken.optimizer)
    alone = any(owned & own & taken.owned and not owned - own for owned in others)
    return alone and directions.get(event.identity, 0.0) != 0


def _directions(recorder: Recorder, of_rows: dict[int, list[str]], judging: set) -> dict[int, float]:
    """For each event, how fast it moves real scores above those of fakes."""
    told: dict[int, float] = {}
    for number, call in enumerate(recorder.calls):
        if number in of_rows:
            for identity, index, push in call.pushes:
                if (call.name, index) in judging and len(push) == len(of_rows[number]):
                    for kind, sign in (("real", 1), ("fake", -1)):
                        chosen = torch.tensor([one == kind for one in of_rows[number]], device=push.device)
                        told[identity] = told.get(identity, 0.0) + sign * float(push[chosen].sum())
    return told


def _moves(taken: StepTaken, mine: dict) -> bool:
    return any(taken.held.get(key) for key in taken.owned & set(mine))


def _newest(taken: StepTaken, mine: dict) -> Event:
    return max(
        (taken.held[key][-1] for key in taken.owned & set(mine) if taken.held.get(key)), key=lambda event: event.clock
    )
