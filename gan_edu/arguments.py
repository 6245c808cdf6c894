"""What a public function may be given, and how it says no: the error names the argument, the rule and the value."""

import math
import numbers

import torch

FLOATING = (torch.float32, torch.float64)


def positive_integer(name: str, value: int) -> int:
    """Return `value` if it is an integer of at least one; raise a TypeError or ValueError that names it if not."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be a positive integer, got {value}")
    return int(value)


def positive_number(name: str, value: float) -> float:
    """Return `value` if it is a finite number above zero; raise a TypeError or ValueError that names it if not."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be finite and above zero, got {value}")
    return float(value)


def share(name: str, value: float) -> float:
    """Return `value` if it is a number from 0 to below 1; raise a TypeError or ValueError that names it if not."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {value}")
    return float(value)
