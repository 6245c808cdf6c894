"""Checks of notebook 08: W₁ on a line, a potential by hand, the gradient penalty, and whose scores these are."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from gan_edu.checks.exercise import exercise
from gan_edu.data.points import ring
from gan_edu.randomness import Stream

CLOSE = 1e-4
DOUBLE = torch.float64
PENALTY = 10.0  # λ, as in the paper
# Two pairs of clouds on a line, in which no two mistakes give the same number.
CLOUDS = ((0.0, 4.0, -2.5, 1.0, 7.5), (3.0, -1.0, 0.5, 2.0, 1.2)), ((-6.0, 2.5, 9.0), (4.0, -1.0, 1.7))


@exercise("On a line the order decides, and nothing has to be searched.")
def on_a_line(attempt: Callable[[torch.Tensor, torch.Tensor], Any]) -> str | None:
    """Examine a function from two clouds (N,) on a line to their distance."""
    if not callable(attempt):
        return f"a function (first, second) is asked for, got {attempt!r}."
    for clouds in CLOUDS:
        first, second = torch.tensor(clouds, dtype=DOUBLE)
        got = attempt(first.clone(), second.clone())
        try:
            number = float(got)
        except (TypeError, ValueError, RuntimeError):
            return f"you return {got!r}; one number is asked for. Is there a return, and a mean?"
        words = next((words for words, way in _ways(first, second).items() if abs(number - way.item()) <= CLOSE), None)
        if words is None:
            return f"of {clouds[0]} and {clouds[1]} you return {number:.4g}. Sort both, and look at the pairs."
        if words:
            return words
    return None


def _ways(first: torch.Tensor, second: torch.Tensor) -> dict[str, torch.Tensor]:
    """What to say to each distance that a reader may come to; nothing to the right one."""
    up, down = (first.sort().values - second.sort().values), first.sort().values - second.sort().values.flip(0)
    return {
        "": up.abs().mean(),
        "you pair the points as they happen to stand. Which pairing is the cheapest?": (first - second).abs().mean(),
        "that is the difference of the means: take |...| of each way before you average.": up.mean().abs(),
        "some ways count as negative: a way to the left is a way too.": -up.mean(),
        "that is how far all points travel together. On average, each?": up.abs().sum(),
        "the smallest goes to the largest: that is the dearest way.": down.abs().mean(),
        "you take the middle way. The average is asked for.": up.abs().median(),
        "you compare the numbers of the places (argsort), not the points.": (first.argsort() - second.argsort())
        .abs()
        .double()
        .mean(),
        "each point goes to the nearest one, and some are taken twice: then the mass is not the data's.": (
            (first[:, None] - second).abs().min(1).values.mean()
        ),
        "these are squares of the ways. W₁ averages the ways themselves.": up.square().mean(),
        "that is W₂, the root of the mean square. W₁ averages the ways.": up.square().mean().sqrt(),
        "that is the longest way. The average is asked for.": up.abs().max(),
        "that is the mean over all pairs: each point goes to one place only.": torch.cdist(
            first[:, None], second[:, None]
        ).mean(),
    }


@exercise(
    "It is as steep as allowed along every arrow, so no plan can be cheaper than the one along them: both are best."
)
def potential(attempt: Callable[[torch.Tensor], Any]) -> str | None:
    """Examine a function from points (B, 2) to the values of a potential, (B,), for the ring and the heap."""
    if not callable(attempt):
        return f"a function (points) is asked for, got {attempt!r}."
    stream = Stream(0, "potential", dtype=DOUBLE)
    real = ring().sample(2000, stream)
    plane = 3 * stream.uniform(2000, 2) - 1.5
    values = attempt(plane.clone())
    if not isinstance(values, torch.Tensor) or values.shape != (2000,):
        kind = str(tuple(values.shape)) if isinstance(values, torch.Tensor) else repr(values)
        return f"for points (2000, 2) one value each is asked for, a tensor of shape (2000,), got {kind:.80}."
    near = plane + 0.01 * nn.functional.normalize(stream.normal(2000, 2), dim=1)
    steepness = (attempt(near.clone()) - values).abs() / 0.01
    if not steepness.isfinite().all():
        return "it must be finite everywhere in the plane, in the origin too."
    if steepness.max() > 1 + CLOSE:
        x, y = plane[steepness.argmax()].tolist()
        return f"near ({x:.1f}, {y:.1f}) its slope is {steepness.max():.2f}, and 1 is allowed. Where is it too steep?"
    reached = (attempt(real) - attempt(0.05 * real)).mean().item() / (0.95 * real.norm(dim=1).mean().item())
    if reached > 0.999:
        return None
    return _too_little(reached)


def _too_little(reached: float) -> str:
    if reached < -CLOSE:
        return f"it reaches {100 * reached:.0f} % of W₁: the real points have to be high, and the heap low."
    if abs(reached) < 0.02:
        return "it reaches 0 % of W₁: what one side of the ring wins the other loses. The arrows point all ways."
    return (
        f"it is nowhere too steep, and reaches {100 * reached:.1f} % of W₁. Along which arrows is it not steep enough?"
    )


@exercise("Uniform shares, one norm for each example, and a graph through which the critic learns from it.")
def gradient_penalty(attempt: Callable[..., Any]) -> str | None:
    """Examine a function (critic, real, fake, stream) to what each example pays, (B,), with λ = 10."""
    if not callable(attempt):
        return f"a function (critic, real, fake, stream) is asked for, got {attempt!r}."
    return _steep(attempt) or _shares(attempt)


def _steep(attempt: Callable[..., Any]) -> str | None:
    """A critic that is equally steep everywhere, on examples with two axes: pixels of an image."""
    real, fake = Stream(0, "images", dtype=DOUBLE).normal(2, 6, 4, 3).unbind()
    for length in (4.0, 0.5):
        weights = torch.full((4, 3), length / 12**0.5, dtype=DOUBLE, requires_grad=True)
        paid = attempt(lambda images, own=weights: (images * own).sum((1, 2)), real, fake, Stream(1, dtype=DOUBLE))
        if not isinstance(paid, torch.Tensor):
            return f"a tensor is asked for, what each of the 6 examples pays, got {paid!r}."
        if paid.shape != (6,):
            why = "the norm is over all axes of an example, not over one"
            if paid.numel() in (1, 6):
                why = "a mean comes later" if paid.dim() == 0 else "one axis too many is kept (keepdim?)"
            return f"for 6 examples of 4 × 3 numbers you return the shape {tuple(paid.shape)}, not (6,): {why}."
        right = PENALTY * (length - 1) ** 2
        if (paid - right).abs().max() > CLOSE * right:
            return _wrong_size(length, paid.mean().item())
        if not paid.requires_grad:
            return (
                "your numbers are right, but the critic cannot learn from them: autograd.grad needs create_graph=True."
            )
        (slope,) = torch.autograd.grad(paid.mean(), weights, allow_unused=True)
        expected = 2 * PENALTY * (length - 1) / 12**0.5
        if slope is None or (slope - expected).abs().max() > CLOSE * abs(expected):
            return "your numbers are right, but not their slope for the critic's weights. Is something detached?"
    return None


def _wrong_size(length: float, paid: float) -> str:
    mistakes = {
        "that is without λ = 10.": (length - 1) ** 2,
        "you square the norm before you take 1 away: (|g| - 1)², not (|g|² - 1)².": PENALTY * (length**2 - 1) ** 2,
        "that is R1's form, |g|²: the 1 is missing.": PENALTY * length**2,
        "that is the distance |g| - 1 itself: square it.": PENALTY * abs(length - 1),
        "that is one-sided: a slope below 1 has to pay too, here.": PENALTY * max(0.0, length - 1) ** 2,
        "you differentiate the mean of the scores, so each gradient is a sixth of its own: take scores.sum().": (
            PENALTY * (length / 6 - 1) ** 2
        ),
        "you average the squares of an example's gradient: the norm is the root of their sum.": PENALTY
        * (length / 12**0.5 - 1) ** 2,
        "you add up |g| instead of its squares: the norm is the root of a sum of squares.": PENALTY
        * (length * 12**0.5 - 1) ** 2,
    }
    for words, wrong in mistakes.items():
        if abs(paid - wrong) <= CLOSE * max(1.0, wrong):
            return f"a critic of slope {length:g} pays {paid:.4g} at your hands: {words}"
    right = PENALTY * (length - 1) ** 2
    return (
        f"a critic that has the slope {length:g} everywhere should pay {right:g}, and pays {paid:.4g}: over which axes?"
    )


def _shares(attempt: Callable[..., Any]) -> str | None:
    """A bowl |x|²/2, whose slope |x| tells where each point was taken: fakes in the origin, real ones 100 away."""
    real = torch.full((2000, 4), 50.0, dtype=DOUBLE)
    paid = attempt(
        lambda points: points.square().sum(1) / 2, real, torch.zeros_like(real), Stream(2, "shares", dtype=DOUBLE)
    )
    share = ((paid.detach() / PENALTY).sqrt() + 1) / 100
    spread, middle = share.std().item(), share.mean().item()
    if (share - 1).abs().max() < 0.03 or share.max() < 0.03:
        end = "real examples" if middle > 0.5 else "fakes"
        return f"you look at the {end} themselves. The slope counts between them and their partners."
    if spread < 1e-6:
        return "all examples have the same share: draw one for each."
    if share.max() > 1.03:
        return f"{100 * (share > 1.03).double().mean():.0f} % of your points lie beyond an end: is the share uniform?"
    if spread < 0.2:
        return "your points crowd together in the middle: is there a share for each number, or a mean of shares?"
    if abs(middle - 0.5) > 0.05 or abs(spread - 0.2887) > 0.02:
        return "your points are not spread evenly between the fakes and the real examples."
    return None


KINDS = {  # letter: whose it is, and what tells it
    "A": ("spectral, ReLU", "its slopes stay below 1, most of them far below: which one wastes slope?"),
    "B": ("penalty, λ 1", "its slopes stand near one number, and that is above 1: who may buy slope?"),
    "C": ("orthonormal, GroupSort", "its slopes stand at 1: who is held there and wastes nothing?"),
    "D": ("clipped, 0.1", "its slopes are far above 1: which bound does not know about slopes?"),
}


def unnamed(critics: Mapping[str, nn.Module]) -> dict[str, nn.Module]:
    """The critics of notebook 08 under the letters that its last exercise asks about."""
    return {letter: critics[name] for letter, (name, _) in KINDS.items()}


@exercise("How steep a critic is says what bounds it, and how far its value can be trusted.")
def whose(attempt: Mapping[str, str]) -> str | None:
    """Examine a dictionary from "A" to "D" to the names of critics."""
    if not isinstance(attempt, Mapping) or set(attempt) != set(KINDS):
        return f"a dictionary with the keys A, B, C and D is asked for, got {attempt!r}."
    names = sorted(name for name, _ in KINDS.values())
    for letter, (right, hint) in KINDS.items():
        word = attempt[letter]
        if word is ...:
            return f"{letter} has no name yet."
        if str(word).strip() not in names:
            return f"for {letter} {word!r} is none of {'; '.join(names)}."
        if str(word).strip() != right:
            return f"look at {letter} again: {hint}"
    return None
