"""Checks of notebook 04: a loss, where losses are flat, two pulls, whose curves these are, a stall and its end."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.nn.functional import logsigmoid, softplus

from gan_edu.checks.exercise import exercise
from gan_edu.data.points import GaussianMixture, ring
from gan_edu.game.snapshot import Snapshot
from gan_edu.measure.modes import coverage

SCORES = torch.tensor([-6.0, -2.0, 0.0, 0.7, 3.0])
WORDS = "left", "right", "both", "nowhere"
STALL, SURE = 0.01, 0.99  # mean belief of D in fakes below which it stalls; share that D must get right
FREED = 6  # modes of eight


@exercise("It asks for the same, a higher score, and asks the harder, the surer D is of the fake.")
def asks(attempt: Callable[[torch.Tensor], Any]) -> str | None:
    """Examine a function from scores (B,) to the non-saturating loss of each fake, (B,)."""
    if not callable(attempt):
        return f"a function (scores) is asked for, got {attempt!r}."
    scores = SCORES.clone().requires_grad_()
    got = attempt(scores)
    if not isinstance(got, torch.Tensor):
        return f"you return {got!r}; a tensor with one loss for each score is asked for. Is there a return?"
    if got.shape != scores.shape:
        return f"for {len(scores)} scores you return shape {tuple(got.shape)}: one loss for each is asked for, no mean."
    if not got.requires_grad:
        return "your loss has no slope: compute it from the scores with PyTorch's functions, without detach or item."
    (slope,) = torch.autograd.grad(got.sum(), scores)
    if hint := _kind_of_loss(got.detach(), slope, SCORES):
        return hint
    far = torch.tensor([-1000.0, 1000.0], requires_grad=True)
    paid = attempt(far)
    (slope,) = torch.autograd.grad(paid.sum(), far)
    if not (paid.isfinite().all() and slope.isfinite().all() and abs(slope[0] + 1) < 1e-3):
        return (
            f"right on paper, but for a score of -1000 it gives {paid[0].item():g} with the slope {slope[0].item():g}: "
            f"the sigmoid is rounded to 0, or exp(1000) to infinity. Take a function that makes all steps in "
            f"one, such as softplus."
        )
    return None


def _kind_of_loss(got: torch.Tensor, slope: torch.Tensor, scores: torch.Tensor) -> str | None:
    """What is wrong with a loss, by its values and slopes; None if it is softplus(-scores), up to a constant."""

    def like(other: torch.Tensor) -> bool:
        return torch.allclose(got, other, atol=1e-4)

    if torch.allclose(slope, scores.sigmoid() - 1, atol=1e-4):
        return None if like(softplus(-scores)) else "the slopes are right, and the values are moved by a constant."
    if like(-softplus(scores)):
        return "that is log(1 - D), the minimax loss: at a score of -6 its slope is -0.002. It is flat where D is sure."
    if like(logsigmoid(scores)):
        return "that is log D, whose slope is positive: G would go down to lower scores. Which sign?"
    if like(softplus(scores)):
        return "that is -log(1 - D), what D pays for a fake: going down it, G would help D."
    if like(-scores):
        return "the slope is -1 everywhere: that is the Wasserstein loss. Asked for is a slope of -(1 - D)."
    if like(scores.sigmoid()) or like(-scores.sigmoid()) or like(1 - scores.sigmoid()):
        return "that is D without a logarithm: its slope, D (1 - D), is flat on both sides."
    if torch.allclose(got, softplus(-scores) / math.log(2), atol=1e-4):
        return "that is a logarithm of base 2; ours are natural."
    where = ", ".join(f"{each:.3f}" for each in slope.tolist())
    return f"at scores of -6, -2, 0, 0.7 and 3 your slopes are {where}; asked for are those of -log D, -(1 - D)."


@exercise("A line gets steeper and steeper: one pull dies out, the other grows without an end. Neither knows how far.")
def pulls(attempt: Callable[[float, float], Any]) -> str | None:
    """Examine a function (steepness, distance) to the slopes of both losses of G in the place of its fake."""
    if not callable(attempt):
        return f"a function (steepness, distance) is asked for, got {attempt!r}."
    for steepness, distance in ((3.0, 1.0), (2.0, 0.5), (1.0, 2.0), (8.0, 1.5)):  # at 3 no two mistakes are one
        got, where = attempt(steepness, distance), f"for steepness {steepness:g} and distance {distance:g}"
        try:
            first, second = (float(each) for each in got)
        except (TypeError, ValueError):
            return f"{where} you return {got!r}; two numbers are asked for: minimax, non-saturating."
        belief = 1 / (1 + math.exp(steepness * distance / 2))
        right = steepness * belief, steepness * (1 - belief)
        if not all(math.isclose(*pair, rel_tol=1e-4) for pair in zip((first, second), right, strict=True)):
            return f"{where} {_kind_of_pull((first, second), steepness, belief)}"
    return None


PULL_MISTAKES: dict[str, Callable[[float, float], tuple[float, float]]] = {  # words: steepness, D to what is returned
    "the two are exchanged, or D at the fake is: its score is -a theta / 2. Minimax has the slope -D in the score.": (
        lambda a, d: (a * (1 - d), a * d)
    ),
    "these are slopes in the score, which falls by `steepness` for each unit of place: the chain rule.": (
        lambda a, d: (-d, d - 1)
    ),
    "the factor of the chain rule is missing: the score falls by `steepness` for each unit.": lambda a, d: (d, 1 - d),
    "both signs are turned round. In the score the slopes are negative, and the score falls to the right.": (
        lambda a, d: (-a * d, a * (d - 1))
    ),
    "the factor is half of what it should be: D stands still, and its middle does not move with the fake.": (
        lambda a, d: (a * d / 2, a * (1 - d) / 2)
    ),
    "D is taken a whole distance off its middle: the middle is half-way, so the fake is half a distance off.": (
        lambda a, d: (a * d**2 / (d**2 + (1 - d) ** 2), a * (1 - d) ** 2 / (d**2 + (1 - d) ** 2))
    ),
    "that is the slope of D itself, D (1 - D): the logarithm divides it by 1 - D, or by D.": (
        lambda a, d: (a * d * (1 - d),) * 2
    ),
}


def _kind_of_pull(got: tuple[float, float], steepness: float, belief: float) -> str:
    """What is wrong with two slopes, in half a sentence."""
    for words, mistake in PULL_MISTAKES.items():
        if all(math.isclose(*pair, rel_tol=1e-4) for pair in zip(got, mistake(steepness, belief), strict=True)):
            return words
    if math.isclose(got[0], steepness * belief, rel_tol=1e-4):
        return f"the first is right; the second is {got[1]:.4g}. The slope of -log D in the score is -(1 - D)."
    if math.isclose(got[1], steepness * (1 - belief), rel_tol=1e-4):
        return f"the second is right; the first is {got[0]:.4g}. What is D half a distance off its middle?"
    return f"you return {got[0]:.4g} and {got[1]:.4g}. First D at the fake, then the slope in the score, then times -a."


FLAT = {
    "log(1 - D)": ("left", "its slope is -D. Where is D nearly 0?"),
    "-log D": ("right", "its slope is -(1 - D). Where is D nearly 1?"),
    "(1 - D)²": ("both", "its slope is -2 (1 - D) times D (1 - D). How many of these factors are small on each side?"),
    "(s - 1)²": ("nowhere", "its slope is 2 (s - 1), and no sigmoid is in it. It is 0 in one place, but far out?"),
    "-s": ("nowhere", "a straight line: what is its slope?"),
    "-log D + log(1 - D)": ("nowhere", "put in D = σ(s): log D - log(1 - D) is s itself."),
}


@exercise(
    "Flat on the left is what hurts: there are the fakes of which D is sure. Flat on the right is a goal reached."
)
def flat(attempt: Mapping[str, str]) -> str | None:
    """Examine a dictionary from the losses of the list above to "left", "right", "both" or "nowhere"."""
    if not isinstance(attempt, Mapping) or set(attempt) != set(FLAT):
        return f"a dictionary with the keys {', '.join(FLAT)} is asked for, got {attempt!r}."
    for loss, (right, hint) in FLAT.items():
        word = str(attempt[loss]).strip().lower()
        if attempt[loss] is ...:
            return f"{loss} has no answer yet."
        if word not in WORDS:
            return f"for {loss} {attempt[loss]!r} is none of {', '.join(WORDS)}."
        if word != right:
            return f"look at {loss} again: {hint}"
    return None


LOSSES = "minimax", "non-saturating", "Wasserstein"
MADE_BY = {
    "A": (
        "Wasserstein",
        "its pull rises while D takes its slope, and then stays: no sigmoid stands between the score and the loss.",
    ),
    "B": ("minimax", "its pull dies out as D gets better. Whose slope in the score is -D?"),
    "C": ("non-saturating", "its pull grows with D's steepness, and D gets steeper and steeper. Whose slope nears -1?"),
}


@exercise("A pull that dies out, one that grows without an end, and one that settles: three losses, one D that learns.")
def made_by(attempt: Mapping[str, str]) -> str | None:
    """Examine a dictionary from "A", "B" and "C" to the names of losses."""
    if not isinstance(attempt, Mapping) or set(attempt) != set(MADE_BY):
        return f"a dictionary with the keys A, B and C is asked for, got {attempt!r}."
    for letter, (right, hint) in MADE_BY.items():
        word = str(attempt[letter]).strip()
        if attempt[letter] is ...:
            return f"{letter} has no name yet."
        if _letters(word) not in map(_letters, LOSSES):
            return f"for {letter} {word!r} is none of {', '.join(LOSSES)}."
        if _letters(word) != _letters(right):
            return f"look at {letter} again: {hint}"
    return None


def _letters(word: str) -> str:
    """The letters of a name alone, small: "non saturating" is meant as "non-saturating"."""
    return "".join(filter(str.isalpha, word.lower()))


@exercise("Stalled and freed, with the same weights all along: what was missing was a slope, not ability.")
def freed(attempt: Mapping[str, Snapshot]) -> str | None:
    """Examine two snapshots of one run on a ring: one of a stall, and a later one when it is over."""
    if not isinstance(attempt, Mapping) or set(attempt) != {"stalled", "freed"}:
        return f"a dictionary with the keys stalled and freed is asked for, got {attempt!r}."
    for name, moment in attempt.items():
        if moment is ...:
            return f"there is no moment yet for {name!r}: pause the lab there, and run the cell that keeps it."
        if not isinstance(moment, Snapshot):
            return f"{name!r} must be run.snapshot(), got {moment!r}."
    stalled, free = attempt["stalled"], attempt["freed"]
    return _no_stall(stalled) or _no_freedom(stalled, free)


def _no_stall(moment: Snapshot) -> str | None:
    with torch.no_grad():
        on_real, on_fake = moment.discriminator(moment.real), moment.discriminator(moment.samples)
    right = ((on_real > 0).double().mean() + (on_fake < 0).double().mean()).item() / 2
    belief = on_fake.sigmoid().mean().item()
    if right < SURE:
        return f"at step {moment.step:,} D is right about {100 * right:.0f} %: it has not won. Help D, not G."
    if belief > STALL:
        return f"at step {moment.step:,} D still gives fakes {belief:.3f} on average, so minimax has that slope. Wait?"
    return None


def _no_freedom(stalled: Snapshot, free: Snapshot) -> str | None:
    if free.step <= stalled.step or not torch.equal(free.real, stalled.real):
        return "the second moment must come later in the same run: no restart, no other seed, no other data."
    found = coverage(free.samples, LAB_DATA).modes
    if found < FREED:
        return f"at step {free.step:,} the fakes lie on {found} of 8 modes: not free yet. Give G a slope, and time."
    return None


LAB_DATA: GaussianMixture = ring(radius=8, standard_deviation=0.4)
"""What the lab of notebook 04 trains on: eight blobs so far apart that D can be sure."""
