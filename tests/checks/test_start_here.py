"""The exercise of notebook 00: right answers of every kind pass, typical mistakes get the hint that helps."""

import math

import pytest
import torch

from gan_edu.checks import start_here as check


def in_a_loop(scores):
    """The mean belief as plain Python computes it."""
    return sum(1 / (1 + math.exp(-score)) for score in scores.tolist()) / len(scores)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda scores: (1 / (1 + (-scores).exp())).mean(),
        lambda scores: torch.mean(torch.sigmoid(scores)),
        lambda scores: scores.sigmoid_().mean(),
        lambda scores: torch.sigmoid(scores).mean().item(),
        in_a_loop,
    ],
)
def test_a_right_answer_is_accepted(attempt, capsys):
    for _ in range(2):  # a check that its attempt can spoil would say something else the second time
        check.mean_belief(attempt)
        assert capsys.readouterr().out.startswith("✓ correct.")


@pytest.mark.parametrize(
    ("attempt", "hint"),
    [
        (lambda scores: scores.mean(), "the mean of the scores"),
        (lambda scores: torch.sigmoid(scores.mean()), "take the sigmoid first"),
        (lambda scores: torch.sigmoid(-scores).mean(), "check the sign"),
        (lambda scores: torch.sigmoid(scores).sum(), "divide by how many there are"),
        (lambda scores: torch.sigmoid(scores).sum() / 5, "for the two scores -4 and 0 it is 0.259, not 0.104"),
        (lambda scores: (scores > 0).float().mean(), "share of positive scores"),
        (lambda scores: torch.sigmoid(scores), "you return 5 numbers"),
        (lambda scores: (scores >= 0).float().mean(), "share of scores from 0 up"),
        (lambda scores: 0.123, "you return 0.123"),
        (lambda scores: 0.5, "does your function use the scores that it is given?"),
        (lambda scores: torch.sigmoid(check.SCORES).mean(), "with all signs turned"),
        (lambda scores: None, "does your function end with `return`?"),
        (lambda scores: torch.softmax(scores, 0).mean(), "need not add up to 1"),
        (lambda scores: torch.sigmoid(scores).median(), "the median of the beliefs"),
        (lambda scores: torch.tanh(scores).mean(), "goes from -1 to 1"),
        (lambda scores: torch.sigmoid(scores).mean().round(), "the mean belief is 0.616; you return 1.000"),
        (lambda scores: "one half", "you return text, 'one half'"),
        (lambda scores: f"{torch.sigmoid(scores).mean()}", "one number is wanted; you return text"),
        (lambda scores: torch.sigmoid(scores).mean(dim=1), "`.mean()` needs no dimension"),
        (lambda scores: torch.sigmoid(scores).item(), "take the mean first"),
        (lambda scores: (1 / (1 + math.e ^ (-scores))).mean(), "is no power in Python"),
        (lambda scores: sigmoid(scores).mean(), "`torch.sigmoid(scores)`"),  # noqa: F821
        (lambda scores: (1 / (1 + exp(-scores))).mean(), "`torch.exp(-scores)`"),  # noqa: F821
        (lambda scores: torch.sigmoid(scores[0]), "a `return` inside a loop ends it"),
        (lambda scores: torch.sigmoid(scores).max(), "the largest belief"),
        (lambda scores: 100 * torch.sigmoid(scores).mean(), "lies between 0 and 1"),
        (lambda scores: 1 / 0, "ZeroDivisionError"),
        (lambda scores: math.exp(-scores), "use `torch.exp`"),
        (lambda scores: 1 if scores > 0 else 0, "no `if` is needed"),
        (lambda scores: (1 / 1 + torch.exp(-scores)).mean(), "needs brackets, 1 / (1 + ...)"),
        (lambda scores: (1 / 1 + torch.exp(scores)).mean(), "and the exponent a minus sign"),
        (lambda scores: 1 / (1 + torch.exp(-scores)).mean(), "take the mean of the whole fraction"),
        (lambda scores: (scores.exp() / (1 + scores.exp())).mean(), "for a score of 200 it is 1, not nan"),
        (lambda scores: torch.log(scores).mean(), "the mean belief is 0.616; you return nan"),
        (lambda scores: torch.sigmoid(scores).mean, "write the brackets"),
        (lambda scores: torch.sigmoid(scores.mean), "write the brackets"),
        (0.5, "a function is asked for, and you give 0.5"),
        (torch.sigmoid(check.SCORES).mean(), "a function is asked for"),
    ],
)
def test_a_mistake_gets_its_hint(attempt, hint, capsys):
    check.mean_belief(attempt)
    answer = capsys.readouterr().out
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


def test_what_changes_the_scores_in_place_cannot_spoil_the_next_check(capsys):
    check.mean_belief(lambda scores: scores.mul_(0).mean())
    check.mean_belief(lambda scores: torch.sigmoid(scores).mean())
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("✗ not yet: ")
    assert second.startswith("✓ correct.")


@pytest.mark.parametrize("attempt", [..., lambda scores: ...])
def test_the_stub_counts_as_not_attempted(attempt, capsys):
    check.mean_belief(attempt)
    assert "not attempted yet" in capsys.readouterr().out
