"""What the scores say, as the loss reads them: against loops, closed forms and SciPy."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from torch import nn

from gan_edu.data.points import GaussianMixture
from gan_edu.game.losses import least_squares, relativistic, wasserstein
from gan_edu.game.training import Training
from gan_edu.lab import scores
from gan_edu.lab.run import Run
from gan_edu.lab.views import ViewInput
from gan_edu.randomness import Stream


def view_input_of(training: Training, extent: float = 1.6) -> ViewInput:
    return dataclasses.replace(Run(training, "").view_input, extent=extent)


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def plane_scores(extent: float) -> np.ndarray:
    """2x - y on the cells of a map, from the top row down."""
    ticks = [extent * (2 * cell / 47 - 1) for cell in range(48)]
    return np.array([[2 * x - y for x in ticks] for y in reversed(ticks)])


def test_the_map_is_read_from_the_top_row_down(straight: Training) -> None:
    drawn = scores.discriminator_map(view_input_of(straight, extent=1.5))
    assert drawn["map"].dtype == np.uint8
    assert drawn["scale"].tolist() == [0, 1]
    np.testing.assert_allclose(
        drawn["map"], [[255 * sigmoid(each) for each in row] for row in plane_scores(1.5)], atol=1
    )


@pytest.mark.parametrize("factor", [0.3, 0.1, 0.01, 1e-3])
def test_the_map_uses_its_colours_also_where_d_is_almost_undecided(factor: float, straight: Training) -> None:
    with torch.no_grad():
        straight.gan.discriminator[0].weight.mul_(factor)
    drawn = scores.discriminator_map(view_input_of(straight, extent=1.5))
    said = 1 / (1 + np.exp(-factor * plane_scores(1.5)))
    low, high = drawn["scale"].astype(float)
    assert low + high == pytest.approx(1)
    assert np.mean(np.abs(said - 0.5) <= high - 0.5) >= 0.9
    assert np.ptp(drawn["map"].astype(int)) > 200  # of 255
    by_hand = 255 * (np.clip(said, low, high) - low) / (high - low)
    np.testing.assert_allclose(drawn["map"], by_hand, atol=1.5)


def test_least_squares_scores_are_probabilities(straight: Training) -> None:
    straight.gan.loss = least_squares
    view_input = view_input_of(straight)
    rows = dict(scores.numbers(view_input))
    cut_off = [min(max(2 * x - y, 0), 1) for x, y in view_input.real.tolist()]
    assert rows["D on real"] == f"{np.mean(cut_off):.2f}"
    assert scores.discriminator_map(view_input)["scale"].tolist() == [0, 1]
    assert scores.best_map(view_input)["best"].shape == (40, 40)
    assert Run(straight, "").encoded(Run(straight, "").make_frame([], paused=True), {}, [])["marks"] == [0.5, 0.25]


def test_wasserstein_scores_are_named_as_such_and_have_no_best(straight: Training) -> None:
    straight.gan.loss = wasserstein
    view_input = view_input_of(straight)
    rows = dict(scores.numbers(view_input))
    assert "D on real" not in rows
    means = [np.mean([2 * x - y for x, y in each.tolist()]) for each in (view_input.real, view_input.generated)]
    assert rows["score on real"] == f"{means[0]:.2f}"
    assert scores.best_map(view_input) == {}
    drawn = scores.discriminator_map(view_input)
    assert np.mean(drawn["scale"]) == pytest.approx(np.mean(means), abs=1e-5)  # scores are free by a constant
    assert np.ptp(drawn["scale"]) == 10
    run = Run(straight, "")
    encoded = run.encoded(run.make_frame(["map"], paused=True), {}, ["map"])
    assert (encoded["marks"], encoded["said"]) == ([0.0, None], "score")


def test_density_is_the_sum_of_gaussians() -> None:
    centres, widths = torch.tensor([[0.3, -0.2], [-1.0, 0.8]]), torch.tensor([0.2, 0.5])
    density = scores.mixture_density(centres, widths, torch.tensor([0.25, 0.75]), 1.5)
    ticks = np.linspace(-1.5, 1.5, 40)
    places = np.stack(np.meshgrid(ticks, -ticks), axis=-1)
    expected = 0.25 * multivariate_normal([0.3, -0.2], 0.04).pdf(places)
    expected += 0.75 * multivariate_normal([-1.0, 0.8], 0.25).pdf(places)
    np.testing.assert_allclose(density, expected, rtol=1e-4, atol=1e-7)


def test_best_belief_is_p_over_p_plus_q(straight: Training) -> None:
    """The generator passes on standard normal noise, whose blurred density is known."""
    straight._data = GaussianMixture(torch.tensor([[0.5, 0.0]]), torch.tensor([0.4]), torch.ones(1))
    best = scores.best_map(view_input_of(straight, extent=1.6))["best"] / 255
    ticks = np.linspace(-1.6, 1.6, 40)
    places = np.stack(np.meshgrid(ticks, -ticks), axis=-1)
    p = multivariate_normal([0.5, 0], 0.4**2 + 0.1**2).pdf(places)
    q = multivariate_normal([0, 0], 1 + 0.1**2).pdf(places)
    assert np.abs(best - p / (p + q)).mean() < 0.03  # 1,000 samples stand for q


def test_best_belief_needs_a_density(trained: Training) -> None:
    class Data:
        def sample(self, count: int, stream: Stream) -> torch.Tensor:
            return stream.normal(count, 2)

    trained.change_data(Data())
    assert scores.best_map(view_input_of(trained)) == {}
    assert "modes covered" not in dict(scores.numbers(view_input_of(trained)))


def test_numbers(straight: Training) -> None:
    view_input = view_input_of(straight)
    rows = dict(scores.numbers(view_input))
    on_fakes = np.mean([sigmoid(2 * x - y) for x, y in view_input.generated.tolist()])
    assert rows["D on fakes"] == f"{on_fakes:.2f}"
    assert rows["modes covered"].endswith(" of 8")
    assert rows["gradient of D"] == "–"  # no update has left one


def test_fakes_outside_the_plane_are_counted(straight: Training) -> None:
    view_input = view_input_of(straight)
    share = np.mean([max(abs(x), abs(y)) > 1.6 for x, y in view_input.generated.tolist()])
    assert 0 < share < 1
    assert dict(scores.numbers(view_input))["fakes out of sight"] == f"{100 * share:.0f} %"
    assert "fakes out of sight" not in dict(scores.numbers(view_input_of(straight, extent=100)))


def test_scores_that_are_free_by_a_constant_are_counted_from_their_middle(straight: Training) -> None:
    straight.gan.loss = relativistic
    view_input = view_input_of(straight)
    raw = [np.array([2 * x - y for x, y in examples.tolist()]) for examples in (view_input.real, view_input.generated)]
    by_hand = [np.mean(1 / (1 + np.exp(np.mean(np.mean(raw, 1)) - each))) for each in raw]
    rows = dict(scores.numbers(view_input))
    assert [rows["D on real"], rows["D on fakes"]] == [f"{share:.2f}" for share in by_hand]
    assert scores.best_map(view_input) == {}
    before = scores.discriminator_map(view_input)
    straight.gan.discriminator = nn.Sequential(straight.gan.discriminator, Shift(4.0))
    after = scores.discriminator_map(view_input_of(straight))
    np.testing.assert_allclose(after["map"].astype(int), before["map"], atol=1)
    assert after["scale"].tolist() == before["scale"].tolist() == [0, 1]


class Shift(nn.Module):
    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = by

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        return scores + self.by


def test_gradient_norm_is_that_of_all_weights_together(trained: Training) -> None:
    squares = [(weights.grad**2).sum().item() for weights in trained.gan.discriminator.parameters()]
    assert scores.gradient_norm(trained.gan.discriminator) == pytest.approx(math.sqrt(sum(squares)), rel=1e-5)
