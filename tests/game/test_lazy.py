"""A lazy penalty is a penalty at some steps, as often stronger, and nothing at the others."""

from functools import partial

import pytest
import torch

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.penalties import R1
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating, lazy, simultaneous
from gan_edu.networks.points import MLP

WEIGHT = 0.25  # a power of two: three times it has no rounding of its own


def training(penalty=None, update=alternating) -> Training:
    adam = Adam(0.01)
    players = MLP(2, 2, (8, 8)), MLP(2, None, (8, 8))
    gan = GAN(*players, loss=non_saturating, penalty=penalty, g_optimizer=adam, d_optimizer=adam)
    return Training(gan, ring(), seed=1, batch_size=16, update=update)


def weights(run: Training) -> torch.Tensor:
    networks = run.gan.generator, run.gan.discriminator
    return torch.cat([own.detach().flatten() for network in networks for own in network.parameters()])


@pytest.mark.parametrize("inner", [alternating, simultaneous])
def test_it_is_the_run_in_which_somebody_turns_the_penalty_on_and_off(inner):
    run, switched = training(R1(WEIGHT), partial(lazy, every=3, update=inner)), training(update=inner)
    for step in range(8):
        switched.gan.penalty = None if step % 3 else R1(3 * WEIGHT)
        switched.advance(), run.advance()
        assert torch.allclose(weights(run), weights(switched), rtol=0, atol=1e-6), step
    assert run.gan.penalty == R1(WEIGHT)


def test_at_every_step_it_is_the_usual_update():
    run, usual = training(R1(WEIGHT), partial(lazy, every=1)), training(R1(WEIGHT))
    assert torch.equal(*(weights(each) for each in (run, usual)))
    run.run(5), usual.run(5)
    assert torch.equal(weights(run), weights(usual))


def test_without_a_penalty_it_is_the_usual_update():
    run, usual = training(update=partial(lazy, every=2)), training()
    run.run(5), usual.run(5)
    assert torch.equal(weights(run), weights(usual))


def test_the_penalty_is_looked_at_as_rarely_as_said():
    seen = []

    def counted(judged):
        seen.append(len(judged.real))
        return R1(WEIGHT)(judged)

    training(counted, partial(lazy, every=4)).run(9)
    assert seen == [16] * 3  # at the steps 0, 4 and 8


@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (-2, ValueError), (1.5, TypeError), (True, TypeError)])
def test_steps_between_that_are_no_positive_integer_are_refused(value, error):
    run = training(R1(WEIGHT), partial(lazy, every=value))
    before = weights(run)
    with pytest.raises(error, match=rf"^every must be an? (positive )?integer, got {value}$"):
        run.run(1)
    assert torch.equal(weights(run), before)
