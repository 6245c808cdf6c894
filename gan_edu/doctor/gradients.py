"""Gradients on their way to the weights: which backward pass they come from, by `.backward()` or put there by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

SAME = 1e-3  # of a gradient's size
KEPT = 16  # passes that are remembered of those that nobody may ever use


@dataclass(eq=False)
class Event:
    """One run of the backward pass: when, and from which line if somebody knows."""

    identity: int
    clock: int
    line: str = ""
    step: int = 0
    reached: set[int] = field(default_factory=set)
    consumed: int | None = None


@dataclass(eq=False)
class StepTaken:
    """One step of an optimizer: whose weights it owns, and what their gradients were made of."""

    optimizer: int
    step: int
    clock: int
    owned: set[int]
    held: dict[int, tuple[Event, ...]]
    gradients: dict[str, torch.Tensor] = field(default_factory=dict)
    moved: dict[str, float] = field(default_factory=dict)  # player: size of the move over the size of the weights
    finite: bool = True
    rate: float = 0.0  # the largest learning rate
    felt: float | None = None  # the size of the generator's gradient, if it is the generator's step


@dataclass(eq=False)
class Handed:
    """Gradients that `torch.autograd.grad` returned since the last step: the reader may put them into `.grad`."""

    waiting: dict[int, list[tuple[Event, torch.Tensor]]] = field(default_factory=dict)
    used: dict[int, torch.Tensor] = field(default_factory=dict)

    def note(self, weights: nn.Parameter, event: Event, gradient: torch.Tensor) -> None:
        """A gradient with respect to these weights was made, for `.grad` or for the reader's own hands."""
        before = self.waiting.get(id(weights), [])
        self.waiting[id(weights)] = [*before[1 - KEPT :], (event, gradient.detach())]

    def accumulated(self, weights: nn.Parameter, event: Event) -> None:
        """PyTorch added the gradient of this pass to `.grad` itself."""
        self.waiting[id(weights)] = [one for one in self.waiting.get(id(weights), ()) if one[0] is not event]

    def put(self, weights: nn.Parameter, held: list[Event]) -> list[Event]:
        """The passes that `.grad` is made of, where none but the reader's hands can have filled it."""
        waiting = self.waiting.pop(id(weights), [])
        if not waiting or weights.grad is None or any(event.consumed is None for event in held):
            return held
        new = sum(gradient for _, gradient in waiting)
        before, events = self.used.get(id(weights)), [event for event, _ in waiting]
        self.used[id(weights)] = weights.grad.detach().clone()
        added = before is not None and before.shape == new.shape and bool(before.any())
        if added and (weights.grad.detach() - before - new).norm() < SAME * new.norm():
            return [*held, *events]
        return events


def quietly(act: Callable, optimizer: torch.optim.Optimizer) -> None:
    """Unseen by a mode that reads the reader's operations."""
    with torch._C.DisableTorchFunction():
        act(optimizer)


def hooked(weights: nn.Parameter, arriving: Callable, arrived: Callable) -> list:
    """Hooks on weights, also on those that are switched off at the moment."""
    wanted = weights.requires_grad
    weights.requires_grad_(True)
    handles = [
        weights.register_hook(lambda gradient, weights=weights: arriving(weights, gradient)),
        weights.register_post_accumulate_grad_hook(arrived),
    ]
    weights.requires_grad_(wanted)
    return handles


def leaves(made: list[torch.Tensor], given: list[torch.Tensor]) -> list[nn.Parameter]:
    """The weights that these tensors were made with, but for those that made what was given."""
    seen, found = {tensor.grad_fn for tensor in given}, []
    known = {id(tensor) for tensor in given}
    waiting = [tensor.grad_fn for tensor in made]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        weights = getattr(node, "variable", None)
        if isinstance(weights, nn.Parameter) and id(weights) not in known:
            found.append(weights)
        waiting += [before for before, _ in node.next_functions]
    return found
