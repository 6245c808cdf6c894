"""Checks of notebook 06: a Jacobian, where alternating breaks, a damping, a step ahead, whose trajectory it is."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gan_edu.checks.exercise import exercise
from gan_edu.theory.dirac import Field, WithPenalty, minimax, non_saturating, wasserstein
from gan_edu.theory.dirac_methods import (
    Clipping,
    Method,
    alternating,
    extragradient,
    simultaneous,
    spectral_radius,
    trajectory,
)

CLOSE = 1e-6
SLOPES = 0.7, 0.5, 0.25  # f'(0) of the games that are tried; at the first, no two mistakes give the same number


@exercise("The two entries off the diagonal have opposite signs: one player runs after, the other away. So it turns.")
def rest_jacobian(attempt: Callable[[float], Any]) -> str | None:
    """Examine a function from the penalty's weight to the Jacobian at rest, two rows of two numbers."""
    if not callable(attempt):
        return f"a function (gamma) is asked for, got {attempt!r}."
    for weight in (0.3, 0.0, 1.0):  # without a penalty two mistakes are the same table
        where, right = f"for gamma = {weight:g}", np.array([[0.0, 0.5], [-0.5, -weight]])
        try:
            got = np.asarray(attempt(weight), dtype=float)
        except (TypeError, ValueError):
            return f"{where} you return no table of numbers: [[a, b], [c, d]] is asked for."
        if got.shape != (2, 2):
            return f"{where} you return something of shape {got.shape}: [[a, b], [c, d]] is asked for."
        if not np.abs(got - right).max() <= CLOSE:
            return f"{where} {_kind_of_table(got, right, weight)}"
    return None


def _kind_of_table(got: np.ndarray, right: np.ndarray, weight: float) -> str:
    """What is wrong with a table of slopes, in half a sentence that does not tell the right one."""
    if np.allclose(got, right.T, atol=CLOSE):
        return "rows and columns are exchanged, or two signs: row 1 says how θ's move changes, with θ and then with ψ."
    if np.allclose(got, -right, atol=CLOSE):
        return "all signs are turned round: each player goes down its own loss, and the penalty pulls ψ to 0."
    if np.allclose(got, 2 * right, atol=CLOSE) or np.allclose(got[[0, 1], [1, 0]], [1.0, -1.0], atol=CLOSE):
        return "the entries off the diagonal are those of σ = 1. What is σ(0)?"
    if np.allclose(np.abs(got[[0, 1], [1, 0]]), 0.25, atol=CLOSE):
        return "you have σ'(0) = 1/4 off the diagonal. There σ itself is left: the derivative of ψσ(ψθ) by ψ, at 0."
    if got[0, 1] * got[1, 0] > 0:
        return "both entries off the diagonal have one sign: that is one hill for two, and not a game."
    if abs(got[0, 0]) > CLOSE:
        return f"θ's own move changes with θ by {got[0, 0]:g}. Put ψ = 0: does θ move at all?"
    if abs(got[1, 1] - right[1, 1]) > CLOSE:
        return f"ψ's own move changes with ψ by {got[1, 1]:g}. The penalty gamma/2 ψ² alone moves ψ by -gamma ψ."
    return f"you return {got.tolist()}: derive (ψσ(ψθ), -θσ(ψθ) - gamma ψ) by θ and by ψ, and put both to 0."


@exercise("From there on both eigenvalues are real, their product is still 1, and the larger one grows.")
def breaking_step(attempt: Callable[[float], Any]) -> str | None:
    """Examine a function from the slope f'(0) to the largest step size at which alternating does not grow."""
    mistakes = {
        ". That holds for one slope only. What counts is step size times slope.": lambda slope: 4.0,
        ". There h f' is 1. Is the spectral radius above 1 yet?": lambda slope: 1 / slope,
        ". There h f' is 4: square and root of the trace got mixed up. |2 - (h f')²| must be at most 2.": (
            lambda slope: 4 / slope
        ),
        ". There h f' is √2, where the trace is 0: a quarter of a turn in each step, and no growth.": (
            lambda slope: math.sqrt(2) / slope
        ),
        ". It is h times the slope that counts, not h divided by it.": lambda slope: 2 * slope,
    }
    return _edge(attempt, lambda slope: 2 / slope, mistakes, _alternating_there)


@exercise("Less damping turns, more damping crawls: the slower of its two real eigenvalues moves towards 0.")
def critical_weight(attempt: Callable[[float], Any]) -> str | None:
    """Examine a function from the slope f'(0) to the penalty's weight at which turning just ends."""
    mistakes = {
        ". That is the slope. Where is γ²/4 - f'² zero?": lambda slope: slope,
        ". That is f'². Where is γ²/4 - f'² zero?": lambda slope: slope**2,
        ". That is 4 f'², which is γ². Take the root.": lambda slope: 4 * slope**2,
        ". It holds for the Dirac-GAN. For another slope the game turns faster or slower.": lambda slope: 1.0,
        ". Divided by 2 where it should be multiplied? γ/2 and the slope are to be equal.": lambda slope: slope / 2,
    }
    return _edge(attempt, lambda slope: 2 * slope, mistakes, _damped_there)


def _edge(
    attempt: Callable[[float], Any],
    right: Callable[[float], float],
    mistakes: Mapping[str, Callable[[float], float]],
    there: Callable[[float, float], str],
) -> str | None:
    """Ask for an edge at each slope; name the mistake, or say what the game does at the answer."""
    if not callable(attempt):
        return f"a function (slope) is asked for, got {attempt!r}."
    for slope in SLOPES:
        got, where = attempt(slope), f"for a slope of {slope:g}"
        try:
            if isinstance(got, bool):
                raise TypeError
            number = float(got)
        except (TypeError, ValueError):
            return f"{where} you return {got!r}; one number is asked for. Is there a return?"
        if not 0 < number < math.inf:
            return f"{where} you return {number:g}; a positive number is asked for."
        if math.isclose(number, right(slope), rel_tol=1e-3):
            continue
        known = [words for words, other in mistakes.items() if math.isclose(number, other(slope), rel_tol=1e-3)]
        return f"{where} you return {number:.4g}{known[0] if known else there(slope, number)}"
    return None


def _alternating_there(slope: float, step_size: float) -> str:
    radius = spectral_radius(alternating, [[0.0, slope], [-slope, 0.0]], step_size)
    if radius > 1 + 1e-9:
        return f", where the spectral radius is {radius:.4f}: it grows already."
    return ", where the spectral radius is 1. It is 1 at a larger step too."


def _damped_there(slope: float, weight: float) -> str:
    root = weight**2 / 4 - slope**2
    if root < 0:
        return f", where the eigenvalues are {-weight / 2:.3f} ± {math.sqrt(-root):.3f}i: it still turns."
    low, high = -weight / 2 - math.sqrt(root), -weight / 2 + math.sqrt(root)
    return f", where the eigenvalues are {low:.3f} and {high:.3f}: no turn, and the second dies out slowly."


@exercise("Two looks at the field, one move: the price of a step is twice that of a simultaneous one.")
def step_ahead(attempt: Callable[[Field, float, float, float], Any]) -> str | None:
    """Examine a function (field, theta, psi, h) to the place (theta, psi) after one extragradient step."""
    if not callable(attempt):
        return f"a function (field, theta, psi, h) is asked for, got {attempt!r}."
    for field in (minimax, wasserstein, WithPenalty(non_saturating, 0.3)):
        for start in ((1.0, -1.0), (0.4, 1.5)):
            try:
                got = np.array(attempt(field, *start, 0.5), dtype=float)
            except TypeError as error:
                return f"your code stopped with TypeError: {error}. Two numbers, theta and psi, are asked for."
            if got.shape != (2,):
                return f"you return something of shape {got.shape}; two numbers, theta and psi, are asked for."
            if not np.abs(got - extragradient(field, start, 0.5)).max() <= CLOSE:
                return f"from ({start[0]:g}, {start[1]:g}) {_kind_of_step(got, field, start)}"
    return None


def _kind_of_step(got: np.ndarray, field: Field, start: tuple[float, float]) -> str:
    here = np.array(start)
    move = np.array(field(*here))
    ahead = here + 0.5 * move
    move_ahead = np.array(field(*ahead))
    mistakes = {
        "you are where a simultaneous step ends: look at the field there, go back, and move by what you saw.": ahead,
        "you moved on from the place ahead. Go back first: the second move begins where you started.": (
            ahead + 0.5 * move_ahead
        ),
        "you moved by the mean of both fields. That is Heun's method; move by the one ahead alone.": (
            here + 0.25 * (move + move_ahead)
        ),
        "you return how far to move, not where you are then: add the start.": 0.5 * move_ahead,
        "you moved by the whole field ahead: multiply it by h.": here + move_ahead,
        "theta and psi are exchanged.": np.array(extragradient(field, start, 0.5))[::-1],
        "you moved against the field. It says where the players go: add it.": here - 0.5 * move_ahead,
        "one player moves after the other: that is alternating.": np.array(alternating(field, start, 0.5)),
    }
    known = [words for words, other in mistakes.items() if np.abs(got - other).max() <= CLOSE]
    return known[0] if known else f"you are at ({got[0]:.4f}, {got[1]:.4f}), and a step ahead leads elsewhere."


NAMES = "simultaneous", "alternating", "extragradient", "R1", "clipping"
MYSTERIES: dict[str, tuple[str, Field, Method, float, int]] = {  # letter: whose it is, field, method, h, steps
    "A": ("alternating", wasserstein, alternating, 0.7, 100),
    "B": ("R1", WithPenalty(minimax, 1.0), simultaneous, 0.2, 150),
    "C": ("simultaneous", minimax, simultaneous, 0.1, 500),
    "D": ("clipping", wasserstein, Clipping(simultaneous, 0.7), 0.3, 100),
    "E": ("extragradient", minimax, extragradient, 0.6, 60),
}
HINTS = {
    "A": "it closes on itself, and is no round circle: what has a spectral radius of exactly 1?",
    "B": "it comes to rest with hardly a turn: what takes the turning away?",
    "C": "each round is a little farther out. Which method grows at every step size, however small?",
    "D": "it has two straight edges, where ψ cannot go any farther.",
    "E": "it turns, and each round is farther in. Without a penalty, what makes a rotation shrink?",
}


def mystery(letter: str) -> np.ndarray:
    """One of the five trajectories, "A" to "E", that notebook 06 asks about: (N, 2)."""
    _, field, method, step_size, steps = MYSTERIES[letter]
    return trajectory(field, method, (1.0, -0.5), step_size, steps)


@exercise("Out, round, or in: three fates, and each has a look of its own.")
def made_by(attempt: Mapping[str, str]) -> str | None:
    """Examine a dictionary from "A" to "E" to the words of the list above."""
    if not isinstance(attempt, Mapping) or set(attempt) != set(MYSTERIES):
        return f"a dictionary with the keys A, B, C, D and E is asked for, got {attempt!r}."
    for letter, (right, *_) in MYSTERIES.items():
        word = str(attempt[letter]).strip()
        if attempt[letter] is ...:
            return f"{letter} has no name yet."
        if word not in NAMES:
            return f"for {letter} {word!r} is none of {', '.join(NAMES)}."
        if word != right:
            return f"look at {letter} again: {HINTS[letter]}"
    return None
