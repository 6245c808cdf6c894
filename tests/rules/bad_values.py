"""Values that no argument of a given type may have, and what is wrong with the answer to a call with one of them.

A bad call is answered well if it raises a TypeError or a ValueError whose message names the argument, says what it
`must` be, and what it `got`. All else is a complaint: no error at all, another error, or other words.
"""

import inspect
import math
import re
import types
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike

Named = Iterator[tuple[str, object]]
NOT_FINITE = {"NaN": math.nan, "inf": math.inf, "-inf": -math.inf}
OTHER_THINGS = {"None": None, "text": "x", "list": [[]], "object": object(), "class": dict, "complex": 1j}


def bad_values(hint: object, good: object) -> Named:
    """What an argument of this type may not be, with a word for each; `good` is a value that it may be."""
    if hint is ArrayLike:
        yield from _bad_arrays(np.asarray(good, dtype=float))
        return
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        alternatives = typing.get_args(hint)
        if len(set(alternatives) - {type(None)}) == 1:
            (hint,) = set(alternatives) - {type(None)}
            yield from ((name, value) for name, value in bad_values(hint, good) if value is not None)
            return
    yield from _of_one_kind(hint, good)


def _of_one_kind(hint: object, good: object) -> Named:
    origin = typing.get_origin(hint) or hint
    if origin is torch.Tensor:
        yield from _bad_tensors(good)
    elif origin is np.ndarray:
        yield from _bad_arrays(good)
    elif origin in (int, float):
        yield from {"True": True, **NOT_FINITE, "zero": 0, "minus one": -1, **OTHER_THINGS}.items()
        if origin is int:
            yield from {"two and a half": 2.5, "two as a float": 2.0}.items()
    elif origin is str:
        yield from ({**OTHER_THINGS, "number": 3} | {"text": ""}).items()
    elif origin in (Sequence, tuple):
        yield from _bad_sequences(good)
    elif origin is Mapping:
        yield from {**OTHER_THINGS, "number": 3}.items()
    else:  # a function, a network, a stream, a part of the package: all that is no plain value
        class_itself = type(good) if not isinstance(good, types.FunctionType) else dict
        yield from {**OTHER_THINGS, "class": class_itself, "number": 3, "array": np.ones(3)}.items()


def _bad_tensors(good: torch.Tensor) -> Named:
    plain = {name: value for name, value in OTHER_THINGS.items() if name != "class"}
    yield from {**plain, "class": torch.Tensor, "number": 3, "array": good.numpy(), "list": good.tolist()}.items()
    yield from {"complex": good + 0j, "bool": good > 0, "integers": good.round().long()}.items()
    if good.is_floating_point():
        for name, value in NOT_FINITE.items():
            spoilt = good.clone()
            spoilt.view(-1)[-1] = value
            yield f"one {name}", spoilt
    yield from {"empty": good[:0], "one axis more": good.unsqueeze(0), "one axis fewer": good[0]}.items()
    yield from {"one axis": torch.cat([good, good[..., :1]], -1)}.items()


def _bad_arrays(good: np.ndarray) -> Named:
    yield from {"None": None, "text": "x", "texts": ["x"], "object": object(), "complex": good + 0j}.items()
    yield from {"bool": good > 0, "empty": good[:0], "one axis more": good[None], "one axis fewer": good[0]}.items()
    yield from {"one more": np.concatenate([good, good[-1:] + 1])}.items()
    spoilt = good.copy()
    spoilt.flat[-1] = math.nan
    yield "one NaN", spoilt


def _bad_sequences(good: Sequence) -> Named:
    yield from {"None": None, "number": 3, "text": "ab", "object": object(), "mapping": {}, "class": list}.items()
    yield from {"empty": [], "one more": [*good, good[-1]], "nested": [[value] for value in good]}.items()
    wrong = {"None": None, "object": object(), "text": "x"}
    if isinstance(good[0], (int, float)):
        wrong |= {"True": True, **NOT_FINITE, "complex": 1j}
    elif isinstance(good[0], str):
        wrong = {"None": None, "object": object(), "number": 3}
    for name, value in wrong.items():
        yield f"one {name}", [*good[:-1], value]


def complaints(
    part: Callable, make: Callable[[], dict[str, object]], allowed: Mapping[str, set[str]] | None = None
) -> Iterator[str]:
    """Call a part with one bad argument at a time, and say which calls were answered badly.

    Args:
        part: a function, a class or a bound method.
        make: good arguments, new ones for each call.
        allowed: of some arguments, the words for values that would be bad elsewhere and are meant here.
    """
    part(**make())
    for name, parameter in inspect.signature(part, eval_str=True).parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            continue
        good = make().get(name, parameter.default)
        for word, value in bad_values(parameter.annotation, good):
            if word in (allowed or {}).get(name, ()):
                continue
            if words := _answer(part, make() | {name: value}, name):
                yield f"{name}={word}: {words}"


def _answer(part: Callable, arguments: dict[str, object], name: str) -> str:
    """What is wrong with the answer; empty if nothing is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = part(**arguments)
            if isinstance(result, Iterator):
                next(result)
    except (TypeError, ValueError) as error:
        named = re.search(rf"(?=.*\b{name}\b).* must .*\bgot ", str(error), re.DOTALL)
        return "" if named else f"obscure, {type(error).__name__}: {error}"
    except Exception as error:  # any other is not an answer to the caller
        return f"obscure, {type(error).__name__}: {error}"
    return f"silent, returned {result!r:.60}"
