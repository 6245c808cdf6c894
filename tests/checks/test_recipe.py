"""The exercises of notebook 09: solutions pass, typical mistakes get the hint that helps, garbage a friendly one."""

import math

import pytest
import torch
from torch.nn.functional import softplus

from gan_edu.checks import recipe as check


def answer_of(capsys, examine, attempt):
    examine(attempt)
    return capsys.readouterr().out


def sigmoid(score):
    return 1 / (1 + math.exp(-score))


def right(gap):
    return (0.5 + sigmoid(-gap)) / 4, sigmoid(-gap) / 2


def by_autograd(gap):
    fakes = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    lonely = torch.tensor([gap], dtype=torch.float64, requires_grad=True)
    real = torch.cat([torch.zeros(1, dtype=torch.float64), lonely])
    price = softplus(fakes - real.unsqueeze(1)).mean()
    by_fakes, by_lonely = torch.autograd.grad(price, (fakes, lonely))
    return by_fakes[0], -by_lonely[0]


@pytest.mark.parametrize("attempt", [right, by_autograd, lambda gap: list(right(gap))])
def test_a_solution_is_accepted(capsys, attempt):
    assert answer_of(capsys, check.heap_forces, attempt).startswith("✓ correct.")


def test_where_they_balance_is_what_the_explanation_says(capsys):
    push, pull = right(math.log(5))
    assert pull == pytest.approx(push / 2)
    assert "log 5 = 1.61" in answer_of(capsys, check.heap_forces, right)


MISTAKES = [
    (lambda gap: right(gap)[::-1], "the wrong way round"),
    (lambda gap: (0.5 + sigmoid(-gap), 2 * sigmoid(-gap)), "D pays their mean"),
    (lambda gap: (2 * right(gap)[0], right(gap)[1]), "that of both fakes"),
    (lambda gap: (sigmoid(-gap) / 4, sigmoid(-gap) / 2), "where it stands pushes too"),
    (lambda gap: (right(gap)[0], sigmoid(-gap) / 4), "two of the four pairs pull"),
    (lambda gap: (sigmoid(-gap) / 2, sigmoid(-gap) / 2), "each fake has one partner"),
    (lambda gap: ((0.5 + sigmoid(gap)) / 4, sigmoid(gap) / 2), "Is the sign of the gap right?"),
    (
        lambda gap: ((math.log(2) + math.log1p(math.exp(-gap))) / 4, math.log1p(math.exp(-gap)) / 2),
        "take the derivative",
    ),
    (lambda gap: (right(gap)[0], -right(gap)[1]), "both are above zero"),
    (lambda gap: (right(gap)[0], 0.9), "pull is too large"),
    (lambda gap: (0.01, right(gap)[1]), "push is too small"),
    (lambda gap: right(1.0), "for a gap of 0"),
    (lambda gap: right(gap)[0], "two numbers are asked for"),
    (lambda gap: None, "you return None"),
    (lambda gap: (1, 2, 3), "two numbers are asked for"),
    (lambda gap: "half", "two numbers are asked for"),
    (0.5, "a function (gap) is asked for, got 0.5"),
    (lambda gap: 1 / 0, "ZeroDivisionError"),
]


@pytest.mark.parametrize(("attempt", "words"), MISTAKES)
def test_a_mistake_gets_the_hint_that_helps(capsys, attempt, words):
    answer = answer_of(capsys, check.heap_forces, attempt)
    assert answer.startswith("✗ not yet: ")
    assert words in answer


def test_the_stub_is_not_attempted(capsys):
    assert answer_of(capsys, check.heap_forces, lambda gap: ...).startswith("… not attempted yet")
