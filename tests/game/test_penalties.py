"""The penalties equal their closed form, and can be differentiated with respect to the weights."""

import math

import pytest
import torch
from torch import nn

from gan_edu.game.gan import GAN, discriminator_loss
from gan_edu.game.losses import minimax
from gan_edu.game.penalties import R1, R2, Both, GradientPenalty, Judged, OneSidedGradientPenalty, squared_slope
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize

DOUBLE = torch.float64


def normal(*shape: int) -> torch.Tensor:
    return Stream(0, "test", dtype=DOUBLE).normal(*shape)


def judged(real=None, fake=None, real_scores=None, fake_scores=None, discriminator=None, stream=None) -> Judged:
    """What a penalty sees; what it must not look at is None."""
    return Judged(real, fake, real_scores, fake_scores, discriminator, stream)


def test_a_linear_discriminator_is_equally_steep_everywhere():
    direction = torch.tensor([0.6, -1.5, 2.0], dtype=DOUBLE, requires_grad=True)
    real = normal(7, 3).requires_grad_()
    penalty = R1(0.3)(judged(real=real, real_scores=real @ direction + 4))
    assert penalty.tolist() == pytest.approx([0.3 / 2 * (0.6**2 + 1.5**2 + 2.0**2)] * 7)
    penalty.mean().backward()
    assert direction.grad.tolist() == pytest.approx([0.3 * 0.6, 0.3 * -1.5, 0.3 * 2.0])  # of γ/2 |a|²: γ a


def test_a_quadratic_discriminator_is_as_steep_as_its_matrix_says():
    matrix = normal(4, 4)
    matrix = (matrix + matrix.T).requires_grad_()
    real = (normal(5, 4) + 1).requires_grad_()
    penalty = R1(1.7)(judged(real=real, real_scores=((real @ matrix) * real).sum(-1) / 2))
    slope = real.detach() @ matrix.detach()  # of xᵀAx/2: Ax
    assert penalty.tolist() == pytest.approx((1.7 / 2 * slope.square().sum(-1)).tolist())
    (by_matrix,) = torch.autograd.grad(penalty.sum(), matrix)
    expected = 1.7 * real.detach().T @ slope  # of γ/2 Σ|Ax|²: γ Σ Ax xᵀ, here symmetric in what autograd can see
    assert (by_matrix + by_matrix.T).flatten().tolist() == pytest.approx((expected + expected.T).flatten().tolist())


def test_all_axes_of_an_image_count():
    pattern = normal(2, 3, 4)
    images = normal(6, 2, 3, 4).requires_grad_()
    penalty = R1(2.0)(judged(real=images, real_scores=(images * pattern).sum((1, 2, 3))))
    assert penalty.tolist() == pytest.approx([pattern.square().sum().item()] * 6)


def test_with_a_member_axis_every_member_pays_for_its_own_slope():
    directions = normal(3, 2)
    real = normal(3, 5, 2).requires_grad_()
    penalty = R1(2.0)(judged(real=real, real_scores=torch.einsum("mbd,md->mb", real, directions)))
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
        return R1(0.5)(judged(real=real, real_scores=scores))

    assert torch.autograd.gradcheck(penalty, (normal(4, 2).requires_grad_(), *weights))


def test_r2_is_r1_at_the_fakes():
    matrix = normal(3, 3)
    fake = (normal(5, 3) - 2).requires_grad_()
    penalty = R2(0.8)(judged(fake=fake, fake_scores=((fake @ matrix) * fake).sum(-1)))
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
    assert both(judged(real, fake, real_scores, fake_scores)).tolist() == pytest.approx(expected.tolist())


def test_around_an_update_each_penalty_sees_its_own_examples():
    network = small_discriminator()
    real, fake = normal(4, 2) + 1, normal(4, 2) - 1
    gan = GAN(MLP(2, 2), network, loss=minimax)

    def penalty_paid(penalty: object) -> float:
        gan.penalty = None
        without = discriminator_loss(gan, real, fake, (), Stream(0))
        gan.penalty = penalty
        return (discriminator_loss(gan, real, fake, (), Stream(0)) - without).item()

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


def test_the_gradient_penalty_of_a_linear_discriminator_is_known():
    direction = torch.tensor([3.0, 4.0], dtype=DOUBLE)
    real, fake = normal(2, 6, 2).requires_grad_().unbind()
    seen = judged(real, fake - 1, torch.zeros(6), None, lambda points: points @ direction, Stream(0, dtype=DOUBLE))
    assert GradientPenalty(10.0)(seen).tolist() == pytest.approx([10 * (5 - 1) ** 2] * 6)
    assert OneSidedGradientPenalty(10.0)(seen).tolist() == pytest.approx([10 * (5 - 1) ** 2] * 6)


def test_one_sided_it_costs_nothing_to_be_flat():
    flat, steep = (torch.tensor([length, 0.0], dtype=DOUBLE, requires_grad=True) for length in (0.4, 1.4))
    real, fake = normal(2, 6, 2).requires_grad_().unbind()
    for direction, one, two in ((flat, 0.0, 3 * 0.36), (steep, 3 * 0.16, 3 * 0.16)):
        seen = judged(real, fake, torch.zeros(6), None, lambda points, own=direction: points @ own)
        paid = [
            kind(3.0)(seen._replace(stream=Stream(0, dtype=DOUBLE)))
            for kind in (OneSidedGradientPenalty, GradientPenalty)
        ]
        assert [each.mean().item() for each in paid] == pytest.approx([one, two])
    paid[0].mean().backward()
    assert steep.grad.tolist() == pytest.approx([3 * 2 * 0.4, 0.0])  # of λ(|a| - 1)²: 2 λ (|a| - 1) a/|a|


def test_the_gradient_penalty_equals_a_loop_over_the_examples():
    network, real, fake = small_discriminator(), normal(5, 2).requires_grad_(), normal(5, 2) - 1
    scores, stream = network(real), Stream(4, dtype=DOUBLE)
    paid = GradientPenalty(2.0)(judged(real, fake, scores, network(fake), network, Stream(4, dtype=DOUBLE)))
    for index, share in enumerate(stream.uniform(5)):
        between = (share * real[index] + (1 - share) * fake[index]).detach().requires_grad_()
        (slope,) = torch.autograd.grad(network(between.unsqueeze(0)).squeeze(), between)
        assert paid[index].item() == pytest.approx(2 * (slope.norm().item() - 1) ** 2, rel=1e-6)


def test_the_gradient_penalty_takes_images_and_teaches_the_discriminator():
    weight = torch.full((3, 2, 2), 0.5, dtype=DOUBLE, requires_grad=True)
    images = normal(4, 3, 2, 2).requires_grad_()
    seen = judged(
        images, -images, torch.zeros(4), None, lambda seen: (seen * weight).sum((1, 2, 3)), Stream(0, dtype=DOUBLE)
    )
    paid = GradientPenalty(1.0)(seen)
    paid.mean().backward()
    length = math.sqrt(12 * 0.25)
    assert paid.tolist() == pytest.approx([(length - 1) ** 2] * 4)
    expected = 2 * (length - 1) * 0.5 / length  # of (|w| - 1)²: 2 (|w| - 1) w/|w|
    assert weight.grad.flatten().tolist() == pytest.approx([expected] * 12)
