"""Clipping is part of the step: also after a rewind, and with any optimizer."""

from functools import partial

import pytest
import torch
from torch import nn

from gan_edu.data.points import ring
from gan_edu.game.clipping import Clipped
from gan_edu.game.gan import GAN
from gan_edu.game.losses import wasserstein
from gan_edu.game.optimizers import Adam
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP


@pytest.mark.parametrize(
    "optimizer", [Adam(0.1), partial(torch.optim.RMSprop, lr=0.1), partial(torch.optim.SGD, lr=0.1)]
)
def test_a_clipped_step_is_the_step_and_then_a_clamp(optimizer):
    start = torch.tensor([0.29, -0.29, 0.0, 5.0])
    clipped, plain = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    both = Clipped(optimizer, 0.3)([clipped]), optimizer([plain])
    for gradient in (torch.tensor([-1.0, 1.0, 0.5, 0.0]), torch.tensor([1.0, 1.0, -3.0, 1.0])):
        for weights, one in zip((clipped, plain), both, strict=True):
            weights.grad = gradient.clone()
            one.step()
        with torch.no_grad():
            for place, value in enumerate(plain.tolist()):
                plain[place] = max(-0.3, min(0.3, value))
        assert torch.equal(clipped, plain)


def test_a_rewound_training_still_clips():
    gan = GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=wasserstein, d_optimizer=Clipped(Adam(0.05), 0.1))
    training = Training(gan, ring(), batch_size=16, view_size=4)
    training.run(3)
    state = training.state()
    after = training.run(5).discriminator
    training.restore(state)
    again = training.run(5).discriminator
    for one, other in zip(after.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
        assert other.abs().max() <= 0.1


@pytest.mark.parametrize("bound", [0.0, -1.0, float("nan"), float("inf")])
def test_a_bad_bound_is_named(bound):
    with pytest.raises(ValueError, match="bound must be finite and above zero"):
        Clipped(Adam(), bound)


def test_a_bound_that_is_no_number_is_named():
    with pytest.raises(TypeError, match="bound must be a number"):
        Clipped(Adam(), "0.1")


def test_an_optimizer_instead_of_its_maker_is_named():
    with pytest.raises(TypeError, match="optimizer must be "):
        Clipped("Adam", 0.1)
