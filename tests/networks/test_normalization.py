"""Spectral normalization is what NumPy's singular values say, and it trains, copies, rewinds and joins others."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.penalties import R1
from gan_edu.game.training import Training, TrainingDiverged
from gan_edu.game.updates import alternating, unrolled
from gan_edu.networks.images import ImageDiscriminator
from gan_edu.networks.normalization import SpectralNormalization, spectral_norm, spectrally_normalized
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize
from gan_edu.sweeps.ensemble import Ensemble
from gan_edu.sweeps.run_together import run_together

DOUBLE = torch.float64


def normal(*shape: int, name: str = "inputs") -> torch.Tensor:
    return Stream(0, name, dtype=DOUBLE).normal(*shape)


LAYERS = [
    (nn.Linear(5, 3), normal(7, 5)),
    (nn.Linear(3, 5, bias=False), normal(7, 3)),
    (nn.Linear(4, 1), normal(7, 4)),
    (nn.Conv1d(2, 4, 3), normal(7, 2, 9)),
    (nn.Conv2d(2, 5, 3, stride=2, padding=1), normal(7, 2, 6, 6)),
    (nn.Conv3d(2, 3, 2), normal(7, 2, 3, 3, 3)),
    (nn.ConvTranspose1d(2, 4, 3), normal(7, 2, 9)),
    (nn.ConvTranspose2d(4, 2, 4, stride=2), normal(7, 4, 3, 3)),
]


def as_matrix(layer: nn.Module) -> np.ndarray:
    """(outputs, all else), by NumPy alone."""
    weight = layer.weight.detach().numpy()
    outputs = 1 if "Transpose" in type(layer).__name__ else 0
    return np.moveaxis(weight, outputs, 0).reshape(weight.shape[outputs], -1)


@pytest.mark.parametrize(("layer", "inputs"), LAYERS)
def test_the_weights_are_divided_by_the_largest_singular_value_of_numpy(layer, inputs):
    plain = copy.deepcopy(layer).double()
    normalized = SpectralNormalization(copy.deepcopy(plain))
    with torch.no_grad():
        outputs = normalized(inputs)
        plain.weight.div_(np.linalg.svd(as_matrix(plain), compute_uv=False)[0])
    assert outputs.detach().numpy() == pytest.approx(plain(inputs).detach().numpy(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("layer", [nn.Linear(6, 4), nn.Conv2d(2, 5, 3), nn.ConvTranspose2d(4, 2, 4)])
def test_it_agrees_with_pytorch_after_many_power_iterations(layer):
    layer = layer.double()
    ours = SpectralNormalization(copy.deepcopy(layer)).weight()
    theirs = nn.utils.parametrizations.spectral_norm(layer, n_power_iterations=500).weight
    assert ours.detach().numpy() == pytest.approx(theirs.detach().numpy(), rel=1e-6)


def test_no_difference_is_stretched():
    network = initialize(spectrally_normalized(MLP(2, None, (16, 16))).double(), Stream(0, dtype=DOUBLE), gain=9.0)
    one, other = normal(500, 2), normal(500, 2, name="others")
    stretch = (network(one) - network(other)).abs() / (one - other).norm(dim=1)
    assert stretch.max() <= 1 + 1e-12


def test_the_norm_can_be_differentiated_twice():
    for shape in ((4, 3), (3, 4), (1, 5)):
        matrix = normal(*shape).requires_grad_()
        assert torch.autograd.gradcheck(spectral_norm, matrix)
        assert torch.autograd.gradgradcheck(spectral_norm, matrix)


def test_the_slope_of_the_norm_is_the_product_of_its_singular_vectors():
    matrix = normal(6, 4).requires_grad_()
    (slope,) = torch.autograd.grad(spectral_norm(matrix), matrix)
    left, _, right = np.linalg.svd(matrix.detach().numpy())
    assert slope.numpy() == pytest.approx(np.outer(left[:, 0], right[0]), abs=1e-12)


def test_weights_of_zero_stay_zero_and_have_finite_slopes():
    layer = SpectralNormalization(nn.Linear(3, 2, bias=False))
    nn.init.zeros_(layer.layer.weight)
    outputs = layer(torch.ones(4, 3))
    outputs.sum().backward()
    assert outputs.abs().max() == 0
    assert layer.layer.weight.grad.isfinite().all()


def normalized(seed: int = 0, **settings: object) -> Training:
    gan = GAN(MLP(2, 2, (8,)), spectrally_normalized(MLP(2, None, (8,))), loss=non_saturating, penalty=R1(0.1))
    return Training(gan, ring(), seed=seed, batch_size=16, view_size=8, **settings)


def weights(training: Training) -> torch.Tensor:
    return nn.utils.parameters_to_vector(training.gan.discriminator.parameters()).detach()


@pytest.mark.parametrize("update", [alternating, unrolled])
def test_it_trains_and_every_weight_takes_part(update):
    training = normalized(update=update)
    before = copy.deepcopy(training.gan.discriminator)
    training.run(3)
    pairs = zip(before.parameters(), training.gan.discriminator.parameters(), strict=True)
    assert all((one != other).any() and other.isfinite().all() for one, other in pairs)


def test_looking_changes_nothing_and_a_rewind_brings_back_the_bits():
    training, watched = normalized(), normalized()
    training.run(4)
    for _ in watched.watch(4, every=1):
        watched.gan.discriminator(torch.zeros(3, 2)), copy.deepcopy(watched.gan.discriminator)(torch.zeros(3, 2))
    assert torch.equal(weights(training), weights(watched))
    state = training.state()
    end = training.run(3).samples
    training.restore(state)
    assert torch.equal(weights(training), weights(watched))
    assert torch.equal(training.run(3).samples, end)


def test_its_state_goes_into_another_of_its_kind():
    first, second = (initialize(spectrally_normalized(ImageDiscriminator(4)), Stream(seed)) for seed in (0, 1))
    images = normal(3, 1, 8, 8).float()
    assert not torch.equal(first(images), second(images))
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(images), second(images))
    assert dict(first.named_buffers()) == {}


def test_members_of_an_ensemble_train_as_they_would_alone():
    alone, together = ([normalized(seed) for seed in range(3)] for _ in range(2))
    for training in alone:
        training.run(5)
    run_together(together, 5)
    for one, other in zip(alone, together, strict=True):
        assert weights(other).numpy() == pytest.approx(weights(one).numpy(), rel=1e-3, abs=1e-5)


def test_images_are_judged_the_same_in_an_ensemble():
    networks = [
        initialize(spectrally_normalized(ImageDiscriminator(4)).double(), Stream(s, dtype=DOUBLE)) for s in (0, 1)
    ]
    images = normal(2, 3, 1, 8, 8)
    scores = Ensemble(networks)(images)
    for network, own, score in zip(networks, images, scores, strict=True):
        assert score.detach().numpy() == pytest.approx(network(own).detach().numpy(), rel=1e-9)


def test_a_run_that_diverges_says_so():
    training = normalized()
    with torch.no_grad():
        training.gan.discriminator[0].layer.weight[0, 0] = torch.nan
    with pytest.raises(TrainingDiverged, match="step 1"):
        training.run(1)


def test_the_copy_has_all_layers_normalized_and_the_original_none():
    original = nn.Sequential(nn.Linear(2, 4), nn.Sequential(nn.ReLU(), nn.Linear(4, 4)), nn.LayerNorm(4))
    copied = spectrally_normalized(original)
    assert sum(isinstance(layer, SpectralNormalization) for layer in copied.modules()) == 2
    assert not any(isinstance(layer, SpectralNormalization) for layer in original.modules())
    assert isinstance(spectrally_normalized(nn.Linear(2, 2)), SpectralNormalization)


@pytest.mark.parametrize("layer", [nn.ReLU(), nn.LayerNorm(3), MLP(2, 2), nn.Linear, None, 3])
def test_a_layer_that_is_no_matrix_is_refused(layer):
    with pytest.raises(TypeError, match=r"^layer must be Linear or a convolution, got "):
        SpectralNormalization(layer)


@pytest.mark.parametrize("network", [nn.ReLU(), spectrally_normalized(MLP(2, 2))])
def test_a_network_without_such_layers_or_normalized_already_is_refused(network):
    with pytest.raises(ValueError, match=r"^network must (have a Linear|not be normalized already)"):
        spectrally_normalized(network)
