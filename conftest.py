"""Every test and every kernel that it starts runs on one thread, and without a browser that could answer.

The tests run side by side in two or three processes (pytest-xdist), as far as there are cores. What belongs together
stays in one process: a notebook, whose cells share a kernel; a file, whose tests share fixtures; and all tests in a
browser, so that no page waits for another. Where single files are named, they run in this process alone.
"""

import os
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two kernels with two threads each wait for each other: 20 times slower
os.environ["GAN_EDU_HEADLESS"] = "1"
BROWSER = "tests/browser/"
PROCESSES = 3  # more would wait for the browser's, which is the longest


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many processes to start; 0 is none beside this one."""
    if all(Path(argument.split("::")[0]).is_file() for argument in config.args):
        return 0
    cores = os.cpu_count() or 1
    return min(cores, PROCESSES) if cores > 1 else 0


class Together(LoadFileScheduling):
    """Gives a process one file at a time, and all files with browser tests at once."""

    def _split_scope(self, nodeid: str) -> str:
        path = super()._split_scope(nodeid)
        return BROWSER if path.startswith(BROWSER) else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    """What stays in one process."""
    return Together(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests in order.

    What takes a second comes first: unit tests, then the notebooks' cells, then the browser. Side by side the browser's
    tests come first, as one process has them to do while the others do the rest.
    """
    beside = hasattr(config, "workerinput")
    items.sort(key=lambda item: (("browser" in item.path.parts) != beside, item.path.suffix == ".ipynb"))
