"""Points in the plane and on a line: mixtures of Gaussians whose density is known, and fixed sets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from gan_edu.arguments import (
    able,
    described,
    finite_numbers,
    floating_tensor,
    positive_integer,
    positive_number,
)
from gan_edu.randomness import Stream

# What a length may be, so that its square and its inverse square are numbers of float32 too.
SHORTEST, LONGEST = 1e-18, 1e18


@dataclass(frozen=True)
class GaussianMixture:
    """A mixture of K round Gaussians in D dimensions: it can be sampled, and it knows its log-density.

    Make one with `ring`, `grid` or `mixture`.

    Args:
        means: (K, D) centres of the modes, as float32 or float64, from -1e18 to 1e18.
        standard_deviations: (K,) width of each mode, the same in all directions, from 1e-18 to 1e18.
        weights: (K,) share of each mode, not negative; they sum to one.

    Raises:
        TypeError, ValueError: if one of them is not as said above.
    """

    means: torch.Tensor
    standard_deviations: torch.Tensor
    weights: torch.Tensor

    def __post_init__(self):
        floating_tensor("means", self.means, "K", "D")
        floating_tensor("standard_deviations", self.standard_deviations, len(self.means))
        floating_tensor("weights", self.weights, len(self.means))
        if self.means.abs().max() > LONGEST:
            raise ValueError(f"means must lie within {LONGEST:g} of the origin, got {self.means.abs().max():g}")
        for width in (self.standard_deviations.min(), self.standard_deviations.max()):
            if not SHORTEST <= width <= LONGEST:
                raise ValueError(f"standard_deviations must be from {SHORTEST:g} to {LONGEST:g}, got {width:g}")
        if (self.weights < 0).any() or not abs(self.weights.sum() - 1) < 1e-4:
            extremes = f"a smallest of {self.weights.min():g} and a sum of {self.weights.sum():g}"
            raise ValueError(f"weights must not be negative and must sum to one, got {extremes}")

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        """Draw points: (count, D), in the number type of the stream."""
        positive_integer("count", count), able("stream", stream, "a Stream", "uniform", "normal")
        shares = self.weights.cumsum(0).to(stream.device)
        uniform = stream.uniform(count).to(shares.dtype)
        chosen = torch.searchsorted(shares, uniform, right=True).clamp(max=len(shares) - 1)
        noise = stream.normal(count, self.means.shape[-1])
        means, widths = (each.to(noise) for each in (self.means, self.standard_deviations))
        return means[chosen] + widths[chosen].unsqueeze(-1) * noise

    def log_density(self, points: torch.Tensor) -> torch.Tensor:
        """Natural logarithm of the density at points (..., D), float32 or float64: (...), in their number type."""
        dimensions = self.means.shape[-1]
        floating_tensor("points", points, "...", dimensions)
        means, widths = self.means.to(points), self.standard_deviations.to(points)
        distances = (points.unsqueeze(-2) - means).square().sum(-1) / widths.square()
        log_modes = -distances / 2 - dimensions * (widths.log() + math.log(2 * math.pi) / 2)
        return torch.logsumexp(log_modes + self.weights.to(points).log(), dim=-1)

    def scaled(self, factor: float) -> "GaussianMixture":
        """Make the same mixture in other units: all lengths times `factor`, above zero."""
        positive_number("factor", factor)
        return GaussianMixture(factor * self.means, factor * self.standard_deviations, self.weights)


@dataclass(frozen=True)
class Points:
    """A fixed set of points that batches are drawn from, as all that there is of most real data.

    Args:
        points: (N, ...), finite, as float32 or float64.

    Raises:
        TypeError, ValueError: if they are not as said above.
    """

    points: torch.Tensor

    def __post_init__(self):
        floating_tensor("points", self.points, "N", "...")
        if self.points.abs().max() > LONGEST:
            raise ValueError(f"points must lie within {LONGEST:g} of the origin, got {self.points.abs().max():g}")

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        """Draw (count, ...) of them, each as likely as any other, with replacement."""
        positive_integer("count", count), able("stream", stream, "a Stream", "integers")
        chosen = stream.integers(len(self.points), count).to(self.points.device)
        return self.points[chosen].to(stream.device, stream.dtype)


def ring(modes: int = 8, radius: float = 1.0, standard_deviation: float = 0.05) -> GaussianMixture:
    """Equal Gaussians on a circle around the origin.

    Args:
        modes: number of Gaussians.
        radius: of the circle, in the units of the points.
        standard_deviation: width of each Gaussian. The published benchmark has 0.01
            (Lin et al. 2018, arXiv:1712.04086).
    """
    angles = torch.arange(positive_integer("modes", modes), dtype=torch.float64) * (2 * math.pi / modes)
    circle = torch.stack([angles.cos(), angles.sin()], dim=-1)
    return around(positive_number("radius", radius) * circle, standard_deviation)


def grid(side: int = 5, spacing: float = 2.0, standard_deviation: float = 0.05) -> GaussianMixture:
    """Equal Gaussians on a square grid of side × side centres around the origin.

    With its defaults the 25 Gaussians of the published benchmark (Lin et al. 2018, arXiv:1712.04086).
    """
    ticks = torch.arange(positive_integer("side", side), dtype=torch.float64) - (side - 1) / 2
    return around(torch.cartesian_prod(ticks, ticks) * positive_number("spacing", spacing), standard_deviation)


def mixture(
    means: Sequence[float], standard_deviations: Sequence[float], weights: Sequence[float] | None = None
) -> GaussianMixture:
    """Gaussians on a line; the points have shape (count, 1).

    Args:
        means: one centre for each Gaussian.
        standard_deviations: as many widths.
        weights: as many shares, not negative; they are divided by their sum. Equal if left out.

    Raises:
        ValueError: if the lengths differ, a width is not above zero, or a weight is negative.
    """
    centres, widths = finite_numbers("means", means), finite_numbers("standard_deviations", standard_deviations)
    shares = [1.0] * len(centres) if weights is None else finite_numbers("weights", weights)
    if not len(centres) == len(widths) == len(shares) > 0:
        raise ValueError(
            f"means, standard_deviations and weights must have the same length of at least one, "
            f"got {len(centres)}, {len(widths)} and {len(shares)}"
        )
    for width in widths:
        positive_number("standard_deviations", width)
    if min(shares) < 0 or not 0 < sum(shares) < math.inf:
        raise ValueError(f"weights must be not negative and have a finite sum above zero, got {described(weights)}")
    means, widths, shares = (torch.tensor(values, dtype=torch.float64) for values in (centres, widths, shares))
    return GaussianMixture(means.unsqueeze(-1), widths, shares / shares.sum())


def around(centres: torch.Tensor, standard_deviation: float = 0.05) -> GaussianMixture:
    """Equal Gaussians around these centres (K, D), float32 or float64."""
    modes = len(floating_tensor("centres", centres, "K", "D"))
    widths = torch.full((modes,), positive_number("standard_deviation", standard_deviation), dtype=torch.float64)
    return GaussianMixture(centres, widths, torch.full((modes,), 1 / modes, dtype=torch.float64))
