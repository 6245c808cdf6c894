"""Data to choose from in the lab: some mixtures in the plane, and points that the reader has drawn or written."""

import math

import torch

from gan_edu.data.points import GaussianMixture, around, grid, ring

MOST_POINTS, FARTHEST = 200, 10.0  # points that a reader may give, and how far from the origin


def spiral(modes: int = 24) -> GaussianMixture:
    """Equal Gaussians along one and a half turns of a spiral."""
    share = torch.linspace(0.15, 1, modes, dtype=torch.float64)
    angles = 3 * math.pi * share
    return around(share.unsqueeze(-1) * torch.stack([angles.cos(), angles.sin()], dim=-1))


def line(modes: int = 5) -> GaussianMixture:
    """Equal Gaussians on a slanting line."""
    ticks = torch.linspace(-1, 1, modes, dtype=torch.float64)
    return around(torch.stack([ticks, ticks / 2], dim=-1))


def two_blobs() -> GaussianMixture:
    """Two equal Gaussians side by side."""
    return around(torch.tensor([[-0.8, 0.0], [0.8, 0.0]], dtype=torch.float64))


def small_grid() -> GaussianMixture:
    """Twenty-five equal Gaussians on a grid as wide as the ring."""
    return grid(side=5, spacing=0.5)


MIXTURES = {"ring of 8": ring, "grid of 25": small_grid, "two blobs": two_blobs, "line of 5": line, "spiral": spiral}


def points_from(text: str) -> GaussianMixture:
    """Equal Gaussians at the points that a reader has written, one pair of numbers in each line.

    Raises:
        ValueError: a line is not two numbers, a point lies too far out, or there are none or too many.
    """
    centres = []
    for number, row in enumerate(text.splitlines(), start=1):
        if not row.strip():
            continue
        try:
            x, y = (float(part) for part in row.replace(",", " ").split())
        except ValueError:
            raise ValueError(f"line {number} of your points must be two numbers such as 0.5, -1, got {row!r}") from None
        if not max(abs(x), abs(y)) <= FARTHEST:
            raise ValueError(f"line {number} of your points must lie within {FARTHEST:g} of the origin, got {row!r}")
        centres.append((x, y))
    if not 1 <= len(centres) <= MOST_POINTS:
        advice = "" if centres else ": draw or write some, under 'Your own data'"
        raise ValueError(f"your points must be 1 to {MOST_POINTS}, got {len(centres)}{advice}")
    return around(torch.tensor(centres, dtype=torch.float64))
