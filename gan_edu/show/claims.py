"""A number beside what is claimed of it: `high quality 0.89   (claim: above 0.8, holds)`.

Training multiplies rounding errors, so such a number differs from processor to processor, while the claim holds on all.
When the notebooks are tested, the number in front of `(claim: ` is masked (tests/rules/masked.cfg); label, claim and
verdict are compared.
"""

import math
import numbers

from gan_edu.arguments import made, positive_number


def claim(
    label: str,
    value: float,
    *,
    above: float | None = None,
    below: float | None = None,
    near: float | None = None,
    within: float | None = None,
    unit: str = "",
    digits: int = 2,
) -> None:
    """Print a measured number, what is claimed of it, and whether the claim `holds` or `FAILS`.

    What is the same on every machine needs no claim: print it bare, so that it is compared.

    Args:
        label: what was measured.
        value: the measured number: of Python or NumPy, or a tensor without axes. A number that is not finite fails.
        above, below: the value must lie above, below, or between both; the bounds themselves do not.
        near, within: the value must lie within this distance of that number; given together, and without bounds.
        unit: one word without digits that stands behind the number, such as "%".
        digits: decimal places of the printed number. An integer is printed as an integer, and a number that would be
            rounded to zero in the form 3.1e-09. The claim is about the value before it is rounded.

    Raises:
        TypeError: value or a bound is not a real number.
        ValueError: the claim claims nothing, contradicts itself, or would not be masked in one piece.
    """
    made("label", label, str, "a string"), made("unit", unit, str, "a string")
    if not label or any(part in label for part in ("(claim:", "\n")):
        raise ValueError(f"label must be one line, not empty and without '(claim:', got {label!r}")
    if any(letter.isspace() or letter.isdigit() or letter == "(" for letter in unit):
        raise ValueError(f"unit must be one word without digits or brackets, got {unit!r}")
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 0:
        raise ValueError(f"digits must be an integer of at least 0, got {digits!r}")
    behind = f" {unit}" if unit else ""
    number, low, high, centre = (
        None if given is None and name != "value" else _real(name, given)
        for name, given in {"value": value, "above": above, "below": below, "near": near}.items()
    )
    if centre is None and within is None:
        words, holds = _between(number, low, high)
    elif low is None and high is None:
        words, holds = _around(number, centre, within)
    else:
        raise ValueError("a claim must have bounds, or near and within, got both")
    verdict = "holds" if holds and math.isfinite(number) else "FAILS"
    print(f"{label} {_written(number, digits)}{behind}   (claim: {words}{behind}, {verdict})")


def _between(value: float, low: float | None, high: float | None) -> tuple[str, bool]:
    """The words of a claim with one bound or two, and whether it holds."""
    if low is None and high is None:
        raise ValueError("a claim must have above, below, or near and within, got none of them")
    if low is None:
        return f"below {_exact(high)}", value < high
    if high is None:
        return f"above {_exact(low)}", value > low
    if low >= high:
        raise ValueError(f"above must be less than below, got {_exact(low)} and {_exact(high)}")
    return f"between {_exact(low)} and {_exact(high)}", low < value < high


def _around(value: float, centre: float | None, within: float | None) -> tuple[str, bool]:
    """The words of a claim about a distance, and whether it holds."""
    if centre is None or within is None:
        raise ValueError(f"near and within must be given together, got {centre} and {within}")
    distance = positive_number("within", within)
    return f"within {_exact(distance)} of {_exact(centre)}", abs(value - centre) <= distance


def _real(name: str, value: float) -> float:
    """The number as Python knows it, whoever computed it."""
    number = value.item() if getattr(value, "ndim", None) == 0 else value
    if isinstance(number, bool) or not isinstance(number, numbers.Real):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    if name != "value" and not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}")
    return number


def _written(value: float, digits: int) -> str:
    if isinstance(value, numbers.Integral):
        return f"{value:,}"
    if value != 0 and abs(value) < 0.5 * 10**-digits:
        return f"{value:.1e}"
    return f"{value:z,.{digits}f}"


def _exact(bound: float) -> str:
    """A bound as it was written in the cell."""
    return f"{bound:,}" if isinstance(bound, numbers.Integral) else f"{bound:.12g}"
