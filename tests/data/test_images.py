"""The digits are scikit-learn's, and images are drawn evenly."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import scipy.stats
import torch
from sklearn.datasets import load_digits

from gan_edu.data.images import Images, Stacked, digits
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.training import Training
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.randomness import Stream
from gan_edu.sweeps.member_streams import Streams

FOUR = Images(torch.linspace(-1, 1, 16).reshape(4, 1, 2, 2), torch.arange(4))


def test_the_digits_are_those_of_scikit_learn():
    ours, theirs = digits(), load_digits()
    assert ours.images.shape == (1797, 1, 8, 8)
    assert ours.images.dtype == torch.float32
    assert np.array_equal(ours.images[:, 0].numpy(), theirs.images / 8 - 1)  # eighths are exact
    assert np.array_equal(ours.labels.numpy(), theirs.target)


def test_the_digits_reach_from_paper_to_ink():
    images = digits().images
    assert (images.min().item(), images.max().item()) == (-1, 1)


def test_every_image_is_drawn_equally_often():
    data, stream = digits(), Stream(0, "test")
    rows = {image.numpy().tobytes(): number for number, image in enumerate(data.images)}
    assert len(rows) == 1797  # no two are equal
    draws = [rows[image.numpy().tobytes()] for _ in range(20) for image in data.sample(1797, stream)]
    assert scipy.stats.chisquare(np.bincount(draws, minlength=1797)).pvalue > 0.01


def test_images_are_drawn_with_replacement():
    stream = Stream(0)
    distinct = [len(FOUR.sample(4, stream).unique(dim=0)) for _ in range(50)]
    assert min(distinct) < 4


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_samples_have_shape_and_number_type_of_what_was_asked_for(dtype):
    samples = digits().sample(5, Stream(0, dtype=dtype))
    assert samples.shape == (5, 1, 8, 8)
    assert samples.dtype == dtype


def test_the_same_stream_gives_the_same_samples_and_the_shared_generator_rests():
    data, before = digits(), torch.get_rng_state()
    assert torch.equal(data.sample(64, Stream(1)), data.sample(64, Stream(1)))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_sample_is_a_copy():
    samples = FOUR.sample(4, Stream(0))
    samples.zero_()
    assert FOUR.images.abs().min() > 0


def test_images_are_frozen():
    with pytest.raises(FrozenInstanceError):
        FOUR.labels = torch.zeros(4)


@pytest.mark.parametrize(
    ("count", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError), (True, TypeError), ("2", TypeError)]
)
def test_a_count_that_is_no_positive_integer_is_refused(count, error):
    with pytest.raises(error, match=rf"^count must be an? (positive )?integer, got {count!r}$"):
        FOUR.sample(count, Stream(0))


def test_a_batch_may_be_larger_than_the_set():
    samples = FOUR.sample(400, Stream(0))
    counts = [int((samples == image).flatten(1).all(1).sum()) for image in FOUR.images]
    assert sum(counts) == 400
    assert scipy.stats.chisquare(counts).pvalue > 0.01


def test_a_hundred_colour_images_are_trained_on_in_batches_of_512():
    images = 2 * Stream(0, "test").uniform(100, 3, 8, 8) - 1
    players = ImageGenerator(4, 4, channels=3), ImageDiscriminator(4, channels=3)
    gan = GAN(*players, loss=non_saturating, noise_size=4)
    training = Training(gan, Images(images, torch.arange(100)), batch_size=512)
    assert training.run(1).samples.shape == (512, 3, 8, 8)


PIXELS, LABELS = torch.zeros(3, 1, 4, 4), torch.zeros(3, dtype=torch.int64)


def with_one(value: float) -> torch.Tensor:
    images = PIXELS.clone()
    images[1, 0, 2, 3] = value
    return images


@pytest.mark.parametrize(
    ("images", "labels", "error", "message"),
    [
        (PIXELS[0], LABELS, ValueError, r"images must have shape \(N, C, H, W\) .* got \(1, 4, 4\)"),
        (PIXELS[:0], LABELS[:0], ValueError, r"images must have shape .* N above zero, got \(0, 1, 4, 4\)"),
        (PIXELS, LABELS[:2], ValueError, r"labels must have shape \(3,\), got \(2,\)"),
        (PIXELS, LABELS[:, None], ValueError, r"labels must have shape \(3,\), got \(3, 1\)"),
        (PIXELS, LABELS.float(), TypeError, r"labels must be a tensor of integers, got a tensor .* torch\.float32"),
        (PIXELS, [0, 1, 2], TypeError, r"labels must be a tensor of integers, got \[0, 1, 2\]"),
        (PIXELS.numpy(), LABELS, TypeError, r"images must be a tensor, got a NumPy array of shape \(3, 1, 4, 4\)"),
        (PIXELS.int(), LABELS, TypeError, r"images must be float32 or float64, got torch\.int32"),
        (PIXELS.half(), LABELS, TypeError, r"images must be float32 or float64, got torch\.float16"),
        (with_one(torch.nan), LABELS, ValueError, r"images must be finite, got 1 numbers"),
        (with_one(torch.inf), LABELS, ValueError, r"images must be finite, got 1 numbers"),
        (with_one(-1.5), LABELS, ValueError, r"images must lie in \[-1, 1\], got values from -1\.5 to 0"),
    ],
)
def test_bad_images_are_refused(images, labels, error, message):
    with pytest.raises(error, match=message):
        Images(images, labels)


def test_each_channel_of_a_stack_is_an_image_with_the_label_given():
    stacked, labels = Stacked(digits()).sample_labelled(300, Stream(0, "test"))
    assert stacked.shape == (300, 3, 8, 8)
    assert labels.shape == (300, 3)
    kinds = {image.numpy().tobytes(): int(kind) for image, kind in zip(digits().images, digits().labels, strict=True)}
    found = [[kinds[channel.unsqueeze(0).numpy().tobytes()] for channel in stack] for stack in stacked]
    assert found == labels.tolist()


def test_the_channels_of_a_stack_are_drawn_on_their_own():
    _, labels = Stacked(digits()).sample_labelled(20_000, Stream(0, "test"))
    for first, second in ((0, 1), (0, 2), (1, 2)):
        together = np.histogram2d(labels[:, first], labels[:, second], bins=10)[0]
        assert scipy.stats.chi2_contingency(together).pvalue > 0.01


def test_members_draw_the_stacks_that_they_would_draw_alone():
    data, streams = Stacked(digits(), channels=2), [Stream(seed, "test") for seed in range(3)]
    together = data.sample(4, Streams(streams))
    alone = torch.stack([data.sample(4, Stream(seed, "test")) for seed in range(3)])
    assert torch.equal(together, alone)


def test_stacks_are_made_of_images_of_one_channel():
    with pytest.raises(ValueError, match="images must have one channel, got 3"):
        Stacked(Images(torch.zeros(4, 3, 8, 8), torch.zeros(4, dtype=torch.long)))
    with pytest.raises(ValueError, match="channels must be"):
        Stacked(digits(), channels=0)
    with pytest.raises(TypeError, match="images must be"):
        Stacked(digits().images)
