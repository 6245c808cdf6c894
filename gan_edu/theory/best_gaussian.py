"""The Gaussian that is nearest to a density on a line, by any divergence: quadrature and Nelder-Mead, no training.

What an f-GAN must find if its generator makes one Gaussian and its discriminator is as good as can be. Built in
notebook 07, which compares.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from scipy.optimize import minimize

from gan_edu.arguments import finite_numbers, function, made, positive_number
from gan_edu.theory.divergences import GridDensity, kullback_leibler, optimal_score

WIDTHS_INSIDE = 4.0  # of a Gaussian on each side of its mean that must lie on the grid
POINTS_IN_WIDTH = 2.0  # of the grid, at least


class Nearest(NamedTuple):
    """A Gaussian and its divergence from the density."""

    mean: float
    width: float
    divergence: float


def gaussian(x: torch.Tensor, mean: float, width: float) -> GridDensity:
    """A Gaussian with this mean and standard deviation, tabulated at the points x (N,).

    Raises:
        TypeError, ValueError: if a number is not finite, the width not above 0, or the grid does not hold it.
    """
    finite_numbers("mean", [mean]), positive_number("width", width)
    return GridDensity.from_log_density(
        x, lambda at: -(((at.squeeze(-1) - mean) / width) ** 2) / 2 - math.log(width * math.sqrt(2 * math.pi))
    )


def nearest_gaussian(
    divergence: Callable[[GridDensity, GridDensity], float], p: GridDensity, start: tuple[float, float]
) -> Nearest:
    """The local minimum of divergence(p, q) over all Gaussians q to which Nelder and Mead's search leads.

    Args:
        divergence: of two densities on one grid, such as `pearson`.
        p: density of the data.
        start: mean and width of the Gaussian that the search begins with. Where there are several minima, it decides.

    Raises:
        TypeError, ValueError: if an argument is of another kind, or the grid does not hold the first Gaussian.
    """
    function("divergence", divergence), made("p", p, GridDensity, "a GridDensity")
    if len(first := finite_numbers("start", start)) != 2:
        raise ValueError(f"start must be two numbers, a mean and a width, got {len(first)}")
    mean, width = first
    low, high, finest = p.x[0].item(), p.x[-1].item(), p.x.diff().max().item()

    def at(place: list[float]) -> float:
        width = math.exp(place[1])
        reach = WIDTHS_INSIDE * width
        if low + reach > place[0] or place[0] > high - reach or width < POINTS_IN_WIDTH * finest:
            return math.inf
        return divergence(p, gaussian(p.x, place[0], width))

    begin = [mean, math.log(positive_number("start", width))]
    if not math.isfinite(at(begin)):
        raise ValueError(f"start must be a Gaussian within the grid, {low:g} to {high:g}, got {start}")
    found = minimize(at, begin, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-10})
    return Nearest(float(found.x[0]), math.exp(found.x[1]), float(found.fun))


def reverse_kullback_leibler(p: GridDensity, q: GridDensity) -> float:
    """KL(q, p) = ∫ q log(q/p) dx, in nats: dear where q has mass and p has none.

    Raises:
        ValueError: if the densities have different grids.
    """
    optimal_score(p, q)  # names p and q rightly if they are no densities on one grid
    return kullback_leibler(q, p)


def pearson(p: GridDensity, q: GridDensity) -> float:
    """Pearson's χ² = ∫ (p - q)²/q dx: 0 or more, infinite if q's tails fall off twice as fast as p's or faster.

    Source: Nowozin et al. 2016 (arXiv:1606.00709), table 1.

    Raises:
        ValueError: if the densities have different grids.
    """
    return max(0.0, _integral(p, q, lambda log_p, log_q: (2 * log_p - log_q).exp()) - 1)


def squared_hellinger(p: GridDensity, q: GridDensity) -> float:
    """The squared Hellinger distance ∫ (√p - √q)² dx, from 0 (equal) to 2 (no common support).

    Source: Nowozin et al. 2016 (arXiv:1606.00709), table 1.

    Raises:
        ValueError: if the densities have different grids.
    """
    return max(0.0, 2 - 2 * _integral(p, q, lambda log_p, log_q: ((log_p + log_q) / 2).exp()))


def _integral(p: GridDensity, q: GridDensity, integrand: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> float:
    """Of a function of both logarithms, which vanishes where p does."""
    optimal_score(p, q)  # says if these are no densities on one grid
    heights = torch.where(p.log_values.isneginf(), 0.0, integrand(p.log_values, q.log_values))
    return torch.trapezoid(heights, p.x).item()
