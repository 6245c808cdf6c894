"""Checks of notebook 02: the best answer, D* and its value, the losses' slopes, two divergences, G's best value."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gan_edu.checks.exercise import exercise
from gan_edu.checks.value_mistakes import (
    LINE,
    divergence,
    kind_of_divergence,
    kind_of_game_value,
    kind_of_slope,
    kind_of_usual_divergence,
    kind_of_value,
    middle_to_data,
    value_of_best,
    wrong_discriminator,
)

CLOSE = 1e-4  # a small number that keeps a logarithm finite is no mistake


@exercise("Only the shares of a and b matter, not their size: twice as much of both leaves the best D where it is.")
def best_answer(attempt: Callable[[float, float], float]) -> str | None:
    """Examine a function (a, b) to the D in [0, 1] at which a log D + b log(1 - D) is largest."""
    for a, b in [(3.0, 1.0), (0.2, 0.6), (2.0, 2.0), (1.0, 2.0), (2.0, 0.0), (0.0, 5.0)]:  # 1/3 lies on no grid
        got, best = attempt(a, b), a / (a + b)
        where = f"for a = {a:g} and b = {b:g}"
        if (hint := _not_one_number(got, where)) is not None:
            return hint
        if abs(got - best) < 1e-9:
            continue
        if 0 < b < a and abs(got - math.log(a / b)) < CLOSE:
            return f"{where} you return {got:.4f}, which is the score log(a/b); D is its sigmoid."
        if not 0 <= got <= 1:
            return f"{where} you return {got:.4g}, but D is a probability: it lies between 0 and 1."
        if abs(got - b / (a + b)) < CLOSE:
            return f"{where} you return {got:.4g}: that is 1 - D. The larger a is, the more it pays to say real."
        if abs(got - best) < 0.01:
            return (
                f"{where} you return {got:.9g}: close, but only a formula gives it exactly, as no list of candidates "
                "and no small number added does. Set the derivative to zero."
            )
        return f"{where} you return {got:.4g}, where the function is {_integrand(a, b, got):.4f}; {_better(a, b, got)}"
    return None


@exercise("D* needs nothing but the two densities, and its value is the largest that any discriminator reaches.")
def best_discriminator(attempt: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, float]]) -> str | None:
    """Examine a function (x, p, q), three arrays (N,), to the best discriminator (N,) and its value V(D*, G)."""
    pairs = {
        "two bumps that overlap": (_bump(0.0, 1.0), _bump(0.5, 1.2)),
        "narrow fakes far from the data": (_bump(-1.5, 0.5), _bump(4.0, 0.3)),
    }
    for name, (p, q) in pairs.items():
        with np.errstate(all="ignore"):
            got = attempt(LINE.copy(), p.copy(), q.copy())
        if not isinstance(got, tuple | list) or len(got) != 2:
            return f"for {name} you do not return a pair. Two things are asked for: return D, V."
        hint = wrong_discriminator(got[0], p, q) or _not_one_number(got[1], "as V", _why_not_finite)
        if hint is None and abs(got[1] - (right := value_of_best(p, q))) > CLOSE:
            hint = f"your D is right, but V is {got[1]:.4f}, not {right:.4f}{kind_of_game_value(got[1], p, q)}"
        if hint is not None:
            return f"for {name}: {hint}"
    return None


@exercise(
    "For a fake that D is sure of (score far below 0), minimax leaves G nearly no slope, the other loss all of it."
)
def slopes(attempt: Callable[[float], tuple[float, float]]) -> str | None:
    """Examine a function (score) to the slopes in the score of log(1 - D) and of -log D, where D = sigmoid(score)."""
    for score in (0.5, 3.0, -1.0, -8.0):
        got, d = attempt(score), 1 / (1 + math.exp(-score))
        where = f"at score {score:g}"
        if not isinstance(got, tuple | list) or len(got) != 2:
            return f"{where} you do not return a pair: return the slope of log(1 - D), then that of -log D."
        for number, right, name, other in ((got[0], -d, "log(1 - D)", d - 1), (got[1], d - 1, "-log D", -d)):
            if (hint := _not_one_number(number, f"{where} for {name}")) is not None:
                return hint
            if abs(number - right) > 1e-6:
                words = kind_of_slope(number, right, other, d)
                return f"{where}, D is {d:.5f}; for {name} you return {number:.5f}{words}"
    return None


@exercise("It is 0 for equal densities and log 2 = 0.6931 for densities that never meet, however far apart they are.")
def jensen_shannon_divergence(attempt: Callable[[np.ndarray, np.ndarray, np.ndarray], float]) -> str | None:
    """Examine a function (x, p, q), three arrays (N,), to the Jensen-Shannon divergence of p and q in nats."""
    pairs = {
        "two bumps that overlap": (_bump(0.0, 1.0), _bump(1.5, 0.7)),
        "two boxes that do not meet": (_box(-4.0, -2.0), _box(1.0, 2.0)),
        "two equal bumps": (_bump(0.0, 1.0), _bump(0.0, 1.0)),
    }
    for name, (p, q) in pairs.items():
        with np.errstate(all="ignore"):  # a logarithm of zero gets a hint, not a warning
            got = attempt(LINE.copy(), p.copy(), q.copy())
        if (hint := _not_one_number(got, f"for {name}", _why_not_finite)) is not None:
            return hint
        if abs(got - divergence(p, q)) > CLOSE:
            return f"for {name} you return {got:.4f}, not {divergence(p, q):.4f}{kind_of_divergence(got, p, q)}"
    return None


@exercise(
    "It is 0 only for q = p. To make one half of the data and miss the other costs 0.26; fakes where there are no data "
    "cost without limit. So dropping a bump is cheap, and filling a gap is not."
)
def usual_divergence(attempt: Callable[[np.ndarray, np.ndarray, np.ndarray], float]) -> str | None:
    """Examine a function (x, p, q), three arrays (N,), to 2 KL(m || p) = KL(q || p) - 2 JSD(p, q), in nats."""
    pairs = {
        "fakes that cover the data": (_bump(0.0, 1.0), _bump(0.3, 1.3)),
        "fakes that miss a bump": ((_bump(-1.0, 0.8) + _bump(1.0, 0.8)) / 2, _bump(1.0, 0.7)),
    }
    for name, (p, q) in pairs.items():
        with np.errstate(all="ignore"):
            got = attempt(LINE.copy(), p.copy(), q.copy())
        if (hint := _not_one_number(got, f"for {name}", _why_not_finite)) is not None:
            return hint
        if abs(got - (right := middle_to_data(p, q))) > CLOSE:
            return f"for {name} you return {got:.4f}, not {right:.4f}{kind_of_usual_divergence(got, p, q)}"
    return None


@exercise("Max first, then min: D answers each generator as well as it can, and G takes the one it answers worst.")
def best_value(attempt: Callable[[np.ndarray, np.ndarray, np.ndarray], float]) -> str | None:
    """Examine a function (x (N,), p (N,), generators (K, N)) to the smallest V(D*, G) that one of them reaches."""
    p = (_bump(-1.5, 0.5) + _bump(1.5, 0.5)) / 2
    groups = {
        "four generators, none of which makes p": np.stack(
            [
                _bump(-1.5, 0.5),
                _bump(0.0, 0.6),
                _bump(0.5, 1.2),
                _bump(1.5, 0.7),
            ]  # neither end is the best or the worst
        ),
        "two generators, the second of which makes p": np.stack([_bump(0.0, 0.6), p]),
        "one generator that never meets p": _box(4.5, 5.5)[None],
    }
    for name, generators in groups.items():
        values = [2 * divergence(p, q) - math.log(4) for q in generators]
        with np.errstate(all="ignore"):
            got = attempt(LINE.copy(), p.copy(), generators.copy())
        if (hint := _not_one_number(got, f"for {name}", _why_not_finite)) is not None:
            return hint
        if abs(got - min(values)) > CLOSE:
            return f"for {name} you return {got:.4f}, not {min(values):.4f}{kind_of_value(got, values, p, generators)}"
    return None


def _not_one_number(got: Any, where: str, explain: Callable[[float], str] = lambda _: "") -> str | None:
    """A hint if `got` is anything but one finite number; arrays of a single number count as numbers."""
    shape = tuple(getattr(got, "shape", ()))
    if shape or isinstance(got, list | tuple):
        what = f"an array of shape {shape}" if shape else f"a {type(got).__name__} of {len(got)}"
        return f"{where} you return {what}; one number is asked for."
    try:
        if isinstance(got, bool | str) or got is None:
            raise TypeError
        number = float(got)
    except (TypeError, ValueError):
        return f"{where} you return {got!r}; one number is asked for. Is there a return?"
    return None if math.isfinite(number) else f"{where} you return {number}.{explain(number)}"


def _why_not_finite(number: float) -> str:
    """Where a sum of terms such as q log(1 - D) became NaN, minus or plus infinity."""
    if math.isnan(number):
        return " Where a density is 0, its term 0 · log 0 must count as 0: leave such points out, with np.where say."
    if number < 0:
        return (
            " Where D is very near 1, the computer rounds 1 - D to 0 although q > 0, and its logarithm is -inf: "
            "write 1 - D as q / (p + q)."
        )
    return " A density was divided by one that is 0 there: compare each with m = (p + q)/2, which is not."


def _integrand(a: float, b: float, d: float) -> float:
    """a log D + b log(1 - D), where 0 · log 0 is 0."""
    return sum(weight * (math.log(d) if d > 0 else -math.inf) for weight, d in ((a, d), (b, 1 - d)) if weight > 0)


def _better(a: float, b: float, got: float) -> str:
    """A place where the function is larger, a tenth of the way to the best one; the best one is not told."""
    place = got + 0.1 * (a / (a + b) - got)
    return f"at D = {place:.4g} it is {_integrand(a, b, place):.4f}, and that is more."


def _bump(mean: float, width: float) -> np.ndarray:
    """A Gaussian on the grid, which integrates to one there."""
    values = np.exp(-(((LINE - mean) / width) ** 2) / 2)
    return values / np.trapezoid(values, LINE)


def _box(left: float, right: float) -> np.ndarray:
    """A density that is constant from left to right, and zero elsewhere."""
    values = ((LINE - left) * (right - LINE) > 0).astype(float)
    return values / np.trapezoid(values, LINE)
