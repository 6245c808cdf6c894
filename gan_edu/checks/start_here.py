"""Checks for the exercise of notebook 00."""

from collections.abc import Callable
from typing import Any

import torch

from gan_edu.checks.exercise import exercise

SCORES = torch.tensor([-4.0, 0.0, 1.0, 2.0, 3.0])
ASKED = "for the scores -4, 0, 1, 2 and 3"
METHOD = "a function is not its result: write the brackets, as in `something.mean()`"
CAUSES = {  # what PyTorch says, and what that means here
    "converted to Python scalars": "it makes one number of all five scores, as `math.exp` does: use `torch.exp`, "
    "which takes a whole tensor, or `torch.sigmoid`",
    "more than one value is ambiguous": "`if` asks for one answer, but there are five scores: no `if` is needed",
    "builtin_function_or_method": METHOD,
    "Dimension out of range": "the scores are one row of numbers, of shape (5,): `.mean()` needs no dimension",
    "cannot be converted to Scalar": "`.item()` makes a plain number of one, not of five: take the mean first",
    "bitwise_xor": "`^` is no power in Python: `torch.exp(-scores)` computes e^(-score)",
    "name 'sigmoid' is not defined": "PyTorch's functions stand behind its name: `torch.sigmoid(scores)`",
    "name 'exp' is not defined": "PyTorch's functions stand behind its name: `torch.exp(-scores)`",
}


@exercise("A score of 0 counts as one half, and no score, however large, counts as more than 1.")
def mean_belief(attempt: Callable[[torch.Tensor], Any]) -> str | None:
    """Look for a mistake in a function from scores (B,) to the mean of their sigmoids."""
    if not callable(attempt):
        return f"a function is asked for, and you give {attempt!r}: hand over `mean_belief` itself, without brackets"
    try:
        answer = attempt(SCORES.clone())  # a copy, as the function may change what it gets
    except Exception as error:  # an attempt may raise anything
        if cause := next((words for said, words in CAUSES.items() if said in str(error)), ""):
            return f"your code stopped with {type(error).__name__}: {cause}"
        raise
    if hint := _not_a_number(answer):
        return hint
    belief, wanted = float(answer), torch.sigmoid(SCORES).mean().item()
    if not abs(belief - wanted) < 1e-4:  # so that nan is wrong too
        return f"{ASKED} the mean belief is {wanted:.3f}; you return {belief:.3f}{_mistake(belief)}"
    return _other_scores(attempt)


def _not_a_number(answer: Any) -> str:
    """What is wrong with an answer that is not one number, or nothing."""
    if answer is None:
        return f"{ASKED} one number is wanted; you return None: does your function end with `return`?"
    if isinstance(answer, torch.Tensor) and answer.numel() != 1:
        return f"{ASKED} one number is wanted, the mean; you return {answer.numel()} numbers"
    if callable(answer):
        return f"{ASKED} one number is wanted; you return a function. But {METHOD}"
    if isinstance(answer, str):
        return f"{ASKED} one number is wanted; you return text, {answer!r}"
    try:
        float(answer)
    except (TypeError, ValueError):
        return f"{ASKED} one number is wanted; you return {answer!r}"
    return ""


def _other_scores(attempt: Callable[[torch.Tensor], Any]) -> str | None:
    """What goes wrong with scores that the reader has not been told of, or nothing."""
    turned, wanted = float(attempt(-SCORES)), torch.sigmoid(-SCORES).mean().item()
    if not abs(turned - wanted) < 1e-4:
        return f"with all signs turned it is {wanted:.3f}, not {turned:.3f}: does it depend on the scores?"
    fewer, wanted = float(attempt(SCORES[:2].clone())), torch.sigmoid(SCORES[:2]).mean().item()
    if not abs(fewer - wanted) < 1e-4:
        return f"for the two scores -4 and 0 it is {wanted:.3f}, not {fewer:.3f}: divide by how many scores there are"
    large = float(attempt(torch.tensor([200.0])))
    if not abs(large - 1) < 1e-4:
        return f"for a score of 200 it is 1, not {large:g}: e^200 is too large a number, but e^-200 is harmless"
    return None


def _mistake(belief: float) -> str:
    """What was probably done instead, or nothing."""
    odds = (-SCORES).exp()
    mistakes = {
        0.5: ", one half, as for a score of 0: does your function use the scores that it is given?",
        SCORES.mean().item(): ", the mean of the scores: take the sigmoid of each score first",
        torch.sigmoid(SCORES.mean()).item(): ", the sigmoid of the mean score: take the sigmoid first, then the mean",
        torch.sigmoid(-SCORES).mean().item(): ", the mean belief in fake: check the sign in the exponent",
        (1 + odds).mean().item(): ", the mean of 1 + e^(-score): Python divides before it adds, so what stands below "
        "the line needs brackets, 1 / (1 + ...)",
        (1 + SCORES.exp()).mean().item(): ", the mean of 1 + e^score: what stands below the line needs brackets, "
        "1 / (1 + ...), and the exponent a minus sign",
        (1 / (1 + odds).mean()).item(): ", 1 divided by a mean: take the mean of the whole fraction, so set brackets "
        "around it",
        torch.softmax(SCORES, 0).mean().item(): ", the mean of a softmax: each image has a belief of its own, and they "
        "need not add up to 1",
        torch.sigmoid(SCORES).median().item(): ", the median of the beliefs",
        torch.sigmoid(SCORES).max().item(): ", the largest belief",
        torch.sigmoid(SCORES)[0].item(): ", the first belief: a `return` inside a loop ends it at once",
        100 * torch.sigmoid(SCORES).mean().item(): ", in percent: a mean belief lies between 0 and 1",
        torch.tanh(SCORES).mean().item(): ", the mean of the tanh, which goes from -1 to 1",
        torch.sigmoid(SCORES).sum().item(): ", the sum of the beliefs: divide by how many there are",
        (SCORES > 0).float().mean().item(): ", the share of positive scores: a belief can lie between 0 and 1",
        (SCORES >= 0).float().mean().item(): ", the share of scores from 0 up: a belief can lie between 0 and 1",
    }
    return next((words for value, words in mistakes.items() if abs(belief - value) < 1e-4), "")
