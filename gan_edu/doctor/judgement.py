"""Where the losses push the scores: signs, bare outputs, and a critic without a bound."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from gan_edu.doctor.dependence import gradients_differ, kinds, led
from gan_edu.doctor.findings import Finding, found
from gan_edu.doctor.interventions import Looks
from gan_edu.doctor.nested import floating
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR, Call
from gan_edu.doctor.recorder import Recorder
from gan_edu.doctor.runs import Ran

Key = tuple[str, int]  # name of the network, index of its output
NOTHING, ROUNDING = 1e-9, 12


@dataclass
class Pushes:
    """The pushes on one output's real and fake rows by the losses that move one player, a number for each event."""

    real: list[float] = field(default_factory=list)
    fake: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)
    spread_of_odds: list[float] = field(default_factory=list)  # the same for pushes on the probability of a score
    line: str = ""
    rounding: float = 1e-3  # differences that numbers of few digits, as in mixed precision, bring about

    def mean(self, kind: str) -> float:
        """The average push over events."""
        values = getattr(self, kind)
        return sum(values) / len(values) if values else 0.0

    @property
    def apart(self) -> float:
        """How fast real scores rise above those of fakes."""
        return self.mean("real") - self.mean("fake")


def pushes(ran: Ran, of_rows: dict[int, list[str]], player: str) -> dict[Key, Pushes]:
    """For each output of the discriminator: the pushes of those events that the player's weights were stepped "
    "with."""
    mine, recorder = ran.recorder.owners[player], ran.recorder
    wanted = _serves(recorder, player)
    if player == DISCRIMINATOR:  # several backward passes may make one step
        wanted = {
            event.identity
            for taken in recorder.steps
            for key in taken.owned & set(mine)
            for event in _new(taken.held.get(key, ()), taken.clock)
        }
    told: dict[Key, Pushes] = defaultdict(Pushes)
    for number, call in enumerate(recorder.calls):
        if number not in of_rows:
            continue
        for identity, index, push in call.pushes:
            if identity in wanted and _is_score(call.out_rows[index], push, of_rows[number]):
                _add(told[call.name, index], push, of_rows[number], call.out_rows[index] / math.cos(0.3))
                told[call.name, index].line = recorder.events[identity].line
    return dict(told)


def _new(held: tuple, clock: int) -> list:
    return [event for event in held if event.consumed is None or event.consumed >= clock]


def _is_score(rows: torch.Tensor, push: torch.Tensor, of_rows: list[str]) -> bool:
    return len(push) == len(of_rows)


def _add(told: Pushes, push: torch.Tensor, of_rows: list[str], scores: torch.Tensor) -> None:
    odds = scores.double().sigmoid()
    told.rounding = max(told.rounding, ROUNDING * torch.finfo(push.dtype).eps)
    push = push.double()
    for kind in ("real", "fake"):
        rows = torch.tensor([one == kind for one in of_rows], device=push.device)
        chosen, slopes = push[rows], (odds * (1 - odds))[rows]
        if len(chosen) and float(chosen.abs().sum()) > NOTHING:
            getattr(told, kind).append(float(chosen.sum()))
            told.spread.append(_spread(chosen))
            told.spread_of_odds.append(_spread(chosen / slopes))


def _spread(values: torch.Tensor) -> float:
    return float(values.std(correction=0) / values.abs().mean())


def judged(looks: Looks) -> Iterator[Finding]:
    """All findings about the signs of losses and about bare outputs."""
    of_rows = kinds(looks)
    runs = [looks.still, *looks.shifted]
    if not of_rows or not all(looks.comparable(ran) for ran in runs):
        looks.untested.append("the signs of the losses")
        return
    theirs = [pushes(ran, of_rows, DISCRIMINATOR) for ran in runs]
    yield from _not_asked(looks, of_rows, {key for key, told in theirs[0].items() if told.real and told.fake})
    makers = [pushes(ran, of_rows, GENERATOR) for ran in runs]
    for key in theirs[0]:
        if all(key in told and told[key].real and told[key].fake for told in theirs):
            if together(looks) and led(looks, of_rows) and all(told[key].apart > 0 for told in theirs):
                seen = "one backward pass serves both players, and nothing turns the generator's gradient round"
                yield found("generator-wrong-sign", seen, 0.85, theirs[0][key].line)
                continue
            if together(looks):
                looks.untested.append("whose side the generator is on, as one backward pass serves both players")
                continue
            forger = [told.get(key, Pushes()) for told in makers]
            yield from _signs([told[key] for told in theirs], forger)
            yield from _bare(looks, of_rows, key)
        elif gradients_differ(looks, looks.fakes, DISCRIMINATOR) is False:
            yield from _against_data([told.get(key, Pushes()) for told in theirs], [told.get(key) for told in makers])


def _not_asked(looks: Looks, of_rows: dict[int, list[str]], scores: set[Key]) -> Iterator[Finding]:
    """Is the generator moved by other outputs of the discriminator alone, and by nothing that the data say?"""
    if gradients_differ(looks, looks.reals, GENERATOR) is not False:
        return
    real, fake = (_asked(looks, DISCRIMINATOR, [n for n in of_rows if kind in of_rows[n]]) for kind in ("real", "fake"))
    mine = _asked(looks, GENERATOR, list(range(len(looks.still.recorder.calls))))
    telling = scores or real & fake
    if mine and telling and not mine & telling and {name for name, _ in mine} == {name for name, _ in telling}:
        seen = "the generator's losses ask for other outputs of the discriminator, not for the one that tells data"
        yield found("generator-ignores-discriminator", seen, 0.85)


def _asked(looks: Looks, player: str, numbers: list[int]) -> set[Key]:
    """The outputs, of these calls of the discriminator, that move a player's weights."""
    recorder = looks.still.recorder
    wanted = _serves(recorder, player)
    calls = [recorder.calls[number] for number in numbers if recorder.calls[number].player == DISCRIMINATOR]
    return {
        (call.name, index) for call in calls for identity, index, force in call.forces if identity in wanted and force
    }


def _serves(recorder: Recorder, player: str) -> set[int]:
    """The backward passes that give a player its gradients."""
    return {
        event.identity
        for taken in recorder.steps
        for key in taken.owned & set(recorder.owners[player])
        for event in taken.held.get(key, ())[-1:]
    }


def together(looks: Looks) -> bool:
    """Whether the same backward passes give both players their gradients, as with a layer that reverses them."""
    serves = {player: _serves(looks.still.recorder, player) for player in (GENERATOR, DISCRIMINATOR)}
    return bool(serves[GENERATOR]) and serves[GENERATOR] == serves[DISCRIMINATOR]


def _signs(judge: list[Pushes], forger: list[Pushes]) -> Iterator[Finding]:
    apart = [one.apart for one in judge]
    sizes = [abs(one.mean("real")) + abs(one.mean("fake")) for one in judge]
    real, fake = judge[0].mean("real"), judge[0].mean("fake")
    words = f"the discriminator's loss pushes its scores of data by {real:+.3g} and of fakes by {fake:+.3g}"
    if all(abs(difference) < 0.15 * size for difference, size in zip(apart, sizes, strict=True)):
        yield found("discriminator-wrong-sign", f"{words}: the same way", 0.9, judge[0].line)
        return
    if not (all(value > 0 for value in apart) or all(value < 0 for value in apart)) or not all(
        one.fake for one in forger
    ):
        return
    against = [one.apart for one in forger]
    same_way = all(value * apart[0] > 0 for value in against)
    both = torch.tensor([[one.mean("fake") for one in who] for who in (forger, judge)])
    same_aim = float(torch.cosine_similarity(both[0], both[1], dim=0)) > 0.998  # as functions of the score
    if same_way or same_aim:
        words += f"; the generator's loss pushes those of fakes by {forger[0].mean('fake'):+.3g}"
        cause = "generator-wrong-sign" if apart[0] > 0 else "discriminator-wrong-sign"
        yield found(cause, words, 0.9, (forger if cause.startswith("generator") else judge)[0].line)


def _against_data(judge: list[Pushes], forger: list[Pushes | None]) -> Iterator[Finding]:
    """Where the discriminator is shown no fakes: does the generator push their scores away from those of data?"""
    real = [push for one in judge for push in one.real]
    fake = [push for one in forger for push in (one.fake if one else [0.0])]
    if any(one.fake for one in judge) or not (real and fake):
        return
    if (min(real) > 0 and max(fake) < 0) or (max(real) < 0 and min(fake) > 0):
        words = f"the discriminator's loss pushes its scores of data by {real[0]:+.3g}"
        words += f", the generator's those of its fakes by {fake[0]:+.3g}"
        yield found("generator-wrong-sign", words, 0.85, forger[0].line)


def _bare(looks: Looks, of_rows: dict[int, list[str]], key: Key) -> Iterator[Finding]:
    if not looks.comparable(looks.scattered):
        return
    judge, forger = (
        pushes(looks.scattered, of_rows, player).get(key, Pushes()) for player in (DISCRIMINATOR, GENERATOR)
    )
    linear = [bool(one.fake) and max(one.spread) < one.rounding for one in (judge, forger)]
    if looks.squashed(*key):
        if any(linear):
            who, one = ("discriminator", judge) if linear[0] else ("generator", forger)
            seen = f"the {who}'s loss pushes each probability by the same amount, wherever it lies between 0 and 1"
            yield found("outputs-as-loss", seen, 0.9, one.line)
    elif linear[0] and not bounded(looks):
        if linear[1] or not forger.fake:
            seen = (
                "both losses push each score by the same amount, wherever it lies; no clipping, penalty or "
                "spectral norm was seen"
            )
            yield found("critic-unbounded", seen, 0.85, judge.line)
        else:
            seen = "the discriminator's loss is its bare scores, the generator's is not; no bound was seen"
            yield found("outputs-as-loss", seen, 0.7, judge.line)
    elif judge.fake and len(judge.spread) > 1 and max(judge.spread_of_odds) < judge.rounding:
        seen = "the discriminator's loss is the sigmoid of its scores, with no logarithm"
        yield found("outputs-as-loss", seen, 0.85, judge.line)


def bounded(looks: Looks) -> bool:
    """Whether anything keeps the critic's slope small: clipping, a penalty, normalized weights."""
    idle = looks.asked.penalties and gradients_differ(looks, looks.steeper, DISCRIMINATOR) is False
    if DISCRIMINATOR in looks.live.recorder.clipped or (looks.trace.penalties and not idle):
        return True
    network = looks.live.recorder.players[DISCRIMINATOR]
    names = {name for module in network.modules() for name in (*module._parameters, *module._buffers)}
    kinds_of_layers = {type(module).__name__ for module in network.modules()}
    if names & {"weight_orig", "weight_u", "_u"} or any("pectral" in name for name in kinds_of_layers):
        return True
    return any(_normalizes_weights(call) for call in looks.live.recorder.calls if call.player == DISCRIMINATOR)


@torch.no_grad()
def _normalizes_weights(call: Call) -> bool:
    """Whether scores hardly grow when all matrices are doubled, as with a normalization of the reader's own."""
    matrices = [weights for weights in call.module.parameters() if weights.ndim > 1]
    if not call.inputs or not call.outputs or len(matrices) < 2:
        return False
    try:
        before = floating(call.module(*call.inputs))[0].std()
        for weights in matrices:
            weights *= 2
        after = floating(call.module(*call.inputs))[0].std()
    except Exception:
        return True
    finally:
        for weights in matrices:
            weights /= 2
    return bool(after < 1.5 * before)
