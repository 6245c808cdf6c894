"""Who is called when: the outermost calls of each player's modules, told to whoever listens.

A player may be one network, or several in an `nn.ModuleDict` or a module of its own that is never called itself: what
counts is the outermost module that is called.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

from gan_edu.doctor.nested import one_score, rows

GENERATOR, DISCRIMINATOR = "generator", "discriminator"
Told = Callable[["Call", object], object]


@dataclass(eq=False)
class Call:
    """One call of a player's network: what went in and came out, and which gradients came back to what came out."""

    player: str
    name: str
    module: nn.Module
    inputs: list[torch.Tensor]
    step: int = 0
    outputs: list[torch.Tensor] = field(default_factory=list)
    given: list[torch.Tensor] = field(default_factory=list)  # the inputs themselves, while the call lasts
    in_rows: list[torch.Tensor] = field(default_factory=list)
    out_rows: list[torch.Tensor] = field(default_factory=list)
    training: bool = True
    graph: bool = True
    pushes: list[tuple[int, int, torch.Tensor]] = field(default_factory=list)  # event, output, -gradient for each row
    pulls: list[tuple[int, int, torch.Tensor]] = field(default_factory=list)  # event, input, -gradient for each row
    forces: list[tuple[int, int, float]] = field(default_factory=list)  # event, output, size of push on log-odds


def parameters(player: nn.Module) -> dict[int, nn.Parameter]:
    """A player's weights by their identity."""
    return {id(weights): weights for weights in player.parameters()}


def relative_move(player: str, mine: dict[int, nn.Parameter], before: dict[int, torch.Tensor]) -> dict[str, float]:
    """The middle one, over a player's matrices, of the size of the move over the size of the weights.

    Weights without a gradient, as of a layer that this step did not use, do not count.
    """
    pairs = [(mine[key].detach(), before[key]) for key in before if key in mine and mine[key].grad is not None]
    pairs = [(new, old) for new, old in pairs if old.ndim > 1 and old.any()] or [
        (new, old) for new, old in pairs if old.any()
    ]
    ratios = [float((new - old).norm() / old.norm()) for new, old in pairs]
    return {player: statistics.median(ratios)} if ratios else {}


def listen(players: dict[str, nn.Module], before: Callable[..., object], after: Callable[..., object]) -> list:
    """Register hooks on all modules of the players; returns the handles.

    `before(player, name, module, inputs)` is called for an outermost call, and what it returns is handed to
    `after(opened, output)`; if that returns something, it takes the output's place.
    """
    handles = []
    for player, network in players.items():
        opened: list[object] = []
        for name, module in network.named_modules():
            enter, leave = _hooks(player, name, opened, before, after)
            handles.append(module.register_forward_pre_hook(enter, with_kwargs=True))
            handles.append(module.register_forward_hook(leave, with_kwargs=True, always_call=True))
    return handles


def _hooks(player: str, name: str, opened: list, before: Callable, after: Callable) -> tuple[Callable, Callable]:
    """Plain functions, not methods: a network that is copied within a step must not copy the listener with it."""

    def enter(module: nn.Module, arguments: tuple, keywords: dict) -> None:
        opened.append(None if opened else before(player, name, module, (arguments, keywords)))

    def leave(module: nn.Module, arguments: tuple, keywords: dict, output: object) -> object:
        call = opened.pop() if opened else None
        return None if call is None or output is None else after(call, output)

    return enter, leave


def pulled(call: Call, index: int) -> Callable[[torch.Tensor], None]:
    """A hook that writes down where a loss pulls each row of an input: against its gradient."""

    def pull(gradient: torch.Tensor) -> None:
        call.pulls.append((torch._C._current_graph_task_id(), index, rows(-gradient.detach())))

    return pull


def pushed(call: Call, index: int, output: torch.Tensor) -> Callable[[torch.Tensor], None]:
    """A hook that writes down where a loss pushes each row of an output: against its gradient."""

    def push(gradient: torch.Tensor) -> None:
        rows_of = -gradient.detach().reshape(gradient.shape[0], -1)
        number = torch._C._current_graph_task_id()
        if call.player == DISCRIMINATOR:
            slope = (
                output * (1 - output) if output.min() >= 0 and output.max() <= 1 else 1.0
            )  # of a sigmoid, if it is one
            call.forces.append((number, index, float((gradient.detach() * slope).abs().sum())))
        if call.player == DISCRIMINATOR and not one_score(gradient):
            return
        call.pushes.append((number, index, rows(rows_of) if call.player == GENERATOR else rows_of.sum(1)))

    return push
