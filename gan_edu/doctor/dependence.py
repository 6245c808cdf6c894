"""What depends on what: the findings that the interventions decide."""

from collections.abc import Iterator

import torch

from gan_edu.doctor.findings import Finding, found
from gan_edu.doctor.interventions import Looks, elsewhere
from gan_edu.doctor.nested import differ
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR, Call
from gan_edu.doctor.runs import Ran


def gradients_differ(looks: Looks, other: Ran | None, player: str, base: Ran | None = None) -> bool | None:
    """Whether a player's gradients, when its weights are stepped, are others under a change; None if nobody can say.

    They are compared with those of the run `base`, or of the one in which nothing is changed. Gradients that are not
    finite say nothing.
    """
    base = base or looks.still
    if not (looks.comparable(other) and looks.comparable(base)) or not all(one.finite for one in base.recorder.steps):
        return None
    pairs = [
        (mine.gradients[player], theirs.gradients[player])
        for mine, theirs in zip(base.recorder.steps, other.recorder.steps, strict=True)
        if player in mine.gradients and player in theirs.gradients
    ]
    pairs = [(mine, theirs) for mine, theirs in pairs if mine.shape == theirs.shape and (mine.any() or theirs.any())]
    return any(bool(differ(mine, theirs).any()) for mine, theirs in pairs) if pairs else None


def unused(looks: Looks) -> Iterator[Finding]:
    """Does the discriminator see the data, does it see fakes, does the generator ask it?"""
    count = looks.still.steps
    for name, cause, what in (("reals", "data-unused", "data"), ("fakes", "fakes-unused", "fakes")):
        if _never(looks, name, DISCRIMINATOR):
            yield found(
                cause, f"other {what}, and in {count} steps not one gradient of the discriminator changed", 0.97
            )
        elif _shown_alike(looks, getattr(looks, name)):
            yield found(cause, f"other {what}, and in {count} steps the discriminator was shown the same", 0.97)
    if _never(looks, "judge", GENERATOR):
        seen = f"another discriminator, and in {count} steps not one gradient of the generator changed"
        yield found("generator-ignores-discriminator", seen, 0.97)


def _never(looks: Looks, name: str, player: str) -> bool:
    """Whether one of the changes moves none of a player's gradients, neither at these scores nor at others.

    A loss may be flat where the scores happen to lie, as a hinge is for fakes that are found out: look elsewhere too.
    """
    if gradients_differ(looks, getattr(looks, name), player) is not False:
        return False
    return gradients_differ(looks, elsewhere(looks, name), player, looks.scattered) is not True


def _shown_alike(looks: Looks, other: Ran | None) -> bool:
    """Whether the discriminator was called, and under a change was given the same each time."""
    made = [call.out_rows for call in looks.still.recorder.calls if call.player == GENERATOR and call.out_rows]
    if not looks.comparable(other) or not all(rows[0].any() for rows in made):  # what is not finite counts as zero
        return False
    pairs = zip(looks.still.recorder.calls, other.recorder.calls, strict=True)
    pairs = [(mine.in_rows, theirs.in_rows) for mine, theirs in pairs if mine.player == DISCRIMINATOR]
    given = [(a, b) for mine, theirs in pairs for a, b in zip(mine, theirs, strict=False)]
    return bool(given) and not any(a.shape != b.shape or bool(differ(a, b).any()) for a, b in given)


def noise(looks: Looks) -> Iterator[Finding]:
    """Is the noise drawn anew in each step, and for each example?"""
    calls = [call for call in looks.still.recorder.calls if call.player == GENERATOR and call.out_rows]
    calls = [call for call in calls if call.pushes] or calls
    calls = [call for call in calls if call.out_rows[0].any()]  # what is not finite counts as zero
    by_step = {}
    for call in calls:
        by_step.setdefault(call.step, []).append(call.out_rows[0])
    if len(by_step) >= 2 and not depends_on_batch(looks) and _all_alike(list(by_step.values())):
        seen = (
            f"with the weights held still, the generator made the same {len(calls[0].out_rows[0])} examples "
            f"in {len(by_step)} steps"
        )
        yield found("noise-fixed", seen, 0.95)
        return
    batches = [call.out_rows[0] for call in calls if len(call.out_rows[0]) >= 4]
    if batches and all(len(rows.unique()) <= len(rows) / 2 for rows in batches) and _same_input_rows(calls):
        seen = (
            f"of {len(batches[0])} examples that the generator makes at once, {len(batches[0].unique())} are different"
        )
        yield found("noise-fixed", seen, 0.9)


def _all_alike(steps: list[list[torch.Tensor]]) -> bool:
    first = steps[0]
    return all(
        len(one) == len(first)
        and all(a.shape == b.shape and not differ(a, b).any() for a, b in zip(one, first, strict=True))
        for one in steps[1:]
    )


def _same_input_rows(calls: list[Call]) -> bool:
    """Whether what the generator is given has the same numbers in more than half of its rows."""
    given = [rows for call in calls for rows in call.in_rows if rows.ndim and len(rows) >= 4]
    return all(len(rows.unique()) <= len(rows) / 2 for rows in given)


def depends_on_batch(looks: Looks) -> bool:
    """Whether the generator's examples follow from the batch, as a translated image does."""
    return looks.comparable(looks.reals) and any(
        len(a) == len(b) and bool(differ(a, b).any())
        for mine, theirs in zip(looks.still.recorder.calls, looks.reals.recorder.calls, strict=True)
        if mine.player == GENERATOR
        for a, b in zip(mine.out_rows, theirs.out_rows, strict=True)
    )


def squares(looks: Looks) -> Iterator[Finding]:
    """Is each fake pulled to the example that stands beside it by chance?"""
    one, two = looks.undirected, looks.direct
    if not (looks.comparable(one) and looks.comparable(two)) or depends_on_batch(looks):
        return
    stepped = {
        number
        for taken in one.recorder.steps
        for key in taken.owned & set(one.recorder.owners[GENERATOR])
        for number in [event.identity for event in taken.held.get(key, ())]
    }
    for mine, theirs in zip(one.recorder.calls, two.recorder.calls, strict=True):
        if mine.player != GENERATOR or len(mine.out_rows) != len(theirs.out_rows):
            continue
        if any(differ(a, b).any() for a, b in zip(mine.out_rows, theirs.out_rows, strict=True)):
            return
        for (number, _, pull), (_, _, other) in zip(mine.pushes, theirs.pushes, strict=False):
            if number in stepped and len(pull) > 1 and pull.shape == other.shape and differ(pull, other).any():
                moved = int(differ(pull, other).sum())
                seen = (
                    f"the batch in another order: {moved} of {len(pull)} fakes are pulled elsewhere, past "
                    f"the discriminator"
                )
                yield found("squares-between", seen, 0.9, one.recorder.events[number].line)
                return


def led(looks: Looks, of_rows: dict[int, list[str]]) -> bool:
    """Whether fakes are pulled, where the generator made them, just as where the discriminator is given them."""
    calls, alike = looks.still.recorder.calls, []
    made = [call for call in calls if call.player == GENERATOR and call.out_rows]
    for number, told in of_rows.items():
        fake = torch.tensor([one == "fake" for one in told])
        for event, index, pull in calls[number].pulls:
            given = calls[number].in_rows[index]
            for maker in made if len(given) == len(fake) else ():
                if maker.step == calls[number].step and torch.equal(maker.out_rows[0], given[fake]):
                    mine = [push for one, output, push in maker.pushes if (one, output) == (event, 0)]
                    alike += [float(torch.cosine_similarity(push.flatten(), pull[fake], dim=0)) for push in mine]
    return bool(alike) and min(alike) > 0.99


def kinds(looks: Looks) -> dict[int, list[str]]:
    """For each call of the discriminator, by its number among all calls: for each row "real", "fake" or "other"."""
    told = {}
    if not (looks.comparable(looks.reals) and looks.comparable(looks.fakes)):
        return told
    calls = zip(looks.still.recorder.calls, looks.reals.recorder.calls, looks.fakes.recorder.calls, strict=True)
    for number, (still, reals, fakes) in enumerate(calls):
        if still.player == DISCRIMINATOR and still.in_rows and still.out_rows:
            told[number] = _kinds_of_rows(still, reals, fakes)
    return told | _pairs(looks, told)


def _pairs(looks: Looks, told: dict[int, list[str]]) -> dict[int, list[str]]:
    """Calls in which an encoder's code of an example is judged beside the example itself: they stand for data.

    Where a network is shown no data alone, but in some calls data and in others none, the former are its data.
    """
    by_name: dict[str, list[int]] = {}
    for number in told:
        by_name.setdefault(looks.still.recorder.calls[number].name, []).append(number)
    pairs = {}
    for numbers in by_name.values():
        holding = [number for number in numbers if _holds_data(looks, number)]
        if not any("real" in told[number] for number in numbers) and 0 < len(holding) < len(numbers):
            pairs |= {number: ["real"] * len(told[number]) for number in holding}
    return pairs


def _holds_data(looks: Looks, number: int) -> bool:
    """Whether an input of this call follows from the data, and not from what the generator makes."""
    still, reals, fakes = (ran.recorder.calls[number] for ran in (looks.still, looks.reals, looks.fakes))
    three = zip(still.in_rows, reals.in_rows, fakes.in_rows, strict=False)
    return any(
        mine.shape == real.shape == fake.shape and bool(differ(mine, real).any()) and not bool(differ(mine, fake).any())
        for mine, real, fake in three
    )


def _kinds_of_rows(still: Call, reals: Call, fakes: Call) -> list[str]:
    count = len(still.out_rows[0])
    moved = []
    for other in (reals, fakes):
        rows = torch.zeros(count, dtype=torch.bool)
        for mine, theirs in zip(still.in_rows, other.in_rows, strict=False):
            if mine.ndim and mine.shape == theirs.shape:
                changed = differ(mine, theirs).cpu()
                rows |= changed if len(changed) == count else changed.any()
        moved.append(rows)
    return [
        "fake" if fake else "real" if real else "other"
        for real, fake in zip(*(rows.tolist() for rows in moved), strict=True)
    ]
