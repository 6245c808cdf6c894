"""What a training step does, written down by hooks while it runs: calls, gradients that arrive, steps of optimizers.

Hooks only look; but for those of an intervention (`change`, `restore`), they leave every bit as it is.
"""

import contextlib
from collections.abc import Callable

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from gan_edu.doctor.gradients import Event, Handed, StepTaken, hooked, leaves, quietly
from gan_edu.doctor.nested import floating, rows, tensors
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR, Call, listen, parameters, pulled, pushed, relative_move

Change = Callable[[Call, object], object]
SEARCHED_STEPS = 3  # steps in which graphs are searched for weights that belong to no player
CLIPPING_STEPS = 12  # steps in which weights are compared with those after the optimizer's step


class Recorder:
    """Listens to two players, their weights and all optimizers for as long as it is `attached`.

    Args:
        players: "generator" and "discriminator".
        change: replaces what a player's outermost call returned; for interventions.
        frozen: puts weights back after each step of an optimizer.
        keep: whether the tensors of this step are kept, or only a number for each row.
        moves: whether the size of moves is measured in this step.
    """

    def __init__(
        self,
        players: dict[str, nn.Module],
        *,
        change: Change | None = None,
        frozen: bool = False,
        keep: Callable[[int], bool] = lambda step: False,
        moves: Callable[[int], bool] = lambda step: False,
        told: Callable[[Call, list[torch.Tensor]], None] = lambda call, outputs: None,
        fingerprints: bool = True,
    ):
        self.players = players
        self.change, self.frozen, self.keep, self.moves, self.fingerprints = change, frozen, keep, moves, fingerprints
        self.told = told
        self.owners = {name: parameters(network) for name, network in players.items()}
        self.calls: list[Call] = []
        self.events: dict[int, Event] = {}
        self.steps: list[StepTaken] = []
        self.optimizers: list[torch.optim.Optimizer] = []
        self.step = self.clock = 0
        self.line = ""
        self.clipped: set[str] = set()
        self._began = {player: self.total(player) for player in self.owners}
        self._held: dict[int, list[Event]] = {}
        self.wanted = {key for mine in self.owners.values() for key, weights in mine.items() if weights.requires_grad}
        self.last_on: dict[int, int] = {}  # the last step in which a graph was made with these weights switched on
        self.outside: dict[int, nn.Parameter] = {}  # weights that a player uses, and that are not among its own
        self._fresh: set[int] = set()
        self._handed = Handed()
        self._before: dict[int, torch.Tensor] = {}
        self._sums: dict[str, float] = {}
        self._handles: list = []
        self._steps: list = []
        self.listening = True

    @contextlib.contextmanager
    def attached(self) -> object:
        """Within this block the hooks are there; after it, none of them is left."""
        try:
            self.look()
            self._steps = [
                register_optimizer_step_pre_hook(lambda optimizer, *_: quietly(self._stepping, optimizer)),
                register_optimizer_step_post_hook(lambda optimizer, *_: quietly(self._stepped, optimizer)),
            ]
            yield self
        finally:
            self.look_away()
            for handle in self._steps:
                handle.remove()

    def look(self) -> None:
        """Put the hooks on networks and weights."""
        self.listening, self._handles = True, listen(self.players, self._enter, self._leave)
        for player in self.owners.values():
            for weights in player.values():
                if weights.is_floating_point() and weights.is_leaf:
                    self._handles += hooked(weights, self._arriving, self._arrived)

    def look_away(self) -> None:
        """Take the hooks off networks and weights."""
        self.listening = False
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def _enter(self, player: str, name: str, module: nn.Module, given: object) -> Call:
        with torch._C.DisableTorchFunction():
            return self._entered(player, name, module, given)

    def _entered(self, player: str, name: str, module: nn.Module, given: object) -> Call:
        inputs = [tensor.detach() for tensor in tensors(given)]
        call = Call(player, name, module, inputs, self.step, training=module.training, graph=torch.is_grad_enabled())
        if call.graph:
            on = (key for key, weights in self.owners[player].items() if weights.requires_grad)
            self.last_on |= dict.fromkeys(on, self.step)
            call.given = list(tensors(given))
        if self.fingerprints:
            call.in_rows = [rows(tensor) if tensor.ndim else tensor.float() for tensor in inputs]
        return call

    def _leave(self, call: Call, output: object) -> object:
        with torch._C.DisableTorchFunction():
            return self._left(call, output)

    def _left(self, call: Call, output: object) -> object:
        replaced = output if self.change is None else self.change(call, output)
        outputs = floating(replaced)
        self.told(call, outputs)
        if call.graph and self.step < SEARCHED_STEPS and call.module in set(self.players[call.player].modules()):
            own = {key for mine in self.owners.values() for key in mine}
            self.outside |= {id(one): one for one in leaves(outputs, call.given) if id(one) not in own}
        for index, tensor in enumerate(call.given if self.frozen and call.player == DISCRIMINATOR else ()):
            if tensor.requires_grad and tensor.ndim:
                tensor.register_hook(pulled(call, index))
        call.given = []
        call.outputs = [tensor.detach() for tensor in outputs]
        if self.fingerprints:
            call.out_rows = [rows(tensor) for tensor in outputs]
        for index, tensor in enumerate(outputs):
            if tensor.requires_grad:
                tensor.register_hook(pushed(call, index, tensor.detach()))
        if not self.keep(self.step):
            call.inputs, call.outputs = [], []
        self.calls.append(call)
        return None if replaced is output else replaced

    def _arriving(self, weights: nn.Parameter, gradient: torch.Tensor) -> None:
        """A gradient is about to be added to `.grad`, or to be returned to the reader: is `.grad` empty?"""
        self._handed.note(weights, self._event(weights), gradient)
        if weights.grad is None or not weights.grad.any():
            self._fresh.add(id(weights))

    def _event(self, weights: nn.Parameter) -> Event:
        identity = torch._C._current_graph_task_id()
        if identity not in self.events:
            self.clock += 1
            self.events[identity] = Event(identity, self.clock, self.line, self.step)
        event = self.events[identity]
        event.reached.add(id(weights))
        return event

    def _arrived(self, weights: nn.Parameter) -> None:
        event = self._event(weights)
        self._handed.accumulated(weights, event)
        held = self._held.setdefault(id(weights), [])
        if id(weights) in self._fresh:
            self._fresh.discard(id(weights))
            held.clear()
        if not held or held[-1] is not event:
            held.append(event)

    def _stepping(self, optimizer: torch.optim.Optimizer) -> None:
        if not self.listening:
            return
        if not any(optimizer is known for known in self.optimizers):
            self.optimizers.append(optimizer)
        number = next(i for i, known in enumerate(self.optimizers) if known is optimizer)
        owned = {id(weights): weights for group in optimizer.param_groups for weights in group["params"]}
        self.clock += 1
        for key, weights in owned.items():
            self._held[key] = self._handed.put(weights, self._held.get(key, []))
        held = {key: tuple(self._held[key]) for key, weights in owned.items() if weights.grad is not None}
        taken = StepTaken(number, self.step, self.clock, set(owned), held)
        taken.rate = max(float(group.get("lr", 0.0)) for group in optimizer.param_groups)
        for player, mine in self.owners.items():
            gradients = [mine[key].grad for key in owned if key in mine and mine[key].grad is not None]
            if gradients and player == GENERATOR:
                taken.felt = float(torch.stack([gradient.norm() for gradient in gradients]).norm())
            if gradients and self.fingerprints:
                taken.gradients[player] = torch.cat([rows(gradient.reshape(1, -1)) for gradient in gradients])
        self._notice_clipping()
        self._before = {}
        if self.frozen or self.moves(self.step):
            self._before = {key: weights.detach().clone() for key, weights in owned.items()}
        self.steps.append(taken)

    def _notice_clipping(self) -> None:
        """Weights that changed since the last step of an optimizer were changed by somebody else, as clipping "
        "does."""
        if self.step < CLIPPING_STEPS:
            for player, total in self._sums.items():
                if total != self.total(player):
                    self.clipped.add(player)

    def is_as_it_began(self, player: str) -> bool:
        """Whether a player's weights have the same sum as before the first step, to the last digit."""
        return self.total(player) == self._began[player]

    def total(self, player: str) -> float:
        """The sum of a player's weights."""
        return float(sum(weights.detach().double().sum() for weights in self.owners[player].values()))

    @torch.no_grad()
    def _stepped(self, optimizer: torch.optim.Optimizer) -> None:
        if not self.listening or not self.steps:
            return
        taken = self.steps[-1]
        for events in taken.held.values():
            for event in events:
                event.consumed = taken.clock if event.consumed is None else event.consumed
        if self._before and not self.frozen:
            for player, mine in self.owners.items():
                taken.moved |= relative_move(player, mine, self._before)
        taken.finite = all(
            bool(mine[key].isfinite().all()) for mine in self.owners.values() for key in taken.owned & set(mine)
        )
        if self.frozen:
            for group in optimizer.param_groups:
                for weights in group["params"]:
                    weights.copy_(self._before[id(weights)])
        if self.step < CLIPPING_STEPS:
            self._sums = {player: self.total(player) for player in self.owners}
