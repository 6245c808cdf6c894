"""A step gives the same bits as the same loop written out in plain PyTorch, and the numbers of a textbook's loop."""

import copy
import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from gan_edu.game.gan import GAN, descend, differentiate, discriminator_loss, generator_loss
from gan_edu.game.losses import Loss, minimax, non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.penalties import R1
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating, simultaneous
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream

BATCH, STEPS = 32, 12
LOSSES = pytest.mark.parametrize("loss", [minimax, non_saturating], ids=["minimax", "non-saturating"])
PENALTIES = pytest.mark.parametrize("penalty", [None, R1(0.3)], ids=["without penalty", "with R1"])


class Bell:
    """Real examples that are quickly drawn by hand as well: twice a standard normal number, plus one."""

    def __init__(self, *shape: int):
        self.shape = shape

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        return 2 * stream.normal(count, *self.shape) + 1


class ByHand:
    """A loop with two optimizers and one random generator, which begins where a training stands."""

    def __init__(self, training: Training, shape: tuple[int, ...] = (2,)):
        gan, self.shape = training.gan, shape
        self.random = torch.Generator()
        self.random.set_state(training.stream.generator.get_state())
        self.dtype, self.noise_size = training.stream.dtype, gan.noise_size
        self.G, self.D = copy.deepcopy(gan.generator), copy.deepcopy(gan.discriminator)
        self.minimax = gan.loss is minimax
        self.penalty = gan.penalty.weight if gan.penalty else None
        self.g_optimizer = torch.optim.Adam(self.G.parameters(), lr=0.01, betas=(0.5, 0.9), fused=True)
        self.d_optimizer = torch.optim.Adam(self.D.parameters(), lr=0.02, betas=(0.5, 0.9), fused=True)

    def real(self) -> torch.Tensor:
        return 2 * torch.randn(BATCH, *self.shape, generator=self.random, dtype=self.dtype) + 1

    def noise(self) -> torch.Tensor:
        return torch.randn(BATCH, self.noise_size, generator=self.random, dtype=self.dtype)

    def d_loss(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        if self.penalty is None:
            scores = self.D(torch.cat([real, fake]))
            return (softplus(-scores[:BATCH]) + softplus(scores[BATCH:])).mean()
        real.requires_grad_(True)
        real_scores, fake_scores = self.D(real), self.D(fake)
        (slope,) = torch.autograd.grad(real_scores.sum(), real, create_graph=True)
        steepness = (slope**2).flatten(1).sum(1)
        return (softplus(-real_scores) + softplus(fake_scores) + self.penalty / 2 * steepness).mean()

    def g_loss(self, fake: torch.Tensor) -> torch.Tensor:
        scores = self.D(fake)
        return (-softplus(scores)).mean() if self.minimax else softplus(-scores).mean()

    def alternating(self, discriminator_updates: int) -> tuple[float, float]:
        for _ in range(discriminator_updates):
            real = self.real()
            d_loss = self.d_loss(real, self.G(self.noise()).detach())
            self.d_optimizer.zero_grad()
            d_loss.backward()
            self.d_optimizer.step()
        g_loss = self.g_loss(self.G(self.noise()))
        self.g_optimizer.zero_grad()
        g_loss.backward()
        self.g_optimizer.step()
        return d_loss.item(), g_loss.item()

    def simultaneous(self) -> tuple[float, float]:
        real, fake = self.real(), self.G(self.noise())
        d_loss = self.d_loss(real, fake.detach())
        g_loss = self.g_loss(fake)
        d_gradients = torch.autograd.grad(d_loss, list(self.D.parameters()))
        g_gradients = torch.autograd.grad(g_loss, list(self.G.parameters()))
        for network, gradients in ((self.D, d_gradients), (self.G, g_gradients)):
            for weights, gradient in zip(network.parameters(), gradients, strict=True):
                weights.grad = gradient
        self.d_optimizer.step()
        self.g_optimizer.step()
        return d_loss.item(), g_loss.item()


def make(loss: Loss, penalty: R1 | None, update: Callable, double: bool = False) -> Training:
    generator, discriminator = MLP(3, 2, (16, 16)), MLP(2, None, (16, 16))
    if double:
        generator.double(), discriminator.double()
    gan = GAN(generator, discriminator, loss, penalty, 3, Adam(0.01, (0.5, 0.9)), Adam(0.02, (0.5, 0.9)))
    return Training(gan, Bell(2), seed=5, batch_size=BATCH, update=update)


def compare(training: Training, hand: ByHand, step: Callable[[], tuple[float, float]]) -> None:
    """Both make the same steps: the losses on the way and the weights at the end are the same bits."""
    for snapshot in training.watch(STEPS, every=1):
        assert (snapshot.d_loss, snapshot.g_loss) == step()
    assert same(training.gan.generator, hand.G)
    assert same(training.gan.discriminator, hand.D)


def same(first: nn.Module, second: nn.Module) -> bool:
    return all(torch.equal(*pair) for pair in zip(first.parameters(), second.parameters(), strict=True))


@LOSSES
@PENALTIES
@pytest.mark.parametrize("discriminator_updates", [1, 3])
def test_alternating_is_bitwise_the_loop_by_hand(loss, penalty, discriminator_updates):
    training = make(loss, penalty, partial(alternating, discriminator_updates=discriminator_updates))
    hand = ByHand(training)
    compare(training, hand, lambda: hand.alternating(discriminator_updates))


@LOSSES
@PENALTIES
def test_simultaneous_is_bitwise_the_loop_by_hand(loss, penalty):
    training = make(loss, penalty, simultaneous)
    hand = ByHand(training)
    compare(training, hand, hand.simultaneous)


@PENALTIES
def test_images_are_bitwise_the_loop_by_hand(penalty):
    networks = ImageGenerator(3, 4), ImageDiscriminator(4)
    gan = GAN(*networks, non_saturating, penalty, 3, Adam(0.01, (0.5, 0.9)), Adam(0.02, (0.5, 0.9)))
    training = Training(gan, Bell(1, 8, 8), seed=5, batch_size=BATCH)
    hand = ByHand(training, (1, 8, 8))
    compare(training, hand, lambda: hand.alternating(1))


@LOSSES
def test_alternating_gives_the_numbers_of_a_textbook(loss):
    """Two passes of the discriminator, and cross-entropy against ones and zeros."""
    training = make(loss, None, alternating, double=True)
    hand, cross_entropy = ByHand(training), binary_cross_entropy_with_logits
    ones, zeros = torch.ones(BATCH, dtype=torch.float64), torch.zeros(BATCH, dtype=torch.float64)
    for snapshot in training.watch(STEPS, every=1):
        real, fake = hand.real(), hand.G(hand.noise())
        d_loss = cross_entropy(hand.D(real), ones) + cross_entropy(hand.D(fake.detach()), zeros)
        hand.D.zero_grad()
        d_loss.backward()
        hand.d_optimizer.step()
        scores = hand.D(hand.G(hand.noise()))
        g_loss = -cross_entropy(scores, zeros) if loss is minimax else cross_entropy(scores, ones)
        hand.G.zero_grad()
        g_loss.backward()
        hand.g_optimizer.step()
        assert snapshot.d_loss == pytest.approx(d_loss.item(), rel=1e-9)
        assert snapshot.g_loss == pytest.approx(g_loss.item(), rel=1e-9)


def test_the_updates_differ_only_in_which_discriminator_the_generator_sees():
    """The discriminator's first move is the same; the generator's loss is taken against another one."""
    first, second = make(non_saturating, None, alternating), make(non_saturating, None, simultaneous)
    first.run(1), second.run(1)
    assert same(first.gan.discriminator, second.gan.discriminator)
    assert not same(first.gan.generator, second.gan.generator)


class OneWeight(nn.Module):
    def __init__(self, start: float):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(start, dtype=torch.float64))


class Point(OneWeight):
    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return self.weight.expand(len(noise), 1)


class Slope(OneWeight):
    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return self.weight * points.squeeze(-1)


def dirac(slope: float, loss: Loss = minimax) -> GAN:
    """Real examples at zero, a generator that makes the point 1 of any noise, and gradient descent by steps of 0.2."""
    descent = partial(torch.optim.SGD, lr=0.2)
    return GAN(Point(1.0), Slope(slope), loss, None, 1, descent, descent)


def at_zero() -> torch.Tensor:
    return torch.zeros(1, 1, dtype=torch.float64)


@pytest.mark.parametrize(("loss", "radius"), [(minimax, 3.097), (non_saturating, 0.640)])
def test_simultaneous_reaches_the_published_radius_on_the_dirac_gan(loss, radius):
    """500 steps of 0.2 from distance 1, as in the code of arXiv:1801.04406, whose scores have the other sign."""
    gan, stream = dirac(-1.0, loss), Stream(0, dtype=torch.float64)
    for _ in range(500):
        simultaneous(gan, at_zero, stream)
    assert math.hypot(gan.generator.weight.item(), gan.discriminator.weight.item()) == pytest.approx(radius, abs=5e-4)


def test_alternating_moves_the_discriminator_first():
    gan = dirac(1.0)
    alternating(gan, at_zero, Stream(0, dtype=torch.float64))
    slope = 1 - 0.2 / (1 + math.exp(-1))  # of softplus(ψθ) by ψ, at ψ = θ = 1
    place = 1 + 0.2 * slope / (1 + math.exp(-slope))  # of -softplus(ψθ) by θ, at the new ψ
    assert gan.discriminator.weight.item() == pytest.approx(slope)
    assert gan.generator.weight.item() == pytest.approx(place)


@pytest.mark.parametrize("update", [alternating, simultaneous])
def test_the_losses_come_back_detached(update):
    losses = update(dirac(1.0), at_zero, Stream(0, dtype=torch.float64))
    assert [loss.requires_grad for loss in losses] == [False, False]
    assert [loss.shape for loss in losses] == [(), ()]


def test_a_player_gets_its_own_gradient_and_the_other_none():
    gan = make(non_saturating, None, alternating).gan
    differentiate(gan.g_optimizer, generator_loss(gan, gan.fake(torch.zeros(4, 2), Stream(0))))
    assert all(weights.grad is not None for weights in gan.generator.parameters())
    assert all(weights.grad is None for weights in gan.discriminator.parameters())


def test_gradients_do_not_pile_up():
    gan, real = make(non_saturating, None, alternating).gan, torch.ones(4, 2)
    gradients = []
    for _ in range(2):
        differentiate(gan.d_optimizer, discriminator_loss(gan, real, -real))
        gradients.append([weights.grad for weights in gan.discriminator.parameters()])
    assert all(torch.equal(*pair) for pair in zip(*gradients, strict=True))


def test_every_member_of_an_ensemble_gets_the_gradient_of_its_own_loss():
    weights = nn.Parameter(torch.tensor([1.0, 2.0]))
    optimizer = torch.optim.SGD([weights], lr=1.0)
    descend(optimizer, weights.square())
    assert weights.tolist() == [-1, -2]


@pytest.mark.parametrize("penalty", [None, R1(0.3)])
def test_the_real_examples_come_back_as_they_were(penalty):
    gan, real = make(non_saturating, penalty, alternating).gan, torch.ones(4, 2)
    discriminator_loss(gan, real, -real)
    assert not real.requires_grad


def test_the_noise_has_the_size_asked_for():
    gan = GAN(nn.Identity(), MLP(5, None), minimax, noise_size=5, g_optimizer=lambda _: None)
    assert torch.equal(gan.fake(torch.zeros(7, 5), Stream(3)), Stream(3).normal(7, 5))


COUNTS = [(0, ValueError), (-2, ValueError), (2.0, TypeError), (True, TypeError)]


@pytest.mark.parametrize(("value", "error"), COUNTS)
def test_a_noise_size_that_is_no_positive_integer_is_refused(value, error):
    with pytest.raises(error, match=rf"^noise_size must be an? (positive )?integer, got {value}$"):
        GAN(MLP(2, 2), MLP(2, None), minimax, noise_size=value)


@pytest.mark.parametrize(("value", "error"), COUNTS)
def test_a_number_of_discriminator_updates_that_is_no_positive_integer_is_refused(value, error):
    with pytest.raises(error, match=rf"^discriminator_updates must be an? (positive )?integer, got {value}$"):
        alternating(dirac(1.0), at_zero, Stream(0), discriminator_updates=value)
