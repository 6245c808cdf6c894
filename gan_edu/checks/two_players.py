"""Checks of notebook 01: a generator by inverse CDF, two rates, the best logit of two Gaussians, unseen fakes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy.special import expit
from scipy.stats import ks_2samp, norm, weibull_min

from gan_edu.checks.exercise import exercise
from gan_edu.data.points import ring
from gan_edu.measure.modes import coverage
from gan_edu.randomness import Stream

CLOSE = 1e-6


def _numbers(got: Any, shape: tuple[int, ...], asked: str) -> np.ndarray | str:
    """The answer as an array of this shape, or what is wrong with it."""
    if got is None:
        return f"your function returns nothing; {asked}. Is there a return?"
    try:
        array = np.asarray(got, dtype=float)
    except (TypeError, ValueError, RuntimeError):
        return f"your function returns {type(got).__name__} that holds no numbers; {asked}."
    if array.shape != shape:
        return f"your function returns something of shape {array.shape}; {asked}."
    return array


def _known(got: np.ndarray, mistakes: dict[str, np.ndarray]) -> str | None:
    """The words for a wrong answer that somebody has given before."""
    return next((words for words, wrong in mistakes.items() if np.allclose(got, wrong, rtol=CLOSE, atol=CLOSE)), None)


@exercise("You sample from a distribution whose density you have not used: the generator is its inverse CDF.")
def lamp_generator(attempt: Callable[[np.ndarray, float, float], Any]) -> str | None:
    """Examine a function (u, scale, shape) from uniform numbers to lives of lamps."""
    if not callable(attempt):
        return f"a function (u, scale, shape) is asked for, got {attempt!r}."
    u = np.linspace(0.01, 0.99, 99)
    for scale, shape in ((2.0, 1.5), (0.5, 3.0), (1.0, 1.0)):
        with np.errstate(all="ignore"):
            got = _numbers(attempt(u.copy(), scale, shape), u.shape, "one life for each number in u is asked for")
            words = got if isinstance(got, str) else _kind_of_lamp(got, u, scale, shape)
        if words:
            return f"for scale {scale:g} and shape {shape:g}: {words}"
    return None


def _kind_of_lamp(got: np.ndarray, u: np.ndarray, scale: float, shape: float) -> str | None:
    right = weibull_min.ppf(u, shape, scale=scale)
    if any(np.allclose(got, each, rtol=CLOSE) for each in (right, right[::-1])):  # u and 1 - u are as good
        return None
    logs = -np.log(1 - u)
    mistakes = {
        "that is the CDF itself, from x to u. Solve u = F(x) for x.": weibull_min.cdf(u, shape, scale=scale),
        "that is the density. It is not needed: solve u = F(x) for x.": weibull_min.pdf(u, shape, scale=scale),
        "you raise to the power shape; undoing a power takes the power 1/shape.": scale * logs**shape,
        "the power is missing: that is right for shape 1 alone.": scale * logs,
        "the scale stands within the power. It comes last: x = scale * (...).": (scale * logs) ** (1 / shape),
        "you divide by the scale. x / scale is what the power gives, so x is scale times that.": (
            logs ** (1 / shape) / scale
        ),
        "the scale is missing.": logs ** (1 / shape),
        "that is log to the base 10; np.log undoes exp.": scale * (-np.log10(1 - u)) ** (1 / shape),
        "** 1 / shape takes the power 1 and divides by shape. Brackets: ** (1 / shape).": scale * logs / shape,
    }
    if words := _known(got, mistakes):
        return words
    if not np.isfinite(got).all():
        return "some lives are nan. log(1 - u) is negative: take the minus sign before the power."
    half = got[49]
    return f"u = 0.5 is taken to {half:.4f}, where F is {weibull_min.cdf(half, shape, scale=scale):.4f}, and not 0.5."


@exercise("Two numbers: one alone can be had for nothing, by calling everything real, or everything fake.")
def right_answers(attempt: Callable[[np.ndarray, np.ndarray], Any]) -> str | None:
    """Examine a function (scores, real) to sensitivity and specificity."""
    if not callable(attempt):
        return f"a function (scores, real) is asked for, got {attempt!r}."
    generator = np.random.default_rng(0)
    for reals, fakes in ((30, 90), (40, 10), (25, 25)):
        real = generator.permutation(np.arange(reals + fakes) < reals)
        scores = generator.normal(0.3, 1.0, len(real)) + 0.8 * real
        asked = "two numbers, sensitivity and specificity, are asked for"
        got = _numbers(attempt(scores.copy(), real.copy()), (2,), asked)
        words = got if isinstance(got, str) else _kind_of_rates(got, scores > 0, scores, real)
        if words:
            return f"with {reals} real examples and {fakes} fakes {words}"
    return None


def _kind_of_rates(got: np.ndarray, said: np.ndarray, scores: np.ndarray, real: np.ndarray) -> str | None:
    right = np.array([said[real].mean(), (~said)[~real].mean()])
    if np.allclose(got, right, atol=CLOSE):
        return None
    if words := _known(got, _wrong_rates(right, said, scores > 0.5, real)):
        return words
    part = "sensitivity" if abs(got[0] - right[0]) > CLOSE else "specificity"
    return f"the {part} is not right: take the examples of one kind alone, and count the right answers among them."


def _wrong_rates(right: np.ndarray, said: np.ndarray, halfway: np.ndarray, real: np.ndarray) -> dict[str, np.ndarray]:
    """Two rates that somebody has given before, by what was done; `said` are those called real."""
    precisions = (
        "you ask of those called real how many are real (that is the precision). Ask of the real ones how many "
    )
    both = "you divide by the number of all examples: of the real ones, which share is called real?"
    kinds = np.array([real.sum(), (~real).sum()])
    at_half = "the line is drawn at a score of 0.5. A score is a logit: the line is at 0."
    return {
        "the two are exchanged: sensitivity is about the real ones.": right[::-1],
        "these are the shares of wrong answers.": 1 - right,
        both: np.array([(said & real).mean(), (~said & ~real).mean()]),
        precisions + "are called real.": np.array([real[said].mean(), (~real)[~said].mean()]),
        "the second is the share of fakes that are called real: 1 minus what is asked for.": right * [1, -1] + [0, 1],
        "both are the share of all right answers, the accuracy.": np.full(2, (said == real).mean()),
        at_half: np.array([halfway[real].mean(), (~halfway)[~real].mean()]),
        "you do not ask which are real: look at scores[real] and at scores[~real].": np.array(
            [said.mean(), (~said).mean()]
        ),
        "you divide by half of all examples: here the two kinds are not equally many.": right * kinds / kinds.mean(),
        "these are counts; divide by how many there are.": np.array([said[real].sum(), (~said)[~real].sum()]),
        "these are percent; shares lie between 0 and 1.": 100 * right,
    }


@exercise("No network yet: this is what the best of all discriminators says of two Gaussians.")
def best_logit(attempt: Callable[[np.ndarray, float, float, float, float], Any]) -> str | None:
    """Examine a function (x, m, s, n, t) to log p(x)/q(x), with p = N(m, s²) and q = N(n, t²)."""
    if not callable(attempt):
        return f"a function (x, m, s, n, t) is asked for, got {attempt!r}."
    x = np.linspace(-3, 3, 61)
    for m, s, n, t in ((-1.0, 0.7, 1.0, 1.2), (0.5, 2.0, 0.5, 1.0), (1.0, 1.0, -1.0, 1.0)):
        with np.errstate(all="ignore"):
            got = _numbers(attempt(x.copy(), m, s, n, t), x.shape, "one logit for each x is asked for")
            words = got if isinstance(got, str) else _kind_of_logit(got, x, (m, s), (n, t))
        if words:
            return f"for p = N({m:g}, {s:g}²) and q = N({n:g}, {t:g}²) {words}"
    return None


def _kind_of_logit(got: np.ndarray, x: np.ndarray, real: tuple, fake: tuple) -> str | None:
    (m, s), (n, t) = real, fake
    right = norm.logpdf(x, m, s) - norm.logpdf(x, n, t)
    if np.allclose(got, right, atol=1e-5):
        return None
    if words := _known(got, _wrong_logits(right, x, real, fake)):
        return words
    place = int(np.argmax(np.nan_to_num(np.abs(got - right), nan=np.inf)))
    return f"you say {got[place]:.3f} at x = {x[place]:.1f}, where log p - log q is {right[place]:.3f}."


def _wrong_logits(right: np.ndarray, x: np.ndarray, real: tuple, fake: tuple) -> dict[str, np.ndarray]:
    """Answers that somebody has given before, by what is wrong with them."""
    (m, s), (n, t) = real, fake
    squares = ((x - n) / t) ** 2 - ((x - m) / s) ** 2
    return {
        "the sign is turned round: a large score is to say real.": -right,
        "the widths in front of the exponentials are missing: add log(t/s).": squares / 2,
        "log(t/s) has the wrong sign: p is the higher, the narrower it is.": squares / 2 - np.log(t / s),
        "the ½ in the exponent is missing.": squares + np.log(t / s),
        "the squares have the wrong sign: a square far from its mean makes its density small.": (
            np.log(t / s) - squares / 2
        ),
        "that is log to the base 10; np.log undoes exp.": right / np.log(10),
        "log(t/s) is there twice: the widths in front stand there once each, not squared.": right + np.log(t / s),
        "a width is not squared: its square divides (x - m)².": (
            ((x - n) ** 2 / t - (x - m) ** 2 / s) / 2 + np.log(t / s)
        ),
        "that is the ratio p/q itself: take its logarithm.": np.exp(right),
        "that is D = p/(p + q). Its logit is asked for, log D/(1 - D).": expit(right),
        "that is log D. The logit is log D/(1 - D).": np.log(expit(right)),
        "that is log p alone; q has to be subtracted.": norm.logpdf(x, m, s),
        "that is p - q: at one place the logit compares by a ratio.": norm.pdf(x, m, s) - norm.pdf(x, n, t),
    }


@exercise("Real and fake are the same in all that this D sees. Nothing in its scores can tell the generator otherwise.")
def unseen(attempt: Callable[[torch.Tensor], Any]) -> str | None:
    """Examine a function from real points (B, 2) to fakes outside of all blobs that a D of the radius cannot tell."""
    if not callable(attempt):
        return f"a function (points) is asked for, got {attempt!r}."
    blobs = ring()
    points = blobs.sample(2000, Stream(0, "unseen"))
    asked = "one fake, two coordinates, for each of the 2000 points is asked for"
    got = _numbers(attempt(points.clone()), (2000, 2), asked)
    if isinstance(got, str):
        return got
    if not np.isfinite(got).all():
        return "some fakes are not finite."
    fakes = torch.tensor(got, dtype=torch.float32)
    distance = ks_2samp(points.norm(dim=1).numpy(), fakes.norm(dim=1).numpy(), method="asymp").statistic
    measured = coverage(fakes, blobs)
    if distance > 0.05:
        spread = "all alike" if fakes.norm(dim=1).std() < 1e-3 else "distributed otherwise"
        return f"D sees it: the radii are {spread} (Kolmogorov-Smirnov distance {distance:.2f}). Keep each radius."
    if torch.allclose(fakes, points):
        return "these are the real points themselves, all in their blobs: move them where D does not look."
    if measured.high_quality > 0.001:
        share = f"{measured.high_quality:.1%} of the fakes lie in {measured.modes} of 8 blobs"
        return f"D cannot tell, but {share}. {_turn(measured)}"
    return None


def _turn(measured: Any) -> str:
    if measured.high_quality > 0.9:
        return "The blobs are an eighth of a turn apart: what maps the ring to itself, a turn or a mirror, is no use."
    return "Take the middle between two blobs, or turn by half the way to the next (cos and sin take radians)."
