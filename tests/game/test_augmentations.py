"""What is done to the examples before the discriminator sees them."""

import pytest
import torch

from gan_edu.data.points import ring
from gan_edu.game.augmentations import InstanceNoise
from gan_edu.game.gan import GAN, descend
from gan_edu.game.losses import non_saturating
from gan_edu.game.penalties import R1
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream
from gan_edu.sweeps.run_together import run_together

DOUBLE = torch.float64


def make(seed: int = 0, width: float = 0.3, penalty: object = None) -> Training:
    players = MLP(2, 2, (8,)).double(), MLP(2, None, (8,)).double()
    gan = GAN(*players, loss=non_saturating, penalty=penalty, augmentation=InstanceNoise(width))
    return Training(gan, ring(), seed, batch_size=16, view_size=8)


def same(one: Training, other: Training) -> bool:
    pairs = zip(one.gan.discriminator.parameters(), other.gan.discriminator.parameters(), strict=True)
    return all(torch.equal(*pair) for pair in pairs)


def test_the_noise_has_the_width_that_was_asked_for():
    noise = InstanceNoise(0.3)(torch.zeros(100_000, 2), Stream(0))
    assert noise.std().item() == pytest.approx(0.3, rel=0.02)
    assert noise.mean().item() == pytest.approx(0, abs=0.005)


def test_a_step_with_instance_noise_is_that_of_a_loop_by_hand():
    training, twin = make(), make()
    training.run(3)
    gan, stream, softplus = twin.gan, twin.stream, torch.nn.functional.softplus
    for _ in range(3):
        (real,) = twin.draw()
        with torch.no_grad():
            fake = gan.generator(stream.normal(16, 2))
        both = torch.cat([real, fake])
        real_scores, fake_scores = gan.discriminator(both + 0.3 * stream.normal(32, 2)).chunk(2)
        descend(gan.d_optimizer, (softplus(-real_scores) + softplus(fake_scores)).mean())
        fake = gan.generator(stream.normal(16, 2))
        noisy = fake + 0.3 * stream.normal(16, 2)
        descend(gan.g_optimizer, softplus(-gan.discriminator(noisy)).mean())
    assert same(training, twin)


@pytest.mark.parametrize("penalty", [None, R1(0.1)])
def test_members_of_an_ensemble_see_their_own_noise(penalty: object):
    settings = [(0, 0.1), (1, 0.5), (1, 0.1)]
    alone, together = ([make(*pair, penalty) for pair in settings] for _ in range(2))
    for training in alone:
        training.run(10)
    run_together(together, 10)
    for one, other in zip(alone, together, strict=True):
        assert one.samples(50).flatten().tolist() == pytest.approx(other.samples(50).flatten().tolist(), abs=1e-6)


def test_after_a_rewind_the_noise_is_the_same_again():
    training = make()
    training.run(2)
    state = training.state()
    training.run(5)
    before = training.samples(10)
    training.restore(state)
    training.run(5)
    assert torch.equal(training.samples(10), before)
