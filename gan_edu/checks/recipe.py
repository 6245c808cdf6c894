"""Checks of notebook 09: what pulls a fake out of a heap."""

import math
from collections.abc import Callable
from typing import Any

from gan_edu.checks.exercise import exercise

CLOSE = 1e-4
GAPS = (1.0, 0.0, 2.5)


def _sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


@exercise(
    "They balance, pull = push/2, at a gap of log 5 = 1.61: a D that is more than 5 to 1 sure of the lonely point "
    "holds the heap together."
)
def heap_forces(attempt: Callable[[float], Any]) -> str | None:
    """Examine a function from the gap of D's scores to (push, pull), for all pairs of two real points and two fakes."""
    if not callable(attempt):
        return f"a function (gap) is asked for, got {attempt!r}."
    for gap in GAPS:
        got = attempt(gap)
        try:
            push, pull = (float(number) for number in got)
        except (TypeError, ValueError):
            return f"for a gap of {gap:g} you return {got!r}; two numbers are asked for: push, pull."
        if hint := _hint(push, pull, _sigmoid(-gap), _sigmoid(gap)):
            return f"for a gap of {gap:g} you have push {push:.4g} and pull {pull:.4g}: {hint}"
    return None


def _hint(push: float, pull: float, unsure: float, sure: float) -> str | None:
    """What is wrong with the two, for D's chance to err on a pair of a fake and the lonely point; None if nothing."""
    right = (0.5 + unsure) / 4, unsure / 2
    if _near(push, pull, right):
        return None
    for words, wrong in _mistakes(right, unsure, sure):
        if _near(push, pull, wrong):
            return words
    if not (push > 0 and pull > 0):
        return "push is how fast the price rises, pull how fast it falls: both are above zero."
    part, own, expected = ("push", push, right[0]) if abs(push - right[0]) > CLOSE else ("pull", pull, right[1])
    return f"{part} is {'too large' if own > expected else 'too small'}. Write down its pairs, one by one."


def _near(push: float, pull: float, other: tuple[float, float]) -> bool:
    return abs(push - other[0]) <= CLOSE and abs(pull - other[1]) <= CLOSE


def _mistakes(right: tuple[float, float], unsure: float, sure: float) -> list[tuple[str, tuple[float, float]]]:
    push, pull = right
    sign = "a slope of softplus(fake - real) is sigmoid(fake - real): the surer D is, the less it gains."
    return [
        ("these are the two the wrong way round: push belongs to the fake.", (pull, push)),
        ("you added the four pairs. D pays their mean.", (4 * push, 4 * pull)),
        ("this push is that of both fakes. One of them walks.", (2 * push, pull)),
        (
            "the pair of the fake and the real point where it stands pushes too: its scores are equal.",
            (unsure / 4, pull),
        ),
        ("both fakes are compared with the lonely point: two of the four pairs pull.", (push, unsure / 4)),
        ("these are the slopes where each fake has one partner. Here there are four pairs.", (unsure / 2, unsure / 2)),
        (f"{sign} Is the sign of the gap right?", ((0.5 + sure) / 4, sure / 2)),
        (
            "these are what D pays for the pairs, not how fast that changes: take the derivative.",
            ((math.log(2) - math.log(sure)) / 4, -math.log(sure) / 2),
        ),
    ]
