"""Sensitivity and specificity, counted by hand; Wilson's interval by its closed form."""

import math

import pytest
import torch

from gan_edu.measure.rates import rates


def wilson(right, count, z=1.959963984540054):
    centre = (right + z * z / 2) / (count + z * z)
    half = z / (count + z * z) * math.sqrt(right * (count - right) / count + z * z / 4)
    return centre - half, centre + half


def test_right_answers_are_counted_by_kind():
    found = rates(torch.tensor([1.0, 0.2, -3.0]), torch.tensor([-1.0, 0.0, 2.0, 5.0]))
    assert (found.sensitivity.right, found.sensitivity.count) == (2, 3)
    assert (found.specificity.right, found.specificity.count) == (2, 4)  # a score of 0 does not say real
    assert found.sensitivity.share == pytest.approx(2 / 3)


@pytest.mark.parametrize(("right", "count"), [(0, 20), (14, 20), (20, 20), (1, 1), (700, 1000)])
def test_the_interval_is_wilsons(right, count):
    scores = torch.where(torch.arange(count) < right, 1.0, -1.0)
    for rate in (rates(scores, scores).sensitivity, rates(scores, -scores).specificity):
        assert (rate.low, rate.high) == pytest.approx(wilson(right, count), abs=1e-12)


def test_it_is_written_in_one_line():
    scores = torch.where(torch.arange(20) < 14, 1.0, -1.0)
    assert str(rates(scores, scores).sensitivity) == "14 of 20, 70% (48% to 85%)"
