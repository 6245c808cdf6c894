"""The README's commands are the ones that CI runs, and every link inside the repository leads somewhere."""

import re
from pathlib import Path

import minutes
import nbformat
import pytest
import reader_rules

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "notebooks").glob("*.md")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
]
INSTALL = "python3 -m pip install -r requirements.txt"
START = f"{INSTALL} && python3 -m jupyterlab --notebook-dir=. notebooks/00_start_here.ipynb"
TEST = f"{INSTALL} && python3 -m pytest"


def prose(path: Path) -> str:
    """The words of a Markdown file, or of a notebook's Markdown cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    return "\n\n".join(cell.source for cell in nbformat.v4.reads(text).cells if cell.cell_type == "markdown")


def links(text: str) -> list[str]:
    """Where the Markdown links and pictures lead, as far as that is inside the repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"""(?:src|href)=["']([^"']+)["']""", text)
    return [target.split("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]


@pytest.mark.parametrize("command", [START, TEST])
def test_each_command_is_one_line_of_the_readme(command: str):
    assert prose(ROOT / "README.md").splitlines().count(command) == 1


def test_ci_runs_the_test_command_that_it_finds_in_the_readme():
    pattern = re.search(r"grep -m 1 '(.+)' README\.md", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    assert [line for line in prose(ROOT / "README.md").splitlines() if re.search(pattern[1], line)] == [TEST]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path):
    assert [target for target in links(prose(path)) if not (path.parent / target).exists()] == []


def test_links_are_found():
    text = "[a](b.md#c) ![d](e.png) [f](https://example.org) [g](#h) <img alt='i' src='j.png'>"
    assert links(text) == ["b.md", "e.png", "j.png"]


def test_every_notebook_is_on_the_map():
    readme = prose(ROOT / "README.md")
    assert [
        path.name for path in DOCUMENTS[1:] if path.suffix == ".ipynb" and f"notebooks/{path.name}" not in readme
    ] == []


def mapped(text: str) -> dict[str, str]:
    """What the last column of a map of notebooks says of each, by the name of its file."""
    return dict(re.findall(r"^\|[^|]*\((?:notebooks/)?(\w+)\.ipynb\)[^|]*\|.*\| ([\d +]+) \|$", text, re.MULTILINE))


def stated(path: Path) -> str:
    """The minutes that a notebook states: of its core, and of its folded sections together."""
    core, *deeper = minutes.parts(nbformat.v4.reads(path.read_text(encoding="utf-8")))
    return f"{core.stated}" + (f" + {sum(part.stated for part in deeper)}" if deeper else "")


def test_the_map_has_the_minutes_that_the_notebooks_state():
    told = mapped(prose(ROOT / "README.md"))
    paths = [path for path in DOCUMENTS if path.suffix == ".ipynb"]
    assert {path.stem: told[path.stem] for path in paths} == {path.stem: stated(path) for path in paths}


def test_the_minutes_of_a_map_are_found():
    rows = ["| [02](notebooks/02_v.ipynb) | What? | 45 + 60 |", "| [03](03_s.ipynb) | Who? | 40 |"]
    assert mapped("\n".join(["| notebook | question | minutes |", "|---|---|--:|", *rows])) == {
        "02_v": "45 + 60",
        "03_s": "40",
    }


def test_a_notebook_states_the_seconds_that_the_readme_measured():
    measured = dict(re.findall(r"^\| (\d\d) · [^|]*\| (\d+) \| \d+ MB \|$", prose(ROOT / "README.md"), re.MULTILINE))
    assert measured
    for number, seconds in measured.items():
        (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
        stated_seconds = re.search(r"(\d+) seconds", prose(path))
        assert int(stated_seconds[1]) == pytest.approx(int(seconds), abs=5), path.name


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path.suffix == ".md"], ids=lambda path: path.name)
def test_no_document_leads_to_a_notebook_that_does_not_exist(path: Path):
    there = {notebook.name[:2] for notebook in DOCUMENTS if notebook.suffix == ".ipynb"}
    assert sorted(set(reader_rules.mentioned(prose(path))) - there) == []
