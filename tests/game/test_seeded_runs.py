"""A seeded run stays the run that it was: its weights and samples, as they were before any later change of the code.

Processors round differently, so not the bits are compared but sums of double precision numbers, to nine digits. A
change of the order in which numbers are drawn, or of what is computed with them, moves the first of these digits.
"""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch

from gan_edu.data.images import digits
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import minimax, non_saturating, relativistic
from gan_edu.game.optimizers import CosineDecay
from gan_edu.game.penalties import R1, R2, Both
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating, simultaneous, unrolled
from gan_edu.networks.groups import Packed
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP


def points(loss: object, penalty: object = None, discriminator: object = None, **settings: object) -> Training:
    judge = (discriminator or MLP(2, None)).double()
    return Training(GAN(MLP(2, 2).double(), judge, loss=loss, penalty=penalty), ring(), seed=3, **settings)


def images() -> Training:
    players = ImageGenerator().double(), ImageDiscriminator().double()
    gan = GAN(*players, loss=non_saturating, penalty=R1(0.5), noise_size=16)
    return Training(gan, digits(), batch_size=16, view_size=16)


RUNS: dict[str, tuple[Callable[[], Training], int]] = {
    "alternating": (lambda: points(non_saturating), 20),
    "simultaneous": (lambda: points(minimax, R1(0.1), update=simultaneous), 20),
    "three updates": (lambda: points(non_saturating, update=partial(alternating, discriminator_updates=3)), 20),
    "unrolled": (lambda: points(non_saturating, R2(0.1), update=partial(unrolled, steps=2)), 10),
    "packed": (lambda: points(non_saturating, R1(0.1), Packed(MLP(4, None), 2)), 20),
    "averaged": (
        lambda: points(relativistic, Both(R1(0.1), R2(0.2)), averaging=0.9, schedule=CosineDecay(20)),
        20,
    ),
    "digits": (images, 3),
}
FINGERPRINTS = {
    "alternating": (-6.132347696958552, -1.6003933384416975, 1.0278546003831794),
    "simultaneous": (-5.417399456625403, -2.9414361712809014, 1.8422324499492215),
    "three updates": (-5.766836421446679, -1.7288314848404518, 0.8438851229627717),
    "unrolled": (-5.172274453144277, -1.6230827304847908, 1.2644469941085472),
    "packed": (-3.3217695234184093, -0.9859405934979659, 0.4102655703010265),
    "averaged": (-5.068351922373568, -1.6360075649595887, 1.1070852371673423),
    "digits": (-3.0103300959238757, -1.3735046212481299, -2.919344780334794),
}


def fingerprint(training: Training) -> tuple[float, float, float]:
    """Sums of the discriminator's weights, the generator's and the samples, each number weighed by its place."""
    networks = training.gan.discriminator, training.gan.generator
    numbers = [torch.cat([weights.detach().flatten() for weights in network.parameters()]) for network in networks]
    numbers.append(training.samples(20).detach().flatten())
    return tuple((each * torch.arange(len(each)).double().cos()).sum().item() for each in numbers)


@pytest.mark.parametrize("name", RUNS)
def test_a_seeded_run_is_the_one_that_it_was(name: str):
    make, steps = RUNS[name]
    training = make()
    training.run(steps)
    assert all(map(math.isfinite, fingerprint(training)))
    assert fingerprint(training) == pytest.approx(FINGERPRINTS[name], rel=1e-9)
