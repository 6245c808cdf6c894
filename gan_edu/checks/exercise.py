"""Exercises that answer back: a check never raises, it hints."""

import functools
from collections.abc import Callable
from typing import Any

from gan_edu.checks.in_words import in_words

Examine = Callable[[Any], str | None]


class _NotAttempted(Exception):
    """The learner's function is still the stub."""


def exercise(explanation: str) -> Callable[[Examine], Callable[[Any], None]]:
    """Turn a function that looks for a mistake into a check that prints what to do next.

    The function gets the learner's attempt, a function or a value, and returns a hint, or None if the attempt is right.
    An attempt that is `...`, or a function that returns it, counts as not attempted.

    Args:
        explanation: the sentence to print when the attempt is right.
    """

    def decorate(examine: Examine) -> Callable[[Any], None]:
        @functools.wraps(examine)
        def check(attempt: Any) -> None:
            print(_verdict(examine, attempt, explanation))

        return check

    return decorate


def _verdict(examine: Examine, attempt: Any, explanation: str) -> str:
    try:
        hint = examine(_guarded(attempt))
    except _NotAttempted:
        return "… not attempted yet: replace the three dots in the cell above, run it, then run this cell again."
    except Exception as error:
        if words := in_words(error):
            return f"✗ not yet: {words}"
        return f"✗ not yet: your code stopped with {type(error).__name__}: {error}"
    return f"✓ correct. {explanation}" if hint is None else f"✗ not yet: {hint}"


def _guarded(attempt: Any) -> Any:
    """Return the attempt so that three dots, itself or as what it returns, count as not attempted."""
    if attempt is ...:
        raise _NotAttempted
    if not callable(attempt):
        return attempt

    @functools.wraps(attempt)
    def called(*inputs: Any) -> Any:
        result = attempt(*inputs)
        if result is ...:
            raise _NotAttempted
        return result

    return called
