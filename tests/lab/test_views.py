"""The lab's views: against loops and closed forms, with labels and in colour; and looking changes nothing."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import nn

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import Loss, minimax, non_saturating, relativistic
from gan_edu.game.training import Training
from gan_edu.lab import views
from gan_edu.lab.run import Run
from gan_edu.lab.slow_motion import parts_of_a_step
from gan_edu.lab.views import ViewInput
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream


def view_input_of(training: Training, extent: float = 1.6) -> ViewInput:
    return dataclasses.replace(Run(training, "").view_input, extent=extent)


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def test_extent_leaves_room() -> None:
    assert views.extent_of(torch.tensor([[0.0, 1.0], [-2.0, 0.5]])) == 2.7


@pytest.mark.parametrize("loss", [non_saturating, minimax, relativistic])
def test_arrows_point_down_the_generators_loss(straight: Training, loss: Loss) -> None:
    straight.gan.loss = loss
    view_input = view_input_of(straight)
    rows = views.slope_arrows(view_input)["arrows"]
    assert rows.shape == (48, 4)
    for row, real, fake in zip(rows, view_input.real.tolist(), view_input.generated.tolist(), strict=False):
        fake_score, real_score = 2 * fake[0] - fake[1], 2 * real[0] - real[1]
        pull = {
            non_saturating: sigmoid(-fake_score),
            minimax: sigmoid(fake_score),
            relativistic: sigmoid(real_score - fake_score),
        }[loss]
        np.testing.assert_allclose(row, [*fake, 2 * pull, -pull], rtol=1e-5)


def test_bent_grid_is_the_image_of_a_grid(straight: Training) -> None:
    grid = views.bent_grid(view_input_of(straight))["grid"]
    assert grid.shape == (15, 15, 2)
    np.testing.assert_allclose(grid[0, 0], [-2, 2])
    np.testing.assert_allclose(grid[7, 7], [0, 0], atol=1e-6)
    np.testing.assert_allclose(grid[14, 14], [2, -2])


def test_bent_grid_with_more_noise_than_two() -> None:
    training = Training(GAN(MLP(5, 2, (8,)), MLP(2, None, (8,)), loss=non_saturating, noise_size=5), ring())
    grid = views.bent_grid(view_input_of(training))["grid"]
    with torch.no_grad():
        corner = training.averaged(torch.tensor([[-2.0, 2.0, 0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(grid[0, 0], corner[0], rtol=1e-5)


def test_tiles_stand_in_reading_order() -> None:
    batch = torch.linspace(-1, 1, 64).view(64, 1, 1, 1).expand(64, 1, 8, 8)
    picture = views.tiles(batch, 8)
    assert picture.shape == (72, 72)
    corners = picture[::9, ::9].astype(float).ravel()
    np.testing.assert_allclose(corners, 255 * (batch[:, 0, 0, 0] + 1) / 2, atol=0.51)
    assert (picture[8::9] == 0).all()
    assert (picture[:, 8::9] == 0).all()


def test_colours_stay_with_their_pixels() -> None:
    batch = Stream(0).uniform(6, 3, 4, 5) * 2 - 1
    picture = views.tiles(batch, 3)
    assert picture.shape == (10, 18, 3)
    for image in range(6):
        top, left = 5 * (image // 3), 6 * (image % 3)
        for channel in range(3):
            shown = picture[top : top + 4, left : left + 5, channel] / 127.5 - 1
            np.testing.assert_allclose(shown, batch[image, channel], atol=0.005)


@dataclasses.dataclass(frozen=True)
class Labelled:
    """A blob for each label, around (label, 0)."""

    labels: int = 3

    def sample(self, count: int, stream: Stream) -> tuple[torch.Tensor, torch.Tensor]:
        labels = stream.integers(self.labels, count)
        places = torch.stack([labels.float(), torch.zeros(count)], -1)
        return places + 0.1 * stream.normal(count, 2), labels


class WithLabel(nn.Module):
    """The network's inputs are followed by one number for each label."""

    def __init__(self, network: nn.Module, labels: int = 3) -> None:
        super().__init__()
        self.network, self.labels = network, labels

    def forward(self, inputs: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        return self.network(torch.cat([inputs, nn.functional.one_hot(given, self.labels).to(inputs)], -1))


@pytest.fixture
def labelled() -> Training:
    gan = GAN(WithLabel(MLP(5, 2, (16,))), WithLabel(MLP(5, None, (16,))), loss=non_saturating)
    return Training(gan, Labelled(), batch_size=32)


def test_what_is_given_reaches_both_players(labelled: Training) -> None:
    run = Run(labelled, "")
    assert [*run.offered] == ["samples", "map", "arrows", "grid", "best", "labels", "losses", "numbers"]
    assert "data" not in run.settings.available  # other data come without labels
    frame = run.make_frame(run.offered, paused=True)
    assert run.refused == {}
    assert {"map", "arrows", "grid", "labels"} <= set(frame.arrays)
    assert frame.arrays["labels"].tolist() == run.given[0][: views.LABELLED].tolist()
    np.testing.assert_allclose(frame.arrays["real"][:40, 0], frame.arrays["labels"], atol=0.6)
    with torch.no_grad():
        by_hand = labelled.gan.generator(run._noise, run.given[0])
    np.testing.assert_allclose(frame.arrays["generated"], by_hand, rtol=1e-5)


def test_images_with_labels_stand_in_one_row_for_each() -> None:
    labels = torch.tensor([2, 0, 1] * 20 + [7])  # one image of 7 does not fill a row
    real = labels.view(-1, 1, 1, 1).expand(-1, 1, 4, 4) / 10
    view_input = ViewInput(None, None, None, real, [labels], -real, 1.0)
    arrays = views.images_by_label(view_input)
    assert arrays["labels"].tolist() == [0, 1, 2]
    assert arrays["real"].shape == (15, 40)
    for row, label in enumerate(arrays["labels"]):
        np.testing.assert_allclose(arrays["real"][5 * row, ::5] / 127.5 - 1, label / 10, atol=0.005)
        np.testing.assert_allclose(arrays["generated"][5 * row, ::5] / 127.5 - 1, -label / 10, atol=0.005)


def test_labels_are_integers_one_for_each_example() -> None:
    labels = torch.tensor([1, 2])
    assert views.labels_of([labels]) is labels
    for given in ([], [labels, labels], [labels.float()], [labels.view(2, 1)]):
        assert views.labels_of(given) is None


class Counting(nn.Module):
    """A layer whose buffer changes with every pass."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("passes", torch.zeros(()))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.passes += 1
        return inputs


def with_state() -> Training:
    """Batch normalization, power iteration and a counter in both players."""
    first = nn.Sequential(MLP(2, 8, (8,)), nn.BatchNorm1d(8), Counting(), MLP(8, 2, (8,)))
    second = nn.Sequential(MLP(2, 8, (8,)), nn.BatchNorm1d(8), Counting(), MLP(8, None, (8,)))
    training = Training(GAN(first, second, loss=non_saturating), ring(), batch_size=32, averaging=0.9)
    training.run(3)
    return training


VIEWS = ("samples", "map", "arrows", "grid", "best", "losses", "numbers")


@pytest.mark.parametrize("make", [with_state])
@pytest.mark.parametrize("view", [*VIEWS, "slow motion", "labels"])
def test_looking_changes_nothing(view: str, make: object, labelled: Training) -> None:
    training = labelled if view == "labels" else make()
    run = Run(training, "")
    training.run(1)  # leaves gradients
    networks = training.gan.generator, training.gan.discriminator, training.averaged
    gradients = [weights.grad.clone() for network in networks[:2] for weights in network.parameters()]
    before = training.state()
    parts_of_a_step(run.view_input) if view == "slow motion" else run.make_frame([view], paused=True)
    after = training.state()
    assert torch.equal(before.stream, after.stream)
    for old, new in zip(before.parts, after.parts, strict=True):
        assert_equal(old, new)
    now = [weights.grad for network in networks[:2] for weights in network.parameters()]
    assert all(torch.equal(old, new) for old, new in zip(gradients, now, strict=True))


def assert_equal(old: object, new: object) -> None:
    """Equal bit for bit, in all that is within."""
    if isinstance(old, torch.Tensor):
        assert torch.equal(old, new)
    elif isinstance(old, dict):
        assert old.keys() == new.keys()
        for name, part in old.items():
            assert_equal(part, new[name])
    elif isinstance(old, list | tuple):
        for part, other in zip(old, new, strict=True):
            assert_equal(part, other)
    else:
        assert old == new


def test_the_test_of_looking_can_fail() -> None:
    training = with_state()
    before = training.state().parts[1]
    training.gan.discriminator(torch.zeros(4, 2))
    with pytest.raises(AssertionError):
        assert_equal(before, training.state().parts[1])


class Brighter:
    """Series (B, T, C, H, W) of twelve frames of one grey, each a twelfth brighter than the one before."""

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        first = stream.uniform(count, 1, 1, 1, 1) - 1
        return (first + torch.arange(12).view(-1, 1, 1, 1) / 12).expand(-1, -1, 1, 2, 3)


def of_series() -> Training:
    first = nn.Sequential(MLP(2, 12, (8,)), nn.Unflatten(-1, (12, 1, 1, 1)), nn.Upsample((1, 2, 3)))
    second = nn.Sequential(nn.Flatten(1), MLP(72, None, (8,)))
    return Training(GAN(first, second, loss=non_saturating), Brighter(), batch_size=32)


def test_each_series_is_a_row_from_its_first_frame_to_its_last() -> None:
    run = Run(of_series(), "")
    real = run.make_frame(["samples"], paused=True).arrays["real"]
    assert real.shape == (3 * 8, 4 * 8)
    for row in range(8):
        shown = real[3 * row, ::4].astype(float) / 127.5 - 1
        first = run.real[row, 0, 0, 0, 0].item()
        np.testing.assert_allclose(shown[[0, -1]], [first, first + 11 / 12], atol=0.005)
        np.testing.assert_allclose(np.diff(shown), 11 / 84, atol=0.06)  # at equal distances, up to whole frames


def test_slow_motion_shows_series_and_looking_changes_nothing() -> None:
    training = of_series()
    training.run(1)
    run, before = Run(training, ""), training.state()
    parts = parts_of_a_step(run.view_input)
    assert [arrays.get("generated", np.empty(0)).shape for _, arrays in parts] == [(0,), *[(12, 128)] * 4]
    for old, new in zip(before.parts, training.state().parts, strict=True):
        assert_equal(old, new)


def test_labelled_series_stand_in_one_row_for_each_label() -> None:
    labels = torch.tensor([2, 0, 1] * 20)
    real = (labels.view(-1, 1, 1, 1, 1) / 10).expand(-1, 5, 3, 4, 4)
    arrays = views.images_by_label(ViewInput(None, None, None, real, [labels], -real, 1.0))
    assert arrays["labels"].tolist() == [0, 1, 2]
    assert arrays["real"].shape == (15, 25, 3)
    for row, label in enumerate(arrays["labels"]):
        np.testing.assert_allclose(arrays["real"][5 * row, ::5] / 127.5 - 1, label / 10, atol=0.005)


def test_other_data_are_refused_by_name() -> None:
    class Numbers:
        def sample(self, count: int, stream: Stream) -> torch.Tensor:
            return stream.normal(count, 3)

    training = Training(GAN(MLP(2, 3, (8,)), MLP(3, None, (8,)), loss=non_saturating), Numbers())
    with pytest.raises(ValueError, match=r"or series of images \(B, T, C, H, W\), got \(512, 3\)"):
        Run(training, "")
