"""R1 and R2 equal their closed form, and can be differentiated with respect to the weights."""

import math

import pytest
import torch
from torch import nn

from gan_edu.game.gan import GAN, discriminator_loss
from gan_edu.game.losses import minimax
from gan_edu.game.penalties import R1, R2, Both, squared_slope
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize

DOUBLE = torch.float64
NONE = torch.zeros(1), torch.zeros(1)  # what R1 does not look at


def normal(*shape: int) -> torch.Tensor:
    return Stream(0, "test", dtype=DOUBLE).normal(*shape)


def test_a_linear_discriminator_is_equally_steep_everywhere():
    direction = torch.tensor([0.6, -1.5, 2.0], dtype=DOUBLE, requires_grad=True)
    real = normal(7, 3).requires_grad_()
    penalty = R1(0.3)(real, real @ direction + 4, *NONE)
    assert penalty.tolist() == pytest.approx([0.3 / 2 * (0.6**2 + 1.5**2 + 2.0**2)] * 7)
    penalty.mean().backward()
    assert direction.grad.tolist() == pytest.approx([0.3 * 0.6, 0.3 * -1.5, 0.3 * 2.0])  # of γ/2 |a|²: γ a


def test_a_quadratic_discriminator_is_as_steep_as_its_matrix_says():
    matrix = normal(4, 4)
    matrix = (matrix + matrix.T).requires_grad_()
    real = (normal(5, 4) + 1).requires_grad_()
    penalty = R1(1.7)(real, ((real @ matrix) * real).sum(-1) / 2, *NONE)
    slope = real.detach() @ matrix.detach()  # of xᵀAx/2: Ax
    assert penalty.tolist() == pytest.approx((1.7 / 2 * slope.square().sum(-1)).tolist())
    (by_matrix,) = torch.autograd.grad(penalty.sum(), matrix)
    expected = 1.7 * real.detach().T @ slope  # of γ/2 Σ|Ax|²: γ Σ Ax xᵀ, here symmetric in what autograd can see
    assert (by_matrix + by_matrix.T).flatten().tolist() == pytest.approx((expected + expected.T).flatten().tolist())


def test_all_axes_of_an_image_count():
    pattern = normal(2, 3, 4)
    images = normal(6, 2, 3, 4).requires_grad_()
    penalty = R1(2.0)(images, (images * pattern).sum((1, 2, 3)), *NONE)
    assert penalty.tolist() == pytest.approx([pattern.square().sum().item()] * 6)


def test_with_a_member_axis_every_member_pays_for_its_own_slope():
    directions = normal(3, 2)
    real = normal(3, 5, 2).requires_grad_()
    penalty = R1(2.0)(real, torch.einsum("mbd,md->mb", real, directions), *NONE)
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
        return R1(0.5)(real, scores, *NONE)

    assert torch.autograd.gradcheck(penalty, (normal(4, 2).requires_grad_(), *weights))


def test_r2_is_r1_at_the_fakes():
    matrix = normal(3, 3)
    fake = (normal(5, 3) - 2).requires_grad_()
    penalty = R2(0.8)(*NONE, fake, ((fake @ matrix) * fake).sum(-1))
    slope = fake.detach() @ (matrix + matrix.T)  # of xᵀAx: (A + Aᵀ)x
    assert penalty.tolist() == pytest.approx((0.4 * slope.square().sum(-1)).tolist())


def test_both_penalties_are_added():
    seen = normal(2, 5, 3).requires_grad_()
    real, fake = seen.unbind()
    real_scores, fake_scores = (
        real.square().sum(-1),
        fake.prod(-1),
    )  # their slopes: 2x, and the product over each factor
    expected = 0.15 * 4 * real.square().sum(-1) + 0.5 * (fake.prod(-1, keepdim=True) / fake).square().sum(-1)
    both = Both(R1(0.3), R2(1.0))
    assert both(real, real_scores, fake, fake_scores).tolist() == pytest.approx(expected.tolist())


def test_around_an_update_each_penalty_sees_its_own_examples():
    network = small_discriminator()
    real, fake = normal(4, 2) + 1, normal(4, 2) - 1
    gan = GAN(MLP(2, 2), network, minimax)

    def penalty_paid(penalty: object) -> float:
        gan.penalty = None
        without = discriminator_loss(gan, real, fake)
        gan.penalty = penalty
        return (discriminator_loss(gan, real, fake) - without).item()

    def steepness(points: torch.Tensor) -> float:
        slopes = torch.func.vmap(torch.func.grad(lambda point: network(point.unsqueeze(0)).squeeze()))(points)
        return slopes.square().sum(-1).mean().item()

    assert penalty_paid(R1(2.0)) == pytest.approx(steepness(real))
    assert penalty_paid(R2(2.0)) == pytest.approx(steepness(fake))
    assert penalty_paid(Both(R1(2.0), R2(4.0))) == pytest.approx(steepness(real) + 2 * steepness(fake))


@pytest.mark.parametrize("penalty", [R1, R2])
@pytest.mark.parametrize(
    ("weight", "error"),
    [(0, ValueError), (-1.0, ValueError), (math.nan, ValueError), (math.inf, ValueError), ("1", TypeError)],
)
def test_a_weight_that_is_not_above_zero_is_refused(penalty, weight, error):
    with pytest.raises(error, match=rf"^weight must be .*got {weight!r}$"):
        penalty(weight)
