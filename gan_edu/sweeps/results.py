"""Results of a sweep in a folder: plain numbers, each file written whole or not at all."""

import json
import logging
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

DESCRIPTION = "sweep.json"
UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)  # what NumPy raises for a damaged file


class Result(NamedTuple):
    """What became of one training of a sweep.

    Args:
        place: number of its cell, in the order of the axes.
        diverged_at: step at which it was seen to have diverged, 0 if it has not.
        measured: what was measured, by name; empty if it has diverged or failed.
        alone: why it was trained alone, though it might have been trained with others; empty if that is not so.
        error: what `make`, the training or `measure` raised, and where; empty if nothing.
    """

    place: int
    diverged_at: int
    measured: dict[str, np.ndarray]
    alone: str = ""
    error: str = ""


def open_folder(folder: str | Path, description: dict[str, object]) -> Path:
    """Make the folder, or see that it belongs to the same sweep.

    Args:
        folder: where results are kept.
        description: what the results depend on, by name; to be compared with what the folder was made for.

    Raises:
        ValueError: if the folder has no name, or holds results of another sweep.
    """
    if not str(folder):
        raise ValueError("folder must have a name, got ''")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    before = _read_description(folder / DESCRIPTION)
    if before is None:
        for file in folder.glob("cells_*.npz"):  # nobody knows to which sweep they belong
            _put_aside(file)
        write_whole(folder / DESCRIPTION, lambda file: file.write(json.dumps(description, indent=1).encode()))
    elif changed := [name for name, value in description.items() if before.get(name) != value]:
        raise ValueError(f"folder must hold results of the same sweep, got one with other {' and '.join(changed)}")
    return folder


def _read_description(file: Path) -> dict[str, object] | None:
    """None if there is none, or none that can be read."""
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        read = None
    if not isinstance(read, dict):
        logging.getLogger(__name__).warning("%s is damaged and is written anew", file)
        return None
    return read


def _put_aside(file: Path) -> None:
    logging.getLogger(__name__).warning(
        "%s cannot be used, it is kept as .damaged and its cells are trained again", file
    )
    os.replace(file, file.with_suffix(".damaged"))


def write_whole(file: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file whole, or leave what was there: a full disk or a kill leaves no half of it."""
    part = file.with_suffix(".part")
    try:
        with open(part, "wb") as opened:
            write(opened)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(part, file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def store(folder: Path, results: list[Result]) -> None:
    """Write the results of one task into one file; those that failed are left out, to be tried again."""
    results = [result for result in results if not result.error]
    if not results:
        return
    columns = {
        "place": [result.place for result in results],
        "diverged_at": [result.diverged_at for result in results],
        "alone": [int(bool(result.alone)) for result in results],
    }
    shapes = {name: array.shape for result in results for name, array in result.measured.items()}
    for name, shape in shapes.items():
        columns[f"measured {name}"] = [result.measured.get(name, np.full(shape, np.nan)) for result in results]
    write_whole(folder / f"cells_{min(columns['place']):06}.npz", lambda file: np.savez(file, **columns))


def load(folder: Path) -> list[Result]:
    """Read all results that a folder holds. A file that is damaged is named, and put aside."""
    found = {}
    for file in sorted(folder.glob("cells_*.npz")):
        try:
            found |= {result.place: result for result in _read(file)}
        except UNREADABLE:
            _put_aside(file)
    return list(found.values())


def _read(file: Path) -> list[Result]:
    with open(file, "rb") as opened, np.load(opened) as columns:  # refuses to unpickle
        read = {name: columns[name] for name in columns.files}
    places, steps, alone = (read.pop(name).tolist() for name in ("place", "diverged_at", "alone"))
    results = []
    for row, (place, step) in enumerate(zip(places, steps, strict=True)):
        measured = {} if step else {name.removeprefix("measured "): column[row] for name, column in read.items()}
        results.append(Result(place, step, measured, "as before" if alone[row] else ""))
    return results
