"""Examine anybody's training step: run it under interventions, and say what is wrong, with evidence."""

from collections.abc import Callable, Iterable, Iterator

from gan_edu.arguments import function, integer, positive_integer
from gan_edu.doctor import dependence, judgement, networks_seen, ownership, training_seen
from gan_edu.doctor.capacity import capacity
from gan_edu.doctor.chance import borrowed
from gan_edu.doctor.findings import Finding, by_cause, found
from gan_edu.doctor.interventions import Looks, look
from gan_edu.doctor.operations import SIGMOIDS
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR
from gan_edu.doctor.report import ALWAYS_UNTESTED, Report
from gan_edu.doctor.runs import Patient, first_batches, told
from gan_edu.doctor.tracing import Seen, Trace

FROM_OPERATIONS = {
    "log-of-score": 0.9,
    "sigmoid-twice": 0.95,
    "labels-outside-range": 0.95,
    "softmax-over-one": 0.95,
    "broadcast-loss": 0.95,
    "penalty-without-graph": 0.9,
    "penalty-wrong-axes": 0.85,
    "normal-interpolation": 0.9,
    "batchnorm-scale-zero": 0.85,
}
BORN_STEPS = 40  # so many steps are read for the operation that first made a number that is not finite
OF_A_RUN = (
    *(training_seen.finite, training_seen.rates, training_seen.detached, training_seen.saturated, training_seen.alike),
    *(ownership.zeroed, ownership.owners, ownership.unregistered, ownership.switched_off, ownership.returned),
    networks_seen.modes,
)
OF_ALL = (networks_seen.outputs, capacity)
OF_DEPENDENCE = (
    *(dependence.unused, dependence.noise, dependence.squares, judgement.judged),
    *(ownership.led_by_the_other, networks_seen.ranges),
)
TESTED = (
    "what depends on the data, the fakes, the discriminator and the noise",
    "where the losses push the scores",
    "whose weights each optimizer moves, and whether gradients are zeroed",
    "the operations of the first steps (logarithms, sigmoids, labels, shapes, penalties)",
    "layers, modes, sizes and ranges of both networks",
)


def examine(make: Callable, batches: Iterable, *, steps: int = 100, seed: int = 0) -> Report:
    """Say what is wrong with a training step, in any plain PyTorch code.

    The step is run again and again from the same state, each time with one thing changed. The shared random generators
    are put back afterwards, as is all else that is the reader's, also when the step raises or is interrupted. Built in
    notebook 20.

    Args:
        make: builds everything anew (networks, optimizers, counters) and returns (generator, discriminator, step): two
            `nn.Module`s (an `nn.ModuleDict` or `nn.ModuleList` for several networks), and a function of one batch.
        batches: a list of batches or a loader, of which at most 32 are taken; `step` gets each as it is, as a copy.
        steps: how many steps the longest look takes.
        seed: for the shared random generators of torch, NumPy and Python.

    Returns:
        A report: `print` it, leave it at the end of a notebook cell, or read `report.causes`.

    Raises:
        TypeError: make is not a function or returns something else, or batches is no list of batches.
        ValueError: there is no batch, or steps or seed is not such a number.
    """
    function("make", make), positive_integer("steps", steps)
    if integer("seed", seed) < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    with borrowed():
        patient = Patient(make, first_batches(batches), seed)
        try:
            players = patient.prepare()
        except (TypeError, ValueError) as error:
            if str(error).startswith("make must"):
                raise
            return _raised(*told(error), "make")
        except Exception as error:
            return _raised(*told(error), "make")
        try:
            looks = look(patient, steps)
            return _report(looks, players)
        finally:
            patient.put_back()


def _raised(text: str, place: str, message: str, who: str = "step") -> Report:
    finding = found("step-raises", f"{who} raised:\n{text}", 1.0, place)
    return Report((finding,), (f"{who} until it raised",), ("all that comes after it", *ALWAYS_UNTESTED))


def _report(looks: Looks, players: dict) -> Report:
    findings = by_cause(_all(looks, players))
    long = f"{looks.live.steps} steps of training (finite numbers, rates, gradients, samples)"
    untested = [*looks.untested, *ALWAYS_UNTESTED]
    if not looks.anew:
        untested.insert(0, "what make keeps from one call to the next, as it does not build the networks anew")
    tested = TESTED[2:] if looks.still is None or not looks.reproducible else TESTED
    return Report(findings, (*tested, long), tuple(untested))


def _all(looks: Looks, players: dict) -> Iterator[Finding]:
    live = looks.live.recorder
    for what, sureness in FROM_OPERATIONS.items():
        if seen := looks.trace.first(what):
            yield found(what, seen.words, sureness, seen.line)
    if looks.live.error:
        yield from _error(looks)
    broken = next((taken.step for taken in live.steps if not taken.finite), None)
    if broken is not None and broken < BORN_STEPS and (seen := born(looks.patient, broken + 1)):
        yield found("not-finite", f"in step {broken + 1}, weights are no longer finite: {seen.words}", 0.95, seen.line)
    for test in OF_A_RUN:
        yield from test(live)
    yield from networks_seen.sizes(players)
    yield from networks_seen.batch_normalization(looks, players)
    for test in (*OF_ALL, *(OF_DEPENDENCE if looks.still is not None and looks.reproducible else ())):
        yield from test(looks)


def _error(looks: Looks) -> Iterator[Finding]:
    """A step that raises; some errors are known by what they say."""
    live = looks.live
    if "between 0 and 1" in live.message:
        yield _no_probability(looks)
        return
    if "does not require grad" in live.message and not looks.trace.first("penalty-without-graph"):
        mine = live.recorder.owners[GENERATOR]
        off = [key for key in live.recorder.wanted & set(mine) if not mine[key].requires_grad]
        cause = "weights-untrained" if off and len(off) == len(mine) else "generator-detached"
        words = "with the generator's weights switched off, " if off else ""
        yield found(cause, f"{words}the loss of step {live.steps + 1} has no graph:\n{live.error}", 0.8, live.place)
    yield found("step-raises", f"step {live.steps + 1} raised:\n{live.error}", 1.0, live.place)


def _no_probability(looks: Looks) -> Finding:
    """A cross-entropy that refuses its labels, or scores: without a sigmoid, or no numbers any more."""
    live = looks.live
    ends = {ending for (player, _, _), (ending, _) in looks.trace.endings.items() if player == DISCRIMINATOR}
    cause, words = "log-of-score", "binary_cross_entropy was given scores that are no probabilities"
    if "target" in live.message:
        cause, words = "labels-outside-range", "binary_cross_entropy was given labels outside of [0, 1]"
    elif ends and ends <= SIGMOIDS:
        cause, words = "not-finite", f"in step {live.steps + 1}, scores behind a sigmoid are no numbers any more"
    return found(cause, f"{words}:\n{live.error}", 0.95, live.place)


def born(patient: Patient, steps: int) -> Seen | None:
    """The operation that first made a number that is not finite, and its line; None if none did."""
    trace = Trace()
    patient.run(steps, read=trace, read_steps=range(steps), finite=True)
    return trace.first("not-finite")
