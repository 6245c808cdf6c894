"""What a wrong number or array is instead of the right one: the second half of the hints of notebook 02's checks.

Each function gets what the learner returned and the densities, tabulated at LINE, and returns the rest of a sentence.
"""

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from gan_edu.theory.divergences import GridDensity, jensen_shannon, kullback_leibler

LINE = np.linspace(-6, 6, 1201)
SMALL = [10.0**-power for power in range(2, 17)]  # what is added, or cut off, lest a logarithm become infinite

UNWEIGHTED = (
    ". The weights are missing: log D counts p(x), as it is averaged over the data, and log(1 - D) counts q(x)."
)


def divergence(p: np.ndarray, q: np.ndarray) -> float:
    """The Jensen-Shannon divergence of two densities (N,), in nats."""
    return jensen_shannon(GridDensity.from_values(LINE, p), GridDensity.from_values(LINE, q))


def middle_to_data(p: np.ndarray, q: np.ndarray) -> float:
    """2 KL(m || p) with m = (p + q) / 2, for two densities (N,)."""
    return 2 * _kl((p + q) / 2, p)


def value_of_best(p: np.ndarray, q: np.ndarray) -> float:
    """V(D*, G) for two densities (N,)."""
    return 2 * divergence(p, q) - math.log(4)


def wrong_discriminator(got: Any, p: np.ndarray, q: np.ndarray) -> str | None:
    """A hint if `got` is not p / (p + q)."""
    shape = tuple(getattr(got, "shape", ()))
    if shape != LINE.shape:
        return f"D must have one number for each of the {len(LINE)} points, got {f'shape {shape}' if shape else got!r}."
    d = np.asarray(got, dtype=float)
    mistakes = {
        "D is 1 - D*: the larger p is, the more it pays to say real.": q / (p + q),
        "D is p / q, which can be larger than 1: weigh p against both, p + q.": p / q,
        "D is the score log(p / q): D is its sigmoid.": np.log(p / q),
        "D is p itself: weigh it against all that you meet at x, p + q.": p,
        "D says 1 or 0. At a point where both live, being sure costs more than it brings.": (p > q).astype(float),
    }
    if _alike(d, p / (p + q)):
        return None
    words = next((words for words, wrong in mistakes.items() if _alike(d, wrong)), _kept_from_the_ends(d, p, q))
    place = int(np.nanargmax(np.abs(d - p / (p + q)))) if np.isfinite(d).any() else 0
    where = f"at x = {LINE[place]:.2f}, where p = {p[place]:.3g} and q = {q[place]:.3g}"
    return words or f"{where}, D is {d[place]:.4g}, not {p[place] / (p[place] + q[place]):.4g}."


def _kept_from_the_ends(d: np.ndarray, p: np.ndarray, q: np.ndarray) -> str | None:
    """A hint if D* was cut off near 0 and 1, or a small number was added, so that no logarithm becomes infinite."""
    cure = "Leave D as it is; to keep the logarithms finite, write 1 - D as q / (p + q)."
    if d.min() < d.max() and _alike(d, np.clip(p / (p + q), d.min(), d.max())):
        return f"D is cut off: it comes no nearer to 0 or 1 than {min(d.min(), 1 - d.max()):.3g}. {cure}"
    for small in SMALL:
        wrongs = p / (p + q + small), (p + small) / (p + q + small), (p + small) / (p + q + 2 * small)
        if any(_alike(d, wrong) for wrong in wrongs):
            return f"the small number that you add decides D where both densities are still smaller. {cure}"
    return None


def _alike(d: np.ndarray, other: np.ndarray) -> bool:
    return np.allclose(d, other, rtol=1e-6, atol=1e-12)


def kind_of_game_value(got: Real, p: np.ndarray, q: np.ndarray) -> str:
    """What was computed instead: the rest of a sentence."""
    d, fake = p / (p + q), q / (p + q)
    for small in SMALL:
        added, cut = (_value(p, q, d + small, fake + small), _value(p, q, *np.clip([d, fake], small, 1 - small)))
        if math.isclose(got, added, rel_tol=1e-4) or math.isclose(got, cut, rel_tol=1e-4):
            return ". The small number that keeps the logarithms finite changes V: write 1 - D as q / (p + q) instead."
    right, one = value_of_best(p, q), np.ones_like(p)
    mistakes = {
        ". That is -V: the discriminator's loss, or np.trapezoid got x before the heights.": -right,
        ". p and q are swapped: p weighs log D, q weighs log(1 - D).": _value(q, p, d, fake),
        ". A sum is no integral yet: use np.trapezoid(..., x).": right / (LINE[1] - LINE[0]),
        ". That is half of it: the two terms are added, not averaged.": right / 2,
        ". The term of the fakes is missing.": _value(p, q, d, one),
        ". The term of the real examples is missing.": _value(p, q, one, fake),
        ". That is in bits: take the natural logarithm.": right / math.log(2),
        UNWEIGHTED: _value(one, one, d, fake),
        UNWEIGHTED + " And a mean over the points is no integral.": float(np.log(d * fake).mean()),
        ". The weights are p and q, the densities, not D and 1 - D.": _value(d, fake, d, fake),
        ". log(1 - D) is an average over the fakes: weigh it with q, not with p.": _value(p, p, d, fake),
        ". The two terms are added: the sign before the second is wrong.": _value(p, -q, d, fake),
    }
    return _first_that_gives(got, mistakes)


def _value(p: np.ndarray, q: np.ndarray, d: np.ndarray, fake: np.ndarray) -> float:
    """The integral of p log D + q log(1 - D), where 1 - D is given as `fake`."""
    return float(np.trapezoid(p * np.log(d) + q * np.log(fake), LINE))


def kind_of_slope(got: Real, right: float, other: float, d: float) -> str:
    """What was computed instead: the rest of a sentence."""
    score = math.log(d / (1 - d))
    mistakes = {
        ". That is the other loss's slope: log(1 - D) stands first.": other,
        ". The sign is wrong: both losses fall when the score rises.": -right,
        ". That is a slope in D: multiply it by the slope of D in the score, D (1 - D).": right / (d * (1 - d)),
        ". That is a slope in D, with the wrong sign: and multiply it by the slope of D in the score, D (1 - D).": (
            -right / (d * (1 - d))
        ),
        ". That is the slope of D itself: the logarithm is missing.": d * (1 - d),
        ". That is the slope of 1 - D, or of -D: the logarithm is missing, which divides by what stands in it.": (
            -d * (1 - d)
        ),
        ". You took the score for D: D is its sigmoid.": -score if right == -d else score - 1,
        ". That is the loss, not its slope.": math.log(1 - d) if right == -d else -math.log(d),
    }
    return _first_that_gives(got, mistakes)


def kind_of_divergence(got: Real, p: np.ndarray, q: np.ndarray) -> str:
    """What was computed instead: the rest of a sentence."""
    middle, right, both = (p + q) / 2, divergence(p, q), _kl(p, q) + _kl(q, p)
    mistakes = {
        ". That is KL(p || q): compare each density with the middle m = (p + q)/2, not with the other.": (_kl(p, q)),
        ". That is KL(q || p): compare each density with the middle m = (p + q)/2, not with the other.": (_kl(q, p)),
        ". That is the mean of both KLs. The JSD is symmetric too, but compares each with the middle m = (p + q)/2.": (
            both / 2
        ),
        ". That is the sum of both KLs. The JSD is symmetric too, but compares each with the middle m = (p + q)/2.": (
            both
        ),
        ". That is KL(p || m) alone: it is averaged with KL(q || m).": _kl(p, middle),
        ". That is KL(q || m) alone: it is averaged with KL(p || m).": _kl(q, middle),
        ". That is twice as much: it is the average of the two KLs, not their sum.": 2 * right,
        ". That is its square root, which SciPy calls the Jensen-Shannon distance.": math.sqrt(right),
    }
    return _first_that_gives(got, mistakes | _wrong_middles(p, q) | _slips(right))


def _wrong_middles(p: np.ndarray, q: np.ndarray) -> dict[str, float]:
    """What comes out instead of the JSD if the middle is another, or stands in the wrong place."""
    right, middle, unequal = divergence(p, q), (p + q) / 2, (p + q / 2) / 1.5  # p + q / 2 is no density
    return {
        ". The middle is (p + q)/2, not p + q.": right - math.log(2),
        ". Python divides before it adds: the middle needs brackets, (p + q) / 2.": (
            (_kl(p, unequal) + _kl(q, unequal)) / 2 - math.log(1.5)
        ),
        ". The average is over p and over q, so they stand first: KL(p || m) and KL(q || m).": (
            (_kl(middle, p) + _kl(middle, q)) / 2
        ),
        ". That is V(D*, G): the JSD is half of what it lies above -log 4.": 2 * right - math.log(4),
        ". That is what equal densities have. Where one term is 0 · log 0, the other still counts.": 0.0,
    }


def _slips(right: float) -> dict[str, float]:
    """What comes out instead of an integral by slips that any integral knows."""
    return {
        ". That is in bits: take the natural logarithm.": right / math.log(2),
        ". The sign is wrong, or np.trapezoid got x before the heights.": -right,
        ". A sum is no integral yet: use np.trapezoid(..., x), or multiply by the distance of the points.": (
            right / (LINE[1] - LINE[0])
        ),
        ". A mean over the points is no integral: use np.trapezoid(..., x).": right / (LINE[1] - LINE[0]) / len(LINE),
    }


def kind_of_usual_divergence(got: Real, p: np.ndarray, q: np.ndarray) -> str:
    """What was computed instead: the rest of a sentence."""
    middle, jsd, right = (p + q) / 2, divergence(p, q), middle_to_data(p, q)
    mistakes = {
        ". That is half of it: KL(m || p) counts twice.": _kl(middle, p),
        ". That is 2 KL(p || m): the average is over the middle, which stands first.": 2 * _kl(p, middle),
        ". That is 2 KL(q || m): m is compared with the data p.": 2 * _kl(q, middle),
        ". That is 2 KL(m || q) = KL(p || q) - 2 JSD: p and q are swapped.": 2 * _kl(middle, q),
        ". That is KL(q || p) alone: subtract 2 JSD.": _kl(q, p),
        ". The JSD is subtracted only once: it counts twice.": _kl(q, p) - jsd,
        ". The sign of the JSD is wrong: it is subtracted.": _kl(q, p) + 2 * jsd,
        ". That is 2 JSD, what the minimax loss walks down.": 2 * jsd,
        ". The middle is (p + q)/2, not p + q.": 2 * (right + math.log(4)),
        ". That is the loss itself. The divergence has the same slope, not the same value.": (
            float(np.trapezoid(q * np.log(2 * middle / p), LINE))
        ),
    }
    return _first_that_gives(got, mistakes | _slips(right))


def kind_of_value(got: Real, values: list[float], p: np.ndarray, generators: np.ndarray) -> str:
    """What was computed instead: the rest of a sentence."""
    # One row for each generator's own best D, one column for each generator that it meets.
    table = np.array([[_value_of_answer(p, own, met) for met in generators] for own in generators])
    mistakes = {
        ". That is -log 4, the value at q = p: none of these generators makes p.": -math.log(4),
        ". That is the largest: min and max are swapped, the generator wants V small.": max(values),
        ". That is max over D of the min over G. Turn it round: each G first meets its own best D.": table.min(1).max(),
        ". That is the smallest over all pairs: each G must meet its own best D.": table.min(),
        ". That is the smallest JSD: the value is -log 4 + 2 JSD.": (min(values) + math.log(4)) / 2,
        ". You count the JSD once: the value is -log 4 + 2 JSD.": (min(values) - math.log(4)) / 2,
        ". The constant is -log 4, not -log 2: two terms of log 1/2 each.": min(values) + math.log(2),
        ". That is -V: the discriminator's loss.": -min(values),
        ". That is the first generator's value: look for the smallest of all.": values[0],
        ". That is the place of the best generator in the list; its value is asked for.": int(np.argmin(values)),
        ". That is the value's mean over the generators: G chooses one of them.": float(np.mean(values)),
    }
    return _first_that_gives(got, mistakes)


def _kl(p: np.ndarray, q: np.ndarray) -> float:
    return kullback_leibler(GridDensity.from_values(LINE, p), GridDensity.from_values(LINE, q))


def _value_of_answer(p: np.ndarray, own: np.ndarray, met: np.ndarray) -> float:
    """V of the best discriminator against `own`, when it meets `met` instead."""
    p_log, own_log = (np.log(np.maximum(density, 1e-300)) for density in (p, own))
    score = p_log - own_log
    return float(np.trapezoid(-p * np.logaddexp(0, -score) - met * np.logaddexp(0, score), LINE))


def _first_that_gives(got: Real, mistakes: Mapping[str, float]) -> str:
    """The words for the first mistake that gives this number; a full stop if there is none."""
    return next((words for words, number in mistakes.items() if math.isclose(got, number, rel_tol=1e-3)), ".")
