"""The exercises of notebook 09: solutions pass, typical mistakes get the hint that helps, garbage a friendly one."""

import math

import pytest
import torch
from torch.nn.functional import softplus

from gan_edu.checks import recipe as check
from gan_edu.game.penalties import R1, R2, Both


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


def slope_at(examples, scores, create_graph=True):
    (slope,) = torch.autograd.grad(scores.sum(), examples, create_graph=create_graph)
    return slope


def at_fakes(judged):
    return slope_at(judged.fake, judged.fake_scores)


def by_hand(judged):
    return 0.25 * at_fakes(judged).square().sum(-1)


def scored_again(judged):
    fake = judged.fake.detach().requires_grad_()
    return 0.25 * slope_at(fake, judged.discriminator(fake)).square().sum(-1)


@pytest.mark.parametrize("attempt", [by_hand, scored_again, R2(0.5)])
def test_r2_written_in_other_ways_is_right(capsys, attempt):
    assert answer_of(capsys, check.r2, attempt).startswith("✓ correct")


@pytest.mark.parametrize(
    ("attempt", "hint"),
    [
        (R1(0.5), "that is R1"),
        (Both(R1(0.5), R2(0.5)), "R1 and R2 together"),
        (lambda judged: 0.5 * at_fakes(judged).square().sum(-1), "both factors belong"),
        (lambda judged: at_fakes(judged).square().sum(-1), "the factor γ/2 is missing"),
        (lambda judged: 0.25 * at_fakes(judged).norm(dim=-1), "the length of the slope, times γ/2"),
        (lambda judged: at_fakes(judged).norm(dim=-1), "its square is asked for, times γ/2"),
        (lambda judged: -by_hand(judged), "the sign is wrong"),
        (lambda judged: 0.25 * slope_at(judged.fake, judged.fake_scores.mean()).square().sum(-1), "take the sum"),
        (lambda judged: 0.25 * at_fakes(judged).square().mean(-1), "the mean of the two coordinates"),
        (lambda judged: 0.25 * at_fakes(judged).sum(-1).square(), "square each, then add"),
        (lambda judged: 0.25 * (at_fakes(judged).norm(dim=-1) - 1).square(), "which asks for a slope of 1"),
        (lambda judged: by_hand(judged).mean(), "one value for each, (6,)"),
        (lambda judged: by_hand(judged).mean().expand(6), "one number for all"),
        (lambda judged: 0.25 * at_fakes(judged).square(), "shape (6, 2)"),
        (lambda judged: 0.25 * slope_at(judged.fake, judged.fake_scores, False).square().sum(-1), "create_graph"),
        (lambda judged: by_hand(judged).detach(), "D cannot learn"),
        (lambda judged: None, "Is there a return?"),
        (0.3, "a function (judged) is asked for"),
    ],
)
def test_each_mistake_about_r2_gets_its_hint(capsys, attempt, hint):
    answer = answer_of(capsys, check.r2, attempt)
    assert answer.startswith("✗ not yet")
    assert hint in answer


CLEAR = {"whole": [24.0, 25, 25, 24, 25], "without": [12.0, 14, 13, 12, 13]}
VAGUE = {"whole": [0.30, 0.50, 0.40, 0.35, 0.45], "without": [0.45, 0.40, 0.50, 0.30, 0.55]}


@pytest.mark.parametrize(
    ("scores", "verdict"), [(CLEAR, "enough"), (VAGUE, "not enough"), (CLEAR, "Enough"), (VAGUE, " Not enough ")]
)
def test_a_verdict_that_agrees_with_the_interval_is_right(capsys, scores, verdict):
    assert answer_of(capsys, check.five_seeds, scores | {"verdict": verdict}).startswith("✓ correct")


@pytest.mark.parametrize(
    ("attempt", "hint"),
    [
        (CLEAR | {"verdict": "not enough"}, "it leaves out zero"),
        (VAGUE | {"verdict": "enough"}, "zero is in it"),
        (VAGUE | {"verdict": "yes"}, "the verdict is enough or not enough"),
        (CLEAR | {"verdict": ...}, "three dots"),
        (CLEAR | {"whole": [1.0, 2.0], "verdict": "enough"}, "whole must hold five finite scores"),
        (CLEAR | {"without": [1.0, 2, 3, 4, float("nan")], "verdict": "enough"}, "without must hold five"),
        ({"whole": [1.0] * 5, "verdict": "enough"}, "a dictionary with the keys"),
        ("enough", "a dictionary with the keys"),
    ],
)
def test_each_mistake_about_five_seeds_gets_its_hint(capsys, attempt, hint):
    answer = answer_of(capsys, check.five_seeds, attempt)
    assert answer.startswith("✗ not yet")
    assert hint in answer


def test_the_number_of_seeds_that_would_do_shrinks_with_the_spread():
    steady, wild = torch.tensor([1.0, 0.2, 0.6, -0.4, 0.9]), torch.tensor([4.0, -3.0, 2.0, -2.5, 1.0])
    few, many = (int(check._needed(each.double()).removeprefix("about ")) for each in (steady, wild))
    assert few < many
    assert check._needed(torch.zeros(5, dtype=torch.float64)) == "not even a thousand"


@pytest.mark.parametrize("examine", [check.r2, check.five_seeds, check.missed])
def test_three_dots_are_no_attempt(capsys, examine):
    assert answer_of(capsys, examine, ...).startswith("… not attempted yet")


RIGHT = dict(check.MISSED)


def test_the_parts_that_the_table_misses_are_right(capsys):
    assert answer_of(capsys, check.missed, RIGHT).startswith("✓ correct")
    assert answer_of(capsys, check.missed, RIGHT | {"digits": "Average"}).startswith("✓ correct")


@pytest.mark.parametrize(
    ("attempt", "hint"),
    [
        *((RIGHT | {task: "pairing"}, f"{task}: not pairing") for task in RIGHT),
        (RIGHT | {"grid": "R3"}, "'R3' is none of"),
        (RIGHT | {"digits": ...}, "digits has no word yet"),
        ({"ring": "R1"}, "a dictionary with the keys"),
        ("R1", "a dictionary with the keys"),
    ],
)
def test_each_mistake_about_what_is_missed_gets_its_hint(capsys, attempt, hint):
    answer = answer_of(capsys, check.missed, attempt)
    assert answer.startswith("✗ not yet")
    assert hint in answer
