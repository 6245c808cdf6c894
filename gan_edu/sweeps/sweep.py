"""Settings × seeds: train a GAN for each, many at a time, and measure what happened, here or on a cluster."""

import hashlib
import inspect
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from joblib import Parallel, delayed
from tqdm.auto import tqdm

from gan_edu.arguments import positive_integer
from gan_edu.game.training import Training, TrainingDiverged
from gan_edu.sweeps.run_together import mismatch, run_together

Cell = tuple[int, dict[str, object]]  # place in the sweep, and one value of each axis by name
Result = tuple[int, int, dict[str, np.ndarray]]  # place, step at which it diverged or 0, what was measured
TOGETHER = 32  # trainings in one task, at most: enough to be cheap together, few enough for the work to be shared


@dataclass(frozen=True)
class Sweep:
    """What was measured over a grid of settings, and over seeds.

    Args:
        axes: name of each setting to its values, and at last "seed" to the seeds; the axes of all arrays, in order.
        measured: name of each measurement to an array with these axes, and more behind them if one measurement is
            more than a number; NaN where a training has diverged.
        diverged_at: the step at which a training was seen to have diverged; 0 where it has not.
    """

    axes: dict[str, tuple]
    measured: dict[str, np.ndarray]
    diverged_at: np.ndarray

    def mean(self, name: str) -> np.ndarray:
        """Average a measurement over the seeds that have not diverged; NaN where all have."""
        well = np.isfinite(self.measured[name])
        count = well.sum(len(self.axes) - 1)
        total = np.where(well, self.measured[name], 0.0).sum(len(self.axes) - 1)
        return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def sweep(
    make: Callable[..., Training],
    axes: Mapping[str, Sequence],
    measure: Callable[[Training], Mapping[str, object]],
    steps: int,
    seeds: int = 3,
    processes: int = -1,
    folder: str | Path | None = None,
    progress: Callable[..., Iterable] = tqdm,
) -> Sweep:
    """Make, train and measure a GAN for each combination of settings and each seed.

    The work is split by joblib. Left alone, it uses this computer's processors, with no server. Inside
    `with joblib.parallel_config("dask"):` the same sweep runs on the cluster to which a `dask.distributed.Client` is
    connected, and gets over workers that die. Trainings that fit together are trained as one ensemble.

    Args:
        make: called with one value of each axis and a seed, all by name; returns a new training.
        axes: argument of `make` to the values it takes.
        measure: called with each trained training; returns numbers, or arrays of always the same shape, by name.
        steps: to train.
        seeds: trainings for each combination; their seeds are 0, 1, ...
        processes: at a time, -1 for one on each processor; 1 to stay in this one. A cluster uses all its workers.
        folder: where results are kept as they come. The same sweep called again goes on from there.
        progress: called with the results as they come and their number as `total`; yields them again.

    Raises:
        ValueError: if there is no value to try, or the folder holds results of another sweep.
    """
    positive_integer("steps", steps), positive_integer("seeds", seeds)
    axes = {name: tuple(values) for name, values in axes.items()} | {"seed": tuple(range(seeds))}
    if not all(axes.values()):
        raise ValueError(f"axes must each have a value, got {axes}")
    cells = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    folder = None if folder is None else _open(Path(folder), _describe(make, measure, axes, steps))
    done = [] if folder is None else _load(folder)
    known = {place for place, *_ in done}
    tasks = _split([(place, cell) for place, cell in enumerate(cells) if place not in known], processes)
    work = Parallel(n_jobs=processes, return_as="generator_unordered")
    coming = work(delayed(train_and_measure)(make, measure, steps, task) for task in tasks)
    results = list(progress(_kept(done, coming, folder), total=len(cells)))
    return _arrange(axes, results)


def train_and_measure(
    make: Callable[..., Training], measure: Callable[[Training], Mapping[str, object]], steps: int, cells: list[Cell]
) -> list[Result]:
    """Train and measure some cells of a sweep: the work of one task."""
    trainings = [make(**settings) for _, settings in cells]
    results, waiting = [], list(range(len(cells)))
    while waiting:
        first = trainings[waiting[0]]
        group = [index for index in waiting if index == waiting[0] or not mismatch(first, trainings[index])]
        for index, outcome in zip(group, run_together([trainings[index] for index in group], steps), strict=True):
            diverged = isinstance(outcome, TrainingDiverged)
            measured = {} if diverged else measure(trainings[index])
            arrays = {name: np.asarray(value, dtype=float) for name, value in measured.items()}
            results.append((cells[index][0], outcome.step if diverged else 0, arrays))
        waiting = [index for index in waiting if index not in group]
    return results


def _split(cells: list[Cell], processes: int) -> list[list[Cell]]:
    """Tasks of about the same size, at least one for each worker."""
    size = max(1, min(TOGETHER, -(-len(cells) // joblib.effective_n_jobs(processes))))
    return [cells[first : first + size] for first in range(0, len(cells), size)]


def _kept(done: list[Result], coming: Iterable[list[Result]], folder: Path | None) -> Iterator[Result]:
    """Yield results one by one; write those of each task as soon as they come."""
    yield from done
    for results in coming:
        if folder is not None:
            _store(folder, results)
        yield from results


def _arrange(axes: dict[str, tuple], results: list[Result]) -> Sweep:
    shape = tuple(len(values) for values in axes.values())
    diverged_at, measured = np.zeros(shape, dtype=int), {}
    for place, step, arrays in results:
        index = np.unravel_index(place, shape)
        diverged_at[index] = step
        for name, array in arrays.items():
            measured.setdefault(name, np.full(shape + array.shape, np.nan))[index] = array
    return Sweep(axes, measured, diverged_at)


def _describe(make: Callable, measure: Callable, axes: Mapping[str, tuple], steps: int) -> dict[str, object]:
    """What a folder of results belongs to, to be compared with what it is asked for."""
    sources = {}
    for name, function in (("make", make), ("measure", measure)):
        try:
            source = inspect.getsource(function)
        except (OSError, TypeError):  # there is none: a function typed at a prompt, or an object that can be called
            source = getattr(function, "__qualname__", type(function).__qualname__)
        sources[name] = hashlib.sha256(source.encode()).hexdigest()
    return {"axes": {name: list(map(repr, values)) for name, values in axes.items()}, "steps": steps, **sources}


def _open(folder: Path, description: dict[str, object]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "sweep.json"
    if file.exists():
        before = json.loads(file.read_text(encoding="utf-8"))
        changed = [name for name, value in description.items() if before.get(name) != value]
        if changed:
            raise ValueError(f"folder must hold results of the same sweep, got one with other {' and '.join(changed)}")
    else:
        file.write_text(json.dumps(description, indent=1), encoding="utf-8")
    return folder


def _store(folder: Path, results: list[Result]) -> None:
    """Write the results of one task into one file, whole or not at all."""
    names = results[0][2].keys() | {name for _, _, arrays in results for name in arrays}
    columns = {"place": [r[0] for r in results], "diverged_at": [r[1] for r in results]}
    for name in names:
        shape = next(arrays[name].shape for _, _, arrays in results if name in arrays)
        columns[f"measured {name}"] = [arrays.get(name, np.full(shape, np.nan)) for _, _, arrays in results]
    file = folder / f"cells_{min(columns['place']):06}.npz"
    with open(file.with_suffix(".part"), "wb") as part:
        np.savez(part, **columns)
    os.replace(file.with_suffix(".part"), file)


def _load(folder: Path) -> list[Result]:
    results = []
    for file in sorted(folder.glob("cells_*.npz")):
        with np.load(file) as columns:
            names = [name for name in columns.files if name.startswith("measured ")]
            for row, (place, step) in enumerate(zip(columns["place"], columns["diverged_at"], strict=True)):
                arrays = {} if step else {name.removeprefix("measured "): columns[name][row] for name in names}
                results.append((int(place), int(step), arrays))
    return results
