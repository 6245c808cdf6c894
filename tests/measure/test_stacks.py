"""The judge of stacked digits reads held-out digits, and its counts agree with counting by hand and with SciPy."""

import math

import pytest
import scipy.stats
import torch

from gan_edu.data.images import Images, Stacked, digits
from gan_edu.measure.stacks import DigitJudge, stack_coverage
from gan_edu.randomness import Stream

DIGITS = digits()
JUDGE = DigitJudge(DIGITS)


def one_of_each() -> torch.Tensor:
    """A plain image of each digit, (10, 8, 8): the one that is nearest to the mean of its kind."""
    kinds = [DIGITS.images[DIGITS.labels == digit].squeeze(1) for digit in range(10)]
    return torch.stack([kind[(kind - kind.mean(0)).square().sum((1, 2)).argmin()] for kind in kinds])


def test_the_judge_reads_digits_that_it_has_not_seen():
    order = Stream(0, "halves").permutation(len(DIGITS.images))
    seen, others = order[:900], order[900:]
    judge = DigitJudge(Images(DIGITS.images[seen], DIGITS.labels[seen]))
    right = (judge(DIGITS.images[others].squeeze(1)) == DIGITS.labels[others]).double().mean()
    assert right > 0.97


def test_counts_by_hand():
    ones = one_of_each()
    stacks = torch.stack([torch.stack([ones[1], ones[2], ones[3]])] * 3 + [torch.stack([ones[3], ones[2], ones[1]])])
    found = stack_coverage(stacks, JUDGE)
    assert found.modes == 2
    assert found.reverse_kl == pytest.approx(math.log(1000) - scipy.stats.entropy([3 / 4, 1 / 4]))


def test_every_combination_once_is_perfect_and_one_alone_costs_log_1000():
    ones, every = one_of_each(), torch.cartesian_prod(*[torch.arange(10)] * 3)
    found = stack_coverage(ones[every], JUDGE)
    assert found.modes == 1000
    assert found.reverse_kl == pytest.approx(0, abs=1e-9)
    assert stack_coverage(ones[every[:1]].repeat(20, 1, 1, 1), JUDGE) == (1, pytest.approx(math.log(1000)))


def test_two_channels_have_a_hundred_combinations():
    every = torch.cartesian_prod(*[torch.arange(10)] * 2)
    assert stack_coverage(one_of_each()[every], JUDGE) == (100, pytest.approx(0, abs=1e-9))


def test_real_stacks_score_what_sampling_costs():
    """(K - 1) / 2n over K equal kinds, and a little more, as the digits are not quite equally many."""
    found = stack_coverage(Stacked(DIGITS).sample(10_000, Stream(0, "real")), JUDGE)
    assert found.modes >= 998
    assert found.reverse_kl == pytest.approx(999 / 20_000, abs=0.006)


def test_what_is_no_stack_or_no_digit_is_refused():
    with pytest.raises(ValueError, match="samples must have shape"):
        stack_coverage(torch.zeros(4, 3, 9, 9), JUDGE)
    with pytest.raises(TypeError, match="samples must be"):
        stack_coverage([0.0], JUDGE)
    with pytest.raises(ValueError, match="images must have one channel and labels from 0 to 9"):
        DigitJudge(Images(torch.zeros(4, 3, 8, 8), torch.zeros(4, dtype=torch.long)))
    with pytest.raises(TypeError, match="images must be Images"):
        DigitJudge(DIGITS.images)
