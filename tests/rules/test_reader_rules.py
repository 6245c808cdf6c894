"""The notebooks keep to what they owe their reader, each rule bites, and the minutes are those that readers took."""

import functools
from collections.abc import Callable
from pathlib import Path

import execute
import minutes
import nbformat
import pytest
import reader_rules as rules
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_rules import Page, Rule

NOTEBOOKS = sorted(execute.FOLDER.glob("*.ipynb"))


@functools.cache
def page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    return Page(path.name, nbformat.v4.reads(text), text)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_keeps_to_the_rule(path: Path, rule: Rule):
    assert list(rule(page(path))) == []


def sound() -> NotebookNode:
    """A small notebook that keeps to every rule."""
    picture = new_output("display_data", {"image/png": "", "text/plain": "a curve"})
    verdict = new_output("stream", name="stdout", text="quality 0.89   (claim: above 0.8, holds)\n")
    folded = {minutes.FOLDED: True}
    cells = [
        new_markdown_cell("# 07 · What is a loss?\n\nAbout 22 minutes to work through, two seconds to run."),
        new_code_cell("from gan_edu.checks import one_step as check\n\ntorch.set_num_threads(1)"),
        new_markdown_cell("**Predict** what notebooks 00 and 02 say.\n\n| loss | at 0 |\n|---|---|\n| mine | 1 |"),
        *(new_code_cell(f"check.{name}(mine)") for name in ("first", "second", "third", "fourth")),
        new_markdown_cell("## Deeper: another loss (1 minute)\n\nSeldom needed.", metadata=folded),
        new_code_cell("plots.show(figure)\nclaim('quality', quality, above=0.8)", outputs=[picture, verdict]),
        new_markdown_cell("## Key points"),
    ]
    return new_notebook(cells=cells)


def complaints(rule: Rule, notebook: NotebookNode) -> list[str]:
    return list(rule(Page("07_loss.ipynb", notebook, execute.as_text(notebook))))


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_accepts_a_sound_notebook(rule: Rule):
    assert complaints(rule, sound()) == []


def source(number: int, text: str) -> Callable[[NotebookNode], None]:
    """A doctor who gives a cell another source."""
    return lambda notebook: notebook.cells[number].update(source=text)


def says(number: int, text: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[number].outputs.insert(0, new_output("stream", name="stdout", text=text))


DOCTORED: list[tuple[Rule, Callable[[NotebookNode], object]]] = [
    (rules.minutes_are_honest, source(0, "# What?\n\nAbout 17 minutes to work through.")),
    (rules.minutes_are_honest, source(0, "# What?\n\nTwo seconds to run.")),
    (rules.minutes_are_honest, source(7, "## Deeper: another loss (5 minutes)\n\nSeldom needed.")),
    (rules.minutes_are_honest, source(7, "## Deeper: another loss (1 minute)\n\n" + "word " * 900)),
    (rules.minutes_are_honest, source(3, "print(1)\n" * 60)),
    (rules.core_is_short, source(2, "word " * 170 * 25)),
    (rules.deeper_is_folded, lambda notebook: notebook.cells[7].update(metadata={})),
    (rules.deeper_is_folded, lambda notebook: notebook.cells[9].metadata.update({minutes.FOLDED: True})),
    (rules.deeper_is_folded, source(7, "## Deeper: another loss\n\nSeldom needed.")),
    (rules.deeper_is_folded, source(2, "A word.\n\n## Deeper: another loss (1 minute)")),
    (rules.exercises_are_many, source(6, "check.third(another)")),
    (rules.exercises_are_many, lambda notebook: notebook.cells[6].metadata.update(tags=["solution"])),
    (rules.mentioned_notebooks_exist, source(2, "See notebooks 02 and 99.")),
    (rules.mentioned_notebooks_exist, source(3, "print('see notebook 99')")),
    (rules.mentioned_notebooks_exist, says(8, "see notebook 99")),
    (rules.tables_are_whole, source(2, "| loss | at 0 |\n|---|---|\n| mine | 1 |\n\n| yours | 2 |")),
    (rules.tables_are_whole, source(2, "| loss | at 0 |\n\n|---|---|\n| mine | 1 |")),
    (rules.figures_come_before_verdicts, says(8, "the same: True")),
    (rules.figures_come_before_verdicts, says(8, "quality 0.89   (claim: above 0.8, holds)")),
    (rules.numbers_rather_than_verdicts, says(3, "True False " * 6)),
    (rules.claims_hold, says(8, "quality 0.79   (claim: above 0.8, FAILS)")),
    (rules.claims_hold, source(8, "print(f'quality {quality}   (claim: above 0.8, holds)')")),
]


@pytest.mark.parametrize(("rule", "doctor"), DOCTORED, ids=lambda value: getattr(value, "__name__", ""))
def test_rule_bites(rule: Rule, doctor: Callable[[NotebookNode], object]):
    notebook = sound()
    doctor(notebook)
    assert complaints(rule, notebook)


def test_every_rule_is_seen_to_bite():
    assert {rule for rule, _ in DOCTORED} == set(rules.RULES)


@pytest.mark.parametrize(
    ("load", "taken"),
    [
        (minutes.Load(words=2_921, lines=141, exercises=1, predictions=9, equations=0), 50),
        (minutes.Load(words=4_812, lines=363, exercises=3, predictions=11, equations=13), 135),
        (minutes.Load(words=3_695, lines=406, exercises=4, predictions=15, equations=1), 120),
        (minutes.Load(words=5_629, lines=449, exercises=3, predictions=9, equations=2), 140),
    ],
)
def test_the_minutes_are_those_that_readers_took_within_a_tenth(load: minutes.Load, taken: int):
    assert load.minutes == pytest.approx(taken, rel=0.1)


def test_what_a_reader_has_to_do_is_counted():
    notebook = sound()
    notebook.cells[2].source = "Two words.\n\n$$V = 1$$\n\n**Your guess** is what?\n\n| not | read |\n|---|---|"
    notebook.cells[3].source = "import torch\n\nfirst = 1  # why\n\ncheck.first(first)"
    core, deeper = minutes.parts(notebook)
    checked = minutes.exercises(notebook)
    assert minutes.load([core.cells[2]], checked) == minutes.Load(
        words=9, lines=0, exercises=0, predictions=1, equations=1
    )
    assert minutes.load([core.cells[3]], checked) == minutes.Load(
        words=0, lines=2, exercises=1, predictions=0, equations=0
    )
    assert [cell.source[:12] for cell in deeper.cells] == ["## Deeper: a", "plots.show(f"]
    assert (core.stated, deeper.stated) == (22, 1)


def test_a_call_of_a_check_that_makes_something_is_no_exercise():
    notebook = sound()
    notebook.cells[3].source = "runs = [check.patient(number) for number in (1, 2)]\nmystery = check.mystery('A')"
    assert list(minutes.exercises(notebook)) == [cell.id for cell in notebook.cells[4:7]]


def test_a_folded_section_ends_at_the_next_heading_of_its_level():
    notebook = sound()
    notebook.cells.insert(9, new_markdown_cell("### Part of it"))
    assert [len(part.cells) for part in minutes.parts(notebook)] == [8, 3]
    notebook.cells[9].source = "```\n# a comment\n```"
    assert [len(part.cells) for part in minutes.parts(notebook)] == [8, 3]
    notebook.cells[9].source = "## Not part of it"
    assert [len(part.cells) for part in minutes.parts(notebook)] == [9, 2]
