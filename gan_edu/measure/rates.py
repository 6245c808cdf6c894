"""Sensitivity and specificity: how often is somebody right who tells real from fake?"""

from typing import NamedTuple

import torch
from scipy.stats import binomtest

from gan_edu.arguments import floating_tensor


class Rate(NamedTuple):
    """How often an answer was right.

    Args:
        right, count: right answers, and all answers.
        low, high: ends of the 95 % confidence interval of the share of right answers in the long run: Wilson's (1927),
            which stays within 0 and 1 and can be trusted for a few answers too.
    """

    right: int
    count: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of right answers, from 0 to 1."""
        return self.right / self.count

    def __str__(self) -> str:
        return f"{self.right} of {self.count}, {self.share:.0%} ({self.low:.0%} to {self.high:.0%})"


class Rates(NamedTuple):
    """How often the two kinds of examples are recognised; "positive" means real.

    Args:
        sensitivity: of the real examples, those called real.
        specificity: of the fakes, those called fake.
    """

    sensitivity: Rate
    specificity: Rate


def rates(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> Rates:
    """Count right answers among real examples and among fakes: a score above 0 says real, any other fake.

    Met in notebook 01. Who answers in words has scores of 1 and -1.

    Args:
        real_scores: (N,), of real examples.
        fake_scores: (B,), of fakes.

    Raises:
        TypeError, ValueError: if the scores are no floating tensors of one axis, or not finite.
    """
    floating_tensor("real_scores", real_scores, "N"), floating_tensor("fake_scores", fake_scores, "B")
    return Rates(_rate(real_scores > 0), _rate(fake_scores <= 0))


def _rate(right: torch.Tensor) -> Rate:
    interval = binomtest(int(right.sum()), len(right)).proportion_ci(0.95, method="wilson")
    return Rate(int(right.sum()), len(right), float(interval.low), float(interval.high))
