"""The losses equal PyTorch's cross-entropy and the formulas, and stay finite with the right slope at extreme scores."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy.special
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN, generator_loss
from gan_edu.game.losses import (
    Loss,
    SmoothedCrossEntropy,
    cross_entropy,
    fake_above_real,
    hinge,
    least_squares,
    log_one_minus,
    minimax,
    minus_log,
    non_saturating,
    real_above_fake,
    relativistic,
    smoothed_labels,
    wasserstein,
)
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream
from gan_edu.sweeps.run_together import run_together

DOUBLE = torch.float64
SCORES = torch.linspace(-15, 15, 61, dtype=DOUBLE)
REAL, FAKE = (4 * Stream(0, name, dtype=DOUBLE).normal(200) for name in ("real", "fake"))


def against(scores: torch.Tensor, label: float) -> torch.Tensor:
    return binary_cross_entropy_with_logits(scores, torch.full_like(scores, label), reduction="none")


def slopes(loss: Callable[[torch.Tensor], torch.Tensor], *scores: float) -> list[float]:
    at = torch.tensor(scores, dtype=torch.float32, requires_grad=True)
    loss(at).sum().backward()
    return at.grad.tolist()


def test_the_discriminator_pays_the_cross_entropy_against_ones_and_zeros():
    expected = against(REAL, 1.0) + against(FAKE, 0.0)
    assert cross_entropy(REAL, FAKE).numpy() == pytest.approx(expected.numpy(), rel=1e-9)


def test_the_generator_pays_the_cross_entropy_against_ones_or_minus_that_against_zeros():
    assert minus_log(FAKE).numpy() == pytest.approx(against(FAKE, 1.0).numpy(), rel=1e-9)
    assert log_one_minus(FAKE).numpy() == pytest.approx(-against(FAKE, 0.0).numpy(), rel=1e-9)


def test_the_losses_are_the_logarithms_that_their_names_say():
    d = scipy.special.expit(SCORES.numpy())
    zeros = torch.zeros_like(SCORES)
    assert minus_log(SCORES).numpy() == pytest.approx(-np.log(d), rel=1e-9)
    assert log_one_minus(SCORES).numpy() == pytest.approx(np.log1p(-d), rel=1e-9)
    assert cross_entropy(SCORES, zeros).numpy() == pytest.approx(-np.log(d) + math.log(2), rel=1e-9)
    assert cross_entropy(zeros, SCORES).numpy() == pytest.approx(-np.log1p(-d) + math.log(2), rel=1e-9)


def test_the_mean_of_the_discriminators_loss_is_minus_the_value():
    value = torch.sigmoid(REAL).log().mean() + (1 - torch.sigmoid(FAKE)).log().mean()
    assert cross_entropy(REAL, FAKE).mean().item() == pytest.approx(-value.item(), rel=1e-9)


def test_a_discriminator_that_says_one_half_pays_two_log_two():
    assert cross_entropy(torch.zeros(1), torch.zeros(1)).item() == pytest.approx(2 * math.log(2))
    assert minus_log(torch.zeros(1)).item() == pytest.approx(math.log(2))
    assert log_one_minus(torch.zeros(1)).item() == pytest.approx(-math.log(2))


def test_in_minimax_the_generator_moves_the_same_value_the_other_way():
    score = FAKE.clone().requires_grad_()
    (d_slope,) = torch.autograd.grad(minimax.discriminator(REAL, score).sum(), score)
    (g_slope,) = torch.autograd.grad(minimax.generator(score).sum(), score)
    assert torch.equal(g_slope, -d_slope)


@pytest.mark.parametrize(
    ("loss", "d_pays", "g_pays"),
    [
        (minimax, against(REAL, 1.0) + against(FAKE, 0.0), -against(FAKE, 0.0)),
        (non_saturating, against(REAL, 1.0) + against(FAKE, 0.0), against(FAKE, 1.0)),
        (relativistic, against(REAL - FAKE, 1.0), against(FAKE - REAL, 1.0)),
        (least_squares, (REAL - 1) ** 2 + FAKE**2, (FAKE - 1) ** 2),
        (smoothed_labels, against(REAL, 0.9) + against(FAKE, 0.0), against(FAKE, 1.0)),
        (wasserstein, FAKE - REAL, -FAKE),
        (hinge, (1 - REAL).clamp(min=0) + (1 + FAKE).clamp(min=0), -FAKE),
    ],
)
def test_in_each_game_both_players_pay_what_its_equation_says(loss, d_pays, g_pays):
    generator_pays = loss.generator(REAL, FAKE) if loss.paired else loss.generator(FAKE)
    assert loss.discriminator(REAL, FAKE).numpy() == pytest.approx(d_pays.numpy(), rel=1e-9)
    assert generator_pays.numpy() == pytest.approx(g_pays.numpy(), rel=1e-9)


def test_in_a_pair_the_difference_of_the_scores_is_the_logit():
    """The discriminator answers which of the two is real, the generator wants the other answer."""
    assert real_above_fake(REAL, FAKE).numpy() == pytest.approx(against(REAL - FAKE, 1.0).numpy(), rel=1e-9)
    assert fake_above_real(REAL, FAKE).numpy() == pytest.approx(against(REAL - FAKE, 0.0).numpy(), rel=1e-9)
    assert relativistic.discriminator(REAL, FAKE).numpy() == pytest.approx(
        -np.log(scipy.special.expit((REAL - FAKE).numpy())), rel=1e-9
    )


def test_in_a_pair_the_generator_pays_what_the_discriminator_would_with_real_and_fake_exchanged():
    assert torch.equal(fake_above_real(REAL, FAKE), real_above_fake(FAKE, REAL))
    difference = fake_above_real(REAL, FAKE) - real_above_fake(REAL, FAKE)  # softplus(a) - softplus(-a) = a
    assert difference.numpy() == pytest.approx((REAL - FAKE).numpy(), rel=1e-9)


@pytest.mark.parametrize("loss", [real_above_fake, fake_above_real])
def test_pairs_with_equal_scores_cost_log_two(loss):
    assert loss(REAL, REAL).numpy() == pytest.approx(math.log(2), rel=1e-12)


@pytest.mark.parametrize("loss", [real_above_fake, fake_above_real])
@pytest.mark.parametrize("shift", [-100.0, 0.5, 1e6])
def test_pairs_do_not_see_a_shift_of_all_scores(loss, shift):
    assert loss(REAL + shift, FAKE + shift).numpy() == pytest.approx(loss(REAL, FAKE).numpy(), rel=1e-8)


def test_the_examples_of_a_pair_are_pulled_apart_equally():
    real, fake = REAL.clone().requires_grad_(), FAKE.clone().requires_grad_()
    by_real, by_fake = torch.autograd.grad(real_above_fake(real, fake).sum(), (real, fake))
    assert torch.equal(by_real, -by_fake)
    assert by_fake.numpy() == pytest.approx(scipy.special.expit((FAKE - REAL).numpy()), rel=1e-9)


def test_extreme_pairs_stay_finite_and_have_the_right_slopes():
    scores = torch.tensor([-1000.0, 1000.0])
    assert real_above_fake(scores, -scores).tolist() == [2000, 0]
    assert fake_above_real(scores, -scores).tolist() == [0, 2000]
    assert slopes(lambda real: real_above_fake(real, torch.zeros(2)), -1000, 1000) == [-1, 0]
    assert slopes(lambda fake: real_above_fake(torch.zeros(2), fake), -1000, 1000) == [0, 1]
    assert slopes(lambda fake: fake_above_real(torch.zeros(2), fake), -1000, 1000) == [-1, 0]


def test_a_loss_that_is_not_paired_does_not_look_at_the_real_examples():
    gan, fake = GAN(MLP(2, 2), MLP(2, None), loss=non_saturating), torch.zeros(4, 2)
    assert torch.equal(
        generator_loss(gan, torch.ones(4, 2), fake, (), Stream(0)),
        generator_loss(gan, torch.full((4, 2), math.nan), fake, (), Stream(0)),
    )


def on_pairs(loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda scores: loss(*scores.view(2, -1))


@pytest.mark.parametrize("loss", [minus_log, log_one_minus, on_pairs(real_above_fake), on_pairs(fake_above_real)])
def test_the_slopes_are_right_in_double_precision(loss):
    scores = SCORES[:60].clone().requires_grad_()
    assert torch.autograd.gradcheck(loss, scores)
    assert torch.autograd.gradgradcheck(loss, scores)


def test_extreme_scores_stay_finite_and_exact():
    scores = torch.tensor([-1000.0, 1000.0])
    assert minus_log(scores).tolist() == [1000, 0]
    assert log_one_minus(scores).tolist() == [0, -1000]
    assert cross_entropy(scores, scores).tolist() == [1000, 1000]
    assert cross_entropy(scores, -scores).tolist() == [2000, 0]


def test_smoothed_labels_pull_sure_scores_of_real_examples_back_and_leave_those_of_fakes():
    smoothed = SmoothedCrossEntropy(0.9)
    zeros = torch.zeros(2)
    assert slopes(lambda real: smoothed(real, zeros), -1000, 1000) == [pytest.approx(-0.9), pytest.approx(0.1)]
    assert slopes(lambda fake: smoothed(zeros, fake), -1000, 1000) == [0, 1]
    assert smoothed(torch.tensor([1000.0]), torch.tensor([-1000.0])).item() == pytest.approx(100)


def test_the_best_belief_under_smoothed_labels_is_the_label_times_p_over_p_plus_q():
    p, q = torch.tensor([0.2, 0.7, 0.5]), torch.tensor([0.6, 0.1, 0.5])  # densities at three points
    scores = torch.zeros(3, requires_grad=True)
    for _ in range(500):
        paid = p * smoothed_labels.discriminator(scores, torch.zeros(3))
        paid = paid + q * smoothed_labels.discriminator(torch.zeros(3), scores)
        (slope,) = torch.autograd.grad(paid.sum(), scores)
        scores = (scores - 2 * slope).detach().requires_grad_()
    assert scores.sigmoid().tolist() == pytest.approx((0.9 * p / (p + q)).tolist(), abs=1e-4)
    assert smoothed_labels.probability(scores).tolist() == pytest.approx((p / (p + q)).tolist(), abs=1e-4)
    assert smoothed_labels.probability(torch.tensor([30.0])).item() == 1


@pytest.mark.parametrize("label", [0.0, 1.0, -0.1, 1.5, math.nan])
def test_a_smoothed_label_lies_between_zero_and_one(label):
    with pytest.raises(ValueError, match="real_label"):
        SmoothedCrossEntropy(label)


def test_members_may_differ_in_their_smoothed_label():
    runs = [[smoothed_run(seed, label) for seed, label in ((0, 0.9), (1, 0.7))] for _ in range(2)]
    run_together(runs[0], 5)
    for together, alone in zip(*runs, strict=True):
        alone.run(5)
        assert together.samples(20).numpy() == pytest.approx(alone.samples(20).numpy(), abs=1e-5)


def smoothed_run(seed: int, label: float) -> Training:
    loss = Loss(SmoothedCrossEntropy(label), minus_log)
    return Training(GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=loss), ring(), seed, batch_size=16)


def test_extreme_scores_have_the_right_slopes():
    assert slopes(minus_log, -1000, 1000) == [-1, 0]
    assert slopes(log_one_minus, -1000, 1000) == [0, -1]
    assert slopes(lambda real: cross_entropy(real, torch.zeros(2)), -1000, 1000) == [-1, 0]
    assert slopes(lambda fake: cross_entropy(torch.zeros(2), fake), -1000, 1000) == [0, 1]


def test_where_the_discriminator_is_sure_only_minus_log_is_steep():
    d = scipy.special.expit(-8)
    assert slopes(log_one_minus, -8) == [pytest.approx(-d, rel=1e-5)]
    assert slopes(minus_log, -8) == [pytest.approx(d - 1, rel=1e-5)]


@pytest.mark.parametrize("shape", [(5,), (3, 5), (1,)])
def test_there_is_one_value_for_each_example(shape):
    scores = torch.ones(shape)
    assert cross_entropy(scores, -scores).shape == minus_log(scores).shape == log_one_minus(scores).shape == shape
    assert real_above_fake(scores, -scores).shape == fake_above_real(scores, -scores).shape == shape


@pytest.mark.parametrize(
    ("loss", "scores", "expected"),
    [
        (minimax, (0.0, 0.0), (2 * math.log(2), -math.log(2))),
        (non_saturating, (0.0, 0.0), (2 * math.log(2), math.log(2))),
        (relativistic, (3.0, 3.0), (math.log(2), math.log(2))),
        (least_squares, (0.5, 0.5), (0.5, 0.25)),
        (smoothed_labels, (math.log(9 / 11),) * 2, (-0.9 * math.log(0.45) - 1.1 * math.log(0.55), -math.log(0.45))),
    ],
)
def test_at_equilibrium_no_score_for_both_is_better_for_the_discriminator(loss, scores, expected):
    assert loss.equilibrium() == pytest.approx(expected)
    real, fake = (torch.tensor([score], dtype=torch.float64, requires_grad=True) for score in scores)
    paid = loss.discriminator(real, fake)
    assert paid.item() == pytest.approx(expected[0])
    assert sum(torch.autograd.grad(paid, (real, fake))).item() == pytest.approx(0)


def test_wasserstein_scores_are_free_by_a_constant():
    d_loss, g_loss = wasserstein.equilibrium()
    assert d_loss == 0
    assert math.isnan(g_loss)
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([0.5, 1.5])
    assert wasserstein.discriminator(real, fake).tolist() == wasserstein.discriminator(real + 7, fake + 7).tolist()


def test_the_best_score_of_least_squares_is_the_probability_that_it_stands_for():
    p, q = torch.tensor([0.2, 0.7, 1.0]), torch.tensor([0.6, 0.1, 0.0])  # densities at three points
    scores = torch.zeros(3, requires_grad=True)
    for _ in range(200):
        paid = p * least_squares.discriminator(scores, torch.zeros(3)) + q * least_squares.discriminator(
            torch.ones(3), scores
        )
        (slope,) = torch.autograd.grad(paid.sum(), scores)
        scores = (scores - 0.2 * slope).detach().requires_grad_()
    assert least_squares.probability(scores).tolist() == pytest.approx((p / (p + q)).tolist(), abs=1e-5)


def test_the_best_score_of_hinge_is_the_side_on_which_there_is_more_and_its_value_the_total_variation():
    p, q = torch.tensor([0.5, 0.3, 0.15, 0.05]), torch.tensor([0.1, 0.3, 0.5, 0.1])  # densities at four points
    scores = torch.linspace(-3, 3, 601)
    paid = p[:, None] * hinge.discriminator(scores, -torch.ones(1)) + q[:, None] * hinge.discriminator(
        torch.ones(1), scores
    )
    best = scores[paid.argmin(1)]
    assert best[[0, 2, 3]].tolist() == pytest.approx([1, -1, -1], abs=1e-2)
    least = paid.min(1).values.sum().item()
    assert least == pytest.approx(2 * torch.minimum(p, q).sum().item(), abs=1e-5)  # 2 - 2 TV, for densities of sum 1


def test_beyond_1_and_minus_1_hinge_asks_for_nothing_more():
    assert slopes(lambda real: hinge.discriminator(real, -torch.ones(2)), -1000, 1000) == [-1, 0]
    assert slopes(lambda fake: hinge.discriminator(torch.ones(2), fake), -1000, 1000) == [0, 1]
    assert slopes(hinge.generator, -1000, 1000) == [-1, -1]
    d_loss, g_loss = hinge.equilibrium()
    assert d_loss == 2
    assert math.isnan(g_loss)
