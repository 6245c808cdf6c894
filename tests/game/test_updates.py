"""A step gives the same bits as the same loop written out in plain PyTorch, and the numbers of a textbook's loop."""

import copy
import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
from one_weight import OneWeight, Point, Slope
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from gan_edu.game.gan import GAN, descend, differentiate, discriminator_loss, generator_loss
from gan_edu.game.losses import Loss, minimax, non_saturating, relativistic
from gan_edu.game.optimizers import Adam
from gan_edu.game.penalties import R1, R2, Both, Penalty
from gan_edu.game.training import Training
from gan_edu.game.updates import (
    alternating,
    discriminator_only,
    extragradient,
    generator_only,
    optimistic,
    simultaneous,
    unrolled,
)
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream

BATCH, STEPS = 32, 12
LOSSES = pytest.mark.parametrize(
    "loss", [minimax, non_saturating, relativistic], ids=["minimax", "non-saturating", "relativistic"]
)
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
        self.minimax, self.paired = gan.loss is minimax, gan.loss is relativistic
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
            return self.d_cost(scores[:BATCH], scores[BATCH:]).mean()
        real.requires_grad_(True)
        real_scores, fake_scores = self.D(real), self.D(fake)
        (slope,) = torch.autograd.grad(real_scores.sum(), real, create_graph=True)
        steepness = (slope**2).flatten(1).sum(1)
        return (self.d_cost(real_scores, fake_scores) + self.penalty / 2 * steepness).mean()

    def d_cost(self, real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
        if self.paired:
            return softplus(fake_scores - real_scores)
        return softplus(-real_scores) + softplus(fake_scores)

    def g_loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        scores = self.D(fake)
        if self.paired:
            return softplus(self.D(real) - scores).mean()
        return (-softplus(scores)).mean() if self.minimax else softplus(-scores).mean()

    def alternating(self, discriminator_updates: int) -> tuple[float, float]:
        for _ in range(discriminator_updates):
            real = self.real()
            d_loss = self.d_loss(real, self.G(self.noise()).detach())
            self.d_optimizer.zero_grad()
            d_loss.backward()
            self.d_optimizer.step()
        g_loss = self.g_loss(self.G(self.noise()), real)
        self.g_optimizer.zero_grad()
        g_loss.backward()
        self.g_optimizer.step()
        return d_loss.item(), g_loss.item()

    def simultaneous(self) -> tuple[float, float]:
        real, fake = self.real(), self.G(self.noise())
        d_loss = self.d_loss(real, fake.detach())
        g_loss = self.g_loss(fake, real)
        d_gradients = torch.autograd.grad(d_loss, list(self.D.parameters()))
        g_gradients = torch.autograd.grad(g_loss, list(self.G.parameters()))
        for network, gradients in ((self.D, d_gradients), (self.G, g_gradients)):
            for weights, gradient in zip(network.parameters(), gradients, strict=True):
                weights.grad = gradient
        self.d_optimizer.step()
        self.g_optimizer.step()
        return d_loss.item(), g_loss.item()

    def discriminator_only(self) -> tuple[float, float]:
        real, fake = self.real(), self.G(self.noise()).detach()
        d_loss = self.d_loss(real, fake)
        self.d_optimizer.zero_grad()
        d_loss.backward()
        self.d_optimizer.step()
        return d_loss.item(), self.g_loss(fake, real).item()

    def generator_only(self) -> tuple[float, float]:
        real, fake = self.real(), self.G(self.noise())
        d_loss, g_loss = self.d_loss(real, fake.detach()), self.g_loss(fake, real)
        self.g_optimizer.zero_grad()
        g_loss.backward()
        self.g_optimizer.step()
        return d_loss.item(), g_loss.item()


def make(loss: Loss, penalty: R1 | None, update: Callable, double: bool = False) -> Training:
    generator, discriminator = MLP(3, 2, (16, 16)), MLP(2, None, (16, 16))
    if double:
        generator.double(), discriminator.double()
    gan = GAN(
        generator,
        discriminator,
        loss=loss,
        penalty=penalty,
        noise_size=3,
        g_optimizer=Adam(0.01, (0.5, 0.9)),
        d_optimizer=Adam(0.02, (0.5, 0.9)),
    )
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


@LOSSES
@PENALTIES
def test_with_the_discriminator_alone_it_is_bitwise_the_loop_by_hand_and_the_generator_stays(loss, penalty):
    training = make(loss, penalty, discriminator_only)
    hand, start = ByHand(training), copy.deepcopy(training.gan)
    compare(training, hand, hand.discriminator_only)
    assert same(training.gan.generator, start.generator)
    assert not same(training.gan.discriminator, start.discriminator)


@LOSSES
@PENALTIES
def test_with_the_generator_alone_it_is_bitwise_the_loop_by_hand_and_the_discriminator_stays(loss, penalty):
    training = make(loss, penalty, generator_only)
    hand, start = ByHand(training), copy.deepcopy(training.gan)
    compare(training, hand, hand.generator_only)
    assert same(training.gan.discriminator, start.discriminator)
    assert not same(training.gan.generator, start.generator)


def test_the_frozen_player_gets_no_gradient():
    for update, frozen in ((discriminator_only, "generator"), (generator_only, "discriminator")):
        gan = make(non_saturating, R1(0.3), update).gan
        update(gan, lambda: (torch.ones(4, 2),), Stream(0))
        assert all(weights.grad is None for weights in getattr(gan, frozen).parameters())


def test_first_the_discriminator_alone_and_then_the_generator_alone_is_simultaneous_from_the_first_point():
    """From the same numbers: each moves as in `simultaneous`, where neither has seen the other's move."""
    both, first, second = (make(non_saturating, None, u) for u in (simultaneous, discriminator_only, generator_only))
    for training in (both, first, second):
        training.run(1)
    assert same(both.gan.discriminator, first.gan.discriminator)
    assert same(both.gan.generator, second.gan.generator)


@PENALTIES
def test_images_are_bitwise_the_loop_by_hand(penalty):
    networks = ImageGenerator(3, 4), ImageDiscriminator(4)
    gan = GAN(
        *networks,
        loss=non_saturating,
        penalty=penalty,
        noise_size=3,
        g_optimizer=Adam(0.01, (0.5, 0.9)),
        d_optimizer=Adam(0.02, (0.5, 0.9)),
    )
    training = Training(gan, Bell(1, 8, 8), seed=5, batch_size=BATCH)
    hand = ByHand(training, (1, 8, 8))
    compare(training, hand, lambda: hand.alternating(1))


@pytest.mark.parametrize("loss", [minimax, non_saturating])
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


def test_alternating_gives_the_numbers_of_the_published_code_of_relativistic_gans():
    """Cross-entropy of the difference of two scores against ones, in both turns."""
    training = make(relativistic, None, alternating, double=True)
    hand, ones = ByHand(training), torch.ones(BATCH, dtype=torch.float64)
    for snapshot in training.watch(STEPS, every=1):
        real, fake = hand.real(), hand.G(hand.noise()).detach()
        d_loss = binary_cross_entropy_with_logits(hand.D(real) - hand.D(fake), ones)
        hand.D.zero_grad()
        d_loss.backward()
        hand.d_optimizer.step()
        g_loss = binary_cross_entropy_with_logits(hand.D(hand.G(hand.noise())) - hand.D(real), ones)
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


def dirac(slope: float, loss: Loss = minimax) -> GAN:
    """Real examples at zero, a generator that makes the point 1 of any noise, and gradient descent by steps of 0.2."""
    descent = partial(torch.optim.SGD, lr=0.2)
    return GAN(
        Point(1.0), Slope(slope), loss=loss, penalty=None, noise_size=1, g_optimizer=descent, d_optimizer=descent
    )


def at_zero() -> tuple[torch.Tensor]:
    return (torch.zeros(1, 1, dtype=torch.float64),)


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


UPDATES = [alternating, simultaneous, discriminator_only, generator_only, unrolled, extragradient, optimistic]


@pytest.mark.parametrize("update", UPDATES)
def test_the_losses_come_back_detached(update):
    losses = update(dirac(1.0), at_zero, Stream(0, dtype=torch.float64))
    assert [loss.requires_grad for loss in losses] == [False, False]
    assert [loss.shape for loss in losses] == [(), ()]


def test_a_player_gets_its_own_gradient_and_the_other_none():
    gan = make(non_saturating, None, alternating).gan
    differentiate(
        gan.g_optimizer,
        generator_loss(gan, torch.zeros(4, 2), gan.fake(torch.zeros(4, 2), (), Stream(0)), (), Stream(0)),
    )
    assert all(weights.grad is not None for weights in gan.generator.parameters())
    assert all(weights.grad is None for weights in gan.discriminator.parameters())


def test_gradients_do_not_pile_up():
    gan, real = make(non_saturating, None, alternating).gan, torch.ones(4, 2)
    gradients = []
    for _ in range(2):
        differentiate(gan.d_optimizer, discriminator_loss(gan, real, -real, (), Stream(0)))
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
    discriminator_loss(gan, real, -real, (), Stream(0))
    assert not real.requires_grad


def test_the_noise_has_the_size_asked_for():
    gan = GAN(nn.PReLU(init=1.0), MLP(5, None), loss=minimax, noise_size=5)
    assert torch.equal(gan.fake(torch.zeros(7, 5), (), Stream(3)), Stream(3).normal(7, 5))


COUNTS = [(0, ValueError), (-2, ValueError), (2.0, TypeError), (True, TypeError)]


@pytest.mark.parametrize(("value", "error"), COUNTS)
def test_a_noise_size_that_is_no_positive_integer_is_refused(value, error):
    with pytest.raises(error, match=rf"^noise_size must be an? (positive )?integer, got {value}$"):
        GAN(MLP(2, 2), MLP(2, None), loss=minimax, noise_size=value)


@pytest.mark.parametrize(("value", "error"), COUNTS)
def test_a_number_of_discriminator_updates_that_is_no_positive_integer_is_refused(value, error):
    with pytest.raises(error, match=rf"^discriminator_updates must be an? (positive )?integer, got {value}$"):
        alternating(dirac(1.0), at_zero, Stream(0), discriminator_updates=value)


# Looking ahead. On the game of a point θ and a slope ψ, with a real example at c, all of it is a formula.

CONSTANT = 0.7
AHEAD = pytest.mark.parametrize(("steps", "learning_rate"), [(1, 0.5), (2, 1.0), (5, 0.3)])
STEEPNESS = pytest.mark.parametrize(
    ("penalty", "weight"),
    [(None, 0.0), (R1(0.4), 0.4), (R2(0.4), 0.4), (Both(R1(0.4), R2(0.2)), 0.6)],
    ids=["without penalty", "with R1", "with R2", "with both"],
)


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def answer(slope: float, place: float, rate: float, weight: float) -> float:
    """ψ after one step down log(1 + exp(-ψc)) + log(1 + exp(ψθ)) + weight/2 ψ²."""
    gradient = -CONSTANT * sigmoid(-slope * CONSTANT) + place * sigmoid(slope * place) + weight * slope
    return slope - rate * gradient


def looking_ahead(place: float, slope: float, steps: int, rate: float, weight: float) -> float:
    """The generator's loss log(1 + exp(-ψθ)) as a function of θ alone: ψ answers it in so many steps."""
    for _ in range(steps):
        slope = answer(slope, place, rate, weight)
    return math.log1p(math.exp(-slope * place))


class View(OneWeight):
    """Its fakes are its weight itself: of such a view PyTorch says that it requires gradients even where none are."""

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return self.weight.expand(len(noise), 1)


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("penalty", [None, R1(0.4), R2(0.4)])
def test_a_generator_may_return_a_view_of_its_weights(update, penalty):
    results = []
    for player in (Point, View):
        gan, descent = dirac(0.8, non_saturating), partial(torch.optim.SGD, lr=0.2)
        gan.generator, gan.penalty = player(1.0), penalty
        gan.g_optimizer = descent(gan.generator.parameters())
        losses = update(gan, at_constant, Stream(0, dtype=torch.float64))
        results.append([*losses, gan.generator.weight, gan.discriminator.weight])
    for one, other in zip(*results, strict=True):
        assert one.item() == pytest.approx(other.item(), rel=1e-12)


def at_constant() -> tuple[torch.Tensor]:
    return (torch.full((3, 1), CONSTANT, dtype=torch.float64),)


@AHEAD
@STEEPNESS
def test_looking_ahead_is_the_formula_and_its_slope_that_of_finite_differences(steps, learning_rate, penalty, weight):
    gan, (slope, place) = dirac(0.8, non_saturating), (0.8, 1.0)
    gan.penalty = penalty
    stream = Stream(0, dtype=torch.float64)
    for _ in range(3):
        _, g_loss = unrolled(gan, at_constant, stream, steps, learning_rate)
        slope = answer(slope, place, 0.2, weight)  # the discriminator's own move
        expected = looking_ahead(place, slope, steps, learning_rate, weight)
        assert g_loss.item() == pytest.approx(expected, rel=1e-9)
        sides = [looking_ahead(place + side, slope, steps, learning_rate, weight) for side in (-1e-5, 1e-5)]
        place -= 0.2 * (sides[1] - sides[0]) / 2e-5
        assert gan.discriminator.weight.item() == pytest.approx(slope, rel=1e-8)
        assert gan.generator.weight.item() == pytest.approx(place, rel=1e-8)


def smooth(loss: Loss, penalty: Penalty | None = None, rate: float = 0.1) -> GAN:
    """Small networks without kinks, in double precision, and plain gradient descent."""
    generator = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))
    discriminator = nn.Sequential(nn.Linear(2, 4), nn.Softplus(), nn.Linear(4, 1), nn.Flatten(-2))
    descent = partial(torch.optim.SGD, lr=rate)
    return Training(
        GAN(
            generator.double(),
            discriminator.double(),
            loss=loss,
            penalty=penalty,
            g_optimizer=descent,
            d_optimizer=descent,
        ),
        Bell(2),
        batch_size=8,
    ).gan


@LOSSES
@STEEPNESS
def test_the_generator_descends_its_loss_against_a_discriminator_that_has_answered(loss, penalty, weight):
    """The answer is trained by PyTorch's own descent in a copy, anew for each place at which the generator is tried."""
    gan, points = smooth(loss, penalty), Bell(2).sample(8, Stream(1, dtype=torch.float64))
    stream, start = Stream(2, dtype=torch.float64), copy.deepcopy(gan.generator)
    _, g_loss = unrolled(gan, lambda: (points,), stream, steps=3, learning_rate=0.5)
    moved = copy.deepcopy(gan.generator)
    again = Stream(2, dtype=torch.float64)
    _, noise = again.normal(8, 2), again.normal(8, 2)

    def tried(generator: nn.Module) -> float:
        trial = copy.copy(gan)
        trial.discriminator = copy.deepcopy(gan.discriminator)
        descent = torch.optim.SGD(trial.discriminator.parameters(), lr=0.5)
        fake = generator(noise).detach()
        for _ in range(3):
            descend(descent, discriminator_loss(trial, points, fake, (), Stream(0)))
        return generator_loss(trial, points, fake, (), Stream(0)).item()

    assert g_loss.item() == pytest.approx(tried(start), rel=1e-9)
    first = torch.nn.utils.parameters_to_vector(start.parameters()).detach()
    gradient = (first - torch.nn.utils.parameters_to_vector(moved.parameters()).detach()) / 0.1

    def beside(step: torch.Tensor) -> float:
        torch.nn.utils.vector_to_parameters(first + step, moved.parameters())
        return tried(moved)

    steps = 1e-5 * torch.eye(len(first), dtype=torch.float64)
    differences = [(beside(step) - beside(-step)) / 2e-5 for step in steps]
    assert gradient.tolist() == pytest.approx(differences, rel=1e-5, abs=1e-8)


@LOSSES
@PENALTIES
def test_the_look_ahead_is_forgotten(loss, penalty):
    """The discriminator ends where `alternating` leaves it; only the generator moves in another way."""
    trainings = make(loss, penalty, unrolled), make(loss, penalty, alternating)
    looking, plain = (training.run(1) for training in trainings)
    assert looking.d_loss == plain.d_loss
    assert same(looking.discriminator, plain.discriminator)
    assert not same(looking.generator, plain.generator)
    assert torch.equal(*(training.stream.generator.get_state() for training in trainings))


@STEEPNESS
def test_an_answer_that_hardly_moves_changes_hardly_anything(penalty, weight):
    looking, plain = smooth(non_saturating, penalty), smooth(non_saturating, penalty)
    for gan, update in ((looking, partial(unrolled, steps=2, learning_rate=1e-9)), (plain, alternating)):
        draw, stream = Stream(1, dtype=torch.float64), Stream(2, dtype=torch.float64)
        for _ in range(5):
            update(gan, lambda draw=draw: (Bell(2).sample(8, draw),), stream)
    pairs = zip(looking.generator.parameters(), plain.generator.parameters(), strict=True)
    for one, other in pairs:
        assert one.flatten().tolist() == pytest.approx(other.flatten().tolist(), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(("value", "error"), COUNTS)
def test_a_number_of_steps_ahead_that_is_no_positive_integer_is_refused(value, error):
    with pytest.raises(error, match=rf"^steps must be an? (positive )?integer, got {value}$"):
        unrolled(dirac(1.0), at_zero, Stream(0, dtype=torch.float64), steps=value)


@pytest.mark.parametrize(
    ("value", "error"), [(0, ValueError), (-0.5, ValueError), (math.nan, ValueError), ("1", TypeError)]
)
def test_a_learning_rate_ahead_that_is_not_above_zero_is_refused(value, error):
    with pytest.raises(error, match=rf"^learning_rate must be .*, got {value!r}$"):
        unrolled(dirac(1.0), at_zero, Stream(0, dtype=torch.float64), learning_rate=value)


@pytest.mark.parametrize("update", [partial(unrolled, steps=0), partial(unrolled, learning_rate=0.0)])
def test_what_is_refused_moves_nobody(update):
    gan = dirac(1.0)
    with pytest.raises(ValueError, match="must be"):
        update(gan, at_zero, Stream(0, dtype=torch.float64))
    assert (gan.discriminator.weight.item(), gan.generator.weight.item()) == (1.0, 1.0)
