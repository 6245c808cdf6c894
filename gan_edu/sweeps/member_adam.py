"""Adam with a leading member axis: many optimizers of one kind as one."""

from collections.abc import Iterator, Sequence

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from gan_edu.game.clipping import Clip
from gan_edu.game.updates import LAST_GRADIENT

MOMENTS = ("exp_avg", "exp_avg_sq")  # what PyTorch's Adam calls the running means of the gradient and of its square
OFF = {"weight_decay": 0, "amsgrad": False, "maximize": False}  # what a member's Adam must leave alone


class MemberAdam(torch.optim.Optimizer):
    """Adam with learning rates, betas and clipping for each member; weights and state have the leading member axis.

    Source: Kingma and Ba 2014 (arXiv:1412.6980), algorithm 1.

    Args:
        weights: all weights of each member, (M, P), in the order of `network.parameters()`.
        networks: the M members' own.
        optimizers: the M members' own. Taken over are the learning rate, betas and epsilon of each of their groups, the
            bound if they clip (`gan_edu.game.clipping.Clipped`), and their state. Weights that an optimizer leaves
            out stay as they are.

    Raises:
        ValueError: if one of them is not Adam, has settings beside these, or has made another number of steps.
    """

    def __init__(
        self,
        weights: nn.Parameter,
        networks: Sequence[nn.Module],
        optimizers: Sequence[torch.optim.Optimizer],
    ):
        check_optimizers(networks, optimizers)
        self.weights = weights
        rows = [_columns(*pair) for pair in zip(networks, optimizers, strict=True)]
        if all((row == row[:1]).all() for row in rows):
            rows = [row[:1] for row in rows]  # one number for all weights of a member is cheaper than one for each
        # Each is (M, 1) or (M, P), float64.
        rate, epsilon, self.beta1, self.beta2, bound, moved = torch.stack(rows).unbind(-1)
        super().__init__([weights], {"lr": rate})
        # 1 - beta is taken before it is rounded to float32: 0.99999999 would be 1 there.
        self.epsilon, self.bound = epsilon.to(weights.dtype), bound.to(weights.dtype)
        self.take1, self.take2 = (((1 - beta) * moved).to(weights.dtype) for beta in (self.beta1, self.beta2))
        self.clips = bool(bound.isfinite().any())
        self.mean, self.square = (_stack_moments(networks, optimizers, name) for name in MOMENTS)
        self.steps = _steps(optimizers[0])
        if any(LAST_GRADIENT in state for optimizer in optimizers for state in optimizer.state.values()):
            self.state[weights][LAST_GRADIENT] = _stack_moments(networks, optimizers, LAST_GRADIENT)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Move all members."""
        gradient = self.weights.grad
        self.steps += 1
        self.mean.lerp_(gradient, self.take1)
        self.square.lerp_(gradient.square(), self.take2)
        length = (self.param_groups[0]["lr"] / (1 - self.beta1**self.steps)).to(gradient.dtype)
        correction = (1 - self.beta2**self.steps).to(gradient.dtype)
        self.weights.addcdiv_(self.mean * -length, (self.square / correction).sqrt_().add_(self.epsilon))
        if self.clips:
            self.weights.clamp_(-self.bound, self.bound)

    @torch.no_grad()
    def copy_to(self, member: int, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Copy the state of one member into an optimizer of its own; before the first step there is none."""
        if self.steps == 0:
            return
        sizes = [own.numel() for own in network.parameters()]
        moved = {id(own) for own, _ in _moved(optimizer)}
        kept = dict(zip(MOMENTS, (self.mean, self.square), strict=True)) | self.state.get(self.weights, {})
        rows = [moments[member].split(sizes) for moments in kept.values()]
        for own, *moments in zip(network.parameters(), *rows, strict=True):
            if id(own) in moved:
                copies = (moment.view_as(own).clone() for moment in moments)
                steps = torch.tensor(float(self.steps), device=own.device)  # where the fused Adam asks for it
                optimizer.state[own] = dict(zip(kept, copies, strict=True), step=steps)


def check_optimizers(networks: Sequence[nn.Module], optimizers: Sequence[torch.optim.Optimizer]) -> None:
    """Raise the ValueError of `MemberAdam` if it cannot be made of these networks and optimizers."""
    for network, optimizer in zip(networks, optimizers, strict=True):
        if reason := _unfit(network, optimizer):
            kind = type(optimizer).__name__
            raise ValueError(f"optimizers must be plain Adam in an ensemble, got {kind} with {reason}")
        if _steps(optimizer) != _steps(optimizers[0]):
            counts = f"{_steps(optimizers[0])} and {_steps(optimizer)}"
            raise ValueError(f"optimizers must have made the same number of steps, got {counts}")


def _unfit(network: nn.Module, optimizer: torch.optim.Optimizer) -> str:
    """What an ensemble would not do as this optimizer does; empty if there is nothing."""
    if type(optimizer) is not torch.optim.Adam:
        return "rules of its own"
    for group in optimizer.param_groups:
        for name, value in OFF.items():
            if group[name] != value:
                return f"{name}={group[name]}"
    after = optimizer._optimizer_step_post_hooks.values()
    if optimizer._optimizer_step_pre_hooks or not all(isinstance(hook, Clip) for hook in after):
        return "hooks; to clip weights, wrap it in gan_edu.game.clipping.Clipped"
    if "step" in vars(optimizer):
        return "a step that was replaced, as PyTorch's schedulers do; pass Training a schedule"
    if not {id(own) for own, _ in _moved(optimizer)} <= {id(own) for own in network.parameters()}:
        return "weights that are not its network's"
    if len({int(state["step"]) for state in optimizer.state.values()}) > 1:
        return "weights that have made different numbers of steps"
    return ""


def _moved(optimizer: torch.optim.Optimizer) -> Iterator[tuple[nn.Parameter, dict]]:
    """Each weight that an optimizer moves, with the group of settings that it is in."""
    for group in optimizer.param_groups:
        yield from ((own, group) for own in group["params"] if own.requires_grad)


def _columns(network: nn.Module, optimizer: torch.optim.Adam) -> torch.Tensor:
    """For each weight of a member: learning rate, epsilon, both betas, bound, and 1 if it is moved at all; (P, 6)."""
    groups = {id(own): group for own, group in _moved(optimizer)}
    bound = min((hook.bound for hook in optimizer._optimizer_step_post_hooks.values()), default=float("inf"))
    rows, still = [], (0.0, 1.0, 0.0, 0.0, float("inf"), 0.0)
    for own in network.parameters():
        group = groups.get(id(own))
        row = (group.get("initial_lr", group["lr"]), group["eps"], *group["betas"], bound, 1.0) if group else still
        numbers = torch.tensor([float(number) for number in row], dtype=torch.float64, device=own.device)
        rows.append(numbers.expand(own.numel(), len(row)))
    return torch.cat(rows)


def _steps(optimizer: torch.optim.Adam) -> int:
    return max((int(state["step"]) for state in optimizer.state.values()), default=0)


def _stack_moments(
    networks: Sequence[nn.Module], optimizers: Sequence[torch.optim.Optimizer], name: str
) -> torch.Tensor:
    """One of the moments of all weights, (M, P); zero before the first step."""
    members = zip(networks, optimizers, strict=True)
    rows = [[o.state.get(own, {}).get(name, torch.zeros_like(own)) for own in n.parameters()] for n, o in members]
    return torch.stack([parameters_to_vector(row) for row in rows]).detach()
