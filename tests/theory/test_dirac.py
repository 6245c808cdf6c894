"""The Dirac-GAN: fields, eigenvalues at rest, and the radii that the code of Mescheder et al. (2018) reaches."""

import cmath
import math
from functools import partial

import numpy as np
import pytest
import torch

from gan_edu.randomness import Stream
from gan_edu.theory import dirac
from gan_edu.theory.dirac import Consensus, WithGradientPenalty, WithNoise, WithPenalty, jacobian
from gan_edu.theory.dirac_methods import (
    Clipping,
    Momentum,
    alternating,
    extragradient,
    generator_first,
    optimistic,
    simultaneous,
    spectral_radius,
    step_matrix,
    trajectory,
)

METHODS = simultaneous, generator_first, partial(generator_first, discriminator_updates=5)
NAMES = "simultaneous", "alternating", "five"
CLIPPED = tuple(Clipping(method, 1.0) for method in METHODS)
# What the authors' code gives: simultaneous, alternating, and alternating with five moves of ψ.
PUBLISHED = {
    "GAN": (dirac.minimax, METHODS, (3.097, 1.421, 1.845)),
    "non-saturating": (dirac.non_saturating, METHODS, (0.640, 0.284, 0.139)),
    "WGAN, clip 1": (dirac.wasserstein, CLIPPED, (1.002, 1.024, 0.917)),
    "WGAN-GP": (WithGradientPenalty(dirac.wasserstein, 0.7), METHODS, (1.802, 1.221, 0.716)),
    "R1, 0.3": (WithPenalty(dirac.minimax, 0.3), METHODS, (2.64e-6, 2.30e-7, 9.3e-34)),
    "R1, 1": (WithPenalty(dirac.minimax, 1.0), METHODS, (9.5e-22, 7.5e-17, 5.1e-12)),
    "consensus, 1": (Consensus(1.0, coupling=0.5), METHODS, (2.1e-10, 1.3e-11, 4.6e-33)),
}
ROUNDED = {"R1, 0.3": 5e-3, "R1, 1": 1e-2, "consensus, 1": 4e-2}  # numbers with two or three digits


def radius(field, method, start=(1.0, -1.0), step_size=0.2, steps=500):
    return math.hypot(*trajectory(field, method, start, step_size, steps)[-1])


@pytest.mark.parametrize("column", [0, 1, 2], ids=NAMES)
@pytest.mark.parametrize("row", PUBLISHED)
def test_the_published_radius_is_reached(row, column):
    field, methods, radii = PUBLISHED[row]
    assert radius(field, methods[column]) == pytest.approx(radii[column], rel=ROUNDED.get(row, 1e-3))


# The same start in the code of notebooks/diracgan of the authors, whose scores have the other sign, with all digits.
EXACT = {
    "GAN": (3.0969486690, 1.4210188692, 1.8452735636),
    "R1, 0.3": (2.6426562905e-06, 2.3009128210e-07, 9.2498059735e-34),
    "R1, 1": (9.5287154495e-22, 7.4812361452e-17, 5.1435035243e-12),
}


def authors_field(theta, psi, gamma):
    """f(t) = -log(1 + exp(-t)); θ down, ψ up f(ψθ) - gamma/2 ψ²."""
    slope = 1 / (1 + math.exp(theta * psi))
    return -psi * slope, theta * slope - gamma * psi


@pytest.mark.parametrize(("row", "gamma"), [("GAN", 0.0), ("R1, 0.3", 0.3), ("R1, 1", 1.0)])
@pytest.mark.parametrize("column", [0, 1, 2], ids=NAMES)
def test_the_radius_has_all_digits_of_a_loop_in_the_authors_signs(row, gamma, column):
    theta, psi = 1.0, 1.0
    for _ in range(500):
        moves = authors_field(theta, psi, gamma)
        theta += 0.2 * moves[0]
        if column == 0:
            psi += 0.2 * moves[1]
        for _ in range((0, 1, 5)[column]):
            psi += 0.2 * authors_field(theta, psi, gamma)[1]
    assert math.hypot(theta, psi) == pytest.approx(EXACT[row][column], rel=1e-6)
    field, methods, _ = PUBLISHED[row]
    assert radius(field, methods[column]) == pytest.approx(math.hypot(theta, psi), rel=1e-6)


@pytest.mark.parametrize(("column", "typical"), [(0, 0.02), (1, 0.01), (2, 0.004)], ids=NAMES)
def test_with_noise_the_radius_is_of_the_published_size(column, typical):
    ends = [radius(WithNoise(0.7, Stream(seed)), METHODS[column]) for seed in range(20)]
    assert min(ends) < typical < max(ends)
    assert max(ends) < 0.1
    assert len(set(ends)) == len(ends)


def closed_form(trace: float, determinant: float) -> list[complex]:
    root = cmath.sqrt(trace**2 / 4 - determinant)
    return sorted((trace / 2 + root, trace / 2 - root), key=lambda value: (value.imag, value.real))


EIGENVALUES = {
    "GAN": (dirac.minimax, [-0.5j, 0.5j]),
    "non-saturating": (dirac.non_saturating, [-0.5j, 0.5j]),
    "WGAN": (dirac.wasserstein, [-1j, 1j]),
    "R1, 0.3": (WithPenalty(dirac.minimax, 0.3), closed_form(-0.3, 0.25)),
    "R1, 2": (WithPenalty(dirac.minimax, 2.0), closed_form(-2.0, 0.25)),
    "consensus": (Consensus(1.0), [-0.25 - 0.5j, -0.25 + 0.5j]),
    "consensus, half": (Consensus(1.0, 0.5), [-0.25 - 0.5j, -0.25 + 0.5j]),
}


@pytest.mark.parametrize("row", EIGENVALUES)
def test_the_eigenvalues_at_rest_are_those_of_the_paper(row):
    field, expected = EIGENVALUES[row]
    found = sorted(np.linalg.eigvals(jacobian(field)), key=lambda value: (round(value.imag, 6), value.real))
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_at_critical_damping_both_eigenvalues_are_minus_one_half():
    table = jacobian(WithPenalty(dirac.minimax, 1.0))
    assert np.trace(table) == pytest.approx(-1, abs=1e-9)
    assert np.linalg.det(table) == pytest.approx(0.25, abs=1e-9)  # the discriminant is 0


def test_the_mean_of_noisy_fields_has_the_eigenvalues_of_the_paper():
    width = 0.7
    fields = [WithNoise(width, Stream(0, dtype=torch.float64), count=200_000) for _ in range(2)]  # the same noise
    ahead, behind = fields[0](0.0, 0.01), fields[1](0.0, -0.01)
    slopes = (np.array(ahead) - behind) / 0.02
    assert slopes == pytest.approx((0.5, -2 * width**2 / 4), rel=0.02)


POINTS = [(1.0, -1.0), (0.3, 2.0), (-1.5, 0.4), (2.0, 2.0)]


@pytest.mark.parametrize(("theta", "psi"), POINTS)
def test_the_fields_are_gradients_of_the_losses(theta, psi):
    place, slope = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (theta, psi))
    score = place * slope
    d_loss = torch.nn.functional.softplus(score)
    for field, g_loss in (
        (dirac.minimax, -torch.nn.functional.softplus(score)),
        (dirac.non_saturating, torch.nn.functional.softplus(-score)),
    ):
        (down_g,) = torch.autograd.grad(g_loss, place, retain_graph=True)
        (down_d,) = torch.autograd.grad(d_loss, slope, retain_graph=True)
        assert field(theta, psi) == pytest.approx((-down_g.item(), -down_d.item()), rel=1e-12)


@pytest.mark.parametrize(("theta", "psi"), POINTS)
def test_consensus_goes_down_the_squared_field(theta, psi):
    point = torch.tensor([theta, psi], dtype=torch.float64, requires_grad=True)
    belief = torch.sigmoid(point.prod())
    (slopes,) = torch.autograd.grad(belief**2 * point.square().sum() / 2, point)
    expected = np.array(dirac.minimax(theta, psi)) - 0.3 * slopes.numpy()
    assert Consensus(0.3)(theta, psi) == pytest.approx(tuple(expected), rel=1e-12)


@pytest.mark.parametrize(("theta", "psi"), POINTS)
def test_penalties_go_down_their_own_slope(theta, psi):
    assert WithPenalty(dirac.minimax, 0.3)(theta, psi)[1] == dirac.minimax(theta, psi)[1] - 0.3 * psi
    pulled = WithGradientPenalty(dirac.wasserstein, 0.7, 1.5)(theta, psi)[1] - dirac.wasserstein(theta, psi)[1]
    around = [0.7 / 2 * (abs(psi + shift) - 1.5) ** 2 for shift in (1e-6, -1e-6)]
    assert pulled == pytest.approx(-(around[0] - around[1]) / 2e-6, abs=1e-6)


@pytest.mark.parametrize("row", PUBLISHED)
def test_a_field_takes_arrays(row):
    field = PUBLISHED[row][0]
    theta, psi = np.array(POINTS).T
    together = np.array(field(theta, psi))
    np.testing.assert_allclose(together.T, [field(*point) for point in POINTS], rtol=1e-12)


@pytest.mark.filterwarnings("error")
def test_no_score_is_too_large():
    assert dirac.minimax(1e3, 1e3) == (1e3, -1e3)
    assert dirac.minimax(1e3, -1e3) == (0, 0)


# Methods.

TURN = np.array([[0.0, 0.5], [-0.5, 0.0]])  # of the Dirac-GAN at rest


@pytest.mark.parametrize("step_size", [0.01, 0.2, 1.0, 3.0])
def test_simultaneous_grows_at_every_step_size(step_size):
    assert spectral_radius(simultaneous, TURN, step_size) == pytest.approx(math.sqrt(1 + step_size**2 / 4), rel=1e-12)


@pytest.mark.parametrize("method", [alternating, generator_first])
def test_alternating_neither_grows_nor_shrinks_up_to_a_step_of_four(method):
    for step_size in (0.01, 0.2, 1.0, 3.9):
        assert spectral_radius(method, TURN, step_size) == pytest.approx(1, abs=1e-12)
        assert np.linalg.det(step_matrix(method, TURN, step_size)) == pytest.approx(1, abs=1e-12)
    for step_size in (4.1, 6.0):
        square = step_size**2 / 4
        root = (square - 2 + math.sqrt((square - 2) ** 2 - 4)) / 2
        assert spectral_radius(method, TURN, step_size) == pytest.approx(root, rel=1e-9)


@pytest.mark.parametrize("step_size", [0.2, 1.0, 1.9])
def test_extragradient_has_its_closed_form(step_size):
    turn = 0.5 * step_size  # the eigenvalue of h times the field is ±i turn
    expected = math.sqrt((1 - turn**2) ** 2 + turn**2)
    assert spectral_radius(extragradient, TURN, step_size) == pytest.approx(expected, rel=1e-12)
    assert expected < 1


@pytest.mark.parametrize("step_size", [0.2, 0.5, 1.0])
def test_optimistic_has_the_roots_of_its_recursion(step_size):
    """z' = z + 2 a z - a z_before for a = ±i h/2: roots of x² - (1 + 2a) x + a."""
    turn = 0.5j * step_size
    roots = np.roots([1, -(1 + 2 * turn), turn])
    assert spectral_radius(optimistic, TURN, step_size) == pytest.approx(abs(roots).max(), rel=1e-6)
    assert abs(roots).max() < 1


@pytest.mark.parametrize("momentum", [-0.5, -0.2, 0.3, 0.8])
def test_momentum_has_the_roots_of_its_recursion(momentum):
    """(x - 1)² (x - b)² / x² + (h/2)² x = 0 with the alternating order, from writing both moves as powers of x."""
    step_size = 0.2
    polynomial = np.polymul(np.polymul([1, -1], [1, -1]), np.polymul([1, -momentum], [1, -momentum]))
    polynomial = np.polyadd(polynomial, (step_size / 2) ** 2 * np.array([1.0, 0, 0, 0]))
    expected = abs(np.roots(polynomial)).max()
    assert spectral_radius(Momentum(momentum), TURN, step_size) == pytest.approx(expected, rel=1e-9)
    assert (expected > 1) == (momentum > 0)


def test_without_momentum_it_is_alternating():
    ways = [trajectory(dirac.minimax, method, (1.0, -1.0), 0.2, 50) for method in (Momentum(0.0), alternating)]
    np.testing.assert_array_equal(*ways)


@pytest.mark.parametrize("method", [simultaneous, alternating, extragradient, optimistic, Momentum(-0.3)])
def test_the_matrix_foretells_small_trajectories(method):
    field = WithPenalty(dirac.minimax, 0.3)
    table = jacobian(field)
    places = trajectory(field, method, (1e-6, -2e-6), 0.2, 30)
    state = method(lambda *z: tuple(table @ z), (1e-6, -2e-6), 0.2)  # what is remembered is there after one step
    matrix = step_matrix(method, table, 0.2)
    for place in places[1:]:
        np.testing.assert_allclose(place, state[:2], atol=1e-11)
        state = matrix @ state


def test_clipping_keeps_the_slope_within_its_bound():
    places = trajectory(dirac.wasserstein, Clipping(simultaneous, 0.5), (1.0, -0.2), 0.2, 200)
    assert abs(places[:, 1]).max() == 0.5


def test_a_trajectory_begins_at_its_start_and_is_not_followed_too_far():
    places = trajectory(dirac.wasserstein, simultaneous, (1.0, -1.0), 2.0, 1000)
    assert places[0].tolist() == [1, -1]
    assert places.shape[1] == 2
    assert len(places) < 100
    assert np.hypot(*places[-2]) <= 1e6 < np.hypot(*places[-1])
    assert trajectory(dirac.wasserstein, simultaneous, (1.0, -1.0), 0.1, 7).shape == (8, 2)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"^momentum must be above -1 and below 1, got 1$"):
        Momentum(1)
    with pytest.raises(ValueError, match=r"^start must be two numbers, θ and ψ, got 3$"):
        trajectory(dirac.minimax, simultaneous, (1, 2, 3), 0.1, 5)
    with pytest.raises(ValueError, match=r"^jacobian must have shape \(2, 2\), got \(2,\)$"):
        step_matrix(simultaneous, [1.0, 2.0], 0.1)
