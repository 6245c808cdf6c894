"""What the tests share stays in one process: all that needs a browser, the cells of a notebook, the tests of a file."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATION = importlib.util.spec_from_file_location("side_by_side", ROOT / "conftest.py")
side_by_side = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(side_by_side)
PATHS = [
    "tests/browser/test_lab.py",
    "notebooks/02_value_function.ipynb",
    "tests/game/test_losses.py",
    "tests/browser/test_notebooks.py",
    "notebooks/02_value_function.ipynb",
    "tests/game/test_losses.py",
]


class Test:
    """What pytest knows of a test: where it stands, and its marks."""

    __test__ = False

    def __init__(self, path: str):
        self.path, self.groups = Path(path), []

    def add_marker(self, marker: pytest.MarkDecorator) -> None:
        self.groups += marker.args


def ordered(**config: object) -> list[tuple[str, str]]:
    """Where the tests stand once they are sorted, each with its group."""
    items = [Test(path) for path in PATHS]
    side_by_side.pytest_collection_modifyitems(SimpleNamespace(**config), items)
    return [(item.path.parts[1], *item.groups) for item in items]


def test_in_one_process_the_quick_ones_come_first_and_the_browser_last():
    names = [name for name, *_ in ordered()]
    assert names == ["game", "game", "02_value_function.ipynb", "02_value_function.ipynb", "browser", "browser"]


def test_side_by_side_the_browser_is_one_group_and_comes_first():
    found = ordered(workerinput={})
    assert found[:2] == [("browser", "browser")] * 2
    assert found[2:4] == [("game", "test_losses")] * 2
    assert found[4:] == [("02_value_function.ipynb", "02_value_function")] * 2


@pytest.mark.parametrize(
    ("arguments", "cores", "processes"),
    [
        (["tests", "notebooks"], 2, 2),
        (["tests", "notebooks"], 16, 3),
        (["tests", "notebooks"], 1, 0),
        (["tests/game", "notebooks/02_value_function.ipynb"], 2, 2),
        (["tests/rules/test_masked.py"], 2, 0),
        (["notebooks/02_value_function.ipynb::Cell 3", "tests/rules/test_masked.py"], 2, 0),
    ],
)
def test_processes_are_started_for_folders_and_not_for_files(
    arguments: list[str], cores: int, processes: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert side_by_side.pytest_xdist_auto_num_workers(SimpleNamespace(args=arguments)) == processes
