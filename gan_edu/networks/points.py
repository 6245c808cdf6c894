"""Players for points: multilayer perceptrons."""

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from gan_edu.arguments import described, positive_integer


class MLP(nn.Sequential):
    """A multilayer perceptron with rectified linear units.

    As a generator it maps noise (B, inputs) to points (B, outputs); as a discriminator, with `outputs=None`,
    it maps points (B, inputs) to one score each, (B,).

    Args:
        inputs: size of one input.
        outputs: size of one output, or None for a score.
        hidden: width of each hidden layer.
    """

    def __init__(self, inputs: int, outputs: int | None, hidden: Sequence[int] = (64, 64)):
        if not isinstance(hidden, Sequence) or isinstance(hidden, str):
            raise TypeError(f"hidden must be a sequence of widths, one for each layer, got {described(hidden)}")
        widths = [positive_integer("inputs", inputs), *(positive_integer("hidden", width) for width in hidden)]
        layers = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.ReLU()]
        layers.append(nn.Linear(widths[-1], 1 if outputs is None else positive_integer("outputs", outputs)))
        if outputs is None:
            layers.append(nn.Flatten(-2))  # (B, 1) to (B,): a score is one number
        super().__init__(*layers)
