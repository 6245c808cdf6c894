"""Looking changes nothing, also where a layer has a state; the clock, learning rates of groups, and misfits by name."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

from gan_edu.data.images import Labelled, digits
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.optimizers import CosineDecay
from gan_edu.game.snapshot import unchanged
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating
from gan_edu.networks.conditional import ConcatenateLabels
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream


def with_batch_norm(**settings: object) -> Training:
    generator = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
    judge = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1), nn.Flatten(-2))
    return Training(GAN(generator, judge, loss=non_saturating), ring(), batch_size=32, view_size=16, **settings)


def everything(training: Training) -> list[torch.Tensor]:
    networks = training.gan.generator, training.gan.discriminator, training.averaged
    return copy.deepcopy([tensor for network in networks for tensor in network.state_dict().values()])


LOOKS: dict[str, Callable[[Training], object]] = {
    "snapshot": lambda training: training.snapshot(),
    "scores of a snapshot": lambda training: training.snapshot().scores(),
    "samples": lambda training: training.samples(50),
    "keep": lambda training: training.keep(),
    "state": lambda training: training.state(),
    "other data": lambda training: training.change_data(ring(4)),
}


@pytest.mark.parametrize("averaging", [None, 0.9])
@pytest.mark.parametrize("look", LOOKS)
def test_looking_leaves_running_statistics_as_they_are(look: str, averaging: float | None):
    training = with_batch_norm(averaging=averaging)
    training.run(3)
    before, stream = everything(training), training.stream.generator.get_state()
    LOOKS[look](training)
    assert all(map(torch.equal, everything(training), before))
    assert torch.equal(training.stream.generator.get_state(), stream)


def test_a_look_is_what_the_network_would_have_computed():
    network, inputs = nn.BatchNorm1d(3), torch.arange(12.0).view(4, 3)
    expected = copy.deepcopy(network)(inputs)
    assert torch.equal(unchanged(network)(inputs), expected)
    assert network.num_batches_tracked == 0
    network(inputs)
    assert network.num_batches_tracked == 1


def test_the_average_of_a_generator_takes_over_its_running_statistics():
    training = with_batch_norm(averaging=0.9)
    training.run(4)
    pairs = zip(training.averaged.buffers(), training.gan.generator.buffers(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)
    assert any(buffer.abs().sum() > 0 for buffer in training.averaged.buffers())


def test_an_update_knows_how_many_steps_were_made():
    seen = []

    def noting(gan: GAN, draw: Callable, stream: Stream) -> tuple[torch.Tensor, torch.Tensor]:
        seen.append(gan.step)
        return alternating(gan, draw, stream)

    training = Training(GAN(MLP(2, 2), MLP(2, None), loss=non_saturating), ring(), update=noting)
    training.run(2)
    state = training.state()
    training.run(2)
    training.restore(state)
    training.run(1)
    assert seen == [0, 1, 2, 3, 2]
    training.reset(1)
    assert training.gan.step == 0


def test_groups_of_weights_keep_their_own_learning_rates():
    def in_groups(parameters: object) -> torch.optim.Optimizer:
        first, *others = parameters
        return torch.optim.SGD([{"params": [first], "lr": 0.25}, {"params": others}], lr=0.5)

    gan = GAN(MLP(2, 2), MLP(2, None), loss=non_saturating, g_optimizer=in_groups)
    training = Training(gan, ring(), schedule=CosineDecay(10, final=0.5))
    training.run(11)
    assert [group["lr"] for group in gan.g_optimizer.param_groups] == [0.125, 0.25]


def test_noise_that_does_not_fit_is_named():
    gan = GAN(ImageGenerator(), ImageDiscriminator(), loss=non_saturating)
    with pytest.raises(ValueError, match=r"^noise_size is 2, but generator takes 16 numbers$"):
        Training(gan, digits())


def test_noise_that_does_not_fit_is_named_beside_labels_too():
    generator = ConcatenateLabels(ImageGenerator(16), 10)
    judge = ConcatenateLabels(ImageDiscriminator(channels=11), 10)
    with pytest.raises(ValueError, match=r"^noise_size is 2, beside what is given, but generator takes 16 numbers$"):
        Training(GAN(generator, judge, loss=non_saturating, noise_size=2), Labelled(digits()))


def test_settings_are_named():
    with pytest.raises(TypeError, match="positional"):
        GAN(MLP(2, 2), MLP(2, None), non_saturating)


def test_a_stream_puts_the_same_numbers_on_another_device():
    # "meta" has no numbers, but is a device that every machine has: shapes and places can be seen on it.
    stream = Stream(0, device="meta")
    drawn = [stream.normal(2, 3), stream.uniform(2), stream.integers(5, 4), stream.permutation(3)]
    drawn += [stream.normal_like(torch.zeros(3, 2)), stream.uniform_like(torch.zeros(3))]
    assert {each.device.type for each in drawn} == {"meta"}
    assert [tuple(each.shape) for each in drawn] == [(2, 3), (2,), (4,), (3,), (3, 2), (3,)]
    twin = Stream(0)
    twin.normal(2, 3), twin.uniform(2), twin.integers(5, 4), twin.permutation(3), twin.normal(3, 2), twin.uniform(3)
    assert torch.equal(stream.generator.get_state(), twin.generator.get_state())


def test_the_same_code_trains_where_the_networks_are():
    """On a CUDA device where there is one; the numbers agree as far as the processors round alike."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    alone = Training(GAN(MLP(2, 2), MLP(2, None), loss=non_saturating), ring())
    there = Training(GAN(MLP(2, 2).to(device), MLP(2, None).to(device), loss=non_saturating), ring())
    assert there.stream.device.type == device
    assert torch.allclose(alone.run(5).samples, there.run(5).samples.cpu(), atol=1e-3)
