"""What single operations of a training step give away: one check for each mistake that can be seen in an "
"operation."""

from typing import Protocol

import torch

from gan_edu.doctor.nested import tensors

UNMOVED = "slope without graph"
ONWARD = {"score", "squashed"}  # marks that end where the meaning changes; "judged" stays on all made of scores
SIGMOIDS = {"sigmoid", "sigmoid_"}
OF_A_LOGIT = SIGMOIDS | {"logsigmoid", "log_sigmoid", "softplus", "binary_cross_entropy_with_logits"}
LOGARITHMS = {"log", "log2", "log10", "log_"}
NEW_MEANING = OF_A_LOGIT | LOGARITHMS | {"softmax", "log_softmax", "exp", "tanh", "relu"}
NEW_MEANING |= {"binary_cross_entropy", "cross_entropy"}
CHANCE = {"randn": "normal", "randn_like": "normal", "normal_": "normal", "normal": "normal"}
CHANCE |= {"rand": "uniform", "rand_like": "uniform", "uniform_": "uniform"}
ELEMENTWISE = {"add", "sub", "mul", "rsub", "subtract", "mse_loss", "l1_loss", "smooth_l1_loss"}
ROOTS = {"sqrt", "sqrt_", "norm", "linalg_vector_norm", "vector_norm", "linalg_norm"}
SHAPES = {"view", "reshape", "squeeze", "unsqueeze", "flatten", "unflatten", "__getitem__", "chunk", "split", "to"}
SHAPES |= {"contiguous", "permute", "expand", "squeeze_", "ravel", "view_as", "transpose", "t", "detach", "clone"}
SHAPES |= {"float", "cat", "unbind"}
BOUNDED = SIGMOIDS | {"tanh", "tanh_", "softmax", "gumbel_softmax"}
AROUND_ZERO = 0.2  # so small are scales that were drawn around zero


class Reader(Protocol):
    """What a check needs of whoever reads the operations."""

    def of(self, tensor: object) -> frozenset[str]:
        """The marks of a tensor."""

    def operation(self, tensor: object) -> str:
        """The last operation, but for changes of shape, that made a tensor; empty if nobody knows."""

    def say(self, what: str, words: str, line: str = "") -> None:
        """Write down what was seen."""

    def penalised(self) -> None:
        """A slope with respect to examples was asked for."""


def with_graph(arguments: tuple, keywords: dict) -> bool:
    """Whether `torch.autograd.grad` was asked for a slope that can be differentiated again."""
    return bool(keywords.get("create_graph", arguments[4] if len(arguments) > 4 else False))


def asked(arguments: tuple, keywords: dict) -> list[torch.Tensor]:
    """With respect to what `torch.autograd.grad` was asked for slopes."""
    return list(tensors(keywords.get("inputs", arguments[1] if len(arguments) > 1 else ())))


def of_examples(arguments: tuple, keywords: dict) -> bool:
    """Whether these slopes are those of examples; slopes of weights are gradients, whoever asks for them."""
    return not any(isinstance(tensor, torch.nn.Parameter) for tensor in asked(arguments, keywords))


def _logarithm_of_a_score(
    reading: Reader, name: str, given: list, marks: frozenset, result: object, *_: object
) -> None:
    if name in LOGARITHMS and "score" in marks and "squashed" not in marks and given[0].numel():
        low, high = float(given[0].detach().min()), float(given[0].detach().max())
        if low <= 0 or high > 1:
            reading.say(
                "log-of-score", f"the logarithm of scores from {low:.3g} to {high:.3g}; probabilities lie in (0, 1)"
            )


def _second_sigmoid(reading: Reader, name: str, given: list, marks: frozenset, *_: object) -> None:
    if name in OF_A_LOGIT and given and {"score", "squashed"} <= reading.of(given[0]):
        low, high = float(given[0].detach().min()), float(given[0].detach().max())
        reading.say(
            "sigmoid-twice",
            f"{name} of the discriminator's output, which a sigmoid made: from {low:.3g} to {high:.3g}",
        )


def _labels(reading: Reader, name: str, given: list, *_: object) -> None:
    if name in ("binary_cross_entropy", "binary_cross_entropy_with_logits") and len(given) > 1 and given[1].numel():
        low, high = float(given[1].detach().min()), float(given[1].detach().max())
        if low < -1e-6 or high > 1 + 1e-6:
            reading.say(
                "labels-outside-range", f"labels from {low:.3g} to {high:.3g} in a cross-entropy, which asks for [0, 1]"
            )


def _softmax(
    reading: Reader, name: str, given: list, marks: frozenset, result: object, arguments: tuple, keywords: dict
) -> None:
    if name not in ("softmax", "log_softmax", "cross_entropy") or not given or not given[0].ndim:
        return
    axis = keywords.get("dim", arguments[1] if len(arguments) > 1 and isinstance(arguments[1], int) else 1)
    axis = 1 if name == "cross_entropy" else axis
    if isinstance(axis, int) and -given[0].ndim <= axis < given[0].ndim and given[0].shape[axis] == 1:
        reading.say(
            "softmax-over-one",
            f"{name} over an axis of size 1 of shape {tuple(given[0].shape)}: always "
            f"{'0' if 'log' in name or 'cross' in name else '1'}",
        )


def _broadcast(reading: Reader, name: str, given: list, marks: frozenset, result: object, *_: object) -> None:
    if (name.strip("_") not in ELEMENTWISE) or len(given) < 2 or "judged" not in marks:
        return
    one, two = given[0], given[1]
    count = one.numel()
    if one.ndim == two.ndim and "judged" in reading.of(one) & reading.of(two):
        return  # a column of scores and a row of others: each pair, as somebody wants it
    if count == two.numel() and count > 1 and one.shape != two.shape:
        shape = torch.broadcast_shapes(one.shape, two.shape)
        if shape.numel() == count * count:
            words = (
                f"{name} of shapes {tuple(one.shape)} and {tuple(two.shape)} makes {tuple(shape)}: each "
                f"score against each label"
            )
            reading.say("broadcast-loss", words)


def _slopes(
    reading: Reader, name: str, given: list, marks: frozenset, result: object, arguments: tuple, keywords: dict
) -> None:
    if name == "grad":
        wanted = asked(arguments, keywords)
        if of_examples(arguments, keywords):
            reading.penalised()
            if with_graph(arguments, keywords):
                reading.say("penalty on slopes", "torch.autograd.grad with create_graph")
            for source in wanted:
                found = reading.of(source)
                if {"real", "fake", "normal"} <= found and "uniform" not in found:
                    reading.say(
                        "normal-interpolation",
                        "points between examples and fakes have normal weights; a third are outside [0, 1]",
                    )
    elif (
        name.strip("_") in ("sub", "rsub")
        and "whole" in marks
        and 1 in [value for value in arguments if isinstance(value, (int, float))]
    ):
        reading.say(
            "penalty-wrong-axes",
            "one norm of the slopes of the whole batch is compared with 1, not one for each example",
        )
    elif name in ROOTS and "slope" in marks and "rooted" not in marks and isinstance(result, torch.Tensor):
        _axes(reading, given[0], result)


def _axes(reading: Reader, slope: torch.Tensor, root: torch.Tensor) -> None:
    batch = slope.shape[0] if slope.ndim else 1
    if root.numel() > batch or (slope.ndim > 1 and root.ndim == 1 and root.numel() != batch):
        reading.say(
            "penalty-wrong-axes",
            f"the norm of a slope of shape {tuple(slope.shape)} has shape {tuple(root.shape)}, not one for each "
            f"of {batch} examples",
        )


def _scale(
    reading: Reader, name: str, given: list, marks: frozenset, result: object, arguments: tuple, *_: object
) -> None:
    """A scale for each class or style, behind a batch normalization that has none of its own."""
    if name.strip("_") not in ("mul", "multiply", "rmul") or len(given) != 2:
        return
    one, two = sorted(given, key=lambda tensor: reading.operation(tensor) != "batch_norm")
    if reading.operation(one) == "batch_norm" and reading.operation(two) == "embedding" and two.numel() > 1:
        size = float(two.detach().abs().mean())
        if 0 < size < AROUND_ZERO:
            reading.say("batchnorm-scale-zero", f"what is normalized is scaled by numbers of size {size:.2g}")


CHECKS = (_scale, _logarithm_of_a_score, _second_sigmoid, _labels, _softmax, _broadcast, _slopes)
