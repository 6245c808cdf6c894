"""What the tests share stays in one process: all that needs a browser, the cells of a notebook, the tests of a file."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATION = importlib.util.spec_from_file_location("side_by_side", ROOT / "conftest.py")
side_by_side = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(side_by_side)
NOTEBOOK = "02_value_function.ipynb"
PROCESS = """
import os
import time
from pathlib import Path
import pytest
@pytest.mark.parametrize("number", range(4))
def test_writes_its_process(number):
    time.sleep(0.2)
    with (Path(__file__).parent / "processes").open("a") as file:
        file.write(f"{os.getpid()} ")
"""
PATHS = [
    "tests/browser/test_lab.py",
    "notebooks/02_value_function.ipynb",
    "tests/game/test_losses.py",
    "tests/browser/test_notebooks.py",
    "notebooks/02_value_function.ipynb",
    "tests/game/test_losses.py",
]


def ordered(**config: object) -> list[str]:
    """The folders and notebooks, in the order in which their tests run."""
    items = [SimpleNamespace(path=Path(path)) for path in PATHS]
    side_by_side.pytest_collection_modifyitems(SimpleNamespace(**config), items)
    return [item.path.parts[1] for item in items]


def test_in_one_process_the_quick_ones_come_first_and_the_browser_last():
    assert ordered() == ["game", "game", NOTEBOOK, NOTEBOOK, "browser", "browser"]


def test_side_by_side_the_browser_comes_first():
    assert ordered(workerinput={}) == ["browser", "browser", "game", "game", NOTEBOOK, NOTEBOOK]


def test_all_browser_tests_stay_together_and_so_does_each_other_file(tmp_path: Path):
    """Two processes get a notebook, whose second cell needs the first, and two files of browser tests."""
    sources = {"tests/browser/test_a.py": PROCESS, "tests/browser/test_b.py": PROCESS, "tests/test_c.py": PROCESS}
    for path, source in {**sources, "conftest.py": (ROOT / "conftest.py").read_text(encoding="utf-8")}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(source, encoding="utf-8")
    for name in ("d", "e"):
        cells = [new_code_cell("x = 1", execution_count=1), new_code_cell("y = x", execution_count=2)]
        nbformat.write(new_notebook(cells=cells), tmp_path / f"{name}.ipynb")
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-p", "no:cacheprovider", "-n2"]
    options += ["--nbval-sanitize-with", str(ROOT / "tests" / "rules" / "masked.cfg")]
    command = [sys.executable, "-m", "pytest", *options, str(tmp_path)]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "16 passed" in result.stdout, result.stdout
    assert len(set((tmp_path / "tests" / "browser" / "processes").read_text().split())) == 1


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
