"""All benchmarks with one command, `python -m benchmarks`, written to benchmarks/RESULTS.md and benchmarks/results.png.

Run it on a machine that does nothing else; it takes about a quarter of an hour. What is a ratio was measured in turns
within one run. A table gives the median, and the quartiles over the rounds.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure

from benchmarks import doctor, ensemble, explore, limit, live, notebooks, step
from gan_edu.show import plots

FOLDER = Path(__file__).resolve().parent
TICKS = (0.1, 0.2, 0.5, 1, 2)  # milliseconds
Row = tuple[str, str, str, str]  # what, median, quartiles, aim


def row(what: str, values: Sequence[float], digits: int, unit: str = "", aim: str = "") -> Row:
    low, median, high = np.percentile(values, [25, 50, 75])
    return what, f"{median:.{digits}f}{unit}", f"{low:.{digits}f} to {high:.{digits}f}", aim


def steps() -> list[Row]:
    """Our step beside the same by hand, the usual tutorial, and the arithmetic of this machine."""
    plain = step.measure([step.ours(None), step.by_hand(None), step.tutorial()])
    steep = step.measure([step.ours(0.02), step.by_hand(0.02)])
    bound = limit.measure()
    return [
        row("our step, two layers of 64", 1e3 * plain[:, 0] / step.BLOCK, 2, " ms"),
        row("our step, two layers of 64, with R1", 1e3 * steep[:, 0] / step.BLOCK, 2, " ms"),
        row("ours / the same by hand", plain[:, 0] / plain[:, 1], 3, "", "at most 1.03"),
        row("ours / the same by hand, with R1", steep[:, 0] / steep[:, 1], 3, "", "at most 1.03"),
        row("the usual tutorial / ours", plain[:, 2] / plain[:, 0], 2, "", "at least 1.15"),
        row("our step, two layers of 128", bound["milliseconds"], 2, " ms"),
        row("share of it that its own matrix products take alone", 100 * bound["products"], 0, " %", "at least 60 %"),
        row("the same, if all ran at the rate of the largest", 100 * bound["peak"], 0, " %"),
        row("rate of the largest product", bound["gigaflops"], 0, " GFLOP/s"),
    ]


def members(hidden: int, times: dict[str, np.ndarray], aim: str) -> list[Row]:
    """Time per member over the number of members, and against a run alone."""
    rows = []
    for count, together, alone in zip(ensemble.MEMBERS, times["together"].T, times["alone"].T, strict=False):
        rows.append(row(f"two layers of {hidden}, {count:,} members: each", together, 3, " ms"))
        if count == 64:
            rows.append(row(f"64 runs alone / together, two layers of {hidden}", alone / together, 1, "", aim))
    return rows


def memory() -> list[Row]:
    counts = (1, 256, 1024)
    used = [ensemble.megabytes(count) for count in counts]
    return [
        (f"peak memory of {c:,} members of two layers of 16", f"{u:.0f} MB", "", "")
        for c, u in zip(counts, used, strict=True)
    ]


def sliders() -> list[Row]:
    times, _ = explore.measure()
    return [row(f"one move of a slider, {name}", taken, 1, " ms") for name, taken in times.items()]


def live_lab() -> list[Row]:
    """The lab in a browser: what it shows, what that costs the training, how fast it obeys, and memory at the end."""
    taken = live.measure()
    rows = [
        row("frames drawn on the page", taken.frames, 1, " /s", "at least 20"),
        row("steps with everything shown", taken.shown, 0, " /s"),
        row("speed with everything shown / with nothing shown", taken.shares, 2, "", "at least 0.9"),
        row("steps with everything shown / GAN Lab's on another machine", taken.times_gan_lab, 0, "", "at least 10"),
    ]
    for where, times in (("obeys", taken.acts), ("has obeyed on the page", taken.seen)):
        for kind, waited in times.items():
            aim = f"{np.percentile(waited, 90):.0f} ms in 90 % of the cases; aim: 100"
            rows.append(row(f"from a key until {kind} {where}", waited, 0, " ms", aim))
    return [*rows, ("memory", "", "", live.weight(taken.memory[-1]))]


def doctors() -> list[Row]:
    """What it costs to examine a step, and to watch a loop."""
    return [
        row(
            "one examination of a GAN with two layers of 64", doctor.seconds_of_an_examination(), 2, " s", "at most 1 s"
        ),
        row("a loop that is watched / the same alone", doctor.watched_over_alone(), 2, "", "at most 1.20"),
    ]


def imports(rounds: int = 5) -> list[Row]:
    """Seconds from the start of Python until the names of notebook 00 are there, and for PyTorch alone."""

    def seconds(program: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        return time.perf_counter() - start

    programs = {
        "import of torch": "import torch",
        "import of gan_edu, torch included": "import gan_edu.data.images, gan_edu.game.training, gan_edu.show.explore",
    }
    taken = [[seconds(program) for program in programs.values()] for _ in range(rounds + 1)]
    return [row(name, values, 2, " s") for name, values in zip(programs, np.transpose(taken[1:]), strict=True)]


def notebook_rows() -> list[Row]:
    rows = []
    for path in sorted(notebooks.FOLDER.glob("*.ipynb")):
        taken, peak = notebooks.measure(path)
        rows.append((f"notebook {path.stem}", f"{taken:.0f} s", "", f"{peak:.0f} MB at its peak"))
    return rows


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    versions = f"Python {platform.python_version()}, PyTorch {torch.__version__}, Matplotlib {matplotlib.__version__}"
    load = os.getloadavg()[0]
    return f"{len(names)} cores of {names[0]}, {platform.system()}, {versions}; load {load:.1f} when the run began."


def table(title: str, rows: list[Row]) -> str:
    head = f"## {title}\n\n| | median | quartiles | aim or note |\n| --- | ---: | ---: | --- |\n"
    return head + "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def picture(curves: dict[int, dict[str, np.ndarray]]) -> Figure:
    drawn, (axes,) = plots.figure(width=6)
    looks = zip(curves.items(), (plots.REAL, plots.GENERATED), ("o-", "s--"), strict=True)
    for (hidden, times), colour, look in looks:
        counts = ensemble.MEMBERS[: times["together"].shape[1]]
        axes.loglog(
            counts, np.median(times["together"], 0), look, color=colour, label=f"together, two layers of {hidden}"
        )
        axes.axhline(np.median(times["alone"]), color=colour, linestyle=look[1:], linewidth=0.8, alpha=0.7)
        axes.annotate(f"alone, {hidden}", (ensemble.MEMBERS[-1], np.median(times["alone"])), va="bottom", ha="right")
    axes.set(xlabel="members of the ensemble", ylabel="milliseconds per member and step")
    axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.set_yticks([], minor=True)
    axes.set_xticks(ensemble.MEMBERS, [str(count) for count in ensemble.MEMBERS])
    axes.legend()
    return drawn


def main() -> None:
    torch.set_num_threads(1)
    head = f"# Benchmarks\n\nWritten by `python -m benchmarks`.\n\n{machine()}\n"
    curves = {16: ensemble.curve(16, 1024), 64: ensemble.curve(64, 256)}
    together = members(16, curves[16], "at least 6") + members(64, curves[64], "at least 2") + memory()
    parts = {
        "One step": steps(),
        "Many GANs at once": together,
        "Sliders and imports": sliders() + imports(),
        "The live lab": live_lab(),
        "The doctor": doctors(),
        "Notebooks": notebook_rows(),
    }
    picture(curves).savefig(FOLDER / "results.png")
    shown = "![Milliseconds per member and step over the number of members](results.png)\n"
    text = "\n".join([head, *(table(title, rows) for title, rows in parts.items()), shown])
    (FOLDER / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
