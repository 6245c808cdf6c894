"""The exact transport agrees with SciPy's linear program, with all permutations tried, and with laws that are known."""

import math
from itertools import permutations

import numpy as np
import pytest
import torch
from scipy.optimize import linprog
from scipy.stats import wasserstein_distance

from gan_edu.randomness import Stream
from gan_edu.theory.transport import distance_on_line, transport_plan


def normal(*shape: int, name: str = "points") -> torch.Tensor:
    return Stream(0, name, dtype=torch.float64).normal(*shape)


def test_on_a_line_it_is_the_distance_of_scipy():
    for count in (1, 2, 17, 400):
        first, second = normal(count), 2 * normal(count, name="others") - 1
        assert distance_on_line(first, second) == pytest.approx(wasserstein_distance(first, second), rel=1e-12)


def test_on_a_line_and_in_the_plane_it_is_the_same_distance():
    first, second = normal(40), normal(40, name="others").exp()
    plan = transport_plan(first.unsqueeze(1), second.unsqueeze(1))
    assert plan.distance == pytest.approx(distance_on_line(first, second), rel=1e-12)
    assert transport_plan(first, second).distance == pytest.approx(plan.distance)


def test_no_permutation_is_cheaper():
    first, second = normal(6, 2), normal(6, 2, name="others")
    lengths = [np.linalg.norm(first.numpy() - second.numpy()[list(order)], axis=1).mean() for order in ORDERS]
    plan = transport_plan(first, second)
    assert plan.distance == pytest.approx(min(lengths), rel=1e-12)
    assert tuple(plan.partner.tolist()) == ORDERS[int(np.argmin(lengths))]


ORDERS = list(permutations(range(6)))


def test_a_linear_program_that_may_split_points_is_no_cheaper():
    """Kantorovich's problem, in the three dimensions that a small image has here."""
    count = 12
    first, second = normal(count, 3), normal(count, 3, name="others") + 0.5
    costs = np.linalg.norm(first.numpy()[:, None] - second.numpy()[None], axis=-1)
    each = np.eye(count)
    sums = np.concatenate([np.kron(each, np.ones(count)), np.kron(np.ones(count), each)])
    program = linprog(costs.flatten(), A_eq=sums, b_eq=np.full(2 * count, 1 / count))
    assert transport_plan(first, second).distance == pytest.approx(program.fun, rel=1e-8)


def test_a_push_costs_its_length_and_a_shrinking_towards_the_origin_its_share():
    points, push = normal(200, 2), torch.tensor([3.0, -4.0], dtype=torch.float64)
    assert transport_plan(points, points.flip(0) + push).distance == pytest.approx(5, rel=1e-12)
    assert transport_plan(points, 0.1 * points).distance == pytest.approx(0.9 * points.norm(dim=1).mean().item())


def test_the_partner_says_where_each_point_goes():
    first, second = normal(50, 2), normal(50, 2, name="others")
    distance, partner = transport_plan(first, second)
    assert sorted(partner.tolist()) == list(range(50))
    assert (first - second[partner]).norm(dim=1).mean().item() == pytest.approx(distance, rel=1e-12)


def test_far_from_the_origin_nothing_is_lost():
    first, second = normal(60, 2), normal(60, 2, name="others")
    far = transport_plan(first + 1e4, second + 1e4)
    assert far.distance == pytest.approx(transport_plan(first, second).distance, rel=1e-9)


def test_images_and_single_precision_and_gradients_are_taken():
    images = normal(8, 1, 4, 4).float().requires_grad_()
    flat = transport_plan(images.detach().flatten(1), 0.5 * images.detach().flatten(1))
    assert transport_plan(images, 0.5 * images).distance == pytest.approx(flat.distance)


@pytest.mark.parametrize("function", [distance_on_line, transport_plan])
@pytest.mark.parametrize(
    ("first", "second", "error"),
    [
        (torch.zeros(3), torch.zeros(4), r"first and second must have one shape, got \(3,\) and \(4,\)"),
        (torch.zeros(0), torch.zeros(0), "first must have shape"),
        (torch.tensor([0.0, math.nan]), torch.zeros(2), "first must be finite"),
        (torch.zeros(2), torch.zeros(2).long(), "second must be float32 or float64"),
        (np.zeros(2), torch.zeros(2), "first must be a tensor"),
    ],
)
def test_clouds_that_do_not_fit_are_refused(function, first, second, error):
    with pytest.raises((TypeError, ValueError), match=f"^{error}"):
        function(first, second)
