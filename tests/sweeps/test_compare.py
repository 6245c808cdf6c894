"""What was written for a single run is not trained wrongly in silence: it is named, and a sweep trains it alone."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
import torch
from test_sweep import quiet
from torch import nn

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN, descend, differentiate, discriminator_loss, generator_loss
from gan_edu.game.losses import non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating
from gan_edu.networks.points import MLP
from gan_edu.sweeps.run_together import mismatch, run_together
from gan_edu.sweeps.sweep import sweep

RING = ring()


def noise_from_the_length(gan, draw, stream):
    """As notebook 03 draws its noise: the length of a batch with members in front is their number."""
    (real,) = draw()
    fake = gan.generator(stream.normal(len(real), 2)).detach()
    d_loss = discriminator_loss(gan, real, fake, [], stream)
    descend(gan.d_optimizer, d_loss)
    g_loss = generator_loss(gan, real, gan.generator(stream.normal(len(real), 2)), [], stream)
    descend(gan.g_optimizer, g_loss)
    return d_loss.detach(), g_loss.detach()


def noise_by_members(gan, draw, stream):
    """All fakes are made from the noise of one: right in shape, wrong in what is trained."""
    (real,) = draw()
    fake = gan.generator(gan.noise(real.shape[-2], stream)[:1].expand(*real.shape[:-1], 2))
    d_loss = discriminator_loss(gan, real, fake.detach(), [], stream)
    descend(gan.d_optimizer, d_loss)
    g_loss = generator_loss(gan, real, fake, [], stream)
    return d_loss.detach(), g_loss.detach()


def clipping_gradients(gan, draw, stream, longest=0.1):
    real, *given = draw()
    d_loss = discriminator_loss(gan, real, gan.fake(real, given, stream).detach(), given, stream)
    differentiate(gan.d_optimizer, d_loss)
    nn.utils.clip_grad_norm_(gan.discriminator.parameters(), longest)
    gan.d_optimizer.step()
    g_loss = generator_loss(gan, real, gan.fake(real, given, stream), given, stream)
    descend(gan.g_optimizer, g_loss)
    return d_loss.detach(), g_loss.detach()


def clipping_later(gan, draw, stream):
    return clipping_gradients(gan, draw, stream, longest=0.01 if gan.step >= 50 else 1e9)


def by_hand(gan, draw, stream):
    """`optimizer.zero_grad(); loss.backward(); optimizer.step()` asks for one number, and gets one for each member."""
    (real,) = draw()
    fake = gan.fake(real, [], stream)
    d_loss = discriminator_loss(gan, real, fake.detach(), [], stream)
    gan.d_optimizer.zero_grad()
    d_loss.backward()
    gan.d_optimizer.step()
    return d_loss.detach(), torch.zeros(())


def reading_numbers(gan, draw, stream):
    d_loss, g_loss = alternating(gan, draw, stream)
    return d_loss.item(), g_loss.item()


def mean_of_all(gan, draw, stream):
    d_loss, g_loss = alternating(gan, draw, stream)
    return d_loss.mean(), g_loss.mean()


WRONG = [
    noise_from_the_length,
    noise_by_members,
    clipping_gradients,
    by_hand,
    reading_numbers,
    mean_of_all,
]


def make(seed: int, update=alternating, data=RING, **settings: object) -> Training:
    gan = GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=non_saturating, **settings)
    return Training(gan, data, seed, batch_size=16, view_size=4, update=update)


def weights(training: Training) -> torch.Tensor:
    return nn.utils.parameters_to_vector(
        [*training.gan.generator.parameters(), *training.gan.discriminator.parameters()]
    )


def measure(training: Training) -> dict[str, object]:
    return {"weights": weights(training).detach()}


def run_sweep(make_one, steps: int = 5, **axes: object):
    return sweep(make_one, axes, measure, steps, processes=1, progress=quiet)


def assert_as_alone(found, makes: list, steps: int = 5, tolerance: float = 1e-4) -> None:
    rows = found.measured["weights"].reshape(len(makes), -1)
    for row, one in zip(rows, makes, strict=True):
        training = one()
        training.run(steps)
        np.testing.assert_allclose(row, weights(training).detach(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("update", WRONG)
def test_an_update_for_a_single_run_is_named_and_disturbs_nothing(update):
    trainings, untouched = ([make(seed, update) for seed in range(3)] for _ in range(2))
    with pytest.raises(ValueError, match=r"^update must treat each member of an ensemble on its own, and does not"):
        run_together(trainings, 5)
    for one, other in zip(trainings, untouched, strict=True):
        assert one.step == 0
        one.run(3), other.run(3)
        assert torch.equal(weights(one), weights(other))


@pytest.mark.parametrize("update", WRONG)
def test_a_sweep_trains_such_an_update_alone_and_says_so(update, caplog):
    found = run_sweep(partial(make, update=update), seed=(0, 1, 2))
    assert found.alone.all()
    assert "3 of 3 trainings were trained alone, which takes longer: update must treat each member" in caplog.text
    assert_as_alone(found, [partial(make, seed, update) for seed in range(3)], tolerance=0)


def test_an_update_that_fits_is_trained_together_and_nothing_is_said(caplog):
    found = run_sweep(make, seed=(0, 1, 2))
    assert not found.alone.any()
    assert caplog.text == ""


def test_what_goes_wrong_later_is_seen_within_a_hundred_steps(caplog):
    trainings = [make(seed, clipping_later) for seed in range(3)]
    with pytest.raises(ValueError, match=r"^update must .* This was seen at step 101 only: make them anew"):
        run_together(trainings, 150)
    found = run_sweep(partial(make, update=clipping_later), steps=120, seed=(0, 1, 2))
    assert found.alone.all()
    assert_as_alone(found, [partial(make, seed, clipping_later) for seed in range(3)], 120, tolerance=0)


def test_an_update_that_fails_alone_raises_as_it_does_there():
    def broken(gan, draw, stream):
        raise ZeroDivisionError("of the reader's own")

    with pytest.raises(ZeroDivisionError, match="of the reader's own"):
        run_together([make(seed, broken) for seed in range(2)], 1)


class Scaled(nn.Module):
    """Its representation does not show the factor."""

    def __init__(self, factor: object):
        super().__init__()
        self.layer, self.factor = nn.Linear(2, 2), factor

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return self.factor * self.layer(noise)


def scaled(seed: int, factor: float = 1.0) -> Training:
    gan = GAN(Scaled(factor), MLP(2, None, (8,)), loss=non_saturating)
    return Training(gan, RING, seed, batch_size=16, view_size=4)


@pytest.mark.parametrize("different", [0, 1, 2])
def test_what_repr_does_not_show_is_named_in_every_member(different):
    trainings = [scaled(seed, 5.0 if seed == different else 1.0) for seed in range(3)]
    with pytest.raises(ValueError, match=r"^networks must differ in their weights alone, got factor of Scaled"):
        run_together(trainings, 1)


def test_a_sweep_over_what_repr_does_not_show_gives_what_single_runs_give():
    found = run_sweep(scaled, factor=(1.0, 5.0, 1.0, 0.1), seed=(0, 1, 2))
    makes = [partial(scaled, seed, factor) for factor in (1.0, 5.0, 1.0, 0.1) for seed in range(3)]
    assert_as_alone(found, makes)


@dataclass(frozen=True)
class Weighted:
    """A penalty that holds an array."""

    share: np.ndarray

    def __call__(self, judged: object) -> torch.Tensor:
        return float(self.share.sum()) * judged.real_scores.square()


class StackedOnOne:
    """Data that put the two coordinates together on axis 1, as one does when there is no member axis."""

    def sample(self, count: int, stream: object) -> torch.Tensor:
        return torch.stack([stream.normal(count), stream.normal(count)], 1)


def itself(factor: float):
    def schedule(step: int) -> float:
        return factor if step < 2 else schedule(step - 1)

    return schedule


def with_hook(seed: int, seen: list) -> Training:
    training = make(seed)
    training.gan.discriminator[0].register_forward_hook(lambda layer, inputs, output: seen.append(len(output)))
    return training


def with_keyword(seed: int, factor: float) -> Training:
    def update(gan, draw, stream, *, factor=factor):
        d_loss, g_loss = alternating(gan, draw, stream)
        with torch.no_grad():
            for own in gan.generator.parameters():
                own.mul_(factor)
        return d_loss, g_loss

    return make(seed, update)


def with_schedule(seed: int, factor: float) -> Training:
    training = make(seed)
    training.schedule = itself(factor)
    return training


def test_dataclasses_that_hold_arrays_are_compared():
    def penalized(seed: int, weight: float) -> Training:
        return make(seed, penalty=Weighted(np.full(3, weight)))

    assert mismatch(penalized(0, 1.0), penalized(1, 1.0)) == ""
    assert mismatch(penalized(0, 1.0), penalized(1, 2.0)).startswith("penalty")
    found = run_sweep(penalized, weight=(0.1, 1.0), seed=(0, 1))
    assert_as_alone(found, [partial(penalized, seed, weight) for weight in (0.1, 1.0) for seed in (0, 1)])


def test_data_that_know_no_member_axis_are_named_and_trained_alone(caplog):
    stacked = partial(make, data=StackedOnOne())
    with pytest.raises(ValueError, match=r"^data must treat each member of an ensemble on its own"):
        run_together([stacked(seed) for seed in range(3)], 1)
    found = run_sweep(stacked, seed=(0, 1, 2))
    assert found.alone.all()
    assert_as_alone(found, [partial(stacked, seed) for seed in range(3)], tolerance=0)


@pytest.mark.parametrize("different", [with_keyword, with_schedule])
def test_functions_are_compared_with_all_that_they_hold(different):
    assert mismatch(different(0, 0.5), different(1, 0.5)) == ""
    assert mismatch(different(0, 0.5), different(1, 0.6)) != ""
    found = run_sweep(different, factor=(0.5, 0.9), seed=(0, 1))
    assert_as_alone(found, [partial(different, seed, factor) for factor in (0.5, 0.9) for seed in (0, 1)])


def test_hooks_of_layers_are_refused_and_work_in_a_sweep():
    seen: list[int] = []
    with pytest.raises(ValueError, match=r"^networks must not hold Linear in an ensemble: it has hooks"):
        run_together([with_hook(seed, seen) for seed in range(2)], 1)
    found = run_sweep(partial(with_hook, seen=seen), seed=(0, 1))
    assert found.alone.all()
    assert set(seen) <= {4, 16, 32}  # the view, and one batch or two: never a batch of members


def test_hooks_of_weights_are_refused():
    trainings = [make(seed) for seed in range(2)]
    trainings[0].gan.generator[0].weight.register_hook(lambda gradient: 0 * gradient)
    with pytest.raises(ValueError, match=r"^networks must not hold Linear in an ensemble: it has hooks"):
        run_together(trainings, 1)


def test_a_layer_whose_forward_was_replaced_is_refused():
    trainings = [make(seed) for seed in range(2)]
    for training in trainings:
        training.gan.generator[1].forward = torch.sigmoid
    with pytest.raises(ValueError, match="in an ensemble: its forward was replaced"):
        run_together(trainings, 1)


def tied(seed: int) -> Training:
    layer = nn.Linear(2, 2)
    gan = GAN(nn.Sequential(layer, nn.Tanh(), layer), MLP(2, None, (8,)), loss=non_saturating)
    return Training(gan, RING, seed, batch_size=16, view_size=4)


def shared_weight(seed: int) -> Training:
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    second.weight = first.weight
    gan = GAN(nn.Sequential(first, nn.Tanh(), second), MLP(2, None, (8,)), loss=non_saturating)
    return Training(gan, RING, seed, batch_size=16, view_size=4)


@pytest.mark.parametrize("make_tied", [tied, shared_weight])
def test_tied_weights_stay_tied(make_tied):
    trainings, alone = ([make_tied(seed) for seed in range(3)] for _ in range(2))
    run_together(trainings, 5)
    for training, single in zip(trainings, alone, strict=True):
        single.run(5)
        torch.testing.assert_close(weights(training), weights(single), rtol=1e-4, atol=1e-5)


def frozen(seed: int) -> Training:
    def only_trainable(parameters):
        return Adam()([own for own in parameters if own.requires_grad])

    generator = MLP(2, 2, (8, 8))
    generator[0].requires_grad_(False)
    gan = GAN(generator, MLP(2, None, (8,)), loss=non_saturating, g_optimizer=only_trainable)
    return Training(gan, RING, seed, batch_size=16, view_size=4)


def test_frozen_layers_stay_as_they_are():
    trainings, alone = ([frozen(seed) for seed in range(3)] for _ in range(2))
    run_together(trainings, 5)
    for training, single in zip(trainings, alone, strict=True):
        before = single.gan.generator[0].weight.clone()
        single.run(5)
        assert torch.equal(training.gan.generator[0].weight, before)
        assert not training.gan.generator[0].weight.requires_grad
        torch.testing.assert_close(weights(training), weights(single), rtol=1e-4, atol=1e-5)
        training.run(2), single.run(2)  # and their optimizers go on
        torch.testing.assert_close(weights(training), weights(single), rtol=1e-4, atol=1e-5)
