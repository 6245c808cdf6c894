"""How long a notebook takes its reader: `python notebooks/minutes.py [notebook ...]`, or all when none is named.

A rule, so that no author guesses: it gives 55, 128, 125 and 134 minutes for four early notebooks that readers worked
through in 50, 135, 120 and 140. The core is what a reader meets in a notebook as it opens; a folded section has minutes
of its own, in its heading. The tests hold the stated minutes to this rule.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parent
WORDS_PER_MINUTE, LINES_PER_MINUTE = 170, 6  # read, run, and looked at
MINUTES_PER_EXERCISE, MINUTES_PER_PREDICTION, MINUTES_PER_EQUATION = 5, 1, 1
FOLDED = "jp-MarkdownHeadingCollapsed"  # JupyterLab folds all below a heading whose cell has this metadata
PREDICTION = re.compile(r"\*\*(?:Predict|Your (?:prediction|guess|verdict|diagnosis))")
EQUATION = re.compile(r"\$\$.+?\$\$", re.DOTALL)  # one that stands alone; those within a sentence are read as words
STATED = re.compile(r"(\d+)\s+minutes?\b")


@dataclass(frozen=True)
class Part:
    """The core of a notebook, or one of its folded sections: its title (empty for the core) and its cells."""

    title: str
    cells: list[NotebookNode]

    @property
    def stated(self) -> int | None:
        """The minutes that the heading of a section states, or the first cell of the core."""
        found = STATED.search(self.title or (self.cells[0].source if self.cells else ""))
        return int(found[1]) if found else None


def heading(cell: NotebookNode) -> tuple[int, str] | None:
    """Level and words of a Markdown cell's highest heading, by which JupyterLab folds; None if it has none."""
    if cell.cell_type != "markdown":
        return None
    text = re.sub(r"^```.*?^```", "", cell.source, flags=re.MULTILINE | re.DOTALL)
    found = [(len(marks), words.strip()) for marks, words in re.findall(r"^(#{1,6}) (.+)$", text, re.MULTILINE)]
    return min(found, key=lambda one: one[0], default=None)


def parts(notebook: NotebookNode) -> list[Part]:
    """The core, then each folded section. A section ends at the next heading of its level or a higher one."""
    found, level = [Part("", [])], 0
    here = found[0]
    for cell in notebook.cells:
        top = heading(cell)
        if top and top[0] <= level:
            here, level = found[0], 0
        if top and not level and cell.metadata.get(FOLDED):
            level, here = top[0], Part(top[1], [])
            found.append(here)
        here.cells.append(cell)
    return found


def exercises(notebook: NotebookNode) -> dict[str, str]:
    """The checks that answer the reader, by the identifier of the cell that calls each first; none in solutions.

    A call whose result is used, such as `patient = check.patient(1)`, makes or draws something, and asks nothing.
    """
    named, seen, found = set(), set(), {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        nodes = list(ast.walk(_tree(cell)))
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        own = [node for node in imports if (node.module or "").startswith("gan_edu.checks")]
        named |= {alias.asname or alias.name for node in own for alias in node.names}
        if "solution" in cell.metadata.get("tags", []):
            continue
        alone = [node.value for node in nodes if isinstance(node, ast.Expr)]
        for name in (ast.unparse(node.func) for node in alone if isinstance(node, ast.Call)):
            if name.split(".")[0] in named and name not in seen:
                seen.add(name)
                found[cell.id] = name
    return found


def _tree(cell: NotebookNode) -> ast.AST:
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return ast.Module([], [])


@dataclass(frozen=True)
class Load:
    """What there is to do: words of prose, lines of code, exercises, predictions to write down, equations set apart."""

    words: int
    lines: int
    exercises: int
    predictions: int
    equations: int

    @property
    def minutes(self) -> float:
        """The time that it takes, by the rule."""
        return (
            self.words / WORDS_PER_MINUTE
            + self.lines / LINES_PER_MINUTE
            + self.exercises * MINUTES_PER_EXERCISE
            + self.predictions * MINUTES_PER_PREDICTION
            + self.equations * MINUTES_PER_EQUATION
        )


def load(cells: list[NotebookNode], checked: dict[str, str]) -> Load:
    """What these cells ask of a reader; those in `checked` hold an exercise. Solutions are part of their exercise."""
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    code = [cell for cell in cells if cell.cell_type == "code" and "solution" not in cell.metadata.get("tags", [])]
    return Load(
        words=sum(len(line.split()) for source in prose for line in _read(source)),
        lines=sum(_lines(cell) for cell in code),
        exercises=sum(cell.id in checked for cell in code),
        predictions=sum(len(PREDICTION.findall(source)) for source in prose),
        equations=sum(len(EQUATION.findall(source)) for source in prose),
    )


def _read(source: str) -> Iterator[str]:
    """The lines of a Markdown cell that are read word by word: tables and sources are looked up."""
    for line in source.splitlines():
        if re.match(r"#+ Sources", line):
            return
        if not line.startswith("|"):
            yield line


def _lines(cell: NotebookNode) -> int:
    """The lines of code that are not empty, but for imports, which nobody reads."""
    statements = [
        node for node in ast.iter_child_nodes(_tree(cell)) if not isinstance(node, ast.Import | ast.ImportFrom)
    ]
    code = cell.source.splitlines()
    return sum(bool(line.strip()) for node in statements for line in code[node.lineno - 1 : node.end_lineno])


def main(names: list[str]) -> None:
    """Print for each notebook the minutes that it states and those of the rule, part by part."""
    for path in map(Path, names) if names else sorted(FOLDER.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        checked = exercises(notebook)
        print(f"{path.name}: {len(checked)} exercises")
        for part in parts(notebook):
            minutes = load(part.cells, checked).minutes
            print(f"  {minutes:4.0f} by the rule, {part.stated} stated   {part.title or 'core'}")


if __name__ == "__main__":
    main(sys.argv[1:])
