"""The weight of a penalty, read and changed."""

import dataclasses
from dataclasses import dataclass

import torch

from gan_edu.game.penalties import Both, Judged, Penalty


@dataclass(frozen=True)
class Scaled:
    """A penalty that has no weight of its own, times a factor.

    Args:
        penalty: any.
        weight: the factor.
    """

    penalty: Penalty
    weight: float

    def __call__(self, judged: Judged) -> torch.Tensor:
        """Return what each example costs, (B,)."""
        return self.weight * self.penalty(judged)


def weight_of(penalty: Penalty | None) -> float:
    """The weight of a penalty, of two that of the first; 0 for none, 1 if it has no weight of its own."""
    if penalty is None:
        return 0.0
    if isinstance(penalty, Both):
        return weight_of(penalty.first)
    return float(penalty.weight) if has_weight(penalty) else 1.0


def has_weight(penalty: Penalty) -> bool:
    """Whether a penalty is a dataclass with a weight that can be replaced."""
    return dataclasses.is_dataclass(penalty) and "weight" in {field.name for field in dataclasses.fields(penalty)}


def with_weight(kind: Penalty, weight: float) -> Penalty:
    """The same kind of penalty with another weight; of two, both get it."""
    if isinstance(kind, Both):
        return Both(with_weight(kind.first, weight), with_weight(kind.second, weight))
    return dataclasses.replace(kind, weight=weight) if has_weight(kind) else Scaled(kind, weight)
