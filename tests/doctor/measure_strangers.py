"""How often an examination is right on strangers' loops: `python tests/doctor/measure_strangers.py first`.

Words after it choose: `first`, `second` (halves of the loops), `healthy`, `single`, `pairs` (what is planted), names of
loops, and `module:function` for another examination than the package's, `function(make, batches, seed)` -> causes.
`training` measures instead that the healthy loops learn: energy distance to the data before and after.
"""

import importlib
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
import planting

SEEDS = (0, 1, 2)
BATCHES = 40
Diagnose = Callable[[Callable[[], tuple], list, int], Sequence[str]]
Case = tuple[str, tuple[str, ...], int]  # loop, names of the faults in it, seed


def examined(make: Callable[[], tuple], batches: list, seed: int) -> Sequence[str]:
    """The causes that the package's examination finds."""
    return importlib.import_module("gan_edu.doctor.examine").examine(make, batches, seed=seed).causes


def accepted(loop: str, name: str) -> tuple[str, ...]:
    """The causes that name this fault rightly."""
    return next(fault[2] for fault in planting.FAULTS if fault[:2] == (loop, name))


def cases(loops: Sequence[str], kinds: Sequence[str]) -> Iterator[Case]:
    """What is to be examined: healthy loops on three seeds, loops with one fault, loops with two."""
    if "healthy" in kinds:
        yield from ((loop, (), seed) for loop in loops for seed in SEEDS)
    if "single" in kinds:
        yield from ((loop, (name,), 0) for loop, name, *_ in planting.FAULTS if loop in loops)
    if "pairs" in kinds:
        yield from ((loop, names, 0) for loop, *names in planting.PAIRS if loop in loops)


def verdict(loop: str, names: Sequence[str], causes: Sequence[str]) -> str:
    """`right`, or what is not: a false alarm, a miss, a wrong name; of two faults, `half` if one is named."""
    if not names:
        return "false alarm" if causes else "right"
    named = [bool(set(causes) & set(accepted(loop, name))) or "other" in accepted(loop, name) for name in names]
    if not causes:
        return "missed"
    if all(named):
        return "right"
    return "half" if any(named) else "wrong name"


def examine_all(loops: Sequence[str], kinds: Sequence[str], diagnose: Diagnose) -> dict[str, list[tuple]]:
    """Verdicts, by what was planted; prints each as it comes, with what was planted and what was found."""
    results = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as folder:
        for loop, names, seed in cases(loops, kinds):
            stranger = planting.load(planting.planted(loop, *names), Path(folder))
            batches = list(itertools.islice(stranger.batches(seed), BATCHES))
            start = time.perf_counter()
            try:
                causes = tuple(diagnose(stranger.make, batches, seed))
            except Exception as error:
                causes = (f"EXAMINATION RAISED {type(error).__name__}: {error}",)
            seconds = time.perf_counter() - start
            said = verdict(loop, names, causes)
            first = not names or (bool(causes) and any(causes[0] in accepted(loop, name) for name in names))
            results[("healthy", "single", "pairs")[len(names)]].append((said, first, len(causes), seconds))
            mark = said if said != "right" or first else "right, not first"
            wanted = " + ".join(f"{name} [{' or '.join(accepted(loop, name))}]" for name in names) or "healthy"
            found = ", ".join(causes) or "nothing"
            print(f"{mark:16} {loop} seed {seed} {wanted} -> {found} ({seconds:.1f} s)", flush=True)
    return results


def summarize(results: dict[str, list[tuple]]) -> None:
    """One line for each kind: counts of verdicts, how often a right cause stands first, findings, seconds."""
    for kind, rows in results.items():
        counts = {said: sum(row[0] == said for row in rows) for said in dict.fromkeys(row[0] for row in rows)}
        seconds = sorted(row[3] for row in rows)
        if rows:
            print(
                f"{kind}: {len(rows)} examined, {counts}, right cause first {sum(row[1] for row in rows)}, "
                f"{sum(row[2] for row in rows) / len(rows):.2f} findings each, "
                f"median {seconds[len(seconds) // 2]:.2f} s, longest {seconds[-1]:.2f} s"
            )


def train_all(loops: Sequence[str]) -> None:
    """Print how far samples are from the data before and after some hundred steps, on three seeds."""
    with tempfile.TemporaryDirectory() as folder:
        for loop in loops:
            stranger = planting.load(planting.planted(loop), Path(folder))
            runs = [planting.training(stranger, seed) for seed in SEEDS]
            print(f"{loop:18}", "   ".join(f"{first:.3f} -> {last:.3f}" for first, last in runs), flush=True)


def main(words: Sequence[str]) -> None:
    """Measure what the words choose; nothing chosen is everything."""
    halves = [loop for half in ("first", "second") if half in words for loop in getattr(planting, half.upper())]
    everything = (*planting.FIRST, *planting.SECOND)
    loops = [word for word in words if word in everything] or halves or list(everything)
    kinds = [kind for kind in ("healthy", "single", "pairs") if kind in words] or ["healthy", "single", "pairs"]
    diagnose = examined
    for word in words:
        if ":" in word:
            module, function = word.split(":")
            diagnose = getattr(importlib.import_module(module), function)
    if "training" in words:
        train_all(loops)
    else:
        summarize(examine_all(loops, kinds, diagnose))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1:])
