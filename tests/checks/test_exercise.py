"""A check answers, and never raises."""

import pytest
import torch
from torch import nn

from gan_edu.checks.exercise import exercise

STUB = "… not attempted yet: replace the three dots in the cell above, run it, then run this cell again.\n"


@exercise("Doubling is linear.")
def doubles(attempt: object) -> str | None:
    """Your function returns twice its argument."""
    if attempt(3) == 3:
        return "at 3 you return 3: multiply by 2"
    return None if attempt(3) == 6 else f"at 3 you return {attempt(3)}"


@exercise("Forty-two it is.")
def is_42(attempt: object) -> str | None:
    return None if attempt == 42 else f"you say {attempt}"


def test_a_right_attempt_is_praised_and_explained(capsys):
    assert doubles(lambda x: 2 * x) is None
    assert capsys.readouterr().out == "✓ correct. Doubling is linear.\n"


@pytest.mark.parametrize(
    ("attempt", "hint"), [(lambda x: x, "at 3 you return 3: multiply by 2"), (lambda x: x**2, "at 3 you return 9")]
)
def test_a_wrong_attempt_gets_its_hint(attempt, hint, capsys):
    doubles(attempt)
    assert capsys.readouterr().out == f"✗ not yet: {hint}\n"


def test_a_value_can_be_checked_as_well(capsys):
    is_42(42), is_42(7)
    assert capsys.readouterr().out == "✓ correct. Forty-two it is.\n✗ not yet: you say 7\n"


@pytest.mark.parametrize("attempt", [..., lambda x: ...])
def test_three_dots_count_as_not_attempted(attempt, capsys):
    doubles(attempt)
    assert capsys.readouterr().out == STUB


def test_three_dots_that_come_late_count_as_not_attempted(capsys):
    answers = iter([4, ...])
    doubles(lambda x: next(answers))
    assert capsys.readouterr().out == STUB


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (lambda x: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda x: undefined, "NameError: name 'undefined' is not defined"),  # noqa: F821
        (lambda: 6, "TypeError: "),
        (lambda x: torch.zeros(2) @ torch.zeros(3), "RuntimeError: "),
        (None, "TypeError: 'NoneType' object is not callable"),
    ],
)
def test_an_attempt_that_raises_gets_its_error_as_the_hint(attempt, error, capsys):
    doubles(attempt)
    assert capsys.readouterr().out.startswith(f"✗ not yet: your code stopped with {error}")


def test_an_interrupt_still_interrupts():
    def slow(x: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        doubles(slow)


def test_a_tensor_is_no_stub(capsys):
    exercise("Zeros.")(lambda attempt: None if attempt(torch.ones(2)).sum() == 0 else "not zero")(torch.zeros_like)
    exercise("Three.")(lambda attempt: None if attempt.sum() == 3 else "not three")(torch.ones(3))
    assert capsys.readouterr().out == "✓ correct. Zeros.\n✓ correct. Three.\n"


def test_a_network_can_be_checked(capsys):
    exercise("A network.")(lambda attempt: None if attempt(torch.zeros(1, 2)).shape == (1, 3) else "no")(
        nn.Linear(2, 3)
    )
    assert capsys.readouterr().out == "✓ correct. A network.\n"


def test_a_check_keeps_name_and_docstring():
    assert doubles.__name__ == "doubles"
    assert doubles.__doc__ == "Your function returns twice its argument."
