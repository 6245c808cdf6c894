"""Do the stored outputs also hold on other machines? `python tests/matrix.py [member ...]`, or all when none is named.

A processor without AVX rounds otherwise than one with it, and so do two threads beside one; training multiplies the
difference. Each member runs all notebooks under nbval with one such arithmetic, on copies whose import cell asks for
that number of threads (the call in the cell would override the environment).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARITHMETIC = {
    "default": {"ATEN_CPU_CAPABILITY": "default"},  # PyTorch's own kernels, without AVX
    "compatible": {"MKL_CBWR": "COMPATIBLE"},  # Intel's matrix products, in the order of the oldest processors
}
MEMBERS = {f"{name}-{threads}": (settings, threads) for name, settings in ARITHMETIC.items() for threads in (1, 2)}
THREADS = "torch.set_num_threads({})"


def copy_notebooks(folder: Path, threads: int) -> None:
    """Put copies into `folder` whose import cell asks for this number of threads, and the tables that they read."""
    for path in (ROOT / "notebooks").glob("*.csv"):
        shutil.copy(path, folder)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        source = path.read_text(encoding="utf-8")
        if THREADS.format(1) not in source:
            sys.exit(f"{path.name} must call {THREADS.format(1)}")
        (folder / path.name).write_text(source.replace(THREADS.format(1), THREADS.format(threads)), encoding="utf-8")


def run(settings: dict[str, str], threads: int) -> subprocess.CompletedProcess[str]:
    """Run nbval over the notebooks with these environment variables and this number of threads."""
    waiting = {"OMP_WAIT_POLICY": "passive"}  # a thread that waits sleeps, rather than take the core from the other
    environment = {**os.environ, **settings, **waiting, "OMP_NUM_THREADS": str(threads), "GAN_EDU_HEADLESS": "1"}
    beside = str((os.cpu_count() or 1) // threads)  # notebooks side by side, on a core for each thread
    options = ["-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "--color=no"]
    options += ["--numprocesses", beside, "--dist=loadfile"]
    with tempfile.TemporaryDirectory() as folder:
        copy_notebooks(Path(folder), threads)
        command = [sys.executable, "-m", "pytest", *options, folder]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def main(names: list[str]) -> None:
    """Run the named members and print a table; exit with an error if one of them failed."""
    if unknown := set(names) - set(MEMBERS):
        sys.exit(f"a member must be one of {', '.join(MEMBERS)}, got {', '.join(sorted(unknown))}")
    failed = False
    print("| member | result | seconds |\n| --- | --- | --- |", flush=True)
    for name in names or MEMBERS:
        start = time.perf_counter()
        result = run(*MEMBERS[name])
        outcome = "passed" if result.returncode == 0 else "FAILED"
        print(f"| {name} | {outcome} | {time.perf_counter() - start:.0f} |", flush=True)
        if result.returncode != 0:
            failed = True
            print(result.stdout, result.stderr, file=sys.stderr)
    sys.exit(failed)


if __name__ == "__main__":
    main(sys.argv[1:])
