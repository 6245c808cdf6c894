"""What is seen of a training: against loops, closed forms and SciPy; and looking changes nothing."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from torch import nn

from gan_edu.data.points import GaussianMixture, ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import Loss, minimax, non_saturating, relativistic
from gan_edu.game.penalties import R1
from gan_edu.game.training import Training
from gan_edu.lab import views
from gan_edu.lab.slow_motion import parts_of_a_step
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream


def sight_of(training: Training, extent: float = 1.6) -> views.Sight:
    stream = Stream(0, "a look")
    real = training.data.sample(64, stream)
    with torch.no_grad():
        generated = training.averaged(stream.normal(64, training.gan.noise_size))
    return views.Sight(training, real, generated, extent)


@pytest.fixture
def training() -> Training:
    made = Training(
        GAN(MLP(2, 2, (16,)), MLP(2, None, (16,)), loss=non_saturating, penalty=R1(0.1)), ring(), batch_size=32
    )
    made.run(20)
    return made


@pytest.fixture
def straight(training: Training) -> Training:
    """The discriminator's score is 2x - y, and the generator passes the noise on."""
    linear = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[2.0, -1.0]]))
    training.gan.discriminator = nn.Sequential(linear, nn.Flatten(-2))
    training.gan.generator = training.averaged = nn.Identity()
    return training


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def test_extent_leaves_room() -> None:
    assert views.extent_of(torch.tensor([[0.0, 1.0], [-2.0, 0.5]])) == 2.7


def test_belief_is_read_from_the_top_row_down(straight: Training) -> None:
    picture = views.belief(sight_of(straight, extent=1.5))["belief"]
    ticks = [-1.5 + 3 * cell / 47 for cell in range(48)]
    by_hand = [[255 * sigmoid(2 * x - y) for x in ticks] for y in reversed(ticks)]
    assert picture.dtype == np.uint8
    np.testing.assert_allclose(picture, by_hand, atol=0.51)


@pytest.mark.parametrize("loss", [non_saturating, minimax, relativistic])
def test_wishes_point_down_the_generators_loss(straight: Training, loss: Loss) -> None:
    straight.gan.loss = loss
    sight = sight_of(straight)
    rows = views.wishes(sight)["wishes"]
    assert rows.shape == (48, 4)
    for row, real, fake in zip(rows, sight.real.tolist(), sight.generated.tolist(), strict=False):
        fake_score, real_score = 2 * fake[0] - fake[1], 2 * real[0] - real[1]
        pull = {
            non_saturating: sigmoid(-fake_score),
            minimax: sigmoid(fake_score),
            relativistic: sigmoid(real_score - fake_score),
        }[loss]
        np.testing.assert_allclose(row, [*fake, 2 * pull, -pull], rtol=1e-5)


def test_bent_grid_is_the_image_of_a_grid(straight: Training) -> None:
    grid = views.bent_grid(sight_of(straight))["grid"]
    assert grid.shape == (15, 15, 2)
    np.testing.assert_allclose(grid[0, 0], [-2, 2])
    np.testing.assert_allclose(grid[7, 7], [0, 0], atol=1e-6)
    np.testing.assert_allclose(grid[14, 14], [2, -2])


def test_bent_grid_with_more_noise_than_two(training: Training) -> None:
    training.gan.noise_size = 5
    training.averaged = MLP(5, 2, (8,))
    grid = views.bent_grid(sight_of(training))["grid"]
    with torch.no_grad():
        corner = training.averaged(torch.tensor([[-2.0, 2.0, 0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(grid[0, 0], corner[0], rtol=1e-5)


def test_density_is_the_sum_of_gaussians() -> None:
    centres, widths = torch.tensor([[0.3, -0.2], [-1.0, 0.8]]), torch.tensor([0.2, 0.5])
    density = views.mixture_density(centres, widths, torch.tensor([0.25, 0.75]), 1.5)
    ticks = np.linspace(-1.5, 1.5, 40)
    places = np.stack(np.meshgrid(ticks, -ticks), axis=-1)
    expected = 0.25 * multivariate_normal([0.3, -0.2], 0.04).pdf(places)
    expected += 0.75 * multivariate_normal([-1.0, 0.8], 0.25).pdf(places)
    np.testing.assert_allclose(density, expected, rtol=1e-4, atol=1e-7)


def test_best_belief_is_p_over_p_plus_q(straight: Training) -> None:
    """The generator passes on standard normal noise, whose blurred density is known."""
    straight._data = GaussianMixture(torch.tensor([[0.5, 0.0]]), torch.tensor([0.4]), torch.ones(1))
    best = views.best_belief(sight_of(straight, extent=1.6))["best"] / 255
    ticks = np.linspace(-1.6, 1.6, 40)
    places = np.stack(np.meshgrid(ticks, -ticks), axis=-1)
    p = multivariate_normal([0.5, 0], 0.4**2 + 0.1**2).pdf(places)
    q = multivariate_normal([0, 0], 1 + 0.1**2).pdf(places)
    assert np.abs(best - p / (p + q)).mean() < 0.03  # 1,000 samples stand for q


def test_best_belief_needs_a_density(training: Training) -> None:
    class Data:
        def sample(self, count: int, stream: Stream) -> torch.Tensor:
            return stream.normal(count, 2)

    training.data = Data()
    assert views.best_belief(sight_of(training)) == {}
    assert "modes covered" not in dict(views.numbers(sight_of(training)))


def test_numbers(straight: Training) -> None:
    sight = sight_of(straight)
    rows = dict(views.numbers(sight))
    on_fakes = np.mean([sigmoid(2 * x - y) for x, y in sight.generated.tolist()])
    assert rows["D on fakes"] == f"{on_fakes:.2f}"
    assert rows["modes covered"].endswith(" of 8")
    assert rows["gradient of D"] == "–"  # no update has left one


def test_fakes_outside_the_plane_are_counted(straight: Training) -> None:
    sight = sight_of(straight)
    share = np.mean([max(abs(x), abs(y)) > 1.6 for x, y in sight.generated.tolist()])
    assert 0 < share < 1
    assert dict(views.numbers(sight))["fakes out of sight"] == f"{100 * share:.0f} %"
    assert "fakes out of sight" not in dict(views.numbers(sight_of(straight, extent=100)))


def test_scores_that_are_free_by_a_constant_are_counted_from_their_middle(straight: Training) -> None:
    straight.gan.loss = relativistic
    sight = sight_of(straight)
    scores = [np.array([2 * x - y for x, y in examples.tolist()]) for examples in (sight.real, sight.generated)]
    by_hand = [np.mean(1 / (1 + np.exp(np.mean(np.mean(scores, 1)) - each))) for each in scores]
    rows = dict(views.numbers(sight))
    assert [rows["D on real"], rows["D on fakes"]] == [f"{share:.2f}" for share in by_hand]
    assert views.best_belief(sight) == {}
    before = views.belief(sight)["belief"]
    straight.gan.discriminator = nn.Sequential(straight.gan.discriminator, Shift(4.0))
    np.testing.assert_allclose(views.belief(sight)["belief"], before, atol=1)


class Shift(nn.Module):
    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = by

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        return scores + self.by


def test_gradient_norm_is_that_of_all_weights_together(training: Training) -> None:
    squares = [(weights.grad**2).sum().item() for weights in training.gan.discriminator.parameters()]
    assert views.gradient_norm(training.gan.discriminator) == pytest.approx(math.sqrt(sum(squares)), rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "values"),
    [
        (non_saturating, (2 * math.log(2), math.log(2))),
        (minimax, (2 * math.log(2), -math.log(2))),
        (relativistic, (math.log(2), math.log(2))),
    ],
)
def test_equilibrium(loss: Loss, values: tuple[float, float]) -> None:
    assert views.equilibrium(loss) == pytest.approx(values)


def test_tiles_stand_in_reading_order() -> None:
    batch = torch.linspace(-1, 1, 70).view(70, 1, 1, 1).expand(70, 1, 8, 8)
    picture = views.tiles(batch)
    assert picture.shape == (72, 72)
    corners = picture[::9, ::9].astype(float).ravel()
    np.testing.assert_allclose(corners, 255 * (batch[:64, 0, 0, 0] + 1) / 2, atol=0.51)
    assert (picture[8::9] == 0).all()
    assert (picture[:, 8::9] == 0).all()


def test_looking_changes_nothing(training: Training) -> None:
    gradients = [weights.grad.clone() for weights in training.gan.discriminator.parameters()]
    before = training.state()
    sight = sight_of(training)
    for view in views.OF_POINTS.values():
        view.look(sight)
    views.numbers(sight), views.points(sight), parts_of_a_step(sight)
    after = training.state()
    assert torch.equal(before.stream, after.stream)
    for old, new in zip(before.parts[:2], after.parts[:2], strict=True):
        assert all(torch.equal(old[name], new[name]) for name in old)
    for old, weights in zip(gradients, training.gan.discriminator.parameters(), strict=True):
        assert torch.equal(old, weights.grad)
