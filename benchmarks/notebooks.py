"""Seconds and memory that each notebook takes: `python benchmarks/notebooks.py`, a table for the README.

Each notebook runs in a kernel of its own, without a browser. The memory is the most that the kernel's process held at
any time, as Linux counts it.
"""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
# Not ru_maxrss: that begins with what the process held that started the kernel.
PEAK = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"


def measure(path: Path) -> tuple[float, float]:
    """Run a notebook; return the seconds, its kernel's start included, and the kernel's peak memory in megabytes."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
    client = NotebookClient(
        notebook, extra_arguments=["--log-level=ERROR"], resources={"metadata": {"path": str(path.parent)}}
    )
    start = time.perf_counter()
    client.execute(env={**os.environ, "OMP_NUM_THREADS": "1", "GAN_EDU_HEADLESS": "1"})
    return time.perf_counter() - start, int(notebook.cells[-1].outputs[0].text) / 1024


def main(names: list[str]) -> None:
    """Measure the named notebooks, or all."""
    print("| notebook | seconds | peak memory |\n| --- | ---: | ---: |", flush=True)
    for path in map(Path, names) if names else sorted(FOLDER.glob("*.ipynb")):
        seconds, peak = measure(path)
        print(f"| {path.stem} | {seconds:.0f} | {peak:.0f} MB |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
