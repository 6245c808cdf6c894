"""The divergences agree with closed forms and with SciPy's quadrature and entropy."""

import itertools
import math

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.spatial.distance
import scipy.special
import scipy.stats
import torch

from gan_edu.data.points import mixture
from gan_edu.randomness import Stream
from gan_edu.theory.divergences import (
    GridDensity,
    jensen_shannon,
    kullback_leibler,
    optimal_discriminator,
    optimal_score,
    total_variation,
    value,
)

LOG_2 = math.log(2)
SLIDER_GRID = torch.linspace(-12, 12, 2401, dtype=torch.float64)
WIDE_GRID = torch.linspace(-40, 40, 16001, dtype=torch.float64)


def gaussian(mean: float, width: float, x: torch.Tensor = WIDE_GRID) -> GridDensity:
    return GridDensity.from_log_density(x, mixture([mean], [width]).log_density)


def two_modes(mean: float, width: float, share: float, x: torch.Tensor = SLIDER_GRID) -> GridDensity:
    return GridDensity.from_log_density(x, mixture([mean, -mean], [width, 1.0], [share, 1 - share]).log_density)


def uniform(left: float, right: float) -> GridDensity:
    x = np.linspace(-1, 4, 5001)
    return GridDensity.from_values(x, np.where((x >= left) & (x <= right), 1 / (right - left), 0.0))


def kl_of_gaussians(mean_p, width_p, mean_q, width_q):
    return math.log(width_q / width_p) + (width_p**2 + (mean_p - mean_q) ** 2) / (2 * width_q**2) - 0.5


PAIRS = [  # mean and width of p, then of q
    (0.0, 1.0, 0.0, 1.0),
    (0.0, 1.0, 1.0, 2.0),
    (-2.0, 0.5, 1.5, 1.2),
    (4.0, 3.0, -4.0, 2.0),
    (4.0, 0.2, -4.0, 0.2),
]


@pytest.mark.parametrize("pair", PAIRS)
def test_kl_equals_the_closed_form_for_gaussians_both_ways(pair):
    mean_p, width_p, mean_q, width_q = pair
    p, q = gaussian(mean_p, width_p), gaussian(mean_q, width_q)
    assert kullback_leibler(p, q) == pytest.approx(kl_of_gaussians(*pair), rel=1e-8, abs=1e-12)
    assert kullback_leibler(q, p) == pytest.approx(
        kl_of_gaussians(mean_q, width_q, mean_p, width_p), rel=1e-8, abs=1e-12
    )


def test_kl_stays_finite_where_the_density_underflows():
    p, q = gaussian(30, 0.5), gaussian(-30, 0.5)
    assert q.values[WIDE_GRID > 25].max() == 0  # as numbers they are zero, as logarithms they are not
    assert kullback_leibler(p, q) == pytest.approx(kl_of_gaussians(30, 0.5, -30, 0.5), rel=1e-9)


def quadrature(integrand, p, q):
    """Integrate with SciPy's adaptive rule over pieces, so that it does not overlook a narrow peak."""
    centres = [density.mean() + shift * density.std() for density in (p, q) for shift in (-12, -4, 0, 4, 12)]
    pieces = sorted({-40.0, 40.0, *(centre for centre in centres if abs(centre) < 40)})
    return sum(scipy.integrate.quad(integrand, a, b, limit=200)[0] for a, b in itertools.pairwise(pieces))


@pytest.mark.parametrize("pair", PAIRS)
def test_all_integrals_equal_scipys_adaptive_quadrature(pair):
    p, q = scipy.stats.norm(*pair[:2]), scipy.stats.norm(*pair[2:])
    on_grid = gaussian(*pair[:2]), gaussian(*pair[2:])

    def js_integrand(x):
        m = (p.pdf(x) + q.pdf(x)) / 2
        return (scipy.special.rel_entr(p.pdf(x), m) + scipy.special.rel_entr(q.pdf(x), m)) / 2

    def value_integrand(x, slope=0.7):
        log_d, log_not_d = -np.logaddexp(0, -slope * x), -np.logaddexp(0, slope * x)
        return p.pdf(x) * log_d + q.pdf(x) * log_not_d

    def gap(x):
        return abs(p.pdf(x) - q.pdf(x)) / 2

    assert jensen_shannon(*on_grid) == pytest.approx(quadrature(js_integrand, p, q), abs=1e-7)
    assert total_variation(*on_grid) == pytest.approx(quadrature(gap, p, q), abs=1e-5)  # its kinks cost digits
    assert value(0.7 * WIDE_GRID, *on_grid) == pytest.approx(quadrature(value_integrand, p, q), abs=1e-7)


def test_kl_and_jsd_equal_scipys_for_discrete_distributions():
    # Away from the ends, trapezoids on an even grid give all points the same weight: the sums are SciPy's.
    p, q = two_modes(2.0, 0.5, 0.3), two_modes(1.0, 1.0, 0.8)
    assert kullback_leibler(p, q) == pytest.approx(scipy.stats.entropy(p.values, q.values), rel=1e-10)
    root = scipy.spatial.distance.jensenshannon(p.values, q.values)
    assert jensen_shannon(p, q) == pytest.approx(root**2, rel=1e-10)


def test_value_of_the_optimal_discriminator_is_minus_log_4_plus_twice_jsd_over_the_sliders_range():
    p = two_modes(1.5, 0.5, 0.5)
    for mean in (-4.0, -1.5, 0.0, 0.3, 4.0):
        for width in (0.2, 0.5, 1.0, 3.0):
            for share in (0.0, 0.5, 1.0):
                q = two_modes(mean, width, share)
                divergence = jensen_shannon(p, q)
                assert value(optimal_score(p, q), p, q) == pytest.approx(-math.log(4) + 2 * divergence, abs=1e-10)
                assert divergence == pytest.approx(jensen_shannon(q, p), abs=1e-12)
                assert -1e-12 <= divergence <= LOG_2 + 1e-12


@pytest.mark.parametrize("width", [0.2, 1.0, 3.0])
def test_both_sides_of_the_identity_equal_scipys_quadrature(width):
    on_grid = gaussian(-4, width, SLIDER_GRID), gaussian(4, 1.0, SLIDER_GRID)
    p, q = scipy.stats.truncnorm(-8 / width, 16 / width, loc=-4, scale=width), scipy.stats.norm(4, 1)

    def integrand(x):
        log_both = np.logaddexp(p.logpdf(x), q.logpdf(x))
        return p.pdf(x) * (p.logpdf(x) - log_both) + q.pdf(x) * (q.logpdf(x) - log_both)

    oracle = sum(
        scipy.integrate.quad(integrand, a, b, limit=200)[0] for a, b in ((-12, -5), (-5, -3), (-3, 3), (3, 5), (5, 12))
    )
    assert value(optimal_score(*on_grid), *on_grid) == pytest.approx(oracle, abs=1e-6)
    assert -math.log(4) + 2 * jensen_shannon(*on_grid) == pytest.approx(oracle, abs=1e-6)


def test_equal_densities_have_no_divergence_and_the_lowest_value():
    p = two_modes(2.0, 0.3, 0.4)
    for divergence in (kullback_leibler, jensen_shannon, total_variation):
        assert divergence(p, p) == pytest.approx(0, abs=1e-12)
    assert torch.equal(optimal_discriminator(p, p), torch.full_like(p.x, 0.5))
    assert value(optimal_score(p, p), p, p) == pytest.approx(-math.log(4), abs=1e-12)


def test_disjoint_supports_give_log_2_infinity_and_one():
    p, q = uniform(0, 1), uniform(2, 3.5)
    assert jensen_shannon(p, q) == pytest.approx(LOG_2, abs=1e-12)
    assert kullback_leibler(p, q) == kullback_leibler(q, p) == math.inf
    assert total_variation(p, q) == pytest.approx(1, abs=1e-12)
    assert value(optimal_score(p, q), p, q) == 0
    best = optimal_discriminator(p, q)
    assert best[(p.x >= 0) & (p.x <= 1)].eq(1).all()
    assert best[(p.x >= 2) & (p.x <= 3.5)].eq(0).all()
    assert best[(p.x > 1.001) & (p.x < 1.999)].eq(0.5).all()


def test_kl_is_infinite_only_in_the_direction_in_which_support_is_missing():
    narrow, wide = uniform(0, 1), uniform(-0.5, 2.5)
    assert kullback_leibler(narrow, wide) == pytest.approx(math.log(3), abs=0.005)  # the edges cost half a cell each
    assert kullback_leibler(wide, narrow) == math.inf


def test_kl_is_infinite_even_where_the_density_that_is_positive_underflows():
    inside = torch.where(WIDE_GRID.abs() <= 30, gaussian(0, 0.5).log_values, -math.inf)
    assert gaussian(0, 0.5).values[WIDE_GRID.abs() > 30].max() == 0
    assert kullback_leibler(gaussian(0, 0.5), GridDensity(WIDE_GRID, inside)) == math.inf


@pytest.mark.parametrize("distance", [0.0, 0.5, 2.0, 8.0])
def test_total_variation_of_shifted_gaussians(distance):
    expected = 2 * scipy.stats.norm.cdf(distance / (2 * 1.5)) - 1
    assert total_variation(gaussian(0, 1.5), gaussian(distance, 1.5)) == pytest.approx(expected, abs=1e-5)


def test_optimal_score_of_two_gaussians_is_the_known_straight_line():
    score = optimal_score(gaussian(1, 2), gaussian(-1, 2))
    torch.testing.assert_close(score, WIDE_GRID * 2 / 4, rtol=0, atol=1e-10)


def test_optimal_discriminator_is_p_over_p_plus_q():
    p, q = two_modes(2.0, 0.5, 0.3), two_modes(1.0, 1.0, 0.8)
    torch.testing.assert_close(optimal_discriminator(p, q), p.values / (p.values + q.values), rtol=1e-12, atol=0)


@pytest.mark.parametrize("size", [1e-3, 0.1, 3.0])
def test_optimal_discriminator_is_a_maximum_and_the_loss_is_an_expected_kl(size):
    p, q = two_modes(2.0, 0.5, 0.3), two_modes(1.0, 1.0, 0.8)
    best, stream = optimal_score(p, q), Stream(0, "perturbations", dtype=torch.float64)
    for _ in range(20):
        score = best + size * stream.normal(len(best))
        loss = value(best, p, q) - value(score, p, q)
        right, wrong = best.sigmoid().numpy(), score.sigmoid().numpy()
        bernoulli_kl = scipy.special.rel_entr(right, wrong) + scipy.special.rel_entr(1 - right, 1 - wrong)
        expected = np.trapezoid((p.values + q.values).numpy() * bernoulli_kl, p.x.numpy())
        assert loss > 0
        assert loss == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_value_of_a_discriminator_that_says_one_half_is_minus_log_4():
    assert value(torch.zeros(2401), gaussian(3, 1, SLIDER_GRID), gaussian(-2, 2, SLIDER_GRID)) == pytest.approx(
        -math.log(4), abs=1e-12
    )


def test_value_is_minus_infinity_for_a_discriminator_that_is_sure_and_wrong():
    p, q = gaussian(0, 1), gaussian(1, 1)
    assert value(torch.full_like(WIDE_GRID, -math.inf), p, q) == -math.inf


def test_a_network_score_in_float32_with_gradient_is_accepted():
    score = torch.zeros(2401, requires_grad=True)
    assert isinstance(value(score, gaussian(0, 1, SLIDER_GRID), gaussian(1, 1, SLIDER_GRID)), float)


def test_values_and_log_density_tabulate_the_same_on_uneven_grids_too():
    x = np.sinh(np.linspace(-4, 4, 4001)) / 2
    from_values = GridDensity.from_values(x, scipy.stats.norm.pdf(x))
    from_log_density = GridDensity.from_log_density(x, mixture([0.0], [1.0]).log_density)
    torch.testing.assert_close(from_values.values, from_log_density.values, rtol=1e-9, atol=1e-15)
    assert np.trapezoid(from_values.values, x) == pytest.approx(1, abs=1e-12)


def test_mirrored_arrays_are_accepted():
    x = np.linspace(0, 1, 101)
    assert torch.equal(
        GridDensity.from_values(x, (2 * x)[::-1]).values.flip(0), GridDensity.from_values(x, 2 * x).values
    )


def test_the_table_is_a_copy():
    x = np.linspace(0, 1, 11)
    density = GridDensity.from_values(x, np.ones(11))
    x[0] = -5
    assert density.x[0] == 0


def test_what_lies_outside_the_grid_is_divided_out_up_to_the_tolerance():
    cut = gaussian(4, 3, SLIDER_GRID)  # 0.4 % of it lie beyond 12
    assert torch.trapezoid(cut.values, cut.x).item() == pytest.approx(1, abs=1e-12)
    with pytest.raises(ValueError, match=r"the density must integrate to one within 0.01 on its grid x, got 0.94"):
        gaussian(4, 5, SLIDER_GRID)


LINE = [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("x", "values", "error", "message"),
    [
        (LINE, [1.0, -0.5, 1.0], ValueError, "values must be finite and not negative, got -0.5 at position 1"),
        (LINE, [1.0, 1.0, math.nan], ValueError, "values must be finite and not negative, got nan at position 2"),
        (LINE, [math.inf, 1.0, 1.0], ValueError, "values must be finite and not negative, got inf at position 0"),
        (LINE, [0.0, 0.0, 0.0], ValueError, "the density must integrate to one within 0.01 on its grid x, got 0"),
        (LINE, [1.1, 1.1, 1.1], ValueError, "the density must integrate to one within 0.01 on its grid x, got 1.1"),
        (LINE, [1.0, 1.0], ValueError, r"values must have one value at each point of x, shape \(3,\), got \(2,\)"),
        ([0.0, 1.0, 1.0], [1.0, 1.0, 1.0], ValueError, "x must increase, got 1 followed by 1"),
        ([0.0, math.nan, 1.0], [1.0, 1.0, 1.0], ValueError, "x must be finite, got nan at position 1"),
        ([0.0], [1.0], ValueError, r"x must have shape \(N,\) with N at least 2, got \(1,\)"),
        ([LINE], [LINE], ValueError, r"x must have shape \(N,\) with N at least 2, got \(1, 3\)"),
        (
            LINE,
            [[1.0, 2.0, 1.0]],
            ValueError,
            r"values must have one value at each point of x, shape \(3,\), got \(1, 3\)",
        ),
        (LINE, "one", TypeError, "values must hold real numbers, got 'one'"),
        (LINE, [1.0, 1j, 1.0], TypeError, "values must hold real numbers"),
        ([True, False], [1.0, 1.0], TypeError, "x must hold real numbers"),
    ],
)
def test_bad_tables_are_named(x, values, error, message):
    with pytest.raises(error, match=message):
        GridDensity.from_values(x, values)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_bad_log_density_is_named(bad):
    with pytest.raises(ValueError, match=r"log_values must be finite or minus infinity, got (nan|inf) at position 0"):
        GridDensity.from_log_density(LINE, lambda points: torch.full((len(points),), bad))


def test_different_grids_are_named():
    p, q = gaussian(0, 1, SLIDER_GRID), gaussian(0, 1, SLIDER_GRID[::2])
    message = r"p and q must have the same grid x, got 2401 points from -12 to 12 and 1201 points from -12 to 12"
    functions = (kullback_leibler, jensen_shannon, total_variation, optimal_score, optimal_discriminator)
    for function in (*functions, lambda p, q: value(p.x, p, q)):
        with pytest.raises(ValueError, match=message):
            function(p, q)


def test_bad_scores_are_named():
    p = gaussian(0, 1, SLIDER_GRID)
    with pytest.raises(ValueError, match=r"score must have the shape of the grid, \(2401,\), got \(2401, 1\)"):
        value(torch.zeros(2401, 1), p, p)
    with pytest.raises(ValueError, match="score must not be NaN, got 2401 NaN of 2401"):
        value(torch.full((2401,), math.nan), p, p)
    with pytest.raises(TypeError, match="score must hold real numbers"):
        value(None, p, p)


# Claims of notebook 02: its family of fakes over its sliders' whole range, boxes, points, and straight scores.

DATA = mixture([-1.5, 1.5], [0.5, 0.5])
CORNERS = list(itertools.product((-4.0, 0.5, 4.0), (0.3, 2.0), (0.0, 0.5, 1.0)))


def fakes(mean: float, width: float, mixing: float):
    return mixture([mean, -mean], [width, width], [1 - mixing, mixing])


def density_on_the_grid(bumps, ends=(-12.0, 12.0)):
    """Density of Gaussian bumps, restricted to an interval and normalized there, without the package's help."""
    means, widths, weights = (each.numpy() for each in (bumps.means[:, 0], bumps.standard_deviations, bumps.weights))
    inside = sum(weights * np.diff(scipy.special.ndtr((np.array(ends)[:, None] - means) / widths), axis=0)[0])
    heights = weights / (widths * math.sqrt(2 * math.pi) * inside)
    return lambda x: float(heights @ np.exp(-(((x - means) / widths) ** 2) / 2))


@pytest.mark.parametrize("place", CORNERS)
def test_both_sides_of_the_identity_equal_scipys_quadrature_at_the_ends_of_the_sliders(place):
    bumps = DATA, fakes(*place)
    p, q = (GridDensity.from_log_density(SLIDER_GRID, each.log_density) for each in bumps)
    p_at, q_at = (density_on_the_grid(each) for each in bumps)

    def integrand(x):
        both = p_at(x) + q_at(x)
        return scipy.special.rel_entr(p_at(x), both) + scipy.special.rel_entr(q_at(x), both)

    pieces = itertools.pairwise(range(-12, 13, 2))
    oracle = sum(scipy.integrate.quad(integrand, a, b, limit=200)[0] for a, b in pieces)
    assert value(optimal_score(p, q), p, q) == pytest.approx(oracle, abs=1e-6)
    assert -math.log(4) + 2 * jensen_shannon(p, q) == pytest.approx(oracle, abs=1e-6)


@pytest.mark.parametrize("distance", [0.0, 0.3, 1.0, 1.5, 3.0, 4.0])
def test_boxes_are_log_2_apart_from_the_distance_at_which_they_part(distance):
    x = torch.arange(-0.995, 6, 0.01, dtype=torch.float64)
    p, q = (GridDensity.from_values(x, ((x - centre).abs() < 0.5).double()) for centre in (0.0, distance))
    assert jensen_shannon(p, q) == pytest.approx(min(distance, 1) * LOG_2, abs=1e-9)
    assert total_variation(p, q) == pytest.approx(min(distance, 1), abs=1e-9)
    assert kullback_leibler(p, q) == (math.inf if distance else 0)


def best_straight_score(p, q):
    """The largest value of a score a x + b, by SciPy's own search, and its a and b."""
    found = scipy.optimize.minimize(lambda line: -value(line[0] * p.x + line[1], p, q), [0.3, 0.2], tol=1e-10)
    return -found.fun, found.x


def test_the_best_straight_score_sees_only_the_mean():
    p = GridDensity.from_log_density(SLIDER_GRID, DATA.log_density)
    same_mean, other_mean = gaussian(0, 0.6, SLIDER_GRID), gaussian(0.5, 0.6, SLIDER_GRID)
    best, line = best_straight_score(p, same_mean)
    assert best == pytest.approx(-math.log(4), abs=1e-8)
    assert line == pytest.approx([0, 0], abs=1e-3)
    assert jensen_shannon(p, same_mean) > 0.39
    assert best_straight_score(p, other_mean)[0] > -math.log(4) + 0.01


@pytest.mark.parametrize(("steepest", "distance"), [(1.0, 0.0), (1.0, 2.0), (10.0, 0.3), (30.0, 3.0)])
def test_limited_straight_scores_tell_two_points_apart_continuously(steepest, distance):
    def loss(line):  # real: the point 0; fake: the point at the distance
        return np.logaddexp(0, -line[1]) + np.logaddexp(0, line[0] * distance + line[1])

    bounds = [(-steepest, steepest), (None, None)]
    found = scipy.optimize.minimize(loss, [0.0, 0.1], bounds=bounds, tol=1e-12)
    assert -found.fun == pytest.approx(-2 * np.logaddexp(0, -steepest * distance / 2), abs=1e-6)


@pytest.mark.parametrize(("mean", "width"), [(1.0, 1.0), (0.0, 1.5), (1.5, 0.5), (-2.0, 0.7)])
def test_against_a_frozen_best_discriminator_minus_log_d_has_the_slopes_of_kl_minus_twice_jsd(mean, width):
    # Arjovsky and Bottou 2017, theorem 2.5; and KL(q || p) - 2 JSD(p, q) = 2 KL(m || p) with m = (p + q) / 2.
    def made(shift, stretch):
        return gaussian(mean + shift, width + stretch)

    p = GridDensity.from_log_density(WIDE_GRID, mixture([-1.5, 1.5], [0.5, 0.5]).log_density)
    frozen = torch.nn.functional.softplus(-optimal_score(p, made(0, 0)))
    for step in ((1e-3, 0.0), (0.0, 1e-3)):
        back, forth = made(-step[0], -step[1]), made(*step)
        differences = []
        for q in (back, forth):
            middle = GridDensity(WIDE_GRID, torch.logaddexp(p.log_values, q.log_values) - LOG_2)
            first_form = kullback_leibler(q, p) - 2 * jensen_shannon(p, q)
            assert first_form == pytest.approx(2 * kullback_leibler(middle, p), abs=1e-9)
            differences.append(first_form)
        of_loss = torch.trapezoid((forth.values - back.values) * frozen, WIDE_GRID).item()
        assert of_loss == pytest.approx(differences[1] - differences[0], abs=1e-8)
