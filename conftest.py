"""Every test and every kernel that it starts runs on one thread, and without a browser that could answer."""

import os

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two kernels with two threads each wait for each other: 20 times slower
os.environ["GAN_EDU_HEADLESS"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a second comes first: unit tests, then the notebooks' cells, then the browser."""
    items.sort(key=lambda item: ("browser" in item.path.parts, item.path.suffix == ".ipynb"))
