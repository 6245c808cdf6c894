"""Checks of notebook 02: the discriminator's best answer, the Jensen-Shannon divergence, the generator's best value."""

import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from gan_edu.checks.exercise import exercise
from gan_edu.theory.divergences import GridDensity, jensen_shannon, kullback_leibler

LINE = np.linspace(-6, 6, 1201)
CLOSE = 1e-4  # a small number that keeps a logarithm finite is no mistake


@exercise("Only the shares of a and b matter, not their size: twice as much of both leaves the best D where it is.")
def best_answer(attempt: Callable[[float, float], float]) -> str | None:
    """Examine a function (a, b) to the D in [0, 1] at which a log D + b log(1 - D) is largest."""
    for a, b in [(3.0, 1.0), (0.2, 0.6), (2.0, 2.0), (2.0, 0.0), (0.0, 5.0)]:
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
            return f"{where} you return {got:.6g}: close, but a formula gives it exactly. Set the derivative to zero."
        return f"{where} you return {got:.4g}, where the function is {_integrand(a, b, got):.4f}; {_better(a, b, got)}"
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
        if (hint := _not_one_number(got, f"for {name}", _nan_of_divergence)) is not None:
            return hint
        if abs(got - _divergence(p, q)) > CLOSE:
            return f"for {name} you return {got:.4f}, not {_divergence(p, q):.4f}{_kind_of_divergence(got, p, q)}"
    return None


@exercise("Max first, then min: D answers each generator as well as it can, and G takes the one it answers worst.")
def best_value(attempt: Callable[[np.ndarray, np.ndarray, np.ndarray], float]) -> str | None:
    """Examine a function (x (N,), p (N,), generators (K, N)) to the smallest V(D*, G) that one of them reaches."""
    p = (_bump(-1.5, 0.5) + _bump(1.5, 0.5)) / 2
    groups = {
        "three generators, none of which makes p": np.stack([_bump(0.0, 0.6), _bump(0.5, 1.2), _bump(1.5, 0.5)]),
        "two generators, the second of which makes p": np.stack([_bump(0.0, 0.6), p]),
        "one generator that never meets p": _box(4.5, 5.5)[None],
    }
    for name, generators in groups.items():
        values = [2 * _divergence(p, q) - math.log(4) for q in generators]
        with np.errstate(all="ignore"):
            got = attempt(LINE.copy(), p.copy(), generators.copy())
        if (hint := _not_one_number(got, f"for {name}", _nan_of_divergence)) is not None:
            return hint
        if abs(got - min(values)) > CLOSE:
            return f"for {name} you return {got:.4f}, not {min(values):.4f}{_kind_of_value(got, values)}"
    return None


def _not_one_number(got: Any, where: str, explain_nan: Callable[[], str] = lambda: "") -> str | None:
    """A hint if `got` is anything but one finite number; arrays of a single number count as numbers."""
    shape = tuple(getattr(got, "shape", ()))
    if shape:
        return f"{where} you return an array of shape {shape}; one number is asked for."
    try:
        if isinstance(got, bool | str) or got is None:
            raise TypeError
        number = float(got)
    except (TypeError, ValueError):
        return f"{where} you return {got!r}; one number is asked for. Is there a return?"
    return None if math.isfinite(number) else f"{where} you return {number}.{explain_nan()}"


def _nan_of_divergence() -> str:
    return " Where a density is 0, its term 0 · log 0 must count as 0: leave such points out, with np.where say."


def _integrand(a: float, b: float, d: float) -> float:
    """a log D + b log(1 - D), where 0 · log 0 is 0."""
    return sum(weight * (math.log(d) if d > 0 else -math.inf) for weight, d in ((a, d), (b, 1 - d)) if weight > 0)


def _better(a: float, b: float, got: float) -> str:
    """A place where the function is larger, a tenth of the way to the best one; the best one is not told."""
    place = got + 0.1 * (a / (a + b) - got)
    return f"at D = {place:.4g} it is {_integrand(a, b, place):.4f}, and that is more."


def _kind_of_divergence(got: Real, p: np.ndarray, q: np.ndarray) -> str:
    """What was computed instead: the rest of a sentence."""
    p_table, q_table = GridDensity.from_values(LINE, p), GridDensity.from_values(LINE, q)
    middle = GridDensity.from_values(LINE, (p + q) / 2)
    right = jensen_shannon(p_table, q_table)
    to_middle = kullback_leibler(p_table, middle), kullback_leibler(q_table, middle)
    mistakes: Mapping[str, float] = {
        ". That is KL(p || q): compare each density with the middle m = (p + q)/2, not with the other.": (
            kullback_leibler(p_table, q_table)
        ),
        ". That is KL(q || p): compare each density with the middle m = (p + q)/2, not with the other.": (
            kullback_leibler(q_table, p_table)
        ),
        ". That is KL(p || m) alone: it is averaged with KL(q || m).": to_middle[0],
        ". That is KL(q || m) alone: it is averaged with KL(p || m).": to_middle[1],
        ". That is twice as much: it is the average of the two KLs, not their sum.": 2 * right,
        ". That is its square root, which SciPy calls the Jensen-Shannon distance.": math.sqrt(right),
        ". That is in bits: take the natural logarithm.": right / math.log(2),
        ". A sum is no integral yet: use np.trapezoid(..., x), or multiply by the distance of the points.": (
            right / (LINE[1] - LINE[0])
        ),
    }
    return _first_that_gives(got, mistakes)


def _kind_of_value(got: Real, values: list[float]) -> str:
    """What was computed instead: the rest of a sentence."""
    mistakes = {
        ". That is -log 4, the value at q = p: none of these generators makes p.": -math.log(4),
        ". That is the largest: the generator wants V small.": max(values),
        ". That is the smallest JSD: the value is -log 4 + 2 JSD.": (min(values) + math.log(4)) / 2,
        ". The JSD counts twice: the value is -log 4 + 2 JSD.": (min(values) - math.log(4)) / 2,
        ". That is the place of the best generator in the list; its value is asked for.": int(np.argmin(values)),
        ". That is the value's mean over the generators: G chooses one of them.": float(np.mean(values)),
    }
    return _first_that_gives(got, mistakes)


def _first_that_gives(got: Real, mistakes: Mapping[str, float]) -> str:
    """The words for the first mistake that gives this number; a full stop if there is none."""
    return next((words for words, number in mistakes.items() if math.isclose(got, number, rel_tol=1e-3)), ".")


def _divergence(p: np.ndarray, q: np.ndarray) -> float:
    return jensen_shannon(GridDensity.from_values(LINE, p), GridDensity.from_values(LINE, q))


def _bump(mean: float, width: float) -> np.ndarray:
    """A Gaussian on the grid, which integrates to one there."""
    values = np.exp(-(((LINE - mean) / width) ** 2) / 2)
    return values / np.trapezoid(values, LINE)


def _box(left: float, right: float) -> np.ndarray:
    """A density that is constant from left to right, and zero elsewhere."""
    values = ((LINE - left) * (right - LINE) > 0).astype(float)
    return values / np.trapezoid(values, LINE)
