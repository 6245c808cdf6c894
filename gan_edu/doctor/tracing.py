"""Reads a training step operation by operation: what is done to scores, to slopes and to chance, and on which line.

Each tensor carries marks: "score" (came out of the discriminator), "judged" (made of one), "fake", "real", "squashed"
(went through a sigmoid), "slope" (a gradient with respect to examples), "normal" and "uniform" (chance). Operations
hand marks on.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakIdKeyDictionary

from gan_edu.doctor.nested import changed, tensors
from gan_edu.doctor.operations import (
    BOUNDED,
    CHANCE,
    CHECKS,
    NEW_MEANING,
    ONWARD,
    ROOTS,
    SHAPES,
    SIGMOIDS,
    UNMOVED,
    of_examples,
    with_graph,
)
from gan_edu.doctor.players import Call

NOT_THEIRS = (str(Path(torch.__file__).parent), str(Path(__file__).parent), str(Path(__file__).parent / "nested.py"))
STEEPER = 100.0  # so much that also a penalty on steep slopes alone is felt
UNFILLED = {"empty", "empty_like", "new_empty", "set_", "__get__"}


def line_of_theirs() -> str:
    """`file:line` of the innermost frame that belongs neither to PyTorch nor to the doctor."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(NOT_THEIRS) and not name.startswith("<frozen"):
            return f"{os.path.basename(name)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


@dataclass(frozen=True)
class Seen:
    """Something that an operation did: an identifier, the numbers, the line."""

    what: str
    words: str
    line: str
    step: int = 0


@dataclass
class Trace:
    """What the reading of some steps found."""

    seen: list[Seen] = field(default_factory=list)
    endings: dict[tuple[str, str, int], tuple[str, int]] = field(default_factory=dict)  # by player, name, output
    penalties: int = 0

    def first(self, what: str) -> Seen | None:
        """The first time that this was seen."""
        return next((seen for seen in self.seen if seen.what == what), None)


class Reading(TorchFunctionMode):
    """A mode of PyTorch that sees each operation; switched on around the reader's step.

    Args:
        trace: where to write.
        started: called with the line of a loss when its backward pass begins.
        finite: whether to look in each result for numbers that are not finite.
        steeper: whether slopes with respect to examples are returned far steeper; for an intervention.
    """

    def __init__(
        self,
        trace: Trace,
        started: Callable[[str], None] = lambda line: None,
        finite: bool = False,
        steeper: bool = False,
    ):
        super().__init__()
        self.steeper = steeper
        self.trace, self.started, self.finite = trace, started, finite
        self.marks: WeakIdKeyDictionary = WeakIdKeyDictionary()
        self.made: WeakIdKeyDictionary = WeakIdKeyDictionary()  # tensor: (operation, line)
        self.step = 0

    def __torch_function__(
        self, operation: Callable, kinds: tuple, arguments: tuple = (), keywords: dict | None = None
    ) -> object:
        name, keywords = getattr(operation, "__name__", ""), keywords or {}
        if name in ("backward", "grad") and arguments:
            self._backward(arguments)
        result = operation(*arguments, **keywords)
        if name == "grad" and self.steeper and of_examples(arguments, keywords):
            result = changed(result, lambda slope: STEEPER * slope)
        if isinstance(result, torch.Tensor) or (
            isinstance(result, (tuple, list)) and result and isinstance(result[0], torch.Tensor)
        ):
            self._note(name, arguments, keywords, result)
        return result

    def of(self, tensor: object) -> frozenset[str]:
        """The marks that a tensor carries."""
        return self.marks.get(tensor, frozenset()) if isinstance(tensor, torch.Tensor) else frozenset()

    def operation(self, tensor: object) -> str:
        """The last operation, but for changes of shape, that made a tensor; empty if nobody knows."""
        made = self.made.get(tensor) if isinstance(tensor, torch.Tensor) else None
        return made.operation if made else ""

    def mark(self, tensor: torch.Tensor, *marks: str) -> None:
        """Give a tensor these marks and take all others."""
        self.marks[tensor] = frozenset(marks)

    def called(self, call: Call, outputs: list[torch.Tensor]) -> None:
        """A player's network was called: what came out is a fake, or a score."""
        for index, tensor in enumerate(outputs):
            made = self.made.get(tensor)
            ending = (made.operation, made.rows) if made else ("", 0)
            self.trace.endings.setdefault((call.player, call.name, index), ending)
            squashed = {"squashed"} if ending[0] in SIGMOIDS else set()
            self.mark(tensor, *({"score", "judged"} | squashed if call.player == "discriminator" else {"fake"}))

    def penalised(self) -> None:
        """A slope with respect to examples was asked for."""
        self.trace.penalties += 1

    def say(self, what: str, words: str, line: str = "") -> None:
        """Write down what was seen, once for each line."""
        line = line or line_of_theirs()
        if not any(seen.what == what and seen.line == line for seen in self.trace.seen):
            self.trace.seen.append(Seen(what, words, line, self.step))

    def _backward(self, arguments: tuple) -> None:
        losses = list(tensors(arguments[:1]))
        made = self.made.get(losses[0]) if losses else None
        self.started(made.line if made else line_of_theirs())
        if any(UNMOVED in self.of(loss) for loss in losses):
            self.say("penalty-without-graph", "a slope made by torch.autograd.grad without create_graph is in the loss")

    def _note(self, name: str, arguments: tuple, keywords: dict, result: object) -> None:
        given = [*tensors(arguments), *tensors(keywords)]
        marks = frozenset().union(*(self.of(tensor) for tensor in given)) if given else frozenset()
        made = Made(*self._ending(name, given, result), line_of_theirs())
        for check in CHECKS:
            check(self, name, given, marks, result, arguments, keywords)
        if self.finite:
            self._born(name, given, result, made.line)
        marks = _after(name, marks, next(tensors(result)).numel())
        if name == "grad" and of_examples(arguments, keywords):
            marks |= {"slope" if with_graph(arguments, keywords) else UNMOVED, "slope"}
        for tensor in tensors(result):
            self.made[tensor] = made
            if marks:
                self.marks[tensor] = marks

    def _ending(self, name: str, given: list[torch.Tensor], result: object) -> tuple[str, int]:
        """The last operation that is more than a change of shape, and how many rows it was applied to."""
        if name == "cat" and not {self.operation(tensor) for tensor in given[1:]} <= {
            self.operation(given[0]),
            *BOUNDED,
        }:
            return name, 0
        if name in SHAPES and given:
            before = self.made.get(given[0])
            return (before.operation, before.rows) if before else ("", 0)
        if name in SIGMOIDS and given and (before := self.made.get(given[0])):
            return name, before.rows
        shape = next(tensors(result)).shape
        return name, shape[:-1].numel() if name == "linear" else 0

    def _born(self, name: str, given: list[torch.Tensor], result: object, line: str) -> None:
        if name in UNFILLED or self.trace.first("not-finite"):
            return
        if not all(_finite(tensor) for tensor in tensors(result)) and all(_finite(tensor) for tensor in given):
            self.say("not-finite", f"{name} made it out of finite numbers", line)


@dataclass(frozen=True)
class Made:
    """Where a tensor came from."""

    operation: str
    rows: int
    line: str


def _finite(tensor: torch.Tensor) -> bool:
    return not tensor.is_floating_point() or bool(tensor.detach().isfinite().all())


def _after(name: str, marks: frozenset[str], size: int) -> frozenset[str]:
    """The marks of what an operation makes, given those of what it was made of."""
    if name in NEW_MEANING:
        marks = marks - ONWARD
    added = {CHANCE[name]} if name in CHANCE else {"rooted"} if name in ROOTS and "slope" in marks else set()
    if added == {"rooted"} and "rooted" not in marks and size == 1:
        added.add("whole")
    return marks | added | ({"squashed"} if name in SIGMOIDS else set())
