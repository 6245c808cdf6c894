"""The exercises of notebook 20: tests that tell faults apart, diagnoses, a repair, and wrong sentences."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from gan_edu.checks.exercise import exercise
from gan_edu.checks.patients import Make, specimen
from gan_edu.data.points import ring
from gan_edu.measure.modes import coverage
from gan_edu.randomness import Stream

PERFECT = {
    "A": ("fakes as reals", "other reals change nothing in D's move: it has never seen one."),
    "B": ("no fakes", "other fakes change nothing in D's move: nobody shows it any."),
    "C": ("straight D", "every move follows what it should, and still D, left alone, gets nowhere."),
    "D": ("D not asked", "another D changes nothing in G's move: G's loss does not come from D."),
    "E": ("wrong sign", "each move follows what it should, but G's own step lowers the scores of its fakes."),
}
CAUSES = {
    8: ("classes for players", "D is sure and right about something, yet other fakes change nothing in its move."),
    9: ("judged on its own data", "every test of the step passes. Whose scans are these: those it learned from?"),
    10: ("one noise", "how many different fakes does G make in one step?"),
    11: ("other player's weights", "D's loss grows without an answer: D has not moved since the start."),
    12: ("old gradients", "put junk into the gradients before the step: does the step still do the same?"),
    13: ("eval mode", "the layers are there, but they do not look at the batch: which switch is that?"),
    14: ("scale around zero", "all fakes start as nearly one grey: which number multiplies each feature?"),
    15: ("scores as losses", "both losses fall without a floor: what has a score, taken for a loss, to lose?"),
    16: ("logarithm of a score", "D's loss is no number from the first step on: which function of a negative score?"),
    17: ("labels beyond 1", "D's loss, if it trains alone, falls below 0: for which label can a cross-entropy do so?"),
    18: ("batch in the penalty", "change one example, and the scores of all others move: no slope is one example's."),
    19: ("normal mixing", "two thirds of the mixed points do not lie between a real one and a fake."),
    20: ("a score for each row", "how many scores does D give to 64 images?"),
    21: ("too few numbers", "how many images does G make of 64 noises?"),
    22: ("sizes differ", "it does not even run: read the two sizes in the message."),
    23: ("another range", "no scan has a number below 0; count those of the fakes."),
}
SHELF = {
    1: (False, "ReLU, normalization and residual connections do not bring notebook 04's gradient back: D is too sure."),
    2: (False, "notebook 06's smallest game has no bad minimum anywhere, and goes round."),
    3: (False, "the sick run of notebook 05 makes some of the blobs, not one image."),
    4: (False, "against fakes that nobody can tell D is right half of the time: notebook 01."),
    5: (True, "patients A and C of this notebook rest there, and hardly one of their fakes is near a blob."),
    6: (False, "what G gains D loses; both losses fall together in B, D and E, where the two do not play."),
    7: (False, "the experiment below: encoder and decoder pay one and the same loss."),
    8: (True, "notebook 04 has both at once: D is right about all, R1 keeps its slope, and G learns."),
}


def _named(table: Mapping[Any, tuple[str, str]], attempt: Any, kind: str, whole: bool) -> str | None:
    if not isinstance(attempt, Mapping):
        return f"the answer must be a dict such as {{{next(iter(table))!r}: '...'}}, got {type(attempt).__name__}."
    open_ones = [key for key, word in attempt.items() if word is ...]
    if open_ones:
        return f"{kind} {open_ones[0]} has no cause yet."
    for key, word in attempt.items():
        if key not in table:
            return f"there is no {kind} {key!r} here."
        right, hint = table[key]
        if " ".join(str(word).lower().split()) != right.lower():
            return f"{kind} {key} is not {word!r}: {hint}"
    missing = [key for key in table if key not in attempt] if whole else []
    if missing or not attempt:
        return f"{kind} {missing[0] if missing else next(iter(table))} has no cause yet."
    return None


@exercise("Five causes, two symptoms: five tests tell them apart.")
def perfect(attempt: Mapping[str, str]) -> str | None:
    """Examine {"A": cause, ...}: which cause stands behind which of five runs with perfect losses."""
    return _named(PERFECT, attempt, "patient", whole=True)


@exercise("All diagnoses of this ward are right.")
def diagnoses(attempt: Mapping[int, str]) -> str | None:
    """Examine {8: cause, 9: cause, ...} for any of the patients 8 to 23."""
    return _named(CAUSES, attempt, "patient", whole=False)


@exercise("Two of eight are true, and for each an experiment says so.")
def shelf(attempt: Mapping[int, bool]) -> str | None:
    """Examine {1: True or False, ...} for the eight sentences of the shelf."""
    if not isinstance(attempt, Mapping):
        return f"the answer must be a dict such as {{1: True}}, got {type(attempt).__name__}."
    for number, (right, hint) in SHELF.items():
        answer = attempt.get(number, ...)
        if not isinstance(answer, bool):
            return f"sentence {number} must be True or False, got {'nothing' if answer is ... else repr(answer)}."
        if answer != right:
            return f"sentence {number}: {hint}"
    return None


def _not_asked(discriminator: Callable, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    return fake.square().mean()


def _fakes_only(discriminator: Callable, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.softplus(discriminator(fake)).mean()


def _told_apart(attempt: Callable, cases: Mapping[str, tuple[Make, bool]], question: str) -> str | None:
    for name, (make, right) in cases.items():
        answer = attempt(make)
        if isinstance(answer, torch.Tensor) and answer.numel() == 1:
            answer = answer.item()
        if not isinstance(answer, bool | int) or answer not in (0, 1):
            return f"the function must return True or False, got {type(answer).__name__} for {name}."
        if bool(answer) != right:
            return f"for {name} it says {bool(answer)}: {question}"
    return None


@exercise("Another D, and another move of G: that is what it means to ask D.")
def asks(attempt: Callable[[Make], bool]) -> str | None:
    """Examine a function of `make` that is True exactly where the generator's move depends on the discriminator."""
    cases = {
        "a healthy step": (specimen(), True),
        "a step whose G pays for its fakes' squares": (specimen(g_loss=_not_asked), False),
        "a step whose D never sees a real example, while G asks it": (specimen(d_loss=_fakes_only), True),
        "a step whose gradients are not cleared, and whose G does not ask D": (
            specimen(g_loss=_not_asked, clear=()),
            False,
        ),
        "a step that is healthy but for its gradients, which are not cleared": (specimen(clear=()), True),
    }
    return _told_apart(attempt, cases, "change D's weights alone, and compare the moves of G, the first of the two.")


@exercise("Junk in the gradients must leave no trace: a step that clears them does not know that it was there.")
def clears(attempt: Callable[[Make], bool]) -> str | None:
    """Examine a function of `make` that is True exactly where a step does not feel gradients left by earlier ones."""
    cases = {
        "a healthy step": (specimen(), True),
        "a step that never clears its gradients": (specimen(clear=()), False),
        "a step whose G does not ask D, and which clears": (specimen(g_loss=_not_asked), True),
        "a step that clears D's gradients but not G's": (specimen(clear=("D",)), False),
        "a step that clears G's gradients but not D's": (specimen(clear=("G",)), False),
        "a step that does not clear, and whose D sees no reals": (specimen(d_loss=_fakes_only, clear=()), False),
    }
    return _told_apart(attempt, cases, "fill every weight's .grad before the step, and compare both moves.")


@exercise("It finds the blobs now. What was exchanged is the whole cause, as nothing else differs.")
def healed(attempt: Make) -> str | None:
    """Examine a training function on the ring: 400 steps must find at least six blobs, with 25 % of the fakes near one.

    Another discriminator or generator is allowed; the step takes 64 real points (64, 2).
    """
    reals, data = Stream(0, "reals"), ring()
    generator, _, step = attempt()
    for _ in range(400):
        step(data.sample(64, reals))
    with torch.no_grad():
        fakes = generator(Stream(0, "looks").normal(2000, 2))
    if not torch.isfinite(fakes).all():
        return "its fakes are no numbers any more."
    seen = coverage(fakes, data)
    if seen.modes < 6 or seen.high_quality < 0.25:
        return f"it finds {seen.modes} of 8 blobs, with {100 * seen.high_quality:.0f} % of the fakes near one."
    return None
