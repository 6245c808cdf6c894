"""Checks of notebook 09: what pulls a fake out of a heap, which part is missed, R2 by hand, were five seeds enough."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from scipy.stats import t
from torch import nn

from gan_edu.checks.exercise import exercise
from gan_edu.game.penalties import R1, R2, Judged
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize

CLOSE = 1e-4
GAPS = (1.0, 0.0, 2.5)
VERDICTS = "enough", "not enough"
SEEDS = 5
PARTS = "pairing", "R1", "R2", "falling rate", "average", "none"


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


class _Bowl(nn.Module):
    """Scores whose slope differs from place to place and is known: a quadratic and a step to the side."""

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        """Return (B,) scores of (B, 2) points."""
        return points.square().sum(-1) / 2 + points[..., 0]


@exercise("It costs what R1 costs, and damps where the fakes are: the place that G has just left or is about to leave.")
def r2(attempt: Callable[[Judged], torch.Tensor]) -> str | None:
    """Examine a penalty with weight 0.5, from `Judged` to R2 at each fake, (B,)."""
    if not callable(attempt):
        return f"a function (judged) is asked for, got {attempt!r}."
    for discriminator in (_Bowl(), initialize(MLP(2, None, (8, 8)), Stream(0, "weights"))):
        judged, wanted = _judged(discriminator), R2(0.5)(_judged(discriminator))
        got = attempt(judged)
        if not isinstance(got, torch.Tensor):
            return f"you return {got!r}; a tensor with one value for each fake is asked for. Is there a return?"
        if got.shape != judged.fake_scores.shape:
            return (
                f"for 6 fakes you return shape {tuple(got.shape)}: one value for each, (6,). The step takes the mean."
            )
        if not torch.allclose(got, wanted, atol=1e-5):
            return _mistake(got, wanted, _judged(discriminator))
        if not got.requires_grad:
            return (
                "the values are right, but D cannot learn from them: they have no slope in its weights. Look at "
                "`create_graph`, and at detach, item and no_grad."
            )
    return None


def _judged(discriminator: nn.Module) -> Judged:
    stream = Stream(0, "judged")
    real, fake = stream.normal(6, 2).requires_grad_(), (2 + stream.normal(6, 2)).requires_grad_()
    return Judged(real, fake, discriminator(real), discriminator(fake), discriminator, stream)


def _mistake(got: torch.Tensor, wanted: torch.Tensor, judged: Judged) -> str:
    """Which known mistake gives these numbers."""
    squared = 4 * wanted  # as γ/2 is a quarter
    (slope,) = torch.autograd.grad(judged.fake_scores.sum(), judged.fake, retain_graph=True)
    mistakes = {
        "that is R1: the slopes are those at the real examples. R2 looks at the fakes.": R1(0.5)(judged),
        "twice too much: both factors belong there, γ = 0.5 and the half.": 2 * wanted,
        "that is the squared slope as such: the factor γ/2 is missing, with γ = 0.5.": squared,
        "that is the length of the slope, times γ/2: its square is asked for.": squared.sqrt() / 4,
        "that is the length of the slope: its square is asked for, times γ/2.": squared.sqrt(),
        "the sign is wrong: D pays for slopes, so the penalty is positive.": -wanted,
        "that is one number for all, repeated: each fake has a slope of its own.": wanted.mean().expand_as(wanted),
        "that is the sum over all fakes: each fake has a slope of its own.": wanted.sum().expand_as(wanted),
        "you differentiate the mean of the scores, so slopes are a sixth: take the sum.": wanted / len(wanted) ** 2,
        "that is half of it: is it the mean of the two coordinates, or γ/2 halved twice?": wanted / 2,
        "you add the two coordinates before you square them: square each, then add.": slope.sum(-1).square() / 4,
        "that is R1 and R2 together. Asked for is R2 alone.": R1(0.5)(judged) + wanted,
        "that is the gradient penalty, which asks for a slope of 1: R2 asks for none.": (squared.sqrt() - 1) ** 2 / 4,
    }
    known = [words for words, values in mistakes.items() if torch.allclose(got, values, atol=1e-5)]
    hint = (
        known[0] if known else "asked for is γ/2 times the sum of the squared slopes of the score in both coordinates."
    )
    return f"for the first fake you return {got[0].item():.4g}, not {wanted[0].item():.4g}: {hint}"


@exercise("The interval decides, not the mean: with five seeds it is 2.8 standard errors to each side.")
def five_seeds(attempt: Mapping[str, Any]) -> str | None:
    """Examine {"whole": five scores, "without": five scores of the same seeds, "verdict": "enough" or "not enough"}."""
    keys = {"whole", "without", "verdict"}
    if not isinstance(attempt, Mapping) or set(attempt) != keys:
        return f"a dictionary with the keys whole, without and verdict is asked for, got {attempt!r}."
    if any(value is ... for value in attempt.values()):
        return "one of the three is still three dots."
    whole, without = (_scores(attempt[name]) for name in ("whole", "without"))
    for name, scores in (("whole", whole), ("without", without)):
        if scores is None or scores.shape != (SEEDS,) or not scores.isfinite().all():
            return f"{name} must hold five finite scores, one for each seed, got {attempt[name]!r}."
    if _word(attempt["verdict"]) not in VERDICTS:
        return f"the verdict is {' or '.join(VERDICTS)}, got {attempt['verdict']!r}."
    less = without - whole
    half, mean = (t.ppf(0.975, SEEDS - 1) * less.std() / SEEDS**0.5).item(), less.mean().item()
    right = "enough" if abs(mean) > half else "not enough"
    if _word(attempt["verdict"]) == right:
        return None
    words = (
        f"the difference of each seed, without less whole, is on average {mean:+.3g}, with an interval of ± {half:.3g}"
    )
    if right == "enough":
        return (
            f"{words}: it leaves out zero. Did you compare the two means with their own spreads, and not seed by seed?"
        )
    return f"{words}: zero is in it. If mean and spread stayed as they are, {_needed(less)} seeds would do."


def _word(answer: Any) -> str:
    text = str(answer).strip()
    return text if text in PARTS else text.lower()


def _scores(values: Any) -> torch.Tensor | None:
    try:
        return torch.as_tensor(values, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        return None


def _needed(less: torch.Tensor) -> str:
    """Seeds whose interval would leave out zero, if mean and spread stayed as they are."""
    mean, spread = abs(less.mean().item()), less.std().item()
    for count in range(SEEDS + 1, 1001):
        if mean > t.ppf(0.975, count - 1) * spread / math.sqrt(count):
            return f"about {count}"
    return "not even a thousand"


MISSED = {"ring": "none", "grid": "none", "digits": "average", "stacked digits": "none"}


@exercise("Few are missed, though several are worth much: what one part does another may do too.")
def missed(attempt: Mapping[str, str]) -> str | None:
    """Examine a dictionary from each task to the part that the whole recipe misses most, or `none`."""
    if not isinstance(attempt, Mapping) or set(attempt) != set(MISSED):
        return f"a dictionary with the keys {', '.join(MISSED)} is asked for, got {attempt!r}."
    for task, right in MISSED.items():
        word = attempt[task]
        if word is ...:
            return f"{task} has no word yet."
        if _word(word) not in PARTS:
            return f"for {task} {word!r} is none of {', '.join(PARTS)}."
        if _word(word) != right:
            return (
                f"{task}: not {word}. Which rows with one part out have a star that says worse? The largest, or none."
            )
    return None
