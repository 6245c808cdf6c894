"""The checks of notebook 08 accept what is right in any form, and answer each common mistake with its own hint."""

from collections.abc import Callable

import pytest
import torch
from scipy.stats import wasserstein_distance
from torch import nn

from gan_edu.checks import wasserstein as check
from gan_edu.networks.points import MLP


def said(capsys: pytest.CaptureFixture, examine: Callable, attempt: object) -> str:
    examine(attempt)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "right",
    [
        lambda a, b: (a.sort().values - b.sort().values).abs().mean(),
        lambda a, b: wasserstein_distance(a.numpy(), b.numpy()),
        lambda a, b: sum(abs(x - y) for x, y in zip(sorted(a.tolist()), sorted(b.tolist()), strict=True)) / len(a),
    ],
)
def test_a_distance_on_a_line_is_accepted(capsys, right):
    assert said(capsys, check.on_a_line, right).startswith("✓")


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda a, b: (a - b).abs().mean(), "as they happen to stand"),
        (lambda a, b: (a.mean() - b.mean()).abs(), "difference of the means"),
        (lambda a, b: (b.sort().values - a.sort().values).mean(), "count as negative"),
        (lambda a, b: (a.sort().values - b.sort().values).abs().sum(), "On average"),
        (lambda a, b: (a.sort().values - b.sort().values).square().mean().sqrt(), "W₂"),
        (lambda a, b: (a.sort().values - b.sort().values).square().mean(), "squares"),
        (lambda a, b: (a.sort().values - b.sort(descending=True).values).abs().mean(), "dearest"),
        (lambda a, b: (a.sort().values - b.sort().values).abs().max(), "longest"),
        (lambda a, b: (a[:, None] - b).abs().mean(), "all pairs"),
        (lambda a, b: (a.sort().values - b.sort().values).abs(), "one number"),
        (lambda a, b: None, "Is there a return"),
        (lambda a, b: 7.0, "Sort both"),
        (lambda a, b: (a.sort().values - b.sort().values).abs().median(), "middle way"),
        (lambda a, b: (a.argsort() - b.argsort()).abs().double().mean(), "argsort"),
        (lambda a, b: (a[:, None] - b).abs().min(1).values.mean(), "taken twice"),
        (lambda a, b: (a.sort().values - b.sort().values).abs().sum() / 2 / len(a), "Sort both"),
        (lambda a, b: 2.46 if len(a) == 5 else 7.0, "Sort both"),
        (0.5, "a function (first, second)"),
    ],
)
def test_each_mistake_on_the_line_has_its_hint(capsys, wrong, hint):
    answer = said(capsys, check.on_a_line, wrong)
    assert answer.startswith("✗")
    assert hint in answer


@pytest.mark.parametrize(
    "right", [lambda x: x.norm(dim=1), lambda x: x.square().sum(1).sqrt() + 5, lambda x: x.norm(dim=1).clamp(max=2)]
)
def test_a_potential_is_accepted(capsys, right):
    assert said(capsys, check.potential, right).startswith("✓")


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda x: -x.norm(dim=1), "the heap low"),
        (lambda x: x.square().sum(1), "and 1 is allowed"),
        (lambda x: 2 * x.norm(dim=1), "its slope is 2.00"),
        (lambda x: x.abs().sum(1), "its slope is 1.41"),
        (lambda x: x[:, 0], "reaches 0 %"),
        (lambda x: torch.zeros(len(x)).double(), "reaches 0 %"),
        (lambda x: 0.5 * x.norm(dim=1), "reaches 50.0 %"),
        (lambda x: x.abs().max(1).values, "not steep enough"),
        (lambda x: x.norm(dim=1, keepdim=True), "(2000, 1)"),
        (lambda x: x.norm(), "()"),
        (lambda x: x.norm(dim=1).numpy(), "got array"),
        (lambda x: 0.9985 * x.norm(dim=1), "reaches 99.9 %"),
        (lambda x: 1 / (x - x).norm(dim=1), "finite"),
        (lambda x: (x.norm(dim=1) > 0.5).double(), "and 1 is allowed"),
    ],
)
def test_each_mistake_of_the_potential_has_its_hint(capsys, wrong, hint):
    answer = said(capsys, check.potential, wrong)
    assert answer.startswith("✗")
    assert hint in answer


def penalty(
    share: Callable = lambda stream, real: stream.uniform(len(real)).view(-1, *[1] * (real.dim() - 1)),
    norm: Callable = lambda gradient: gradient.flatten(1).norm(dim=1),
    pay: Callable = lambda slope: 10 * (slope - 1) ** 2,
    graph: bool = True,
) -> Callable:
    """The gradient penalty, with a part of it changed."""

    def paid(critic, real, fake, stream):
        each = share(stream, real)
        between = (each * real + (1 - each) * fake).detach().requires_grad_()
        (gradient,) = torch.autograd.grad(critic(between).sum(), between, create_graph=graph)
        return pay(norm(gradient))

    return paid


def ones(real: torch.Tensor) -> list[int]:
    return [1] * (real.dim() - 1)


@pytest.mark.parametrize(
    "right",
    [
        penalty(),
        penalty(norm=lambda gradient: (gradient.flatten(1).square().sum(1) + 1e-12).sqrt()),
        penalty(share=lambda stream, real: 1 - stream.uniform(len(real), *ones(real))),
    ],
)
def test_a_gradient_penalty_is_accepted(capsys, right):
    assert said(capsys, check.gradient_penalty, right).startswith("✓")


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (penalty(share=lambda stream, real: stream.normal(len(real), *ones(real))), "beyond an end"),
        (penalty(share=lambda stream, real: stream.uniform(*real.shape)), "crowd together"),
        (penalty(share=lambda stream, real: stream.uniform(1, *ones(real))), "the same share"),
        (penalty(share=lambda stream, real: torch.ones(1).double()), "real examples themselves"),
        (penalty(share=lambda stream, real: torch.zeros(1).double()), "fakes themselves"),
        (penalty(share=lambda stream, real: stream.uniform(len(real), *ones(real)) ** 2), "not spread evenly"),
        (penalty(norm=lambda gradient: gradient.norm(dim=1)), "not over one"),
        (penalty(norm=lambda gradient: gradient.norm(), pay=lambda slope: 10 * (slope - 1) ** 2), "a mean comes later"),
        (penalty(norm=lambda gradient: gradient.flatten(1).abs().sum(1)), "a sum of squares"),
        (penalty(norm=lambda gradient: gradient.flatten(1).norm(dim=1, keepdim=True)), "keepdim"),
        (penalty(norm=lambda gradient: gradient.flatten(1).norm(dim=1) / len(gradient)), "scores.sum()"),
        (penalty(norm=lambda gradient: gradient.flatten(1).square().mean(1).sqrt()), "the root of their sum"),
        (penalty(pay=lambda slope: (slope - 1) ** 2), "without λ"),
        (penalty(pay=lambda slope: 10 * (slope**2 - 1) ** 2), "before you take 1 away"),
        (penalty(pay=lambda slope: 10 * slope**2), "the 1 is missing"),
        (penalty(pay=lambda slope: 10 * (slope - 1).abs()), "square it"),
        (penalty(pay=lambda slope: 10 * (slope - 1).relu() ** 2), "one-sided"),
        (penalty(pay=lambda slope: 4 * (slope - 1) ** 2), "over which axes"),
        (penalty(pay=lambda slope: (10 * (slope - 1) ** 2).mean()), "a mean comes later"),
        (penalty(graph=False), "create_graph"),
        (lambda critic, real, fake, stream: 40.0, "a tensor is asked for"),
        (3, "a function (critic, real, fake, stream)"),
    ],
)
def test_each_mistake_of_the_penalty_has_its_hint(capsys, wrong, hint):
    answer = said(capsys, check.gradient_penalty, wrong)
    assert answer.startswith("✗")
    assert hint in answer


RIGHT = {letter: name for letter, (name, _) in check.KINDS.items()}


def test_the_four_names_are_accepted_and_each_other_answer_has_a_hint(capsys):
    assert said(capsys, check.whose, RIGHT).startswith("✓")
    for letter in RIGHT:
        swapped = RIGHT | {letter: RIGHT["B" if letter != "B" else "C"]}
        assert f"look at {letter} again" in said(capsys, check.whose, swapped)
    assert "has no name yet" in said(capsys, check.whose, RIGHT | {"C": ...})
    assert "is none of" in said(capsys, check.whose, RIGHT | {"A": "ReLU"})
    assert "the keys A, B, C and D" in said(capsys, check.whose, {"A": "penalty, λ 1"})
    assert "the keys A, B, C and D" in said(capsys, check.whose, "penalty, λ 1")


def test_the_letters_hide_the_names_and_lose_no_critic():
    critics: dict[str, nn.Module] = {name: MLP(2, None) for name in sorted(RIGHT.values())}
    letters = check.unnamed(critics)
    assert list(letters) == ["A", "B", "C", "D"]
    assert all(letters[letter] is critics[name] for letter, name in RIGHT.items())


def test_what_is_left_open_counts_as_not_attempted(capsys):
    for examine in (check.on_a_line, check.potential, check.gradient_penalty):
        assert "not attempted" in said(capsys, examine, lambda *inputs: ...)
