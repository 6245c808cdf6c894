"""Orthonormal weights are what NumPy finds; a network of them is never steeper than 1, and can be as steep."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import wasserstein
from gan_edu.game.training import Training
from gan_edu.networks.lipschitz import GroupSort, Orthonormal
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize
from gan_edu.sweeps.ensemble import Ensemble
from gan_edu.sweeps.run_together import run_together

DOUBLE = torch.float64


def normal(*shape: int, name: str = "inputs") -> torch.Tensor:
    return Stream(0, name, dtype=DOUBLE).normal(*shape)


def layer(inputs: int, outputs: int, iterations: int = 12) -> Orthonormal:
    stream = Stream(0, "layer", dtype=DOUBLE)
    return initialize(Orthonormal(nn.Linear(inputs, outputs).double(), iterations), stream)


def network(seed: int = 0) -> nn.Sequential:
    parts = [Orthonormal(nn.Linear(2, 8)), GroupSort(2), Orthonormal(nn.Linear(8, 8)), GroupSort(4)]
    parts = nn.Sequential(*parts, Orthonormal(nn.Linear(8, 1)), nn.Flatten(-2))
    return initialize(parts.double(), Stream(seed, "network", dtype=DOUBLE))


@pytest.mark.parametrize(("inputs", "outputs"), [(5, 3), (3, 5), (1, 4), (4, 1), (6, 6)])
def test_the_weights_are_the_nearest_orthonormal_ones(inputs, outputs):
    made = layer(inputs, outputs, iterations=60)
    left, _, right = np.linalg.svd(made.layer.weight.detach().numpy(), full_matrices=False)
    assert made.weight().detach().numpy() == pytest.approx(left @ right, abs=1e-9)
    inside = normal(4, inputs)
    expected = inside @ made.weight().T + made.layer.bias
    assert torch.allclose(made(inside), expected)


@pytest.mark.parametrize("iterations", [1, 3, 12])
def test_cut_short_it_stretches_nothing(iterations):
    values = torch.linalg.svdvals(layer(32, 32, iterations).weight())
    assert values[0] <= 1 + 1e-9
    assert values[-1] > torch.linalg.svdvals(layer(32, 32, 1).layer.weight / 100)[-1]
    assert iterations < 12 or values.median() > 0.999


def test_its_slope_is_that_of_finite_differences():
    made, inside = layer(3, 4, iterations=5), normal(6, 3)

    def outputs(weight: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(made, {"layer.weight": weight}, inside)

    weight = made.layer.weight.detach().requires_grad_()
    assert torch.autograd.gradcheck(outputs, weight)
    assert torch.autograd.gradgradcheck(outputs, weight)


def test_weights_of_zero_stay_zero_and_have_finite_slopes():
    made = layer(3, 2)
    nn.init.zeros_(made.layer.weight)
    made(normal(4, 3)).sum().backward()
    assert made.weight().abs().max() == 0
    assert made.layer.weight.grad.isfinite().all()


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_groups_are_sorted_as_numpy_sorts_them(size):
    features = normal(5, 4, 6)
    expected = np.sort(features.numpy().reshape(5, 4, -1, size), -1).reshape(5, 4, 6)
    assert np.array_equal(GroupSort(size)(features).numpy(), expected)


def test_a_slope_that_comes_back_through_the_groups_keeps_its_length():
    features, back = normal(7, 12).requires_grad_(), normal(7, 12, name="back")
    for size in (2, 3, 12):
        (slope,) = torch.autograd.grad(GroupSort(size)(features), features, back)
        assert slope.norm(dim=1).tolist() == pytest.approx(back.norm(dim=1).tolist())


def test_no_two_points_have_scores_farther_apart_than_they_are():
    points, others = normal(2, 4000, 2).unbind()
    made = network()
    with torch.no_grad():
        steepness = (made(points) - made(others)).abs() / (points - others).norm(dim=1)
    assert steepness.max() <= 1 + 1e-9


def test_it_can_be_the_absolute_value_which_relu_of_the_same_bounds_cannot():
    """|x| = max(x, -x): slope 1 on both sides of its corner."""
    made = nn.Sequential(Orthonormal(nn.Linear(1, 2, bias=False)), GroupSort(2), Orthonormal(nn.Linear(2, 1)))
    with torch.no_grad():
        made[0].layer.weight.copy_(torch.tensor([[1.0], [-1.0]]))
        made[2].layer.weight.copy_(torch.tensor([[-1.0, 1.0]])), made[2].layer.bias.zero_()
        x = torch.linspace(-2, 2, 9).unsqueeze(1)
        assert torch.allclose(made(x), x.abs(), atol=1e-6)


def game(seed: int = 0) -> Training:
    gan = GAN(MLP(2, 2, (8,)).double(), network(), loss=wasserstein)
    return Training(gan, ring(), seed=seed, batch_size=16, view_size=8)


def test_members_of_an_ensemble_train_as_they_would_alone_and_every_weight_takes_part():
    alone, together = ([game(seed) for seed in range(3)] for _ in range(2))
    before = copy.deepcopy(alone[0].gan.discriminator)
    for training in alone:
        training.run(5)
    run_together(together, 5)
    vector = nn.utils.parameters_to_vector
    for one, other in zip(alone, together, strict=True):
        weights = (vector(training.gan.discriminator.parameters()).detach() for training in (one, other))
        assert torch.allclose(*weights, rtol=1e-6, atol=1e-9)
    pairs = list(zip(before.parameters(), alone[0].gan.discriminator.parameters(), strict=True))
    assert all((one != other).any() and other.isfinite().all() for one, other in pairs[:-1])
    assert torch.equal(*pairs[-1])  # the bias of the score itself: the loss is free by a constant


def test_an_ensemble_scores_as_each_of_its_members():
    networks = [network(seed) for seed in range(3)]
    points = normal(3, 5, 2)
    expected = torch.stack([one(own) for one, own in zip(networks, points, strict=True)])
    assert torch.allclose(Ensemble(networks)(points), expected, atol=1e-12)


@pytest.mark.parametrize("wrong", [nn.ReLU(), nn.Conv2d(1, 2, 3), nn.Linear, None, 3])
def test_a_layer_that_is_not_linear_is_refused(wrong):
    with pytest.raises(TypeError, match=r"^layer must be Linear, got "):
        Orthonormal(wrong)


def test_features_that_do_not_fill_their_groups_are_refused():
    with pytest.raises(ValueError, match=r"^inputs must have features in groups of 2, got \(4, 3\)$"):
        GroupSort(2)(torch.zeros(4, 3))
