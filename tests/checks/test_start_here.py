"""The exercise of notebook 00: the solution passes, typical mistakes get the hint that helps."""

import pytest
import torch

from gan_edu.checks import start_here as check


def test_the_solution_is_accepted(capsys):
    check.mean_belief(lambda scores: (1 / (1 + (-scores).exp())).mean())
    assert capsys.readouterr().out.startswith("✓ correct.")


@pytest.mark.parametrize(
    ("attempt", "hint"),
    [
        (lambda scores: scores.mean(), "the mean of the scores"),
        (lambda scores: torch.sigmoid(scores.mean()), "take the sigmoid first"),
        (lambda scores: torch.sigmoid(-scores).mean(), "check the sign"),
        (lambda scores: torch.sigmoid(scores).sum(), "divide by how many"),
        (lambda scores: (scores > 0).float().mean(), "share of positive scores"),
        (lambda scores: torch.sigmoid(scores), "you return 5 numbers"),
        (lambda scores: (scores >= 0).float().mean(), "share of scores from 0 up"),
        (lambda scores: 0.123, "you return 0.123"),
        (lambda scores: torch.sigmoid(torch.tensor([-4.0, 0.0, 0.0, 1.0, 2.0])).mean(), "with all signs turned"),
        (lambda scores: None, "does your function end with `return`?"),
        (lambda scores: torch.softmax(scores, 0).mean(), "need not add up to 1"),
        (lambda scores: torch.sigmoid(scores).median(), "the median of the beliefs"),
        (lambda scores: torch.tanh(scores).mean(), "goes from -1 to 1"),
        (lambda scores: torch.sigmoid(scores).mean().round(), "the mean belief is 0.526; you return 1.000"),
        (lambda scores: "0.526", "with all signs turned"),
        (lambda scores: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_mistake_gets_its_hint(attempt, hint, capsys):
    check.mean_belief(attempt)
    answer = capsys.readouterr().out
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


@pytest.mark.parametrize("attempt", [..., lambda scores: ...])
def test_the_stub_counts_as_not_attempted(attempt, capsys):
    check.mean_belief(attempt)
    assert "not attempted yet" in capsys.readouterr().out
