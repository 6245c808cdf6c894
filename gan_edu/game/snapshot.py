"""A run at one step: what there is to see of it, and all that it takes to go on from there."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import torch
from torch import nn
from torch.func import functional_call

from gan_edu.arguments import made


@dataclass(frozen=True)
class Snapshot:
    """A run at one step; nothing in it changes when training goes on.

    Args:
        step: steps made so far.
        d_loss, g_loss: the losses of the last step, NaN before the first.
        generator, discriminator: copies of the networks; of the averaged generator, if the run keeps an average.
        real: (B, ...) real examples, the same in every snapshot of a run.
        samples: (B, ...) fakes, from the same noise in every snapshot of a run.
        given: what stands beside the real examples and was given for the samples: nothing, labels (B,), images.
    """

    step: int
    d_loss: float
    g_loss: float
    generator: nn.Module
    discriminator: nn.Module
    real: torch.Tensor
    samples: torch.Tensor
    given: tuple[torch.Tensor, ...] = ()

    @torch.no_grad()
    def scores(self) -> tuple[torch.Tensor, torch.Tensor]:
        """What the discriminator says of the snapshot's real examples and of its fakes: two times (B,)."""
        discriminator = unchanged(self.discriminator)
        return discriminator(self.real, *self.given), discriminator(self.samples, *self.given)


def unchanged(network: nn.Module) -> Callable[..., torch.Tensor]:
    """Make a function that computes what a network does, and leaves its buffers as they are: looking changes nothing.

    Batch normalization and power iteration change buffers, such as running statistics, whenever they compute.
    """
    if next(network.buffers(), None) is None:
        return network

    def compute(*inputs: torch.Tensor) -> torch.Tensor:
        copies = {name: buffer.clone() for name, buffer in network.named_buffers()}
        return functional_call(network, copies, inputs)

    return compute


@dataclass(frozen=True)
class State:
    """All that changes while a run trains, copied: `Training.restore` goes on from here with the same bits.

    Args:
        seed, step: which run, and how far.
        losses: the discriminator's and the generator's, of the last step.
        parts: what `state_dict()` of each network and optimizer says.
        stream: state of the training's random numbers.
    """

    seed: int
    step: int
    losses: tuple[torch.Tensor, torch.Tensor]
    parts: list[dict]
    stream: torch.Tensor


def copied(state: object) -> object:
    """Copy what `state_dict()` says, as `copy.deepcopy` does, in a fraction of its time."""
    if isinstance(state, torch.Tensor):
        return state.detach().clone()
    if isinstance(state, dict):
        twin = copy.copy(state)  # with the versions of its layers, which PyTorch keeps in an attribute
        twin.update((name, copied(value)) for name, value in state.items())
        return twin
    return [copied(value) for value in state] if isinstance(state, list) else copy.deepcopy(state)


def check_state(state: State, parts: Sequence[nn.Module | torch.optim.Optimizer]) -> None:
    """Raise a TypeError or ValueError unless all of a state fits the parts of a training."""
    made("state", state, State, "a State")
    for number, (kept, part) in enumerate(zip_longest(state.parts, parts)):
        here, there = (_form(part.state_dict() if part else {}), _form(kept or {}))
        if here != there:
            differs = next(name for name in {**here, **there} if here.get(name) != there.get(name))
            raise ValueError(
                f"state must be one of a training with the same parts, got one whose part {number} has "
                f"{there.get(differs)} as {differs}, and not {here.get(differs)}"
            )


def _form(state: dict) -> dict[str, object]:
    """What has to agree: shapes and types of the weights of a network, names of the settings of an optimizer."""
    if "param_groups" not in state:
        return {name: (tuple(tensor.shape), tensor.dtype) for name, tensor in state.items()}
    groups = state["param_groups"]
    return {
        "settings": [sorted(group.keys() - {"params"}) for group in groups],
        "weights": [len(group["params"]) for group in groups],
    }


class TrainingDiverged(ArithmeticError):
    """A loss, a weight or a sample is not finite. `snapshot` is the last good one; the training has gone back to it."""

    def __init__(self, step: int, what: str, snapshot: Snapshot):
        super().__init__(
            f"training diverged at step {step}: {what} is not finite. It is back at its last good state, step "
            f"{snapshot.step}. Try a smaller learning_rate, or a penalty such as R1 on the discriminator."
        )
        self.step, self.snapshot = step, snapshot
