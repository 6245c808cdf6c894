"""A table stands in columns, whatever is in its cells."""

import numpy as np
import pytest

from gan_edu.show.tables import table


def test_names_stand_left_and_numbers_right(capsys: pytest.CaptureFixture[str]):
    table(
        ("fakes", "KL(p||q)", "steps"),
        [("one bump missed", 8.3114, 1500), ("one wide bump", np.float32(0.4621), None), ("noise", "7.9 ± 0.1", 20)],
        digits=3,
    )
    assert capsys.readouterr().out.splitlines() == [
        "fakes              KL(p||q)   steps",
        "one bump missed       8.311   1,500",
        "one wide bump         0.462",
        "noise             7.9 ± 0.1      20",
    ]


def test_each_column_may_have_its_own_digits(capsys: pytest.CaptureFixture[str]):
    table(("", "a", "b"), [("x", 1.0, -0.0001)], digits=(0, 1, 2))
    assert capsys.readouterr().out.splitlines() == ["      a      b", "x   1.0   0.00"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rows": [("x",)]}, "row 0 must have 2 cells, one for each heading, got 1"),
        ({"rows": [], "digits": (1,)}, r"digits must be one count, or one for each heading, got \(1,\)"),
        ({"rows": [("x", "0.89   (claim: above 0.8, holds)")]}, "a cell must be one line and hold no claim, got '0.89"),
        ({"rows": [("x\ny", 1)]}, r"a cell must be one line and hold no claim, got 'x\\ny'"),
    ],
)
def test_what_would_break_the_columns_is_refused(given: dict, message: str):
    with pytest.raises(ValueError, match=message):
        table(("name", "value"), **given)
