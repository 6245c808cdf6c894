"""Parts that look at groups of examples do what NumPy does with the groups taken apart."""

import copy
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import softplus

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN, discriminator_loss, generator_loss
from gan_edu.game.losses import Loss, minimax, non_saturating, relativistic
from gan_edu.game.penalties import R1, R2
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating, unrolled
from gan_edu.networks.groups import MinibatchStandardDeviation, Packed
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize
from gan_edu.sweeps.ensemble import Ensemble

DOUBLE = torch.float64


def normal(*shape: int, name: str = "points") -> torch.Tensor:
    return Stream(0, name, dtype=DOUBLE).normal(*shape)


def packed(size: int, hidden: tuple[int, ...] = (5,)) -> Packed:
    return initialize(Packed(MLP(2 * size, None, hidden).double(), size), Stream(0, dtype=DOUBLE))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 12])
def test_packs_are_judged_as_numpy_does_it_with_neighbours_joined(size):
    network, points = packed(size), normal(12, 2)
    weights, shifts, last, shift = (tensor.detach().numpy() for tensor in network.parameters())
    packs = [np.concatenate(list(points.numpy()[start : start + size])) for start in range(0, 12, size)]
    scores = [float((np.maximum(weights @ pack + shifts, 0) @ last.T + shift).item()) for pack in packs]
    assert network(points).tolist() == pytest.approx(list(np.repeat(scores, size)), rel=1e-12)


def test_a_pack_of_one_is_the_discriminator_itself():
    network, points = packed(1), normal(7, 2)
    assert torch.equal(network(points), network.discriminator(points))


def test_a_pack_does_not_depend_on_the_others():
    network, points = packed(4), normal(12, 2)
    order = torch.tensor([2, 0, 1])
    by_pack = network(points).view(3, 4)
    permuted = network(points.view(3, 4, 2)[order].flatten(0, 1)).view(3, 4)
    assert permuted.flatten().tolist() == pytest.approx(by_pack[order].flatten().tolist(), rel=1e-12)
    changed = points.clone()
    changed[5] += 1  # in the second
    assert (network(changed) != network(points)).view(3, 4).all(1).tolist() == [False, True, False]


def game(loss: Loss, penalty: R1 | None = None) -> GAN:
    return GAN(MLP(2, 2).double(), packed(3), loss=loss, penalty=penalty)


@pytest.mark.parametrize("loss", [minimax, non_saturating, relativistic])
def test_the_mean_over_examples_is_the_mean_over_packs(loss):
    """What PacGAN's players pay: a pack is one input."""
    gan, real, fake = game(loss), normal(12, 2), normal(12, 2, name="fakes")
    packs = [gan.discriminator.discriminator(points.reshape(4, 6)) for points in (real, fake)]
    expected = loss.discriminator(*packs).mean().item()
    assert discriminator_loss(gan, real, fake, (), Stream(0)).item() == pytest.approx(expected, rel=1e-12)
    expected = loss.generator(*(packs if loss.paired else packs[1:])).mean().item()
    assert generator_loss(gan, real, fake, (), Stream(0)).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("penalty", [R1, R2])
def test_a_penalty_counts_as_many_times_as_there_are_examples_in_a_pack(penalty):
    real, fake = normal(12, 2), normal(12, 2, name="fakes")
    plain, punished = game(minimax), game(minimax, penalty(0.8))
    paid = discriminator_loss(punished, real, fake, (), Stream(0)) - discriminator_loss(
        plain, real, fake, (), Stream(0)
    )
    inner = plain.discriminator.discriminator
    packs = (real if penalty is R1 else fake).reshape(4, 6)
    slopes = torch.func.vmap(torch.func.grad(lambda pack: inner(pack.unsqueeze(0)).squeeze()))(packs)
    assert paid.item() == pytest.approx(3 * 0.8 / 2 * slopes.square().sum(-1).mean().item(), rel=1e-9)


def train(discriminator: nn.Module, update: Callable = alternating, **settings: int) -> Training:
    gan = GAN(MLP(2, 2, (8,)).double(), discriminator.double(), loss=non_saturating)
    return Training(gan, ring(), seed=3, update=update, **{"batch_size": 16, "view_size": 8} | settings)


def test_the_losses_of_a_training_with_packs_are_those_of_the_packs():
    training = train(Packed(MLP(8, None, (8,)), 4))
    generator, inner = copy.deepcopy((training.gan.generator, training.gan.discriminator.discriminator))
    stream = Stream(3, "training", dtype=DOUBLE)
    real, noise, other = ring().sample(16, stream), stream.normal(16, 2), stream.normal(16, 2)
    snapshot = training.run(1)
    real_scores, fake_scores = inner(real.reshape(4, 8)), inner(generator(noise).reshape(4, 8))
    expected = softplus(-real_scores).mean() + softplus(fake_scores).mean()
    assert snapshot.d_loss == pytest.approx(expected.item(), rel=1e-9)
    moved = training.gan.discriminator.discriminator
    expected = softplus(-moved(generator(other).reshape(4, 8))).mean()
    assert snapshot.g_loss == pytest.approx(expected.item(), rel=1e-9)


def spread_first(size: int) -> nn.Module:
    return nn.Sequential(MinibatchStandardDeviation(size), MLP(3, None, (8,)))


@pytest.mark.parametrize("update", [alternating, unrolled])
@pytest.mark.parametrize("make", [lambda: Packed(MLP(8, None, (8,)), 4), lambda: spread_first(4)])
def test_they_train_and_every_weight_takes_part(make, update):
    training = train(make(), update)
    before = copy.deepcopy(training.gan)
    training.run(5)
    for player in ("generator", "discriminator"):
        pairs = zip(getattr(before, player).parameters(), getattr(training.gan, player).parameters(), strict=True)
        assert all((one != other).any() and other.isfinite().all() for one, other in pairs)


@pytest.mark.parametrize("make", [lambda: packed(4), lambda: MinibatchStandardDeviation(4)])
@pytest.mark.parametrize("count", [1, 6, 15])
def test_a_batch_that_cannot_be_divided_into_groups_is_refused(make, count):
    with pytest.raises(ValueError, match=rf"^batch must be a multiple of the 4 examples in a group, got {count}$"):
        make()(normal(count, 2))


@pytest.mark.parametrize("make", [lambda: Packed(MLP(8, None), 4), lambda: spread_first(4)])
@pytest.mark.parametrize(("name", "count"), [("view_size", 10), ("batch_size", 15), ("batch_size", 6)])
def test_a_training_whose_batches_cannot_be_divided_is_refused_at_once(make, name, count):
    """Of 6 real examples and 6 fakes in one pass, the second of three groups would hold both."""
    with pytest.raises(ValueError, match=rf"must be a multiple of the 4 examples in a group, got {count}"):
        train(make(), **{name: count})


@pytest.mark.parametrize("size", [2, 3, 12])
def test_the_spread_is_the_standard_deviation_of_numpy_for_each_group(size):
    features = normal(12, 5) * torch.tensor([0.1, 1, 3, 10, 100], dtype=DOUBLE)
    outputs = MinibatchStandardDeviation(size)(features)
    groups = features.numpy().reshape(-1, size, 5)
    expected = np.repeat([group.std(axis=0).mean() for group in groups], size)
    assert torch.equal(outputs[:, :5], features)
    assert outputs[:, 5].numpy() == pytest.approx(expected, rel=1e-6)
    assert outputs.shape == (12, 6)


@pytest.mark.parametrize("size", [2, 3, 6])
def test_feature_maps_get_one_constant_map_of_their_spread(size):
    """Karras et al. average over the features and over the places."""
    maps = normal(6, 3, 4, 5) * torch.tensor([0.1, 1, 10], dtype=DOUBLE).view(3, 1, 1)
    outputs = MinibatchStandardDeviation(size)(maps)
    expected = np.repeat([group.std(axis=0).mean() for group in maps.numpy().reshape(-1, size, 3, 4, 5)], size)
    assert outputs.shape == (6, 4, 4, 5)
    assert torch.equal(outputs[:, :3], maps)
    assert outputs[:, 3].numpy() == pytest.approx(np.broadcast_to(expected[:, None, None], (6, 4, 5)), rel=1e-6)


def test_the_spread_of_feature_maps_is_that_of_each_member_in_an_ensemble():
    def network() -> nn.Module:
        convolution = nn.Conv2d(1, 2, 3)
        return nn.Sequential(convolution, MinibatchStandardDeviation(3), nn.Flatten(), nn.Linear(27, 1), nn.Flatten(-2))

    networks = [initialize(network().double(), Stream(seed, dtype=DOUBLE)) for seed in range(2)]
    images = normal(2, 6, 1, 5, 5)
    scores = Ensemble(networks)(images)
    for member, own, score in zip(networks, images, scores, strict=True):
        assert score.tolist() == pytest.approx(member(own).tolist(), rel=1e-9)


def test_a_single_axis_has_no_features():
    with pytest.raises(ValueError, match=r"^inputs must have shape \(B, F\) or \(B, C, H, W\), got \(4,\)$"):
        MinibatchStandardDeviation(2)(normal(4))


def test_identical_examples_do_not_vary_and_have_finite_slopes():
    features = normal(1, 3).repeat(8, 1).requires_grad_()
    spread = MinibatchStandardDeviation(4)(features)[:, 3]
    assert spread.tolist() == pytest.approx([0.0] * 8, abs=2e-4)
    (slopes,) = torch.autograd.grad(spread.sum(), features)
    assert slopes.flatten().tolist() == pytest.approx([0.0] * 24, abs=1e-9)
    (slopes,) = torch.autograd.grad(MinibatchStandardDeviation(4)(features).square().sum(), features, create_graph=True)
    (twice,) = torch.autograd.grad(slopes.square().sum(), features)
    assert twice.isfinite().all()


def test_the_slopes_of_the_spread_are_right_twice():
    features = normal(6, 3).requires_grad_()
    assert torch.autograd.gradcheck(MinibatchStandardDeviation(3), features)
    assert torch.autograd.gradgradcheck(MinibatchStandardDeviation(3), features)


def test_a_group_does_not_see_the_others_and_not_its_own_order():
    layer, features = MinibatchStandardDeviation(4), normal(12, 3)
    spread, changed = layer(features)[:, 3], features.clone()
    changed[4:8] = changed[4:8].flip(0)
    assert layer(changed)[:, 3].tolist() == pytest.approx(spread.tolist(), rel=1e-12)
    changed[4] += 1
    assert (layer(changed)[:, 3] != spread).tolist() == [False] * 4 + [True] * 4 + [False] * 4


def test_the_spread_of_shifted_and_stretched_examples_is_stretched():
    layer, features = MinibatchStandardDeviation(4), normal(8, 3)
    expected = 10 * layer(features)[:, 3]
    assert layer(10 * features - 5)[:, 3].tolist() == pytest.approx(expected.tolist(), rel=1e-6)


def test_one_example_does_not_vary():
    with pytest.raises(ValueError, match=r"^size must be at least 2, as one example does not vary, got 1$"):
        MinibatchStandardDeviation(1)


def test_parts_of_another_size_read_differently():
    """An ensemble compares its members by how they read."""
    assert len({repr(Packed(MLP(4, None), size)) for size in (2, 3, 4)}) == 3
    assert len({repr(MinibatchStandardDeviation(size)) for size in (2, 3, 4)}) == 3
