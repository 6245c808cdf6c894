"""Planted faults are named, and healthy loops are left in peace."""

import pytest
from faults import FAULTS
from planted import HEALTHY, loop

from gan_edu.doctor.examine import examine


@pytest.mark.parametrize(("name", "edits"), HEALTHY, ids=str)
def test_a_healthy_loop_has_no_findings(name: str, edits: tuple):
    assert str(examine(*loop(name, *edits), steps=40)).startswith("Nothing found.")


@pytest.mark.parametrize(
    ("cause", "name", "edits"), FAULTS, ids=[f"{number}-{fault[0]}-{fault[1]}" for number, fault in enumerate(FAULTS)]
)
def test_a_planted_fault_is_named(cause: str, name: str, edits: tuple):
    assert cause in examine(*loop(name, *edits), steps=40).causes
