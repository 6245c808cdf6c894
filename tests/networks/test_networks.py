"""The players have the shapes that the game expects, and compute what is written by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from gan_edu.networks.groups import MinibatchStandardDeviation, Packed
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize


def noise(*shape: int) -> torch.Tensor:
    return Stream(0, "noise").normal(*shape)


def linear_layers(network: nn.Module) -> list[tuple[int, int]]:
    return [(layer.in_features, layer.out_features) for layer in network if isinstance(layer, nn.Linear)]


def test_a_perceptron_computes_what_numpy_does():
    network = initialize(MLP(3, 2, hidden=(5, 4)), Stream(0)).double()
    points = noise(7, 3).double()
    weights = [parameter.detach().numpy() for parameter in network.parameters()]
    expected = points.numpy()
    for matrix, shift in zip(weights[0:4:2], weights[1:4:2], strict=True):
        expected = np.maximum(expected @ matrix.T + shift, 0)
    expected = expected @ weights[4].T + weights[5]
    assert network(points).detach().numpy() == pytest.approx(expected, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(
    ("hidden", "layers"), [((), [(3, 2)]), ((8,), [(3, 8), (8, 2)]), ([8, 9], [(3, 8), (8, 9), (9, 2)])]
)
def test_a_perceptron_has_the_layers_asked_for(hidden, layers):
    assert linear_layers(MLP(3, 2, hidden)) == layers


def test_two_hidden_layers_of_64_are_the_default():
    assert linear_layers(MLP(2, 2)) == [(2, 64), (64, 64), (64, 2)]
    assert sum(weights.numel() for weights in MLP(2, None).parameters()) == 2 * 64 + 64 + 64 * 64 + 64 + 64 + 1


@pytest.mark.parametrize("batch", [1, 7])
def test_a_generator_returns_points_and_a_discriminator_one_score_each(batch):
    assert MLP(3, 2)(noise(batch, 3)).shape == (batch, 2)
    assert MLP(2, None)(noise(batch, 2)).shape == (batch,)
    assert MLP(2, None)(noise(4, batch, 2)).shape == (4, batch)


@pytest.mark.parametrize(("size", "channels", "batch"), [(8, 1, 3), (16, 3, 1), (4, 2, 2)])
def test_image_networks_fit_each_other(size, channels, batch):
    generator = initialize(ImageGenerator(5, 4, size, channels), Stream(0))
    discriminator = initialize(ImageDiscriminator(4, size, channels), Stream(1))
    images = generator(noise(batch, 5))
    assert images.shape == (batch, channels, size, size)
    assert images.abs().max() < 1
    assert discriminator(images).shape == (batch,)


def test_the_defaults_fit_the_digits():
    assert ImageGenerator()(noise(2, 16)).shape == (2, 1, 8, 8)
    assert ImageDiscriminator()(torch.zeros(2, 1, 8, 8)).shape == (2,)


@pytest.mark.parametrize("network", [ImageGenerator(5, 4), MLP(5, None), MLP(5, 2)])
def test_an_example_does_not_depend_on_the_others_in_its_batch(network):
    initialize(network, Stream(0)).double()
    batch = noise(6, 5).double()
    one = network(batch[2:3])
    assert one[0].detach().numpy() == pytest.approx(network(batch)[2].detach().numpy(), rel=1e-12)


def test_every_pixel_matters_to_the_discriminator_and_every_noise_to_the_generator():
    generator, discriminator = ImageGenerator(5, 8).double(), ImageDiscriminator(8).double()
    initialize(generator, Stream(0, dtype=torch.float64)), initialize(discriminator, Stream(1, dtype=torch.float64))
    drawn = noise(1, 5).double().requires_grad_()
    images = generator(drawn)
    (slopes,) = torch.autograd.grad(discriminator(images).sum(), images, retain_graph=True)
    assert (slopes != 0).all()
    (slopes,) = torch.autograd.grad(images.square().sum(), drawn)
    assert (slopes != 0).all()


COUNTS = [(0, ValueError), (-8, ValueError), (8.0, TypeError), (True, TypeError), ("8", TypeError)]
MAKERS = [
    ("inputs", lambda value: MLP(value, 2)),
    ("outputs", lambda value: MLP(2, value)),
    ("hidden", lambda value: MLP(2, 2, hidden=(64, value))),
    ("noise_size", lambda value: ImageGenerator(noise_size=value)),
    ("width", lambda value: ImageGenerator(width=value)),
    ("size", lambda value: ImageGenerator(size=value)),
    ("channels", lambda value: ImageGenerator(channels=value)),
    ("width", lambda value: ImageDiscriminator(width=value)),
    ("size", lambda value: ImageDiscriminator(size=value)),
    ("channels", lambda value: ImageDiscriminator(channels=value)),
    ("size", lambda value: Packed(MLP(4, None), value)),
    ("size", lambda value: MinibatchStandardDeviation(value)),
]


@pytest.mark.parametrize(("value", "error"), COUNTS)
@pytest.mark.parametrize(("name", "make"), MAKERS)
def test_a_size_that_is_no_positive_integer_is_named(name, make, value, error):
    with pytest.raises(error, match=rf"^{name} must be an? (positive )?integer, got {value!r}$"):
        make(value)


@pytest.mark.parametrize("make", [ImageGenerator, ImageDiscriminator])
@pytest.mark.parametrize("size", [2, 6, 30])
def test_a_size_that_cannot_be_halved_twice_is_refused(make, size):
    with pytest.raises(ValueError, match=rf"^size must be a multiple of 4 pixels, got {size}$"):
        make(size=size)


def test_a_width_alone_is_no_sequence_of_widths():
    with pytest.raises(TypeError, match="hidden must be a sequence of widths, one for each layer, got 64"):
        MLP(2, 2, hidden=64)
