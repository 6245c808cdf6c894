"""Stored tables: what the cells of a notebook define that are tagged `recipe`, and rows written as they are made."""

import csv
from collections.abc import Iterable
from pathlib import Path

import nbformat

FOLDER = Path(__file__).parent.parent / "notebooks"


def definitions(notebook: str) -> dict[str, object]:
    """What the cells with the tag `recipe` define, of the notebook with this name."""
    names: dict[str, object] = {}
    for cell in nbformat.read(FOLDER / f"{notebook}.ipynb", as_version=4).cells:
        if "recipe" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return names


def write(table: str, rows: Iterable[dict[str, object]]) -> None:
    """Write rows with the same columns to the table with this name, and print them; each is on disk when it is made."""
    with (FOLDER / f"{table}.csv").open("w", newline="") as file:
        writer = None
        for made in rows:
            if writer is None:
                writer = csv.DictWriter(file, made.keys(), lineterminator="\n")
                writer.writeheader()
            writer.writerow(made)
            file.flush()
            print(*made.values(), flush=True)


def read(table: str) -> list[dict[str, str]]:
    """The rows of the table with this name."""
    return list(csv.DictReader((FOLDER / f"{table}.csv").read_text().splitlines()))
