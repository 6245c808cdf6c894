"""Tensors inside of tuples, lists and dictionaries: what a batch is made of, and what a network takes and returns."""

from collections.abc import Callable, Iterator, Mapping

import torch


def tensors(value: object) -> Iterator[torch.Tensor]:
    """All tensors in a value, in order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from tensors(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors(part)


def changed(value: object, change: Callable[[torch.Tensor], torch.Tensor]) -> object:
    """The same value with each tensor replaced by `change(tensor)`."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, Mapping):
        return type(value)((key, changed(part, change)) for key, part in value.items())
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(changed(part, change) for part in value))
    if isinstance(value, (tuple, list)):
        return type(value)(changed(part, change) for part in value)
    return value


def floating(value: object) -> list[torch.Tensor]:
    """The tensors of real numbers with at least one axis."""
    return [tensor for tensor in tensors(value) if tensor.is_floating_point() and tensor.ndim]


def rows(tensor: torch.Tensor) -> torch.Tensor:
    """One number for each example, shape (B,): the same example gives the same number, others hardly ever do."""
    flat = tensor.detach().reshape(tensor.shape[0], -1).float()
    weights = torch.cos(0.7 * torch.arange(flat.shape[1], device=flat.device) + 0.3)
    return torch.nan_to_num(flat @ weights)


def differ(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Where two tensors of the same shape differ by more than rounding."""
    scale = max(float(first.abs().max()), float(second.abs().max()), 1e-30) if first.numel() else 1.0
    return (first - second).abs() > 1e-6 * scale


def one_score(output: torch.Tensor) -> bool:
    """Whether each example gets one number, or a map of them; else these are classes or features."""
    return output[0].numel() == 1 or (output.ndim == 4 and output.shape[1] == 1)
