"""R1 equals its closed form, and can be differentiated with respect to the weights."""

import math

import pytest
import torch
from torch import nn

from gan_edu.game.penalties import R1, squared_slope
from gan_edu.randomness import Stream, initialize

DOUBLE = torch.float64


def normal(*shape: int) -> torch.Tensor:
    return Stream(0, "test", dtype=DOUBLE).normal(*shape)


def test_a_linear_discriminator_is_equally_steep_everywhere():
    direction = torch.tensor([0.6, -1.5, 2.0], dtype=DOUBLE, requires_grad=True)
    real = normal(7, 3).requires_grad_()
    penalty = R1(0.3)(real, real @ direction + 4)
    assert penalty.tolist() == pytest.approx([0.3 / 2 * (0.6**2 + 1.5**2 + 2.0**2)] * 7)
    penalty.mean().backward()
    assert direction.grad.tolist() == pytest.approx([0.3 * 0.6, 0.3 * -1.5, 0.3 * 2.0])  # of γ/2 |a|²: γ a


def test_a_quadratic_discriminator_is_as_steep_as_its_matrix_says():
    matrix = normal(4, 4)
    matrix = (matrix + matrix.T).requires_grad_()
    real = (normal(5, 4) + 1).requires_grad_()
    penalty = R1(1.7)(real, ((real @ matrix) * real).sum(-1) / 2)
    slope = real.detach() @ matrix.detach()  # of xᵀAx/2: Ax
    assert penalty.tolist() == pytest.approx((1.7 / 2 * slope.square().sum(-1)).tolist())
    (by_matrix,) = torch.autograd.grad(penalty.sum(), matrix)
    expected = 1.7 * real.detach().T @ slope  # of γ/2 Σ|Ax|²: γ Σ Ax xᵀ, here symmetric in what autograd can see
    assert (by_matrix + by_matrix.T).flatten().tolist() == pytest.approx((expected + expected.T).flatten().tolist())


def test_all_axes_of_an_image_count():
    pattern = normal(2, 3, 4)
    images = normal(6, 2, 3, 4).requires_grad_()
    penalty = R1(2.0)(images, (images * pattern).sum((1, 2, 3)))
    assert penalty.tolist() == pytest.approx([pattern.square().sum().item()] * 6)


def test_with_a_member_axis_every_member_pays_for_its_own_slope():
    directions = normal(3, 2)
    real = normal(3, 5, 2).requires_grad_()
    penalty = R1(2.0)(real, torch.einsum("mbd,md->mb", real, directions))
    expected = directions.square().sum(-1, keepdim=True).expand(3, 5)
    assert penalty.flatten().tolist() == pytest.approx(expected.flatten().tolist())


def small_discriminator() -> nn.Module:
    network = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 5), nn.Softplus(), nn.Linear(5, 1), nn.Flatten(-2))
    return initialize(network.double(), Stream(0, "weights", dtype=DOUBLE))


def test_the_slope_is_that_of_finite_differences():
    network, real, width = small_discriminator(), normal(6, 2).requires_grad_(), 1e-5
    steps = width * torch.eye(2, dtype=DOUBLE)
    with torch.no_grad():
        differences = torch.stack([network(real + step) - network(real - step) for step in steps]) / (2 * width)
    expected = differences.square().sum(0)
    assert squared_slope(real, network(real)).tolist() == pytest.approx(expected.tolist(), rel=1e-6)


def test_the_penalty_can_be_differentiated_with_respect_to_weights_and_inputs():
    network = small_discriminator()
    names, weights = zip(*network.named_parameters(), strict=True)

    def penalty(real: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        scores = torch.func.functional_call(network, dict(zip(names, values, strict=True)), real)
        return R1(0.5)(real, scores)

    assert torch.autograd.gradcheck(penalty, (normal(4, 2).requires_grad_(), *weights))


@pytest.mark.parametrize(
    ("weight", "error"),
    [(0, ValueError), (-1.0, ValueError), (math.nan, ValueError), (math.inf, ValueError), ("1", TypeError)],
)
def test_a_weight_that_is_not_above_zero_is_refused(weight, error):
    with pytest.raises(error, match=rf"^weight must be .*got {weight!r}$"):
        R1(weight)
