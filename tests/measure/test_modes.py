"""Mode coverage agrees with hand-made samples, SciPy, and closed forms."""

import math

import numpy as np
import pytest
import scipy.stats
import torch

from gan_edu.data.points import GaussianMixture, grid, mixture, ring
from gan_edu.measure.modes import Coverage, coverage, expected_coverage
from gan_edu.randomness import Stream

CORNERS = grid(side=2, spacing=10.0, standard_deviation=1.0)  # four modes at (±5, ±5)


def test_hand_made_samples_have_the_known_counts():
    samples = torch.tensor(
        [
            [5.0, 5.0],  # in the middle of a mode
            [5.0, 7.99],  # just inside its three standard deviations
            [5.0, 8.01],  # just outside
            [-5.0, 5.5],  # another mode
            [0.0, 0.0],  # between all of them
            [5.0, -1.0],  # nearest to a third mode, but too far to count for it
        ]
    )
    result = coverage(samples, CORNERS)
    assert result.modes == 2
    assert result.high_quality == pytest.approx(3 / 6)
    assert result.reverse_kl == pytest.approx(scipy.stats.entropy([2 / 3, 1 / 3, 0, 0], [1 / 4] * 4))


def test_the_edge_at_three_standard_deviations_does_not_count():
    data = mixture([0.0], [2.0])
    assert coverage(torch.tensor([[6.0], [math.nextafter(6.0, 0.0)]], dtype=torch.float64), data).high_quality == 0.5


def test_reverse_kl_compares_with_the_weights_and_width_is_that_of_the_nearest_mode():
    data = mixture([0.0, 10.0], [0.1, 2.0], weights=[0.25, 0.75])
    samples = torch.tensor([[0.0], [0.5], [5.5], [12.0], [14.0]])  # 0.5 is too far from the narrow mode
    result = coverage(samples, data)
    assert result == Coverage(2, pytest.approx(4 / 5), pytest.approx(0, abs=1e-12))


def test_total_collapse_costs_log_of_the_number_of_modes():
    data = ring(modes=8)
    assert coverage(data.means[3].repeat(100, 1), data) == Coverage(1, 1.0, pytest.approx(math.log(8)))


def test_one_sample_on_each_mean_is_perfect():
    data = grid()
    assert coverage(data.means, data) == Coverage(25, 1.0, pytest.approx(0, abs=1e-12))


def test_no_high_quality_sample_is_no_mode_and_an_infinite_divergence():
    assert coverage(torch.zeros(10, 2), CORNERS) == Coverage(0, 0.0, math.inf)


def test_samples_of_a_mode_without_weight_make_the_divergence_infinite():
    data = mixture([0.0, 5.0, 10.0], [0.1, 0.1, 0.1], weights=[0.0, 0.5, 0.5])
    assert coverage(torch.tensor([[0.0], [5.0]]), data) == Coverage(2, 1.0, math.inf)
    assert coverage(torch.tensor([[10.0], [5.0]]), data) == Coverage(2, 1.0, 0.0)


def test_nearest_modes_and_counts_equal_a_loop_over_the_samples():
    data, samples = grid(), 4 * (Stream(0, "anywhere").uniform(500, 2) - 0.5) * 2.5
    counts = np.zeros(25)
    for point in samples.double().numpy():
        distances = [math.dist(point, mean) for mean in data.means.tolist()]
        if min(distances) < 3 * 0.05:
            counts[int(np.argmin(distances))] += 1
    result = coverage(samples, data)
    assert 0 < counts.sum() < 500
    assert result == Coverage(
        (counts > 0).sum(), counts.sum() / 500, pytest.approx(scipy.stats.entropy(counts, [1] * 25))
    )


def test_double_and_single_precision_and_gradients_are_accepted():
    samples = CORNERS.means.float().requires_grad_()
    assert coverage(samples, CORNERS) == coverage(CORNERS.means, CORNERS)


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_expected_share_of_high_quality_is_the_chi_square_distribution(dimensions):
    ones = torch.ones(1, dtype=torch.float64)
    data = GaussianMixture(torch.zeros(1, dimensions, dtype=torch.float64), ones, ones)
    expected = scipy.stats.chi2(dimensions).cdf(9)
    assert expected_coverage(data, 100).high_quality == pytest.approx(expected, rel=1e-12)


def test_expected_share_in_the_plane_is_98_89_percent():
    assert expected_coverage(ring(), 1).high_quality == pytest.approx(1 - math.exp(-4.5), rel=1e-12)


def test_expected_number_of_modes_is_that_of_the_binomial_distribution():
    data = mixture([0.0, 10.0, 20.0], [0.5, 0.5, 0.5], weights=[0.6, 0.3, 0.1])
    within = scipy.stats.chi2(1).cdf(9)
    expected = sum(1 - scipy.stats.binom(12, weight * within).pmf(0) for weight in (0.6, 0.3, 0.1))
    assert expected_coverage(data, 12).modes == pytest.approx(expected, rel=1e-12)


def test_the_published_benchmarks_have_the_floors_of_the_reference():
    on_ring, on_grid = expected_coverage(ring(standard_deviation=0.01), 2500), expected_coverage(grid(), 2500)
    assert (on_ring.modes, on_grid.modes) == (pytest.approx(8), pytest.approx(25))
    assert on_ring.reverse_kl == pytest.approx(7 / (2 * 2500 * 0.98889), rel=1e-4)
    assert on_grid.reverse_kl == pytest.approx(24 / (2 * 2500 * 0.98889), rel=1e-4)


@pytest.mark.parametrize(
    ("data", "count"),
    [(ring(), 2500), (grid(), 2500), (mixture([-9.0, 0.0, 9.0], [0.5, 1.0, 0.2], weights=[1, 2, 5]), 400)],
)
def test_real_samples_reach_the_floor_on_average(data, count):
    stream, repetitions = Stream(0, "real"), 200
    measured = torch.tensor([coverage(data.sample(count, stream), data) for _ in range(repetitions)])
    standard_error = measured.std(0) / math.sqrt(repetitions)
    difference = (measured.mean(0) - torch.tensor(expected_coverage(data, count))).abs()
    assert (difference <= 4 * standard_error + torch.tensor([1e-5, 1e-7, 1e-5])).all()


def test_few_samples_cover_as_many_modes_as_expected():
    data, stream = grid(), Stream(1, "real")
    modes = torch.tensor([coverage(data.sample(30, stream), data).modes for _ in range(500)], dtype=torch.float64)
    expected = expected_coverage(data, 30).modes
    assert 15 < expected < 20
    assert abs(modes.mean().item() - expected) < 4 * modes.std().item() / math.sqrt(500)


@pytest.mark.parametrize(
    ("samples", "error", "message"),
    [
        (torch.zeros(5), ValueError, r"samples must have shape \(B, 2\) with B above zero, got \(5,\)"),
        (torch.zeros(5, 3), ValueError, r"samples must have shape \(B, 2\) with B above zero, got \(5, 3\)"),
        (torch.zeros(0, 2), ValueError, r"samples must have shape \(B, 2\) with B above zero, got \(0, 2\)"),
        (torch.full((5, 2), math.nan), ValueError, "samples must be finite, got 10 numbers that are not"),
        (torch.tensor([[0.0, math.inf]]), ValueError, "samples must be finite, got 1 numbers that are not"),
        ([[0.0, 0.0]], TypeError, r"samples must be a tensor, got \[\[0\.0, 0\.0\]\]"),
    ],
)
def test_bad_samples_are_named(samples, error, message):
    with pytest.raises(error, match=message):
        coverage(samples, CORNERS)


@pytest.mark.parametrize(("count", "error"), [(0, ValueError), (-3, ValueError), (2.5, TypeError), (True, TypeError)])
def test_bad_counts_are_named(count, error):
    with pytest.raises(error, match=f"count must be an? (positive )?integer, got {count}"):
        expected_coverage(CORNERS, count)
