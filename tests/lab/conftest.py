"""Trainings that tests of the lab's views look at."""

import pytest
import torch
from torch import nn

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.penalties import R1
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP


@pytest.fixture
def trained() -> Training:
    """Twenty steps on the ring."""
    gan = GAN(MLP(2, 2, (16,)), MLP(2, None, (16,)), loss=non_saturating, penalty=R1(0.1))
    made = Training(gan, ring(), batch_size=32)
    made.run(20)
    return made


@pytest.fixture
def straight(trained: Training) -> Training:
    """The discriminator's score is 2x - y, and the generator passes the noise on."""
    linear = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[2.0, -1.0]]))
    trained.gan.discriminator = nn.Sequential(linear, nn.Flatten(-2))
    trained.gan.generator = trained.averaged = nn.Identity()
    return trained
