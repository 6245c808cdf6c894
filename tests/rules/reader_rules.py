"""What a notebook owes its reader: honest minutes, a short core, exercises, verdicts that come after what they judge.

As in `notebook_rules`, a rule takes a page and yields one complaint for each breach. `test_reader_rules.py` holds the
notebooks to these rules.
"""

import re
from collections.abc import Iterator

import execute
import minutes
from notebook_rules import SOLUTION, Page, Rule, tags, words

CORE_MINUTES = 45
EXERCISES = 4
BARE_VERDICTS = 10
MENTION = re.compile(r"\b[Nn]otebooks?\s+(\d\d(?:(?:,|\s+and|\s+or|\s+to|,\s+and)\s+\d\d)*)\b")
BARE = re.compile(r"\b(?:True|False)\b")
TABLE = re.compile(r"^\|.*(?:\n\|.*)*", re.MULTILINE)
DELIMITER = re.compile(r"\|[\s:|-]+\|?\s*")


def honest(stated: int, measured: float) -> bool:
    """Stated minutes may leave the rule by three minutes, or by a tenth."""
    return abs(stated - measured) <= max(3, measured / 10)


def minutes_are_honest(page: Page) -> Iterator[str]:
    """Cell 0 states the minutes of the core, and each folded section its own in its heading, as the rule has them."""
    checked = minutes.exercises(page.notebook)
    for part in minutes.parts(page.notebook):
        measured = minutes.load(part.cells, checked).minutes
        if part.stated is None:
            yield f"{part.title or 'cell 0'} must state its minutes: {measured:.0f} by the rule"
        elif not honest(part.stated, measured):
            yield f"{part.title or 'the core'} must state about {measured:.0f} minutes, got {part.stated}"


def core_is_short(page: Page) -> Iterator[str]:
    core = minutes.load(minutes.parts(page.notebook)[0].cells, minutes.exercises(page.notebook)).minutes
    if round(core) > CORE_MINUTES:
        yield f"the core must take at most {CORE_MINUTES} minutes, got {core:.0f}: fold sections, or cut"


def deeper_is_folded(page: Page) -> Iterator[str]:
    """What goes beyond the core stands under a folded heading `## Deeper: what (N minutes)`, first in its cell."""
    for number, cell in page.cells:
        first = cell.source.splitlines()[0] if cell.source else ""
        deeper = bool(re.fullmatch(r"#{2,4} Deeper: .+ \(\d+ minutes?\)", first))
        folded = cell.metadata.get(minutes.FOLDED, False) is True
        if deeper != folded or (re.search(r"^#+ Deeper", cell.source, re.MULTILINE) and not deeper):
            yield f"cell {number} must start with `## Deeper: what (N minutes)` exactly when it is folded"


def exercises_are_many(page: Page) -> Iterator[str]:
    """Exercises that answer back, whose checks differ; 00 has to say so much else."""
    count = len(set(minutes.exercises(page.notebook).values()))
    if count < EXERCISES and not page.name.startswith("00"):
        yield f"there must be at least {EXERCISES} exercises with a check, got {count}"


def mentioned(text: str) -> list[str]:
    """The numbers of the notebooks that a text leads to, in whatever words."""
    return [number for group in MENTION.findall(text) for number in re.findall(r"\d\d", group)]


def mentioned_notebooks_exist(page: Page) -> Iterator[str]:
    there = {path.name[:2] for path in execute.FOLDER.glob("*.ipynb")}
    for number, cell in page.cells:
        shown = words(cell) if cell.cell_type == "code" else ""
        for name in sorted(set(mentioned(cell.source + "\n" + shown)) - there):
            yield f"cell {number} must not lead to notebook {name}, which does not exist"


def tables_are_whole(page: Page) -> Iterator[str]:
    """A blank line ends a table: the rows after it are shown as bare text."""
    for number, cell in page.cells:
        for table in TABLE.findall(cell.source) if cell.cell_type == "markdown" else ():
            rows = table.splitlines()
            if len(rows) < 2 or not DELIMITER.fullmatch(rows[1]):
                yield f"cell {number} must not break its table before {rows[0][:60]!r}"


def figures_come_before_verdicts(page: Page) -> Iterator[str]:
    """Where one cell shows a picture and a verdict, the reader sees the picture first."""
    for number, cell in page.code:
        kinds = [set(output.get("data", {})) for output in cell.outputs]
        last = max((place for place, kind in enumerate(kinds) if "image/png" in kind), default=-1)
        early = "".join(output.get("text", "") for output in cell.outputs[: last + 1])
        if BARE.search(early) or "(claim: " in early:
            yield f"cell {number} must show its picture before its verdict"


def numbers_rather_than_verdicts(page: Page) -> Iterator[str]:
    """True and False are for identities; a measured number is printed, with a claim beside it."""
    count = sum(len(BARE.findall(words(cell, ("text/plain",)))) for _, cell in page.code if SOLUTION not in tags(cell))
    if count > BARE_VERDICTS:
        yield f"at most {BARE_VERDICTS} words True and False may be printed, got {count}: print numbers, with claims"


def claims_hold(page: Page) -> Iterator[str]:
    """No stored claim fails, and each is printed by `claim`, whose form the comparison knows."""
    for number, cell in page.code:
        if ", FAILS)" in words(cell):
            yield f"cell {number} must not store a claim that fails"
        if "(claim:" in cell.source:
            yield f"cell {number} must print its claim by gan_edu.show.claims.claim"


RULES: list[Rule] = [
    minutes_are_honest,
    core_is_short,
    deeper_is_folded,
    exercises_are_many,
    mentioned_notebooks_exist,
    tables_are_whole,
    figures_come_before_verdicts,
    numbers_rather_than_verdicts,
    claims_hold,
]
