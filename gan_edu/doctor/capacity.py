"""Whether a network can express what it must: a discriminator that is affine, a layer that lets hardly "
"anything by."""

from collections.abc import Iterator

import torch
from torch import nn

from gan_edu.doctor.dependence import depends_on_batch
from gan_edu.doctor.findings import Finding, found
from gan_edu.doctor.interventions import Looks
from gan_edu.doctor.nested import floating
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR, Call

WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d)


def capacity(looks: Looks) -> Iterator[Finding]:
    """Is the discriminator affine, and is a layer of either network far too narrow?"""
    calls = looks.live.recorder.calls
    judge = next((call for call in calls if call.player == DISCRIMINATOR and call.inputs and call.outputs), None)
    maker = next((call for call in calls if call.player == GENERATOR and call.inputs and call.outputs), None)
    if judge is not None and _quiet(_affine, judge, looks.squashed(judge.name, 0)):
        yield found(
            "linear-discriminator",
            "its score at the middle of two examples is the mean of their scores, to the last digits",
            0.95,
        )
    if judge is not None and _more_scores(looks, judge) and _quiet(_row_by_row, judge):
        count = judge.outputs[0].shape[1]
        yield found("scores-per-row", f"each example gets {count} scores, and each of them knows one row alone", 0.85)
    elif judge is not None and (shape := _quiet(_unflattened, judge)):
        seen = f"the last linear layer is given maps of shape {shape}, of which it judges each row alone"
        yield found("scores-per-row", seen, 0.85)
    for call in (maker, judge):
        noisy = call is maker and looks.comparable(looks.reals) and not depends_on_batch(looks)
        if call is not None and (narrow := _quiet(_narrowest, call, noisy)):
            name, width, given, made = narrow
            seen = (
                f"layer {name} of the {call.player} hands on {width} numbers an example; {given} come in and "
                f"{made} go out"
            )
            yield found("bottleneck", seen, 0.8)


@torch.no_grad()
def _quiet(test, call: Call, *more: object) -> object:
    """A test that calls the network in evaluation mode; an error of the network's means that it cannot be tested."""
    modes = [(module, module.training) for module in call.module.modules()]
    buffers = [(one, one.clone()) for one in call.module.buffers()]
    try:
        call.module.eval()
        return test(call, *more)
    except Exception:
        return None
    finally:
        for module, training in modes:
            module.training = training
        for one, value in buffers:
            one.copy_(value)


def _affine(call: Call, squashed: bool) -> bool:
    """Whether scores (log-odds, if a sigmoid made them) are an affine function of the first input."""
    first, *rest = call.inputs
    if not first.is_floating_point() or len(first) < 3:
        return False

    def scores(examples: torch.Tensor) -> torch.Tensor:
        out = call.module(examples, *rest)
        out = out[0] if isinstance(out, (tuple, list)) else out
        return (out.double().clamp(1e-6, 1 - 1e-6).logit() if squashed else out.double()).flatten()

    other = first.roll(1, 0)
    near, far, middle = scores(first), scores(other), scores((first + other) / 2)
    wide, opposite = scores(2 * first - other), (2 * near - far)
    size = float((near - far).abs().mean())
    off = float((middle - (near + far) / 2).abs().mean() + (wide - opposite).abs().mean())
    return size > 1e-7 and off < 1e-4 * size


def _more_scores(looks: Looks, judge: Call) -> bool:
    """Whether the last layer made one number for each row of an example, and each is a score."""
    ending, rows = looks.trace.endings.get((DISCRIMINATOR, judge.name, 0), ("", 0))
    scores = judge.outputs[0]
    return ending in ("linear", "sigmoid") and scores.ndim == 2 and scores.shape[1] > 1 and rows >= scores.numel()


def _row_by_row(call: Call) -> bool:
    """Whether each number of an example has a part in one score at most."""
    first, *rest = call.inputs
    size, before, touched = first[0].numel(), floating(call.module(first, *rest))[0], 0
    for place in range(0, size, max(size // 8, 1)):
        other = first.clone()
        other.reshape(len(first), -1)[:, place] += 1
        moved = int((floating(call.module(other, *rest))[0] != before).sum(1).max())
        if moved > 1:
            return False
        touched += moved
    return touched > 0


def _unflattened(call: Call) -> tuple[int, ...] | None:
    """The shape of the maps that a linear layer with one output is given just as a convolution made them."""
    last: list[tuple[int, ...]] = [()]
    found_in: list[tuple[int, ...]] = []

    def seen(module: nn.Module, given: tuple, made: torch.Tensor) -> None:
        if isinstance(module, nn.Conv2d):
            last[0] = tuple(made.shape)
        elif module.out_features == 1 and given[0].ndim == 4 and tuple(given[0].shape) == last[0]:
            found_in.append(last[0])

    layers = [module for module in call.module.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]
    handles = [module.register_forward_hook(seen) for module in layers]
    try:
        call.module(*call.inputs)
    finally:
        for handle in handles:
            handle.remove()
    return next((shape for shape in found_in if shape[1] != shape[3]), None)


def _narrowest(call: Call, noisy: bool) -> tuple[str, int, int, int] | None:
    """A layer through which all passes, and that is far narrower than what comes in and what goes out.

    A generator that is given `noisy`, nothing but noise, makes no more than a curve if that layer has one unit.
    """
    widths: dict[str, tuple[int, int]] = {}
    outputs = [call.outputs[0][0].numel()]
    given = max(
        (tensor[0].numel() for tensor in call.inputs if tensor.is_floating_point() and tensor.ndim > 1), default=0
    )
    layers = [(name, module) for name, module in call.module.named_modules() if isinstance(module, WEIGHTED)]
    handles = [module.register_forward_hook(_measured(name, widths)) for name, module in layers]
    try:
        call.module(*call.inputs)
    finally:
        for handle in handles:
            handle.remove()
    end = outputs[0] if call.player == GENERATOR else given
    curve = noisy and given >= 4 and end >= 2
    if call.player == GENERATOR and 2 * given > end and not curve:
        return None  # an autoencoder or a translator is narrow on purpose
    order = [name for name in widths if name in dict(layers)]
    last = dict(layers)[order[-1]] if order else None
    for name in order[:-1]:
        limit = min(given / 4, end / 8) if call.player == GENERATOR else min(given / 16, 2.5)
        limit = (1 if 2 * given > end else max(limit, 1)) if curve else limit
        if widths[name][0] <= limit and _all_passes(call, dict(layers)[name], last):
            return name, widths[name][0], given, outputs[0]
    return None


def _measured(name: str, widths: dict[str, tuple[int, int]]):
    def measure(module: nn.Module, given: tuple, made: torch.Tensor) -> None:
        widths[name] = made[0].numel(), given[0][0].numel()

    return measure


def _all_passes(call: Call, module: nn.Module, last: nn.Module) -> bool:
    """Whether the last layer is given the same of each example when this layer says the same of each."""
    given: list[torch.Tensor] = []
    handles = [
        module.register_forward_hook(lambda _, arguments, made: made[:1].expand_as(made)),
        last.register_forward_pre_hook(lambda _, arguments: given.append(arguments[0])),
    ]
    try:
        call.module(*call.inputs)
    finally:
        for handle in handles:
            handle.remove()
    reached = given[-1]
    return bool((reached - reached[:1]).abs().max() <= 1e-6 * reached.abs().max().clamp(min=1e-12))
