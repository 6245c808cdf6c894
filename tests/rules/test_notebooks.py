"""The notebooks keep to the rules, each rule bites, and re-making outputs leaves an unchanged notebook as it was."""

import functools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import execute
import nbformat
import notebook_rules as rules
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CAPTION = "one pixel & no more"


def test_the_series_has_notebooks():
    assert NOTEBOOKS
    assert [path.name for path in NOTEBOOKS if not re.fullmatch(r"\d\d_[a-z_]+\.ipynb", path.name)] == []


@functools.cache
def page(path: Path) -> rules.Page:
    """The notebook as it is: not validated, not repaired."""
    text = path.read_text(encoding="utf-8")
    return rules.Page(path.name, nbformat.v4.reads(text), text)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_keeps_to_the_rule(path: Path, rule: rules.Rule):
    assert list(rule(page(path))) == []


# Each rule bites. A sound notebook is doctored in one place, and that rule must complain, and say where.


def printed(source: str, text: str = "1\n", **options: object) -> NotebookNode:
    return new_code_cell(source, outputs=[new_output("stream", name="stdout", text=text)], **options)


def sound() -> NotebookNode:
    """A small notebook that keeps to every rule."""
    hidden = {"jupyter": {"source_hidden": True}, "tags": [rules.SOLUTION]}
    picture = new_output("display_data", {"image/png": PIXEL, "text/plain": CAPTION})
    picture.metadata = nbformat.from_dict({"image/png": {"alt": CAPTION}})
    caption = new_output("display_data", {"text/html": "<p>one pixel &amp; no more</p>", "text/plain": CAPTION})
    closing = "## Key points\n\n## Misconceptions\n\n## What comes next\n\n## Sources"
    cells = [
        new_markdown_cell("# 07 · What is a loss?\n\nFive minutes to work through, two seconds to run."),
        new_code_cell("import torch\n\ntorch.set_num_threads(1)"),
        new_markdown_cell("## One\n\nA number, and what it takes."),
        printed("print(1)"),
        new_markdown_cell("How long it takes."),
        printed("print(time.perf_counter() - start)", metadata={"tags": [rules.IGNORED]}),
        new_markdown_cell("A picture."),
        new_code_cell("plots.show(figure, caption)", outputs=[picture, caption]),
        new_markdown_cell("### The solution\n\nFolded: open it after your own."),
        new_code_cell("def half(x):\n    return x / 2", metadata=hidden),
        new_markdown_cell(closing),
    ]
    notebook = execute.normalise(new_notebook(cells=cells))
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
    return notebook


def complaints(rule: rules.Rule, notebook: NotebookNode) -> list[str]:
    return list(rule(rules.Page("07_loss.ipynb", notebook, execute.as_text(notebook))))


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_accepts_a_sound_notebook(rule: rules.Rule):
    assert complaints(rule, sound()) == []


def source(number: int, text: str) -> Callable[[NotebookNode], None]:
    """A doctor who gives a cell another source."""
    return lambda notebook: notebook.cells[number].update(source=text)


def tagged(number: int, *tags: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[number].metadata.update(tags=list(tags))


def says(number: int, text: str, name: str = "stdout") -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[number].update(outputs=[new_output("stream", name=name, text=text)])


def slides(draw: str) -> Callable[[NotebookNode], None]:
    """A doctor who puts in a slider, and a later cell that changes what its function reads."""

    def doctor(notebook: NotebookNode) -> None:
        notebook.cells[3].source = f"level = 1\n{draw}\n\nexplore(draw, axes, title='a', a=slider)"
        notebook.cells[5].source = "for level in range(3):\n    print(time.perf_counter())"

    return doctor


def stores_error(notebook: NotebookNode) -> None:
    notebook.cells[3].outputs = [new_output("error", ename="ValueError", evalue="no", traceback=[])]


DOCTORED: list[tuple[rules.Rule, Callable[[NotebookNode], object]]] = [
    (rules.plain_python, source(3, "%time print(1)")),
    (rules.plain_python, source(3, "# nothing")),
    (rules.executed_in_order, lambda notebook: notebook.cells[3].update(execution_count=None, outputs=[])),
    (rules.executed_in_order, lambda notebook: notebook.cells[3].update(execution_count=7)),
    (rules.outputs_present, lambda notebook: notebook.cells[3].update(outputs=[])),
    (rules.outputs_present, source(1, "import torch\ntorch.set_num_threads(1)\nprint(torch.e)")),
    (rules.outputs_present, source(9, "for step in range(3):\n    run()")),
    (rules.nothing_went_wrong, stores_error),
    (rules.nothing_went_wrong, says(3, "careful", name="stderr")),
    (rules.nothing_went_wrong, says(3, "UserWarning: careful")),
    (rules.no_machine_traces, says(3, "/home/me/gan")),
    (rules.no_machine_traces, says(3, r"C:\Users\me")),
    (rules.no_machine_traces, says(3, "<Figure at 0x7f21ab34>")),
    (rules.no_machine_traces, says(3, "ipykernel_123")),
    (rules.no_machine_traces, source(3, "print(open('/tmp/run'))")),
    (rules.normal_form, lambda notebook: notebook.metadata.update(widgets={"state": {}})),
    (rules.normal_form, lambda notebook: notebook.metadata.kernelspec.update(name="gan")),
    (rules.normal_form, lambda notebook: notebook.cells[3].metadata.update(execution={"busy": "2026-01-01"})),
    (rules.normal_form, lambda notebook: notebook.cells[7].outputs[0].data.update({execute.WIDGET: {"model_id": "1"}})),
    (rules.current_format, lambda notebook: notebook.update(nbformat_minor=4)),
    (rules.current_format, lambda notebook: notebook.cells[3].update(id=notebook.cells[2].id)),
    (rules.current_format, lambda notebook: notebook.cells[3].outputs[0].update(output_type="none")),
    (rules.small, source(0, "x" * 1_000_000)),
    (rules.pictures_described, lambda notebook: notebook.cells[7].outputs[0].update(metadata={})),
    (rules.pictures_described, source(2, "![](loss.png)")),
    (rules.pictures_described, source(2, '<img src="loss.png" alt="">')),
    (rules.captions_visible, lambda notebook: notebook.cells[7].outputs.pop()),
    (rules.small, source(3, "print(1)\n" * 26)),
    (rules.cells_are_introduced, source(2, "## One")),
    (rules.cells_are_introduced, lambda notebook: notebook.cells.insert(3, printed("print(2)"))),
    (rules.headings_often, lambda notebook: notebook.cells.extend([new_markdown_cell("on and on")] * 9)),
    (rules.opening, source(0, "What is a loss? Minutes, seconds.")),
    (rules.opening, source(0, "# Loss\n\nMinutes and seconds")),
    (rules.opening, source(0, "# What is a loss?\n\nFive minutes.")),
    (rules.opening, source(0, "# What is a loss?\n\nFive seconds.")),
    (rules.opening, source(1, "import torch")),
    (rules.opening, source(1, "torch.set_num_threads(1)")),
    (rules.opening, lambda notebook: notebook.cells.pop(1)),
    (rules.closing, source(10, "## Key points\n\n## What comes next\n\n## Sources")),
    (rules.closing, source(10, "## Sources\n\n## Key points\n\n## Misconceptions\n\n## What comes next")),
    (rules.closing, lambda notebook: notebook.cells.append(printed("print(1)"))),
    (rules.nothing_forbidden, source(3, "!pip install torch")),
    (rules.nothing_forbidden, source(3, "subprocess.run(['pip', 'install', 'torch'])")),
    (rules.solutions_folded, tagged(9)),
    (rules.solutions_folded, tagged(3, rules.SOLUTION)),
    (rules.solutions_folded, tagged(3, rules.OUTCOME)),
    (rules.nothing_forbidden, source(3, "from matplotlib import pyplot")),
    (rules.outputs_compared, tagged(3, rules.IGNORED)),
    (rules.outputs_compared, tagged(3, "nbval-skip")),
    (rules.outputs_compared, tagged(3, "raises-exception")),
    (rules.nothing_forbidden, source(3, "# NBVAL_IGNORE_OUTPUT\nprint(1)")),
    (rules.sliders_keep_what_they_read, slides("def draw(axes, a):\n    return str(a * level)")),
    (
        rules.sliders_keep_what_they_read,
        slides("def by(a):\n    return a * level\n\ndef draw(axes, a):\n    return str(by(a))"),
    ),
]


@pytest.mark.parametrize(("rule", "doctor"), DOCTORED, ids=lambda value: getattr(value, "__name__", ""))
def test_rule_bites(rule: rules.Rule, doctor: Callable[[NotebookNode], object]):
    notebook = sound()
    doctor(notebook)
    assert complaints(rule, notebook)


def test_code_that_says_what_comes_out_may_be_folded_too():
    notebook = sound()
    tagged(9, rules.OUTCOME)(notebook)
    assert complaints(rules.solutions_folded, notebook) == []


def test_every_rule_is_seen_to_bite():
    assert {rule for rule, _ in DOCTORED} == set(rules.RULES)


# Re-making outputs: `python notebooks/execute.py notebook`.

PICTURE_AND_WIDGET = f"""
import ipywidgets
from IPython.display import Image, display

class Dial(ipywidgets.IntSlider):
    def _repr_mimebundle_(self, **options):
        data = super()._repr_mimebundle_(**options)
        return data | {{"image/png": "{PIXEL}", "text/plain": "a dial"}}, {{"image/png": {{"alt": "a dial"}}}}

display(Dial())
print("between")
display(Image(url="https://example.org/loss.png"))
"""


def remake(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", str(ROOT / "notebooks" / "execute.py"), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_remade_outputs_are_the_same_byte_for_byte(tmp_path: Path):
    timing = printed("import time\nprint(f'{time.perf_counter():.9f} s')", metadata={"tags": [rules.IGNORED]})
    slow = new_code_cell(
        "import sys\nfor word in ('a', 'b'):\n    print(word)\n    time.sleep(0.3)\nprint(sys.flags.optimize)"
    )
    path = tmp_path / "tiny.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(PICTURE_AND_WIDGET), timing, slow]), path)
    first = remake(path)
    assert first.returncode == 0, first.stderr
    assert "tiny.ipynb: changed" in first.stdout
    once = path.read_bytes()
    assert "tiny.ipynb: unchanged" in remake(path).stdout
    assert path.read_bytes() == once
    shown = nbformat.reads(once.decode(), as_version=4).cells
    assert list(shown[0].outputs[0].data) == ["image/png", "text/plain"]
    assert [output.text for output in shown[2].outputs] == ["a\nb\n0\n"]


def test_an_error_is_reported_and_leaves_the_file_alone(tmp_path: Path):
    path = tmp_path / "tiny.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("raise ValueError('size must be positive, got -3')")]), path)
    before = path.read_bytes()
    result = remake(path)
    assert result.returncode != 0
    assert "size must be positive, got -3" in result.stderr
    assert path.read_bytes() == before


def test_a_widget_without_a_picture_is_refused():
    outputs = [new_output("display_data", {execute.WIDGET: {"model_id": "1"}, "text/plain": "IntSlider()"})]
    with pytest.raises(ValueError, match=r"every widget must store a picture, got 'IntSlider\(\)' in cell 0"):
        execute.normalise(new_notebook(cells=[new_code_cell("IntSlider()", outputs=outputs)]))


def test_only_numbers_may_differ_where_the_machine_decides():
    def timed(text: str) -> NotebookNode:
        return new_notebook(cells=[printed("perf_counter()", text, id="a", metadata={"tags": [rules.IGNORED]})])

    slower, other = timed("step: 12.5 ms\n"), timed("failed: 12.5 ms\n")
    execute.keep_stored(slower, timed("step:  3.1 ms\n"))
    execute.keep_stored(other, timed("step:  3.1 ms\n"))
    assert slower.cells[0].outputs[0].text == "step:  3.1 ms\n"
    assert other.cells[0].outputs[0].text == "failed: 12.5 ms\n"
