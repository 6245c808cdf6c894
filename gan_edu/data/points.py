"""Points in the plane and on a line: mixtures of Gaussians whose density is known, and fixed sets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from gan_edu.arguments import positive_integer, positive_number
from gan_edu.randomness import Stream


@dataclass(frozen=True)
class GaussianMixture:
    """A mixture of K round Gaussians in D dimensions: it can be sampled, and it knows its log-density.

    Make one with `ring`, `grid` or `mixture`.

    Args:
        means: (K, D) centres of the modes.
        standard_deviations: (K,) width of each mode, the same in all directions.
        weights: (K,) share of each mode; they sum to one.
    """

    means: torch.Tensor
    standard_deviations: torch.Tensor
    weights: torch.Tensor

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        """Draw points: (count, D), in the number type of the stream."""
        positive_integer("count", count)
        shares = self.weights.cumsum(0)
        uniform = stream.uniform(count).to(shares.dtype)
        chosen = torch.searchsorted(shares, uniform, right=True).clamp(max=len(shares) - 1)
        noise = stream.normal(count, self.means.shape[-1])
        means, widths = self.means.to(stream.dtype), self.standard_deviations.to(stream.dtype)
        return means[chosen] + widths[chosen].unsqueeze(-1) * noise

    def log_density(self, points: torch.Tensor) -> torch.Tensor:
        """Natural logarithm of the density at points of shape (..., D): shape (...)."""
        dimensions = self.means.shape[-1]
        if points.shape[-1:] != (dimensions,):
            raise ValueError(f"points must have shape (..., {dimensions}), got {tuple(points.shape)}")
        means, widths = self.means.to(points.dtype), self.standard_deviations.to(points.dtype)
        distances = (points.unsqueeze(-2) - means).square().sum(-1) / widths.square()
        log_modes = -distances / 2 - dimensions * (widths.log() + math.log(2 * math.pi) / 2)
        return torch.logsumexp(log_modes + self.weights.to(points.dtype).log(), dim=-1)

    def scaled(self, factor: float) -> "GaussianMixture":
        """Make the same mixture in other units: all lengths times `factor`, above zero."""
        positive_number("factor", factor)
        return GaussianMixture(factor * self.means, factor * self.standard_deviations, self.weights)


@dataclass(frozen=True)
class Points:
    """A fixed set of points that batches are drawn from, as all that there is of most real data.

    Args:
        points: (N, ...), finite.
    """

    points: torch.Tensor

    def __post_init__(self):
        if not len(self.points) or not self.points.isfinite().all():
            bad = int((~self.points.isfinite()).sum())
            raise ValueError(
                f"points must be at least one, and finite, got {len(self.points)}, {bad} numbers not finite"
            )

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        """Draw (count, ...) of them, each as likely as any other, with replacement."""
        return self.points[stream.integers(len(self.points), positive_integer("count", count))].to(stream.dtype)


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
    weights = [1.0] * len(means) if weights is None else weights
    if not len(means) == len(standard_deviations) == len(weights) > 0:
        raise ValueError(
            f"means, standard_deviations and weights must have the same length of at least one, "
            f"got {len(means)}, {len(standard_deviations)} and {len(weights)}"
        )
    for width in standard_deviations:
        positive_number("standard_deviations", width)
    centres, shares = (torch.tensor(list(values), dtype=torch.float64) for values in (means, weights))
    if not centres.isfinite().all():
        raise ValueError(f"means must be finite, got {list(means)}")
    if not shares.isfinite().all() or (shares < 0).any() or shares.sum() == 0:
        raise ValueError(f"weights must be finite, not negative and not all zero, got {list(weights)}")
    widths = torch.tensor(list(standard_deviations), dtype=torch.float64)
    return GaussianMixture(centres.unsqueeze(-1), widths, shares / shares.sum())


def around(centres: torch.Tensor, standard_deviation: float = 0.05) -> GaussianMixture:
    """Equal Gaussians around these centres (K, D)."""
    modes = len(centres)
    widths = torch.full((modes,), positive_number("standard_deviation", standard_deviation), dtype=torch.float64)
    return GaussianMixture(centres, widths, torch.full((modes,), 1 / modes, dtype=torch.float64))
