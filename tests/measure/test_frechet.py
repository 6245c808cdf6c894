"""The Fréchet distance agrees with SciPy's matrix root, with closed forms, and with a second formula."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch

from gan_edu.data.images import digits
from gan_edu.measure.frechet import frechet_distance, real_floor
from gan_edu.randomness import Stream


def vectors(count: int, features: int, name: str) -> torch.Tensor:
    """Correlated vectors with a mean of their own."""
    stream = Stream(0, name, dtype=torch.float64)
    return stream.normal(count, features) @ stream.normal(features, features) + stream.normal(features)


def with_moments(mean, variances) -> torch.Tensor:
    """Vectors whose sample mean and covariance, with divisor N - 1, are exactly the given mean and diagonal."""
    features = len(mean)
    points = torch.cat([torch.eye(features), -torch.eye(features)]).double()
    return points * ((2 * features - 1) / 2 * torch.tensor(variances, dtype=torch.float64)).sqrt() + torch.tensor(mean)


@pytest.mark.parametrize("features", [2, 10, 40])
def test_equals_scipys_matrix_root(features):
    first, second = vectors(300, features, "first"), vectors(500, features, "second")
    mean = ((first.mean(0) - second.mean(0)) ** 2).sum().item()
    covariances = np.cov(first.numpy().T), np.cov(second.numpy().T)
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1]).real
    expected = mean + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-9)


def test_equals_the_closed_form_for_diagonal_covariances():
    first, second = with_moments([0.0, 1.0, -2.0], [1.0, 4.0, 9.0]), with_moments([1.0, 1.0, 0.0], [4.0, 4.0, 0.25])
    expected = (1 + 0 + 4) + (1 - 2) ** 2 + (2 - 2) ** 2 + (3 - 0.5) ** 2
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-12)


def test_a_single_feature_is_the_difference_of_means_and_widths():
    first, second = vectors(50, 1, "first"), vectors(80, 1, "second")
    expected = (first.mean() - second.mean()) ** 2 + (first.std() - second.std()) ** 2
    assert frechet_distance(first, second) == pytest.approx(expected.item(), rel=1e-12)


def test_is_zero_for_equal_sets_also_with_constant_pixels():
    images = digits().images
    assert (images.flatten(1).std(0) == 0).any()
    assert frechet_distance(images, images) == pytest.approx(0, abs=1e-9)


def test_is_symmetric():
    first, second = vectors(30, 8, "first"), vectors(40, 8, "second")
    assert frechet_distance(first, second) == pytest.approx(frechet_distance(second, first), rel=1e-12)


def test_a_shift_costs_its_squared_length():
    points, shift = vectors(200, 6, "points"), vectors(2, 6, "shift")[0]
    assert frechet_distance(points, points + shift) == pytest.approx(shift.square().sum().item(), rel=1e-9)


def test_does_not_depend_on_rotation_and_constant_features():
    first, second = vectors(100, 5, "first"), vectors(100, 5, "second")
    rotation = torch.linalg.qr(vectors(9, 9, "rotation"))[0]
    padded = [torch.cat([points, torch.full((100, 4), 3.0)], dim=1) @ rotation for points in (first, second)]
    assert frechet_distance(*padded) == pytest.approx(frechet_distance(first, second), rel=1e-6)


@pytest.mark.parametrize("count", [2, 10, 63])
def test_fewer_images_than_pixels_equal_a_formula_without_covariances(count):
    # tr (Σ₁Σ₂)^½ is the sum of the singular values of A Bᵀ, for centred data A and B over the roots of N - 1.
    images = digits().images.double().flatten(1)
    first, second = images[:count], images[500 : 500 + count + 5]
    centred = [(points - points.mean(0)).numpy() / math.sqrt(len(points) - 1) for points in (first, second)]
    common = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
    mean = ((first.mean(0) - second.mean(0)) ** 2).sum().item()
    expected = mean + sum((points**2).sum() for points in centred) - 2 * common
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-6)


def test_images_are_flattened():
    images = digits().images
    first, second = images[:200], images[200:500]
    assert frechet_distance(first, second) == frechet_distance(first.flatten(1), second.flatten(1))


def test_smaller_sets_are_further_apart():
    images, stream = digits().images, Stream(0, "sizes")
    distances = [
        np.mean([real_floor(images[stream.permutation(1797)[:count]], stream) for _ in range(5)])
        for count in (50, 200, 800)
    ]
    assert distances[0] > 2 * distances[1] > 4 * distances[2]


def test_floor_compares_disjoint_halves():
    stand_ins = torch.eye(9).double()  # every image has a pixel of its own: the halves show who is in them
    order = Stream(3, "halves").permutation(9)
    expected = frechet_distance(stand_ins[order[:4]], stand_ins[order[4:8]])
    assert real_floor(stand_ins, Stream(3, "halves")) == expected
    # The means differ by 1/4 in 8 pixels; each half has 4 pixels of variance 1/4, none in common.
    assert expected == pytest.approx(8 / 16 + 1 + 1, rel=1e-12)


def test_floor_is_the_same_for_the_same_stream_only():
    images = digits().images
    assert real_floor(images, Stream(0, "floor")) == real_floor(images, Stream(0, "floor"))
    assert real_floor(images, Stream(0, "floor")) != real_floor(images, Stream(1, "floor"))


def test_floor_of_the_digits_is_small_beside_other_images():
    images = digits().images
    floor = real_floor(images, Stream(0, "floor"))
    assert 0.2 < floor < 0.5
    assert frechet_distance(images[:898], images[898:].flip(-1)) > 10 * floor


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (torch.zeros(1, 3), ValueError, "must have at least 2 rows, got 1"),
        (torch.zeros(0, 3), ValueError, "must have at least 2 rows, got 0"),
        (torch.zeros(5), ValueError, r"must have shape \(N, F\) or \(N, C, H, W\), got \(5,\)"),
        (torch.zeros(5, 0), ValueError, r"must have shape \(N, F\) or \(N, C, H, W\), got \(5, 0\)"),
        (torch.full((5, 3), math.nan), ValueError, "must be finite, got 15 numbers that are not"),
        (
            torch.full((5, 3), 1e160, dtype=torch.float64),
            ValueError,
            r"must lie from -1e\+70 to 1e\+70, got 1e\+160 in",
        ),
        (torch.tensor([[0.0, math.inf, 0.0]] * 2), ValueError, "must be finite, got 2 numbers that are not"),
        ([[0.0, 1.0, 2.0]] * 3, TypeError, r"must be a tensor of real numbers, got \[\[0\.0, 1"),
        (torch.zeros(5, 3, dtype=torch.complex64), TypeError, "must be a tensor of real numbers, got torch.complex64"),
    ],
)
def test_bad_sets_are_named(bad, error, message):
    good = torch.zeros(5, 3)
    with pytest.raises(error, match=f"first ({message})"):
        frechet_distance(bad, good)
    with pytest.raises(error, match=f"second ({message})"):
        frechet_distance(good, bad)


def test_different_numbers_of_features_are_named():
    with pytest.raises(ValueError, match="first and second must have the same number of features, got 3 and 4"):
        frechet_distance(torch.zeros(5, 3), torch.zeros(5, 4))


def test_too_few_images_for_two_halves_are_named():
    with pytest.raises(ValueError, match="images must have at least 4 rows, got 3"):
        real_floor(torch.zeros(3, 1, 8, 8), Stream(0, "floor"))
