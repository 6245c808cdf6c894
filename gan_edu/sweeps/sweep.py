"""Settings × seeds: train a GAN for each, many at a time, and measure what happened, here or on a cluster."""

import inspect
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from joblib import Parallel, delayed
from tqdm.auto import tqdm

from gan_edu.arguments import positive_integer
from gan_edu.game.training import Training
from gan_edu.sweeps.fingerprints import describe
from gan_edu.sweeps.results import Result, load, open_folder, store
from gan_edu.sweeps.task import Cell, train_and_measure

TOGETHER = 32  # trainings in one task, at most: enough to be cheap together, few enough for the work to be shared


@dataclass(frozen=True)
class Sweep:
    """What was measured over a grid of settings, and over seeds.

    Args:
        axes: name of each setting to its values, and at last "seed" to the seeds; the axes of all arrays, in order.
        measured: name of each measurement to an array with these axes, and more behind them if one measurement is
            more than a number; NaN where a training has diverged.
        diverged_at: the step at which a training was seen to have diverged; 0 where it has not.
        alone: True where a training was trained alone, as it cannot be trained together with others like it: that
            takes longer, and gives the same. The log has said why.
    """

    axes: dict[str, tuple]
    measured: dict[str, np.ndarray]
    diverged_at: np.ndarray
    alone: np.ndarray

    def mean(self, name: str) -> np.ndarray:
        """Average a measurement over the seeds that have not diverged; NaN where all have."""
        finite = np.isfinite(self.measured[name])
        count = finite.sum(len(self.axes) - 1)
        total = np.where(finite, self.measured[name], 0.0).sum(len(self.axes) - 1)
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
        axes: keyword argument of `make` to the values it takes. An axis "seed" gives the seeds themselves.
        measure: called with each trained training; returns numbers, or arrays of always the same shape, by name.
        steps: to train.
        seeds: trainings for each combination; their seeds are 0, 1, ..., unless an axis gives them.
        processes: at a time, -1 for one on each processor; 1 to stay in this one. A cluster uses all its workers.
        folder: where results are kept as they come. The same sweep called again goes on from there. It is the same if
            steps and axes are, and if `make` and `measure` have the same source, defaults, arguments and closed-over
            values, and find the same numbers and functions in their module. What they read from elsewhere (files,
            objects of their module, other modules) is not seen: after a change there, take a new folder.
        progress: called with the results as they come and their number as `total`; yields them again.

    Raises:
        TypeError, ValueError: if there is no value to try, `make` does not take the axes by name, or the folder holds
            results of another sweep.
        SweepIncomplete: if `make`, a training or `measure` has raised for some cells. All others have been trained by
            then, and are kept in the folder and in the error's `sweep`.
    """
    positive_integer("steps", steps), positive_integer("seeds", seeds)
    axes = _check_axes(make, axes, seeds)
    cells = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    if folder is not None:
        described = {name: list(map(describe, values)) for name, values in axes.items()}
        sources = {"make": describe(make), "measure": describe(measure)}
        folder = open_folder(folder, {"axes": described, "steps": steps, **sources})
    done = [] if folder is None else load(folder)
    known = {result.place for result in done}
    tasks = _split([(place, cell) for place, cell in enumerate(cells) if place not in known], processes)
    work = Parallel(n_jobs=processes, return_as="generator_unordered")
    coming = work(delayed(train_and_measure)(make, measure, steps, task) for task in tasks)
    results = list(progress(_kept(done, coming, folder), total=len(cells)))
    found = _arrange(axes, results)
    _log_trained_alone(results)
    if failed := {result.place: result.error for result in results if result.error}:
        raise SweepIncomplete(found, [(cells[place], failed[place]) for place in sorted(failed)])
    return found


class SweepIncomplete(RuntimeError):
    """Some cells of a sweep could not be made, trained or measured. `sweep` holds the others; NaN stands for these.

    Args:
        sweep: what was measured.
        failed: settings of each cell that failed, and the traceback of what it raised.
    """

    def __init__(self, sweep: Sweep, failed: Sequence[tuple[dict[str, object], str]]):
        cells, why = ", ".join(str(settings) for settings, _ in failed[:5]), failed[0][1].strip().splitlines()[-1]
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        super().__init__(
            f"{len(failed)} of {sweep.diverged_at.size} cells failed: {cells}{more}. The first raised {why}"
        )
        self.add_note(failed[0][1])
        self.sweep = sweep


def _check_axes(make: Callable[..., Training], axes: Mapping[str, Sequence], seeds: int) -> dict[str, tuple]:
    """All axes with their values as tuples, the seeds at last."""
    for name, values in axes.items():
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise TypeError(f"axes must be sequences of values, got {values!r} for {name}")
    axes = {name: tuple(values) for name, values in axes.items()}
    if not all(map(len, axes.values())):
        raise ValueError(f"axes must each have a value, got {axes}")
    axes["seed"] = axes.pop("seed", tuple(range(seeds)))
    if len(set(axes["seed"])) < len(axes["seed"]):
        raise ValueError(f"axes must hold each seed once, got {axes['seed']}")
    try:
        inspect.signature(make).bind(**{name: values[0] for name, values in axes.items()})
    except TypeError as error:
        raise TypeError(f"axes must be keyword arguments of make, as seed is, got {', '.join(axes)}: {error}") from None
    return axes


def _split(cells: list[Cell], processes: int) -> list[list[Cell]]:
    """Tasks of about the same size, at least one for each worker."""
    size = max(1, min(TOGETHER, -(-len(cells) // joblib.effective_n_jobs(processes))))
    return [cells[first : first + size] for first in range(0, len(cells), size)]


def _kept(done: list[Result], coming: Iterable[list[Result]], folder: Path | None) -> Iterator[Result]:
    """Yield results one by one; write those of each task as soon as they come."""
    shapes: dict[str, tuple[int, ...]] = {}
    yield from (_check_shapes(result, shapes) for result in done)
    for results in coming:
        checked = [_check_shapes(result, shapes) for result in results]
        if folder is not None:
            store(folder, checked)
        yield from checked


def _check_shapes(result: Result, shapes: dict[str, tuple[int, ...]]) -> Result:
    """The result, or what it fails by: an array of another shape than the first that came."""
    for name, array in result.measured.items():
        if array.shape != shapes.setdefault(name, array.shape):
            rule = "measure must return arrays of always the same shape"
            error = f"ValueError: {rule}, got {array.shape} and {shapes[name]} for {name}"
            return result._replace(measured={}, error=error)
    return result


def _arrange(axes: dict[str, tuple], results: list[Result]) -> Sweep:
    shape = tuple(len(values) for values in axes.values())
    diverged_at, alone, measured = np.zeros(shape, dtype=int), np.zeros(shape, dtype=bool), {}
    for result in results:
        index = np.unravel_index(result.place, shape)
        diverged_at[index], alone[index] = result.diverged_at, bool(result.alone)
        for name, array in result.measured.items():
            measured.setdefault(name, np.full(shape + array.shape, np.nan))[index] = array
    return Sweep(axes, measured, diverged_at, alone)


def _log_trained_alone(results: list[Result]) -> None:
    for reason, count in Counter(result.alone for result in results if result.alone).items():
        text = "%d of %d trainings were trained alone, which takes longer: %s"
        logging.getLogger(__name__).warning(text, count, len(results), reason)
