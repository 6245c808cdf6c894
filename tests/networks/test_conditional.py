"""Players that are given labels: alone, together, with R1, with unrolling, with packing."""

from functools import partial

import pytest
import torch
from torch import nn

from gan_edu.data.images import Labelled, digits
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.penalties import R1, GradientPenalty
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating, simultaneous, unrolled
from gan_edu.networks.conditional import ConcatenateLabels
from gan_edu.networks.groups import Packed
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream
from gan_edu.sweeps.run_together import run_together


def flat_discriminator(inputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Flatten(-3), *MLP(inputs, None, (16,)))


class LabelsInPacks(nn.Module):
    """Judges two labelled images together: (B/2, 128) and (B/2, 2) to (B/2,)."""

    def __init__(self):
        super().__init__()
        self.network = MLP(2 * 64 + 2, None, (16,))

    def forward(self, packs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return self.network(torch.cat([packs, labels.to(packs.dtype) / 9], dim=1))


DISCRIMINATORS = {
    "channels": lambda: ConcatenateLabels(ImageDiscriminator(width=4, channels=11), 10),
    "packed": lambda: Packed(LabelsInPacks(), 2),
    "packed inside": lambda: ConcatenateLabels(Packed(MLP(2 * 11 * 64, None, (16,)), 2), 10),
}


def make(seed: int = 0, penalty: object = None, update=alternating, discriminator: str = "channels") -> Training:
    generator = ConcatenateLabels(ImageGenerator(14, width=4), 10).double()
    judge = DISCRIMINATORS[discriminator]().double()
    gan = GAN(generator, judge, loss=non_saturating, penalty=penalty, noise_size=4)
    return Training(gan, Labelled(digits()), seed, batch_size=16, view_size=8, update=update)


def test_labels_stand_beside_the_input():
    class Reveal(nn.Module):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return inputs

    points = ConcatenateLabels(Reveal(), 3)(torch.tensor([[7.0, 8.0], [9.0, 6.0]]), torch.tensor([2, 0]))
    assert points.tolist() == [[7, 8, 0, 0, 1], [9, 6, 1, 0, 0]]
    images = ConcatenateLabels(Reveal(), 2)(torch.full((1, 1, 2, 3), 5.0), torch.tensor([1]))
    assert images.tolist() == [[[[5.0] * 3] * 2, [[0.0] * 3] * 2, [[1.0] * 3] * 2]]


@pytest.mark.parametrize("discriminator", DISCRIMINATORS)
@pytest.mark.parametrize("penalty", [None, R1(0.1), GradientPenalty()])
@pytest.mark.parametrize("update", [alternating, simultaneous, partial(unrolled, steps=2)])
def test_a_conditional_gan_trains_alone_and_together(discriminator: str, penalty: object, update):
    alone, together = ([make(seed, penalty, update, discriminator) for seed in range(2)] for _ in range(2))
    for training in alone:
        training.run(3)
    run_together(together, 3)
    for one, other in zip(alone, together, strict=True):
        assert one.samples(8).flatten().tolist() == pytest.approx(other.samples(8).flatten().tolist(), abs=1e-6)


def test_the_generator_makes_what_it_is_asked_for():
    """At zero noise each class comes nearest to its own mean image: labels reach both players."""
    generator = ConcatenateLabels(nn.Sequential(nn.Linear(14, 64), nn.Tanh(), nn.Unflatten(-1, (1, 8, 8))), 10)
    judge = ConcatenateLabels(flat_discriminator(11 * 64), 10)
    gan = GAN(generator, judge, loss=non_saturating, penalty=R1(1.0), noise_size=4)
    training = Training(gan, Labelled(digits()), batch_size=64)
    training.run(600)
    noise = torch.zeros(10, 4)
    images, scans = generator(noise, torch.arange(10)).detach(), digits()
    means = torch.stack([scans.images[scans.labels == label].mean(0) for label in range(10)])
    nearest = (images.flatten(1)[:, None] - means.flatten(1)[None]).norm(dim=-1).argmin(1)
    assert (nearest == torch.arange(10)).sum() >= 9


def test_labels_must_be_one_for_each_example():
    within = Packed(ConcatenateLabels(MLP(4 + 3, None, (8,)), 3), 2)
    with pytest.raises(ValueError, match=r"^labels must have shape \(2,\), got \(2, 2\), .* around Packed$"):
        within(torch.zeros(4, 2), torch.zeros(4, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"^labels must have shape \(4,\), got \(3,\)$"):
        ConcatenateLabels(MLP(5, None, (8,)), 3)(torch.zeros(4, 2), torch.zeros(3, dtype=torch.int64))


def test_snapshots_say_what_was_given():
    training = make()
    snapshot = training.snapshot()
    (labels,) = snapshot.given
    assert labels.shape == (8,)
    assert torch.equal(snapshot.real, Labelled(digits()).sample(8, Stream(0, "viewing", dtype=torch.float64))[0])
    assert [len(scores) for scores in snapshot.scores()] == [8, 8]
    assert torch.equal(training.run(2).given[0], labels)
