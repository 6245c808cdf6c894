"""nbval compares all that a notebook prints but the number in front of a claim, so a false claim fails the tests."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]
LINE = "quality 0.89 %   (claim: above 0.8 %, holds)"
QUALITY = "claim('quality', {}, above=0.8, unit='%')"
CELLS = {  # what a cell runs, what is stored below it, and whether that is as it should be
    "the number is another one": (QUALITY.format(0.93), LINE, True),
    "the number has another length": (QUALITY.format(12345.678), LINE, True),
    "the number has another sign": ("claim('a', -1e-9, below=1)", "a 0.00   (claim: below 1, holds)", True),
    "two claims": (
        f"{QUALITY.format(0.99)}; claim('blobs', 7, above=6)",
        f"{LINE}\nblobs 8   (claim: above 6, holds)",
        True,
    ),
    "the claim fails": (QUALITY.format(0.79), LINE, False),
    "the number is none": (QUALITY.format("float('nan')"), LINE, False),
    "another label": (QUALITY.format(0.89).replace("quality", "high quality"), LINE, False),
    "another number in the label": ("claim('k = 5:', 2, above=1)", "k = 4: 2   (claim: above 1, holds)", False),
    "another bound": (QUALITY.format(0.89).replace("0.8,", "0.7,"), LINE, False),
    "another unit": (QUALITY.format(0.89).replace("%", "s"), LINE, False),
    "a number without a claim": ("print('quality 0.93')", "quality 0.89", False),
    "a number further in front": ("print('0.1 of 0.93   (claim: a)')", "0.2 of 0.93   (claim: a)", False),
    "a number behind a claim": ("print(f'{0.5}   (claim: 0.93)')", "0.5   (claim: 0.89)", False),
    "a number in brackets": ("print('quality 0.93 (above 0.8)')", "quality 0.89 (above 0.8)", False),
    "a number in a table": ("table(('', 'a'), [('b', 0.93)])", "       a\nb   0.89", False),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What nbval says, cell by cell, of a notebook of these cells."""
    imports = "from gan_edu.show.claims import claim\nfrom gan_edu.show.tables import table"
    cells = [new_code_cell(imports, execution_count=1)]
    for count, (source, stored, _) in enumerate(CELLS.values(), start=2):
        output = new_output("stream", name="stdout", text=stored + "\n")
        cells.append(new_code_cell(source, execution_count=count, outputs=[output]))
    path = tmp_path_factory.mktemp("notebook") / "tiny.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    options = ["-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "--color=no", "-rA", "-n0"]
    command = [sys.executable, "-m", "pytest", *options, str(path)]
    environment = {**os.environ, "GAN_EDU_HEADLESS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("name", CELLS)
def test_only_the_number_in_front_of_a_claim_is_masked(name: str, report: str):
    number = list(CELLS).index(name) + 1
    verdict = re.search(rf"^(PASSED|FAILED) \S*::Cell {number}\b", report, re.MULTILINE)
    assert verdict, report
    assert (verdict[1] == "PASSED") == CELLS[name][2]


def test_the_cell_without_outputs_passes_too(report: str):
    assert re.search(r"^PASSED \S*::Cell 0\b", report, re.MULTILINE), report
