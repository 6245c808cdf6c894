"""Divergences of two Gaussians are closed forms, and the nearest Gaussian the one that calculus or SciPy finds."""

import math

import pytest
import torch
from scipy.integrate import quad

from gan_edu.data.points import mixture
from gan_edu.theory.best_gaussian import (
    gaussian,
    nearest_gaussian,
    pearson,
    reverse_kullback_leibler,
    squared_hellinger,
)
from gan_edu.theory.divergences import GridDensity, jensen_shannon, kullback_leibler, total_variation

X = torch.linspace(-15, 15, 3001, dtype=torch.float64)
DATA = mixture([-1, 2], [0.6, 0.6], [0.65, 0.35])
P = GridDensity.from_log_density(X, DATA.log_density)
MEAN, VARIANCE = 0.05, 0.36 + 0.65 * 0.35 * 9


def kl_of_gaussians(mean, width, other_mean, other_width):
    return math.log(other_width / width) + (width**2 + (mean - other_mean) ** 2) / (2 * other_width**2) - 0.5


@pytest.mark.parametrize(("mean", "width"), [(0.5, 1.3), (-1.0, 1.0), (0.0, 0.9)])
def test_divergences_of_gaussians_are_their_closed_forms(mean, width):
    p, q = gaussian(X, 0.0, 1.0), gaussian(X, mean, width)
    assert kullback_leibler(p, q) == pytest.approx(kl_of_gaussians(0, 1, mean, width), rel=1e-8)
    assert reverse_kullback_leibler(p, q) == pytest.approx(kl_of_gaussians(mean, width, 0, 1), rel=1e-8)
    overlap = math.sqrt(2 * width / (1 + width**2)) * math.exp(-(mean**2) / (4 * (1 + width**2)))
    assert squared_hellinger(p, q) == pytest.approx(2 - 2 * overlap, rel=1e-8)
    spread = 2 * width**2 - 1  # of p²/q, a Gaussian as long as this is above 0
    chi = width**2 / math.sqrt(spread) * math.exp(mean**2 / spread) - 1
    assert pearson(p, q) == pytest.approx(chi, rel=1e-8)


def test_equal_densities_are_at_no_distance():
    for divergence in (pearson, squared_hellinger, reverse_kullback_leibler):
        assert divergence(P, P) == pytest.approx(0, abs=1e-12)


def test_without_common_support_hellinger_is_2_and_pearson_infinite():
    left = GridDensity.from_values(X, torch.where((X > -3) & (X < -1), 0.5, 0.0))
    right = GridDensity.from_values(X, torch.where((X > 1) & (X < 3), 0.5, 0.0))
    assert squared_hellinger(left, right) == pytest.approx(2)
    assert pearson(left, right) == math.inf


def test_of_kl_the_nearest_gaussian_has_the_moments_of_the_data():
    found = nearest_gaussian(kullback_leibler, P, (1.0, 1.0))
    assert found.mean == pytest.approx(MEAN, abs=1e-4)
    assert found.width == pytest.approx(math.sqrt(VARIANCE), abs=1e-4)
    assert found.divergence == pytest.approx(kullback_leibler(P, gaussian(X, MEAN, math.sqrt(VARIANCE))), abs=1e-8)


@pytest.mark.parametrize(
    ("divergence", "start"),
    [
        (pearson, (0.3, 1.5)),
        (squared_hellinger, (0.3, 1.5)),
        (jensen_shannon, (-0.7, 0.7)),
        (reverse_kullback_leibler, (0.3, 1.5)),
        (reverse_kullback_leibler, (-0.7, 0.7)),
        (total_variation, (-0.7, 0.7)),
    ],
)
def test_no_gaussian_nearby_is_nearer(divergence, start):
    mean, width, least = nearest_gaussian(divergence, P, start)
    around = [(0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02), (0.01, 0.01), (-0.01, 0.01)]
    assert all(divergence(P, gaussian(X, mean + right, width + up)) > least for right, up in around)


def test_reverse_kl_has_two_minima_and_the_start_decides():
    wide, narrow = (nearest_gaussian(reverse_kullback_leibler, P, start) for start in ((0.3, 1.5), (-0.7, 0.7)))
    assert (narrow.mean, narrow.width) == pytest.approx((-0.964, 0.646), abs=1e-3)
    assert (wide.mean, wide.width) == pytest.approx((0.105, 1.378), abs=1e-3)
    assert narrow.divergence < wide.divergence

    def integrand(at):
        log_p = DATA.log_density(torch.tensor([[at]], dtype=torch.float64)).item()
        log_q = -(((at - narrow.mean) / narrow.width) ** 2) / 2 - math.log(narrow.width * math.sqrt(2 * math.pi))
        return math.exp(log_q) * (log_q - log_p)

    assert narrow.divergence == pytest.approx(quad(integrand, -6, 4)[0], abs=1e-6)  # SciPy's own quadrature


def test_a_start_outside_of_the_grid_is_refused():
    for start in ((14.0, 1.0), (0.0, 9.0), (0.0, 0.001)):
        with pytest.raises(ValueError, match="start must be a Gaussian within the grid"):
            nearest_gaussian(kullback_leibler, P, start)
    with pytest.raises(ValueError, match="width"):
        gaussian(X, 0.0, 0.0)


LETS_GO = [(total_variation, 2.75), (reverse_kullback_leibler, 3.0), (jensen_shannon, 3.75), (squared_hellinger, 4.25)]


@pytest.mark.parametrize(("divergence", "distance"), LETS_GO)
def test_bumps_farther_apart_make_a_divergence_let_go_of_the_smaller_one(divergence, distance):
    widths = []
    for apart in (distance - 0.25, distance):
        law = mixture([-1, apart - 1], [0.6, 0.6], [0.65, 0.35])
        p = GridDensity.from_log_density(X, law.log_density)
        ends = [nearest_gaussian(divergence, p, start) for start in ((0.3, 1.5), (-0.9, 0.7), (apart - 1, 0.7))]
        widths.append(min(ends, key=lambda end: end.divergence).width)
    assert widths[0] > 1.25
    assert widths[1] < 0.95
