"""Checks for the exercise of notebook 00."""

from collections.abc import Callable
from typing import Any

import torch

from gan_edu.checks.exercise import exercise

SCORES = torch.tensor([-4.0, 0.0, 0.0, 1.0, 2.0])
ASKED = "for the scores -4, 0, 0, 1 and 2"


@exercise("A score of 0 counts as one half, and no score, however large, counts as more than 1.")
def mean_belief(attempt: Callable[[torch.Tensor], Any]) -> str | None:
    """Look for a mistake in a function from scores (B,) to the mean of their sigmoids."""
    answer = attempt(SCORES)
    if answer is None:
        return f"{ASKED} one number is wanted; you return None: does your function end with `return`?"
    if isinstance(answer, torch.Tensor) and answer.numel() > 1:
        return f"{ASKED} one number is wanted, the mean; you return {answer.numel()} numbers"
    try:
        belief = float(answer)
    except (TypeError, ValueError):
        return f"{ASKED} one number is wanted; you return {answer!r}"
    wanted = torch.sigmoid(SCORES).mean().item()
    if abs(belief - wanted) < 1e-4:
        turned = float(attempt(-SCORES))
        return (
            None
            if abs(turned + wanted - 1) < 1e-4
            else f"with all signs turned it is {1 - wanted:.3f}, not {turned:.3f}"
        )
    return f"{ASKED} the mean belief is {wanted:.3f}; you return {belief:.3f}{_mistake(belief)}"


def _mistake(belief: float) -> str:
    """What was probably done instead, or nothing."""
    mistakes = {
        SCORES.mean().item(): ", the mean of the scores: take the sigmoid of each score first",
        torch.sigmoid(SCORES.mean()).item(): ", the sigmoid of the mean score: take the sigmoid first, then the mean",
        torch.sigmoid(-SCORES).mean().item(): ", the mean belief in fake: check the sign in the exponent",
        torch.softmax(SCORES, 0).mean().item(): ", the mean of a softmax: each image has a belief of its own, and they "
        "need not add up to 1",
        torch.sigmoid(SCORES).median().item(): ", the median of the beliefs",
        torch.tanh(SCORES).mean().item(): ", the mean of the tanh, which goes from -1 to 1",
        torch.sigmoid(SCORES).sum().item(): ", the sum of the beliefs: divide by how many there are",
        (SCORES > 0).float().mean().item(): ", the share of positive scores: a belief can lie between 0 and 1",
        (SCORES >= 0).float().mean().item(): ", the share of scores from 0 up: a belief can lie between 0 and 1",
    }
    return next((words for value, words in mistakes.items() if abs(belief - value) < 1e-4), "")
