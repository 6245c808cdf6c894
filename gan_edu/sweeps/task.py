"""One task of a sweep: train some of its cells, together where they fit, and measure them."""

import traceback
from collections.abc import Callable, Mapping

import numpy as np

from gan_edu.game.snapshot import Snapshot, TrainingDiverged
from gan_edu.game.training import Training
from gan_edu.sweeps.results import Result
from gan_edu.sweeps.run_together import mismatch, run_together

Cell = tuple[int, dict[str, object]]  # place in the sweep, and one value of each axis by name
Make = Callable[..., Training]
Measure = Callable[[Training], Mapping[str, object]]


def train_and_measure(make: Make, measure: Measure, steps: int, cells: list[Cell]) -> list[Result]:
    """Train and measure some cells of a sweep. What one of them raises is in its result, and stops no other.

    Args:
        make, measure, steps: as in `sweep`.
        cells: which.

    Returns:
        One result for each cell, in any order.
    """
    results, made = [], {}
    for place, settings in cells:
        try:
            made[place] = _made(make, settings)
        except Exception as error:
            results.append(_failed(place, error))
    while made:
        first = made[next(iter(made))]
        unfit = mismatch(first, first)
        fitting = [place for place in made if made[place] is first or not (unfit or mismatch(first, made[place]))]
        group = {place: made.pop(place) for place in fitting}
        reason = unfit or _train_group(group, measure, steps, results)
        if reason:  # they are made anew, as some may have been trained for a while
            results += [_train_alone(make, measure, steps, cell, reason) for cell in cells if cell[0] in group]
    return results


def _train_group(trainings: dict[int, Training], measure: Measure, steps: int, results: list[Result]) -> str:
    """Train some together and add their results; or say why that is not possible."""
    try:
        outcomes = _run(list(trainings.values()), steps)
    except Exception as error:  # each alone will show whose it is
        return str(error)
    pairs = zip(trainings.items(), outcomes, strict=True)
    results += [_measured(place, training, outcome, measure) for (place, training), outcome in pairs]
    return ""


def _run(trainings: list[Training], steps: int) -> list[Snapshot | TrainingDiverged]:
    if len(trainings) > 1:
        return run_together(trainings, steps)
    try:
        return [trainings[0].run(steps)]
    except TrainingDiverged as error:
        return [error]


def _train_alone(make: Make, measure: Measure, steps: int, cell: Cell, reason: str) -> Result:
    place, settings = cell
    try:
        training = _made(make, settings)
        (outcome,) = _run([training], steps)
    except Exception as error:
        return _failed(place, error)._replace(alone=reason)
    return _measured(place, training, outcome, measure)._replace(alone=reason)


def _made(make: Make, settings: dict[str, object]) -> Training:
    training = make(**settings)
    if not isinstance(training, Training):
        raise TypeError(f"make must return a Training, got {training!r}")
    return training


def _measured(place: int, training: Training, outcome: Snapshot | TrainingDiverged, measure: Measure) -> Result:
    if isinstance(outcome, TrainingDiverged):
        return Result(place, max(outcome.step, 1), {})
    try:
        measured = measure(training)
        if not isinstance(measured, Mapping):
            raise TypeError(f"measure must return numbers by name, got {measured!r}")
        return Result(place, 0, {name: np.asarray(value, dtype=float) for name, value in measured.items()})
    except Exception as error:
        return _failed(place, error)


def _failed(place: int, error: Exception) -> Result:
    return Result(place, 0, {}, error="".join(traceback.format_exception(error)))
