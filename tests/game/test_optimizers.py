"""Adam is the published algorithm, and the decay is that of PyTorch's scheduler."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from gan_edu.game.optimizers import Adam, CosineDecay, constant
from gan_edu.randomness import Stream


def adam_by_hand(gradients: np.ndarray, rate: float, beta_1: float, beta_2: float) -> np.ndarray:
    """Algorithm 1 of Kingma and Ba, from zero: where the weights are after all gradients."""
    weights, mean, square = (np.zeros(gradients.shape[1]) for _ in range(3))
    for step, gradient in enumerate(gradients, start=1):
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        weights -= rate * (mean / (1 - beta_1**step)) / (np.sqrt(square / (1 - beta_2**step)) + 1e-8)
    return weights


@pytest.mark.parametrize("betas", [(0.0, 0.99), (0.5, 0.999), (0.9, 0.9)])
def test_adam_is_the_published_algorithm(betas):
    gradients = Stream(0, "gradients", dtype=torch.float64).normal(20, 5)
    weights = nn.Parameter(torch.zeros(5, dtype=torch.float64))
    optimizer = Adam(0.03, betas)([weights])
    for gradient in gradients:
        weights.grad = gradient.clone()
        optimizer.step()
    expected = adam_by_hand(gradients.numpy(), 0.03, *betas)
    assert weights.tolist() == pytest.approx(expected.tolist(), rel=1e-10)


def test_the_factory_makes_pytorchs_adam_with_its_settings():
    network = nn.Linear(2, 3)
    optimizer = Adam(0.5, betas=(0.1, 0.2))(network.parameters())
    assert type(optimizer) is torch.optim.Adam
    assert [
        weights is own for weights, own in zip(optimizer.param_groups[0]["params"], network.parameters(), strict=True)
    ]
    assert (optimizer.defaults["lr"], optimizer.defaults["betas"]) == (0.5, (0.1, 0.2))
    assert optimizer.defaults["weight_decay"] == 0


def test_one_factory_makes_optimizers_that_share_nothing():
    make, networks = Adam(), [nn.Linear(1, 1), nn.Linear(1, 1)]
    first, second = (make(network.parameters()) for network in networks)
    first.param_groups[0]["lr"] = 0.0
    assert second.param_groups[0]["lr"] == make.learning_rate > 0


@pytest.mark.parametrize(
    ("rate", "error"),
    [(0, ValueError), (-1e-3, ValueError), (math.nan, ValueError), (math.inf, ValueError), ("1e-3", TypeError)],
)
def test_a_learning_rate_that_is_not_above_zero_is_refused(rate, error):
    with pytest.raises(error, match=rf"^learning_rate must be .*got {rate!r}$"):
        Adam(rate)


@pytest.mark.parametrize("betas", [(0.0, 1.0), (-0.1, 0.9), (math.nan, 0.9), (0.9, math.inf), (0.9,), (0.1, 0.2, 0.3)])
def test_betas_outside_zero_to_one_are_refused(betas):
    with pytest.raises(ValueError, match=r"^betas must be two numbers in \[0, 1\), got \("):
        Adam(betas=betas)


@pytest.mark.parametrize("betas", [0.9, ("0", "0.9"), None])
def test_betas_that_are_no_pair_of_numbers_are_refused(betas):
    with pytest.raises(TypeError, match=r"^betas must be two numbers"):
        Adam(betas=betas)


@pytest.mark.parametrize(("steps", "final"), [(1, 0.5), (7, 0.01), (100, 0.1), (100, 1.0)])
def test_the_decay_is_that_of_pytorchs_scheduler(steps, final):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps, eta_min=0.3 * final)
    decay = CosineDecay(steps, final)
    for step in range(steps + 1):
        assert 0.3 * decay(step) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        optimizer.step()
        scheduler.step()


def test_the_decay_starts_at_one_and_stays_at_its_end():
    decay = CosineDecay(40, 0.2)
    assert [decay(0), decay(20), decay(40), decay(41), decay(10**6)] == pytest.approx([1, 0.6, 0.2, 0.2, 0.2])


def test_constant_stays_at_one():
    assert [constant(step) for step in (0, 1, 10**9)] == [1, 1, 1]


@pytest.mark.parametrize(("steps", "error"), [(0, ValueError), (-5, ValueError), (10.0, TypeError), (True, TypeError)])
def test_steps_that_are_no_positive_integer_are_refused(steps, error):
    with pytest.raises(error, match=rf"^steps must be an? (positive )?integer, got {steps}$"):
        CosineDecay(steps)


@pytest.mark.parametrize("final", [0, -0.1, math.nan, math.inf])
def test_a_final_factor_that_is_not_above_zero_is_refused(final):
    with pytest.raises(ValueError, match=rf"^final must be finite and above zero, got {final}$"):
        CosineDecay(10, final)


def test_no_momentum_may_be_written_as_an_integer():
    weights = torch.nn.Parameter(torch.ones(3))
    optimizer = Adam(betas=(0, 0.99))([weights])
    weights.grad = torch.ones(3)
    optimizer.step()
    torch.testing.assert_close(weights.detach(), torch.full((3,), 1 - 2e-3))
