"""Two parts are alike if they hold the same and do the same, however deep one has to look."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from gan_edu.data.points import ring
from gan_edu.sweeps.fingerprints import alike, describe


def closing_over(value: object):
    def inside(number: float = 1.0) -> object:
        return value if number else inside(number - 1)

    return inside


@dataclass(frozen=True)
class Holder:
    content: object


class Slotted:
    __slots__ = ("content",)

    def __init__(self, content: object):
        self.content = content


class Plain(Slotted):
    def __call__(self) -> object:
        return self.content


def circle(value: object) -> list:
    made: list = [value]
    made.append(made)
    return made


def linear(value: float) -> nn.Linear:
    layer = nn.Linear(2, 2)
    nn.init.constant_(layer.weight, value)
    nn.init.constant_(layer.bias, 0.0)
    return layer


AROUND = {
    "itself": lambda value: value,
    "tuple": lambda value: (1, value),
    "list": lambda value: [1, value],
    "dictionary": lambda value: {"a": value},
    "array": lambda value: np.full(3, value),
    "tensor": lambda value: torch.full((3,), value),
    "closure": closing_over,
    "partial": lambda value: partial(min, value, key=value),
    "method": lambda value: Holder(value).__eq__,
    "dataclass": Holder,
    "slots": Slotted,
    "both": Plain,
    "deep": lambda value: Holder([closing_over(partial(max, Plain({"a": np.full(2, value)})))]),
    "circle": circle,
    "network": linear,
    "path": lambda value: Path(f"a/{value}"),
}


@pytest.mark.parametrize("name", AROUND)
def test_they_are_alike_if_their_content_is(name):
    around = AROUND[name]
    assert alike(around(1.5), around(1.5))
    assert not alike(around(1.5), around(2.5))
    assert describe(around(1.5)) == describe(around(1.5))
    assert describe(around(1.5)) != describe(around(2.5))


def test_kinds_count():
    assert not alike(1, 1.0)
    assert not alike((1,), [1])
    assert not alike(torch.zeros(2), torch.zeros(2, dtype=torch.float64))
    assert not alike(lambda x: x, lambda x: x + 1)
    assert not alike(lambda *, x=1: x, lambda *, x=2: x)
    assert alike(ring(), ring())
    assert not alike(ring(), ring(7))


def test_what_cannot_be_looked_into_is_like_itself_alone():
    one, two = np.random.default_rng(0), np.random.default_rng(0)
    assert alike(one, one)
    assert not alike(one, two)


class Stubborn:
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise TypeError("no")

    __hash__ = None


def test_a_comparison_that_raises_is_no_likeness():
    assert not alike(torch.Generator(), torch.Generator())
    assert not alike(Stubborn(), Stubborn())


def test_a_function_defined_before_what_it_closes_over_is_known():
    def inside() -> int:
        return later

    assert describe(inside) == describe(inside)
    later = 1
    assert inside() == later


def test_descriptions_are_short_and_plain_values_are_readable():
    assert describe(0.001) == "0.001"
    assert describe("words") == "'words'"
    assert describe(np.tanh).split(" #")[0] == "tanh"
    assert len(describe(ring())) < 60
