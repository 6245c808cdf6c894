"""Extragradient and optimistic steps: formulas on the Dirac-GAN, loops by hand on networks, and a way back."""

import copy
from functools import partial

import numpy as np
import pytest
import torch
from one_weight import Point, Slope

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN, discriminator_loss, generator_loss
from gan_edu.game.losses import Loss, minimax, non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.penalties import R1
from gan_edu.game.training import Training
from gan_edu.game.updates import extragradient, optimistic
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream
from gan_edu.theory import dirac, dirac_methods
from gan_edu.theory.dirac import WithPenalty
from gan_edu.theory.dirac_methods import trajectory

UPDATES = pytest.mark.parametrize(
    ("update", "method"),
    [(extragradient, dirac_methods.extragradient), (optimistic, dirac_methods.optimistic)],
    ids=["extragradient", "optimistic"],
)


def at_zero() -> tuple[torch.Tensor]:
    return (torch.zeros(2, 1, dtype=torch.float64),)


@UPDATES
@pytest.mark.parametrize(("loss", "field"), [(minimax, dirac.minimax), (non_saturating, dirac.non_saturating)])
@pytest.mark.parametrize("weight", [None, 0.3])
def test_on_the_dirac_gan_each_step_is_its_formula(update, method, loss: Loss, field, weight):
    descent = partial(torch.optim.SGD, lr=0.2)
    penalty = R1(weight) if weight else None
    players, rates = (Point(1.0), Slope(-1.0)), {"g_optimizer": descent, "d_optimizer": descent}
    gan = GAN(*players, loss=loss, penalty=penalty, noise_size=1, **rates)
    found = [(1.0, -1.0)]
    for _ in range(40):
        update(gan, at_zero, Stream(0, dtype=torch.float64))
        found.append((gan.generator.weight.item(), gan.discriminator.weight.item()))
    expected = trajectory(WithPenalty(field, weight or 0.0), method, (1.0, -1.0), 0.2, 40)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    assert np.hypot(*found[-1]) < 0.95 * np.hypot(*found[0])  # where simultaneous descent would have grown


def training(update, rate: float = 0.01) -> Training:
    gan = GAN(
        MLP(2, 2, (8,)).double(),
        MLP(2, None, (8,)).double(),
        loss=non_saturating,
        penalty=R1(0.1),
        g_optimizer=Adam(rate, (0.5, 0.9)),
        d_optimizer=Adam(2 * rate, (0.5, 0.9)),
    )
    return Training(gan, ring(), seed=3, batch_size=16, view_size=8, update=update)


class ByHand:
    """The same networks and random numbers, with moves written out."""

    def __init__(self, run: Training):
        self.stream = Stream(0, dtype=torch.float64)
        self.stream.generator.set_state(run.stream.generator.get_state())
        self.gan = copy.deepcopy(run.gan)
        self.players = [self.gan.generator, self.gan.discriminator]
        self.adams = [
            torch.optim.Adam(player.parameters(), lr=rate, betas=(0.5, 0.9), fused=True)
            for player, rate in zip(self.players, (0.01, 0.02), strict=True)
        ]

    def gradients(self) -> list[list[torch.Tensor]]:
        real = ring().sample(16, self.stream)
        fake = self.gan.generator(self.stream.normal(16, 2))
        losses = (
            generator_loss(self.gan, real, fake, (), self.stream),
            discriminator_loss(self.gan, real, fake.detach(), (), self.stream),
        )
        return [
            list(torch.autograd.grad(loss, list(player.parameters()), retain_graph=True))
            for loss, player in zip(losses, self.players, strict=True)
        ]

    def step(self, gradients: list[list[torch.Tensor]]) -> None:
        for player, own, adam in zip(self.players, gradients, self.adams, strict=True):
            for weights, gradient in zip(player.parameters(), own, strict=True):
                weights.grad = gradient.clone()
            adam.step()

    def assert_same(self, run: Training) -> None:
        for player, other in zip(self.players, (run.gan.generator, run.gan.discriminator), strict=True):
            for one, two in zip(player.parameters(), other.parameters(), strict=True):
                torch.testing.assert_close(one, two, rtol=1e-9, atol=1e-12)


def test_extragradient_with_adam_is_a_loop_by_hand():
    run = training(extragradient)
    hand = ByHand(run)
    for _ in range(6):
        here = copy.deepcopy([player.state_dict() for player in hand.players])
        hand.step(hand.gradients())
        ahead = hand.gradients()
        for player, place in zip(hand.players, here, strict=True):
            player.load_state_dict(place)
        hand.step(ahead)
    run.run(6)
    hand.assert_same(run)


def test_optimistic_with_adam_is_a_loop_by_hand():
    run = training(optimistic)
    hand = ByHand(run)
    last = None
    for _ in range(6):
        newest = hand.gradients()
        before = newest if last is None else last
        hand.step(
            [[2 * one - two for one, two in zip(*pair, strict=True)] for pair in zip(newest, before, strict=True)]
        )
        last = newest
    run.run(6)
    hand.assert_same(run)


@UPDATES
def test_a_run_comes_back_whole(update, method):
    run = training(update)
    run.run(3)
    kept = run.state()
    there = [run.run(4).samples, run.restore(kept), run.run(4).samples]
    assert torch.equal(there[0], there[2])
    run.reset(3)
    assert torch.equal(run.run(7).samples, there[0])


def test_the_first_state_can_be_gone_back_to():
    run = training(optimistic)
    kept = run.state()
    first = run.run(3).samples
    run.restore(kept)
    assert torch.equal(run.run(3).samples, first)
