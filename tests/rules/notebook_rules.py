"""What every notebook of the series keeps to. A rule takes a page and yields one complaint for each breach.

`test_notebooks.py` holds the notebooks to these rules, and doctors a notebook to show that each rule bites.
"""

import ast
import copy
import html
import re
import symtable
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import execute
import nbformat
from nbformat import NotebookNode
from package_rules import MACHINE_PATH

CODE_LINES = 25
CELLS_BETWEEN_HEADINGS = 8
LARGEST_FILE = 1_000_000  # bytes
IGNORED, SOLUTION = "nbval-ignore-output", "solution"
OUTCOME = "outcome"  # a cell whose code says what comes out, where the reader has predicted it
RECIPE = "recipe"  # what a command trains for the tables that stand beside a notebook
# The only reasons for not comparing an output: the cell times something, or says what it runs on.
MACHINE_DEPENDENT = re.compile(r"\b(perf_counter|python_version|__version__|cpu_count)\b")
MACHINE_TRACES = re.compile(MACHINE_PATH.pattern + r"|ipykernel_\d+|\b0x[0-9a-fA-F]{6,}")  # also addresses of objects
FORBIDDEN = {
    r"pip3?[\"', ]+install|conda install": "must not install anything",
    r"\b(pyplot|pylab)\b": "must not use pyplot: in a slider's callback it draws into other figures",
    r"#\s*(NBVAL|PYTEST)_": "must not steer nbval by a comment: use the tag",
}
SILENT = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.AugAssign)
THREADS = "torch.set_num_threads(1)"


@dataclass(frozen=True)
class Page:
    """A notebook, the name of its file, and the text in it."""

    name: str
    notebook: NotebookNode
    text: str

    @property
    def cells(self) -> list[tuple[int, NotebookNode]]:
        return list(enumerate(self.notebook.cells))

    @property
    def code(self) -> list[tuple[int, NotebookNode]]:
        return [(number, cell) for number, cell in self.cells if cell.cell_type == "code"]

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Cell number and words of every heading."""
        prose = [(number, line) for number, cell in self.cells if cell.cell_type == "markdown" for line in lines(cell)]
        return [(number, line.lstrip("# ")) for number, line in prose if re.match(r"#{1,4} ", line)]


Rule = Callable[[Page], Iterator[str]]


def lines(cell: NotebookNode) -> list[str]:
    """The lines of a cell that are not empty."""
    return [line for line in cell.source.splitlines() if line.strip()]


def tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def words(cell: NotebookNode, kinds: tuple[str, ...] = ("text/plain", "text/html", "text/markdown")) -> str:
    """What a code cell's outputs say in words: the streams, and the data of these kinds."""
    bundles = [{"stream": output.get("text", ""), **output.get("data", {})} for output in cell.outputs]
    return "\n".join(bundle.get(kind, "") for bundle in bundles for kind in ("stream", *kinds))


def parsed(cell: NotebookNode) -> list[ast.stmt]:
    """The statements of a code cell; none where it is not plain Python, which `plain_python` complains about."""
    try:
        return ast.parse(cell.source).body
    except SyntaxError:
        return []


def plain_python(page: Page) -> Iterator[str]:
    """No magics, no shell, no empty cell: a cell is what a script would contain."""
    for number, cell in page.code:
        if not parsed(cell):
            yield f"cell {number} must be plain Python"


def executed_in_order(page: Page) -> Iterator[str]:
    """nbval compares nothing in a notebook whose outputs were stripped; so the counts must run 1, 2, 3, ..."""
    for count, (number, cell) in enumerate(page.code, start=1):
        if cell.execution_count != count:
            yield f"cell {number} must have execution count {count}, got {cell.execution_count}"


def outputs_present(page: Page) -> Iterator[str]:
    """A cell without outputs holds definitions, assignments and imports only: every other statement shows something."""
    for number, cell in page.code:
        speaking = [s for s in parsed(cell) if not isinstance(s, SILENT) and ast.unparse(s) != THREADS]
        if speaking and not cell.outputs:
            yield f"cell {number} must have an output, for `{ast.unparse(speaking[-1]).splitlines()[0]}`"


def nothing_went_wrong(page: Page) -> Iterator[str]:
    """No stored error, no warning, nothing on the error stream."""
    for number, cell in page.code:
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                yield f"cell {number} must not store {output.get('ename', 'stderr')}"
        if re.search(r"\w*Warning\b", words(cell)):
            yield f"cell {number} must not store a warning"


def no_machine_traces(page: Page) -> Iterator[str]:
    """No path and no address of the machine on which it ran, in the outputs or in the code."""
    for number, cell in page.code:
        for trace in MACHINE_TRACES.finditer(cell.source + "\n" + words(cell)):
            yield f"cell {number} must not name a path or an address, got {trace[0]}"


def normal_form(page: Page) -> Iterator[str]:
    """The file is what execute.py writes: no widget state, no times, no editor's notes."""
    if execute.as_text(execute.normalise(copy.deepcopy(page.notebook))) != page.text:
        yield "the file must be as notebooks/execute.py writes it: run that on it"


def current_format(page: Page) -> Iterator[str]:
    """nbformat 4.5, valid, each cell with an identifier of its own."""
    version = page.notebook.nbformat, page.notebook.nbformat_minor
    if version != (4, 5):
        yield f"nbformat must be 4.5, got {version[0]}.{version[1]}"
    identifiers = [cell.get("id") for _, cell in page.cells]
    if len(set(identifiers)) < len(identifiers):
        yield "cell identifiers must differ"
    for problem in nbformat.validator.iter_validate(page.notebook):
        yield f"must be a valid notebook: {problem.message[:200]}"


def pictures_described(page: Page) -> Iterator[str]:
    """Every picture has alternative text: in the output's metadata, or in the Markdown."""
    for number, cell in page.cells:
        bundles = [(output.metadata, kind) for output in cell.get("outputs", []) for kind in output.get("data", {})]
        silent = any(kind.startswith("image/") and not metadata.get(kind, {}).get("alt") for metadata, kind in bundles)
        if silent or re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=[\"']\w)", cell.source):
            yield f"cell {number} must give its picture alternative text"


def captions_visible(page: Page) -> Iterator[str]:
    """The alternative text stands as text beside its picture too: JupyterLab and GitHub show no alternative text."""
    for number, cell in page.code:
        shown = html.unescape(words(cell, ("text/html", "text/markdown")))
        for output in cell.outputs:
            for kind, about in output.get("metadata", {}).items():
                if kind.startswith("image/") and about.get("alt", "") not in shown:
                    yield f"cell {number} must show its picture's alternative text as a caption"


def small(page: Page) -> Iterator[str]:
    """A cell, but for its imports, fits on the screen with its output; the file is quick to open and to compare."""
    for number, cell in page.code:
        imports = [node for node in parsed(cell) if isinstance(node, ast.Import | ast.ImportFrom)]
        count = len(cell.source.splitlines()) - sum(node.end_lineno - node.lineno + 1 for node in imports)
        if count > CODE_LINES:
            yield f"cell {number} must have at most {CODE_LINES} lines, got {count}"
    if (size := len(page.text.encode())) >= LARGEST_FILE:
        yield f"the file must be smaller than {LARGEST_FILE:,} bytes, got {size:,}"


def cells_are_introduced(page: Page) -> Iterator[str]:
    """Prose, not a bare heading, stands before each code cell."""
    for number, _ in page.code:
        before = page.notebook.cells[number - 1] if number else None
        if before is None or before.cell_type != "markdown" or all(line.startswith("#") for line in lines(before)):
            yield f"cell {number} must be introduced by the Markdown cell before it"


def headings_often(page: Page) -> Iterator[str]:
    places = [number for number, _ in page.headings]
    for here, there in zip(places, [*places[1:], len(page.notebook.cells)], strict=True):
        if there - here - 1 > CELLS_BETWEEN_HEADINGS:
            yield f"after cell {here} a heading must come within {CELLS_BETWEEN_HEADINGS} cells, got {there - here - 1}"


def opening(page: Page) -> Iterator[str]:
    """A title, a question or a sentence, minutes to work through and seconds to run; then one import cell."""
    first, second = (page.notebook.cells + [nbformat.v4.new_raw_cell()] * 2)[:2]
    start = [line.strip("*_ ") for line in lines(first)[:2]]
    if first.cell_type != "markdown" or not start or not start[0].startswith("# "):
        yield "cell 0 must be Markdown and start with the title"
    elif not any(line.endswith(("?", ".")) for line in start):
        yield "cell 0 must start with a question or a sentence"
    for unit in ("minute", "second"):
        if unit not in first.source:
            yield f"cell 0 must tell the {unit}s it takes"
    if second.cell_type != "code" or not re.search(r"^(import|from) ", second.source, re.MULTILINE):
        yield "cell 1 must be the import cell"
    elif THREADS not in second.source:
        yield f"cell 1 must call {THREADS}"


def closing(page: Page) -> Iterator[str]:
    """Key points, misconceptions (not in 00), what comes next, sources; and no code after that."""
    wanted = ["Key points", "Misconceptions", "What comes next", "Sources"]
    if page.name.startswith("00"):
        wanted.remove("Misconceptions")
    found = [(number, title) for number, heading in page.headings for title in wanted if heading.startswith(title)]
    if [title for _, title in found] != wanted:
        yield f"the headings at the end must be {', '.join(wanted)}, got {', '.join(title for _, title in found)}"
    elif any(number > found[0][0] for number, _ in page.code):
        yield "no code may follow the key points"


def nothing_forbidden(page: Page) -> Iterator[str]:
    for number, cell in page.code:
        for pattern, reason in FORBIDDEN.items():
            if re.search(pattern, cell.source, re.MULTILINE):
                yield f"cell {number} {reason}"


def solutions_folded(page: Page) -> Iterator[str]:
    """A solution is tagged and its input hidden, as is code that says what a prediction asks for; nothing else is."""
    for number, cell in page.cells:
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        if hidden != bool({SOLUTION, OUTCOME} & set(tags(cell))):
            yield f"cell {number} must be tagged `{SOLUTION}` or `{OUTCOME}` exactly when its source is hidden"


def outputs_compared(page: Page) -> Iterator[str]:
    """nbval compares every output but that of cells which time something or say what they run on."""
    for number, cell in page.code:
        for tag in set(tags(cell)) - {IGNORED, SOLUTION, OUTCOME, RECIPE}:
            yield f"cell {number} must not carry the tag {tag}"
        if IGNORED in tags(cell) and not MACHINE_DEPENDENT.search(cell.source):
            yield f"cell {number} must not be ignored: nothing in it depends on the machine"


def read_by(name: str, functions: dict[str, set[str]]) -> set[str]:
    """The names outside of it that a function reads, itself and through other functions of the notebook."""
    seen, ahead = set(), {name}
    while ahead:
        here = ahead.pop()
        seen.add(here)
        ahead |= functions.get(here, set()) - seen
    return seen


def outside(table: symtable.SymbolTable) -> set[str]:
    """The names outside of it that a function reads, within the functions in it too."""
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return own.union(*map(outside, table.get_children()))


def sliders_keep_what_they_read(page: Page) -> Iterator[str]:
    """No later cell gives a new meaning to a name that a slider's function reads each time it is moved."""
    functions, read = {}, {}
    for number, cell in page.code:
        table = symtable.symtable(cell.source if parsed(cell) else "", page.name, "exec")
        made = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        for name in sorted(made & read.keys()):
            yield f"cell {number} must not assign {name}: the slider of cell {read[name]} reads it"
        functions |= {child.get_name(): outside(child) for child in table.get_children()}
        for call in (node for statement in parsed(cell) for node in ast.walk(statement) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) == "explore":
                read |= dict.fromkeys(read_by(ast.unparse(call.args[0]), functions), number)


RULES: list[Rule] = [
    plain_python,
    executed_in_order,
    outputs_present,
    nothing_went_wrong,
    no_machine_traces,
    normal_form,
    current_format,
    pictures_described,
    captions_visible,
    small,
    cells_are_introduced,
    headings_often,
    opening,
    closing,
    nothing_forbidden,
    solutions_folded,
    outputs_compared,
    sliders_keep_what_they_read,
]
