"""What a part is made of: whether two are made of the same, and what to write down to know it again later.

Functions are looked into, too: their code, their defaults, and the values that they close over.
"""

import hashlib
import inspect
import os
import re
from collections import deque
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType

import numpy as np
import torch

PLAIN = (bool, int, float, complex, str, bytes, type(None))


def alike(one: object, two: object) -> bool:
    """Are two parts made of the same values and the same code?

    Args:
        one, two: anything: numbers, arrays, networks, functions, objects. What cannot be looked into, such as a
            generator of random numbers, is alike only if it is the same object.
    """
    return _alike(one, two, {})


def _alike(one: object, two: object, met: dict[tuple[int, int], tuple]) -> bool:
    if one is two or (id(one), id(two)) in met:  # met: a part that holds itself, in a circle
        return True
    if type(one) is not type(two) or getattr(one, "__globals__", None) is not getattr(two, "__globals__", None):
        return False
    met[id(one), id(two)] = one, two  # kept, or another object could get the same id
    if isinstance(one, torch.Tensor):
        same = one.dtype == two.dtype and one.device == two.device and one.requires_grad == two.requires_grad
        return same and torch.equal(one, two)
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and np.array_equal(one, two)
    pieces, others = _inside(one), _inside(two)
    if pieces is None or others is None:
        return _equal(one, two)
    return len(pieces) == len(others) and all(_alike(a, b, met) for a, b in zip(pieces, others, strict=True))


def _equal(one: object, two: object) -> bool:
    try:
        return bool(one == two)
    except Exception:  # a comparison that someone else wrote may raise anything; what cannot be compared is not alike
        return False


def _inside(part: object) -> list | None:
    """What a part is made of; None if it is to be compared as a whole."""
    if isinstance(part, (tuple, list, deque)):
        return list(part)
    if isinstance(part, dict):
        return [piece for pair in part.items() for piece in pair]
    if isinstance(part, partial):
        return [part.func, part.args, dict(sorted(part.keywords.items()))]
    if isinstance(part, MethodType):
        return [part.__func__, part.__self__]
    if isinstance(part, FunctionType):
        closed_over = [_content(cell) for cell in part.__closure__ or ()]
        return [part.__code__, part.__defaults__, part.__kwdefaults__, closed_over, vars(part)]
    if isinstance(part, (type, ModuleType, os.PathLike)):
        return None
    slots = [name for kind in type(part).__mro__ for name in vars(kind).get("__slots__", ()) if name[:2] != "__"]
    if not slots and not hasattr(part, "__dict__"):
        return None
    return [{name: getattr(part, name) for name in slots if hasattr(part, name)}, getattr(part, "__dict__", {})]


def _content(cell: object) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a function that is not yet defined
        return "empty"


def describe(part: object) -> str:
    """Write down what a part is made of, the same in every process: to be compared with what it was before.

    Functions count with their source, their defaults, the values that they close over, and the numbers, words and
    functions that they find in their module. What a function reads from other objects of its module, from files or from
    other modules is not seen.

    Args:
        part: anything.

    Returns:
        Plain values and the names of functions to be read, and behind `#` a digest of all that is inside.
    """
    text = _text(part, {})
    if isinstance(part, PLAIN) or (len(text) <= 60 and "#" not in text):
        return text
    named = part.func if isinstance(part, partial) else part
    name = getattr(named, "__qualname__", type(named).__qualname__)
    return f"{name} #{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _text(part: object, above: dict[int, int]) -> str:
    """As `describe`, in full; `above` holds what the part is a part of, as it may be in there again."""
    if isinstance(part, PLAIN):
        return repr(part)
    if isinstance(part, (type, ModuleType, BuiltinFunctionType, torch.dtype, torch.device)):
        return f"{getattr(part, '__module__', '')}.{getattr(part, '__qualname__', str(part))}"
    if isinstance(part, (torch.Tensor, np.ndarray)):
        return _array(part.detach().cpu().numpy() if isinstance(part, torch.Tensor) else part)
    if isinstance(part, os.PathLike):
        return repr(os.fspath(part))
    if id(part) in above:
        return f"what is {above[id(part)]} above"
    above = above | {id(part): len(above)}
    if isinstance(part, (set, frozenset)):
        return f"set{sorted(_text(piece, above) for piece in part)}"
    if isinstance(part, CodeType):
        return _text([part.co_code, part.co_names, part.co_varnames, part.co_consts], above)
    pieces = _function(part) if isinstance(part, FunctionType) else _inside(part)
    if pieces is None:
        return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(part))
    return f"{type(part).__qualname__}({', '.join(_text(piece, above) for piece in pieces)})"


def _array(array: np.ndarray) -> str:
    content = array.tobytes() if array.dtype != object else repr(array.tolist()).encode()
    return f"{array.dtype}{array.shape}#{hashlib.sha256(content).hexdigest()}"


def _function(function: FunctionType) -> list[object]:
    """As `_inside`, with the source in place of the code, and with what the function finds in its module."""
    try:
        code = inspect.getsource(function)
    except (OSError, TypeError):  # typed at a prompt, or made by `exec`
        code = function.__code__
    return [code, *_inside(function)[1:], _found_in_module(function)]


def _found_in_module(function: FunctionType) -> dict[str, object]:
    names = [name for name in function.__code__.co_names if name in function.__globals__]
    found = {name: function.__globals__[name] for name in names}
    return {name: value for name, value in found.items() if _is_fixed(value)}


def _is_fixed(value: object) -> bool:
    """Only what cannot change while a sweep goes on: a list that collects results would be another each time."""
    if isinstance(value, tuple):
        return all(map(_is_fixed, value))
    return isinstance(value, (*PLAIN, FunctionType, partial))
