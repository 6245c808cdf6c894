"""What a public function may be given, and how it says no: the error names the argument, the rule and the value.

Each check returns the value, or raises a TypeError (another kind of thing) or a ValueError (out of range).
"""

import math
import numbers
from collections.abc import Callable, Sequence

import numpy as np
import torch

FLOATING = (torch.float32, torch.float64)
LONGEST = 120  # letters of a value in a message


def described(value: object) -> str:
    """A value in one line of a message: of a tensor or an array its shape and type, of a class that it is one."""
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)} and {value.dtype}"
    if isinstance(value, np.ndarray):
        return f"a NumPy array of shape {value.shape} and {value.dtype}"
    if isinstance(value, type):
        return f"the class {value.__name__} itself"
    words = " ".join(repr(value).split())
    return words if len(words) <= LONGEST else words[: LONGEST - 3] + "..."


def integer(name: str, value: int) -> int:
    """An integer of any sign; True and False are none."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {described(value)}")
    return int(value)


def positive_integer(name: str, value: int) -> int:
    """An integer of at least one."""
    if integer(name, value) < 1:
        raise ValueError(f"{name} must be a positive integer, got {value}")
    return int(value)


def number(name: str, value: float) -> float:
    """A finite number; True and False are none."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {described(value)}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")
    return float(value)


def positive_number(name: str, value: float) -> float:
    """A finite number above zero."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {described(value)}")
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be finite and above zero, got {value}")
    return float(value)


def share(name: str, value: float) -> float:
    """A number from 0 to below 1."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {described(value)}")
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {value}")
    return float(value)


def finite_numbers(name: str, values: Sequence[float]) -> list[float]:
    """A list, tuple or array of one axis that holds finite numbers."""
    if isinstance(values, (str, bytes)) or not isinstance(values, (Sequence, np.ndarray, torch.Tensor)):
        raise TypeError(f"{name} must be a sequence of numbers, got {described(values)}")
    listed = list(values) if isinstance(values, Sequence) else values.tolist()
    listed = listed if isinstance(listed, list) else [listed]
    listed = [value.item() if getattr(value, "ndim", None) == 0 else value for value in listed]  # as losses are kept
    for value in listed:
        number(name, value)
    return [float(value) for value in listed]


def floating_tensor(name: str, value: torch.Tensor, *shape: int | str) -> torch.Tensor:
    """A tensor of float32 or float64, finite, with these sizes; a letter is any above zero, "..." any axes."""
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be a tensor, got {described(value)}")
    if value.dtype not in FLOATING:
        raise TypeError(f"{name} must be float32 or float64, got {value.dtype}")
    has_shape(name, value, *shape)
    if not value.isfinite().all():
        raise ValueError(f"{name} must be finite, got {int((~value.isfinite()).sum())} numbers that are not")
    return value


def has_shape(name: str, value: torch.Tensor | np.ndarray, *shape: int | str) -> None:
    """Sizes, from the first axis to the last: a letter is any above zero, "..." stands for any axes."""
    place = shape.index("...") if "..." in shape else len(shape)
    front, back = shape[:place], shape[place + 1 :]
    sizes = tuple(value.shape)
    fixed = [*zip(front, sizes, strict=False), *zip(reversed(back), reversed(sizes), strict=False)]
    enough = len(sizes) >= len(front) + len(back) if "..." in shape else len(sizes) == len(shape)
    if not enough or not all(size > 0 if isinstance(rule, str) else size == rule for rule, size in fixed):
        words = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        above = f" with {front[0]} above zero" if front and isinstance(front[0], str) else ""
        raise ValueError(f"{name} must have shape ({words}){above}, got {sizes}")


def made(name: str, value: object, kind: type | tuple[type, ...], what: str) -> object:
    """An object of a kind, such as `made("data", data, GaussianMixture, "a mixture")`; not its class."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {what}, got {described(value)}")
    return value


def able(name: str, value: object, what: str, *methods: str) -> object:
    """An object with these methods, such as `able("stream", stream, "a Stream", "normal")`; not its class."""
    if isinstance(value, type) or not all(callable(getattr(value, method, None)) for method in methods):
        raise TypeError(f"{name} must be {what}, got {described(value)}")
    return value


def function(name: str, value: Callable, what: str = "a function") -> Callable:
    """What can be called, as a function or an object with settings; not its class."""
    return able(name, value, what, "__call__")
