"""Tables in words and numbers, in columns as wide as what stands in them."""

from collections.abc import Iterable, Sequence

from gan_edu.arguments import described, integer


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str | float | None]], digits: int | Sequence[int] = 2
) -> None:
    """Print a table: the first column flush left, as it names the rows, all others flush right.

    Its numbers are compared as they stand when the notebooks are tested. One that differs from processor to processor
    belongs in a claim (`gan_edu.show.claims`).

    Args:
        headings: one for each column; the first may be empty.
        rows: of cells, one for each column. Words stay as they are, integers get a comma for thousands, None is empty.
        digits: decimal places of all numbers that are no integers, or one count for each column.

    Raises:
        ValueError: a row or `digits` has another length than `headings`, or a cell holds a claim or a line break.
    """
    if isinstance(headings, str) or not isinstance(headings, Sequence):
        raise TypeError(f"headings must be a sequence of strings, got {described(headings)}")
    if not headings or not all(isinstance(heading, str) for heading in headings):
        raise TypeError(f"headings must be one string or more, got {described(headings)}")
    places = list(digits) if isinstance(digits, Sequence) else [digits] * len(headings)
    if len(places) != len(headings) or not all(integer("digits", count) >= 0 for count in places):
        raise ValueError(f"digits must be one count, or one for each heading, got {digits!r}")
    if isinstance(rows, str) or not isinstance(rows, Iterable):
        raise TypeError(f"rows must be sequences of cells, got {described(rows)}")
    written = [list(headings)]
    for number, row in enumerate(rows):
        if isinstance(row, str) or not hasattr(row, "__len__"):
            raise TypeError(f"rows must be sequences of cells, got {described(row)}")
        if len(row) != len(headings):
            raise ValueError(f"row {number} must have {len(headings)} cells, one for each heading, got {len(row)}")
        written.append([_cell(value, count) for value, count in zip(row, places, strict=True)])
    widths = [max(map(len, column)) for column in zip(*written, strict=True)]
    for first, *others in written:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        print("   ".join(cells).rstrip())


def _cell(value: str | float | None, digits: int) -> str:
    if value is None:
        return ""
    number = value.item() if getattr(value, "ndim", None) == 0 else value
    if isinstance(number, float):
        return f"{number:z,.{digits}f}"
    text = f"{number:,}" if isinstance(number, int) and not isinstance(number, bool) else str(number)
    if "(claim:" in text or "\n" in text:
        raise ValueError(f"a cell must be one line and hold no claim, got {text!r}")
    return text
