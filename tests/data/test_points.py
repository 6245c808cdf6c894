"""Mixtures of Gaussians: geometry, density against SciPy, and samples against the distribution that they come from."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
import torch

from gan_edu.data.points import GaussianMixture, Points, around, grid, mixture, ring
from gan_edu.randomness import Stream

LINE = mixture([-3.0, 0.5, 4.0], [0.5, 1.0, 0.2], weights=[1, 2, 5])
EVERY = pytest.mark.parametrize("data", [ring(), ring(5, 2.0, 0.3), grid(), grid(2, 1.0, 0.1), LINE])


def draw(data: GaussianMixture, count: int = 20_000) -> torch.Tensor:
    return data.sample(count, Stream(0, "test", dtype=torch.float64))


def nearest(data: GaussianMixture, points: torch.Tensor) -> np.ndarray:
    """The mode of each point: unmistakable where the modes are far apart in their widths."""
    return (torch.cdist(points, data.means) / data.standard_deviations).argmin(-1).numpy()


def test_the_modes_of_a_ring_stand_on_a_circle_at_equal_angles():
    data = ring(6, 2.5, 0.1)
    expected = [(2.5 * math.cos(math.pi * k / 3), 2.5 * math.sin(math.pi * k / 3)) for k in range(6)]
    assert data.means.numpy() == pytest.approx(np.array(expected), abs=1e-14)
    assert data.standard_deviations.tolist() == [0.1] * 6
    assert data.weights.tolist() == [1 / 6] * 6


def test_the_default_grid_is_that_of_the_published_benchmark():
    data = grid()
    assert sorted(data.means.tolist()) == [[x, y] for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)]
    assert data.standard_deviations.tolist() == [0.05] * 25
    assert data.weights.tolist() == [1 / 25] * 25


def test_a_grid_lies_around_the_origin():
    assert grid(4, 3.0).means.sum(0).tolist() == [0.0, 0.0]
    assert grid(1, 3.0).means.tolist() == [[0.0, 0.0]]
    assert sorted(set(grid(4, 3.0).means[:, 0].tolist())) == [-4.5, -1.5, 1.5, 4.5]


def test_the_weights_of_a_mixture_are_divided_by_their_sum():
    assert LINE.weights.tolist() == [1 / 8, 2 / 8, 5 / 8]
    assert mixture([0.0, 1.0], [1.0, 1.0]).weights.tolist() == [0.5, 0.5]
    assert LINE.means.shape == (3, 1)


def test_a_mixture_is_frozen():
    with pytest.raises(FrozenInstanceError):
        LINE.weights = torch.ones(3)


@EVERY
def test_the_log_density_equals_that_of_scipy(data):
    dimensions = data.means.shape[-1]
    points = 10 * (Stream(1, dtype=torch.float64).uniform(50, 4, dimensions) - 0.5)
    modes = [
        scipy.stats.multivariate_normal(mean, width**2 * np.eye(dimensions)).logpdf(points.numpy())
        for mean, width in zip(data.means.numpy(), data.standard_deviations.tolist(), strict=True)
    ]
    expected = scipy.special.logsumexp(np.stack(modes, -1) + data.weights.log().numpy(), axis=-1)
    assert data.log_density(points).shape == (50, 4)
    assert data.log_density(points).numpy() == pytest.approx(expected, rel=1e-12)
    assert data.log_density(points.float()).dtype == torch.float32
    assert data.log_density(points.float()).numpy() == pytest.approx(expected, rel=1e-4, abs=1e-3)


def test_the_density_integrates_to_one():
    def density(x: float) -> float:
        return LINE.log_density(torch.tensor([x], dtype=torch.float64)).exp().item()

    area, error = scipy.integrate.quad(density, -10, 10, points=[-3, 0.5, 4], limit=200)
    assert area == pytest.approx(1, abs=1e-8 + error)


def test_far_away_the_log_density_stays_finite():
    assert LINE.log_density(torch.tensor([[1e4], [-1e4]])).isfinite().all()


@pytest.mark.parametrize("points", [torch.zeros(5), torch.zeros(4, 2), torch.zeros(())])
def test_points_of_the_wrong_dimension_are_refused(points):
    with pytest.raises(ValueError, match=r"points must have shape \(\.\.\., 1\), got \("):
        LINE.log_density(points)


@EVERY
def test_the_modes_are_as_frequent_as_their_weights(data):
    counts = np.bincount(nearest(data, draw(data)), minlength=len(data.weights))
    if data is LINE:  # its widest modes overlap a little, so SciPy counts instead: shares of three intervals
        edges = np.array([-np.inf, -1.5, 2.5, np.inf])
        counts = np.histogram(draw(data).squeeze(-1).numpy(), edges)[0]
        modes = scipy.stats.norm(data.means.numpy(), data.standard_deviations.unsqueeze(-1).numpy())
        expected = data.weights.numpy() @ np.diff(modes.cdf(edges), axis=-1)
    else:
        expected = data.weights.numpy()
    assert scipy.stats.chisquare(counts, 20_000 * expected).pvalue > 0.01


@EVERY
def test_the_samples_have_mean_and_covariance_of_the_mixture(data):
    samples, weights, means = draw(data), data.weights.unsqueeze(-1), data.means
    mean = (weights * means).sum(0)
    within = (data.weights * data.standard_deviations**2).sum() * torch.eye(len(mean), dtype=torch.float64)
    covariance = (weights * (means - mean)).T @ (means - mean) + within
    standardized = torch.linalg.solve_triangular(torch.linalg.cholesky(covariance), (samples - mean).T, upper=False)
    assert standardized.mean(1).abs().max() < 4 / math.sqrt(20_000)
    error = standardized @ standardized.T / 20_000 - torch.eye(len(mean), dtype=torch.float64)
    assert error.abs().max() < 4 * math.sqrt(2 / 20_000)


@pytest.mark.parametrize("data", [ring(), grid(), grid(2, 1.0, 0.1)])
def test_around_its_mode_a_sample_is_normal_in_both_directions(data):
    samples = draw(data)
    mode = nearest(data, samples)
    residuals = ((samples - data.means[mode]) / data.standard_deviations[mode].unsqueeze(-1)).numpy()
    assert scipy.stats.kstest(residuals[:, 0], "norm").pvalue > 0.01
    assert scipy.stats.kstest(residuals[:, 1], "norm").pvalue > 0.01
    assert abs(np.corrcoef(residuals.T)[0, 1]) < 4 / math.sqrt(len(samples))


def test_samples_on_a_line_follow_the_distribution_function():
    def below(x: np.ndarray) -> np.ndarray:
        modes = scipy.stats.norm(LINE.means.numpy(), LINE.standard_deviations.unsqueeze(-1).numpy())
        return LINE.weights.numpy() @ modes.cdf(x)

    assert scipy.stats.kstest(draw(LINE).squeeze(-1).numpy(), below).pvalue > 0.01


def test_a_mode_without_weight_is_never_drawn():
    for weights in ([0, 1, 1], [1, 0, 1], [1, 1, 0]):
        samples = draw(mixture([0.0, 100.0, 200.0], [1.0, 1.0, 1.0], weights), 2_000)
        empty = 100.0 * weights.index(0)
        assert (samples - empty).abs().min() > 50


class AtTheEdge(Stream):
    """Its uniform numbers are all zero, the one end of their range that they can reach."""

    def uniform(self, *shape: int) -> torch.Tensor:
        return torch.zeros(shape, dtype=self.dtype)


def test_a_first_mode_without_weight_is_not_drawn_even_at_the_edge():
    samples = mixture([0.0, 100.0], [1.0, 1.0], [0, 1]).sample(5, AtTheEdge(0))
    assert (samples > 50).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_samples_have_shape_and_number_type_of_what_was_asked_for(dtype):
    assert ring().sample(7, Stream(0, dtype=dtype)).shape == (7, 2)
    assert LINE.sample(7, Stream(0, dtype=dtype)).shape == (7, 1)
    assert ring().sample(7, Stream(0, dtype=dtype)).dtype == dtype


def test_the_same_stream_gives_the_same_samples_and_the_shared_generator_rests():
    before = torch.get_rng_state()
    assert torch.equal(ring().sample(99, Stream(2)), ring().sample(99, Stream(2)))
    stream = Stream(2)
    assert not torch.equal(ring().sample(99, stream), ring().sample(99, stream))
    assert torch.equal(torch.get_rng_state(), before)


COUNTS = [(0, ValueError), (-3, ValueError), (2.0, TypeError), (True, TypeError), ("3", TypeError), (None, TypeError)]
NUMBERS = [(0, ValueError), (-0.1, ValueError), (math.nan, ValueError), (math.inf, ValueError), ("1", TypeError)]
WRONG = [
    *(("count", lambda value: ring().sample(value, Stream(0)), *case) for case in COUNTS),
    *(("modes", lambda value: ring(modes=value), *case) for case in COUNTS),
    *(("side", lambda value: grid(side=value), *case) for case in COUNTS),
    *(("radius", lambda value: ring(radius=value), *case) for case in NUMBERS),
    *(("spacing", lambda value: grid(spacing=value), *case) for case in NUMBERS),
    *(("standard_deviation", lambda value: ring(standard_deviation=value), *case) for case in NUMBERS),
    *(("standard_deviation", lambda value: grid(standard_deviation=value), *case) for case in NUMBERS),
    *(("standard_deviations", lambda value: mixture([0.0, 1.0], [1.0, value]), *case) for case in NUMBERS),
    *(("means", lambda value: mixture([0.0, value], [1.0, 1.0]), value, ValueError) for value in (math.nan, math.inf)),
    *(("weights", lambda value: mixture([0.0], [1.0], [value]), value, ValueError) for value in (0, -1, math.nan)),
    ("weights", lambda value: mixture([0.0, 1.0], [1.0, 1.0], value), [2, -1], ValueError),
]


@pytest.mark.parametrize(("name", "make", "value", "error"), WRONG)
def test_bad_input_is_named_with_rule_and_value(name, make, value, error):
    with pytest.raises(error, match=rf"^{name} must be ") as raised:
        make(value)
    assert str(value) in str(raised.value).partition(", got ")[2]


@pytest.mark.parametrize(
    ("means", "widths", "weights"), [([], [], None), ([0.0], [1.0, 1.0], None), ([0.0, 1.0], [1.0, 1.0], [1.0])]
)
def test_lists_of_different_lengths_are_refused(means, widths, weights):
    with pytest.raises(ValueError, match=r"means, standard_deviations and weights must have the same length"):
        mixture(means, widths, weights)


@EVERY
def test_in_other_units_a_mixture_has_the_density_of_a_scaled_variable(data):
    points, factor = draw(data, 50), 0.35
    dimensions = points.shape[1]
    scaled = data.scaled(factor)
    expected = data.log_density(points) - dimensions * math.log(factor)  # the change of variables y = factor · x
    assert scaled.log_density(factor * points).numpy() == pytest.approx(expected.numpy(), rel=1e-9, abs=1e-9)
    assert draw(scaled).std(0).numpy() == pytest.approx(factor * draw(data).std(0).numpy(), rel=1e-9)


def test_from_a_fixed_set_each_point_is_drawn_equally_often_and_no_other():
    points = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]])
    drawn = Points(points).sample(8_000, Stream(0, "test"))
    found, counts = np.unique(drawn.numpy(), axis=0, return_counts=True)
    assert found.tolist() == points.tolist()
    assert scipy.stats.chisquare(counts).pvalue > 0.01


def test_a_fixed_set_comes_in_the_number_type_of_the_stream():
    for dtype in (torch.float32, torch.float64):
        assert Points(torch.ones(3, 2)).sample(5, Stream(0, dtype=dtype)).dtype is dtype


@pytest.mark.parametrize(
    ("points", "error", "message"),
    [
        (torch.zeros(0, 2), ValueError, r"have shape \(N, \.\.\.\) with N above zero, got \(0, 2\)"),
        (torch.tensor([[0.0, math.nan]]), ValueError, "be finite, got 1 numbers that are not"),
        (torch.full((1, 2), 1e30), ValueError, r"lie within 1e\+18 of the origin, got 1e\+30"),
        (torch.ones(3, 2, dtype=torch.int64), TypeError, r"be float32 or float64, got torch\.int64"),
        (np.zeros((4, 2)), TypeError, r"be a tensor, got a NumPy array of shape \(4, 2\) and float64"),
    ],
)
def test_what_is_no_fixed_set_of_points_is_named(points, error, message):
    with pytest.raises(error, match=rf"^points must {message}$"):
        Points(points)


HALVES = torch.tensor([0.5, 0.5])


@pytest.mark.parametrize(
    ("means", "widths", "weights", "message"),
    [
        (torch.zeros(2, 2), torch.ones(2), torch.ones(2), "weights must not be negative and must sum to one, .* 2$"),
        (torch.zeros(2, 2), torch.ones(2), torch.tensor([1.5, -0.5]), "weights must not be negative .* of -0.5"),
        (torch.zeros(2, 2), torch.ones(3), HALVES, r"standard_deviations must have shape \(2,\), got \(3,\)"),
        (
            torch.zeros(2, 2),
            torch.tensor([1.0, 0.0]),
            HALVES,
            r"standard_deviations must be from 1e-18 to 1e\+18, got 0",
        ),
        (torch.zeros(2), torch.ones(2), HALVES, r"means must have shape \(K, D\) with K above zero, got \(2,\)"),
        (torch.full((2, 2), 1e30), torch.ones(2), HALVES, r"means must lie within 1e\+18 of the origin, got 1e\+30"),
        (torch.full((2, 2), math.nan), torch.ones(2), HALVES, "means must be finite, got 4 numbers"),
    ],
)
def test_a_mixture_that_is_none_is_named(means, widths, weights, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        GaussianMixture(means, widths, weights)


def test_weights_whose_sum_overflows_are_refused():
    with pytest.raises(ValueError, match=r"^weights must be not negative and have a finite sum above zero"):
        mixture([0.0, 1.0], [1.0, 1.0], [1e308, 1e308])


@pytest.mark.parametrize("centres", [torch.full((3, 2), math.nan), torch.zeros(2, 2, 2), torch.zeros(0, 2)])
def test_centres_that_are_none_are_named(centres):
    with pytest.raises(ValueError, match=r"^centres must "):
        around(centres)


def test_the_log_density_of_integers_is_refused():
    with pytest.raises(TypeError, match=r"^points must be float32 or float64, got torch\.int64$"):
        ring().log_density(torch.zeros(3, 2, dtype=torch.int64))


@pytest.mark.parametrize("factor", [0, -1.0, math.inf])
def test_a_factor_that_is_not_above_zero_is_refused(factor):
    with pytest.raises(ValueError, match=r"^factor must be finite and above zero"):
        ring().scaled(factor)
