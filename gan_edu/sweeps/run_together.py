"""Many training runs at once: each as it would go alone, from its own seed, in a fraction of the time."""

from collections.abc import Callable, Sequence

import torch

from gan_edu.arguments import described, positive_integer
from gan_edu.game.interrupts import interrupt_between_steps
from gan_edu.game.snapshot import Snapshot, TrainingDiverged
from gan_edu.game.training import Training
from gan_edu.sweeps.ensemble import check_networks
from gan_edu.sweeps.fingerprints import alike
from gan_edu.sweeps.member_adam import check_optimizers
from gan_edu.sweeps.members import OPTIMIZERS, PLAYERS, Members, stack_settings

KEEP = 100  # steps between two states to fall back on, as in Training.run
MEMBERS = 64  # at once, at most: more are not cheaper
WEIGHTS = 2**16  # of one player in all members, at most: with more, a batch no longer fits the processor's cache
LARGEST = 2**25 - 2**16  # bytes; without it, each step waits for the system to hand out the same memory again


def run_together(trainings: Sequence[Training], steps: int) -> list[Snapshot | TrainingDiverged]:
    """Train all by the same number of steps, as `training.run(steps)` would each, and leave them there.

    Each goes as it would alone, up to rounding, which training multiplies: of 8 runs on the ring in float32 (layers of
    32, batches of 64) all made the same fakes within 2e-6 after 100 steps, half of them after 300; after 500 half had
    parted by 0.2 and more. From then on the two are as alike as runs on two processors: in what is typical of them.

    The first step is compared with the one that each training makes alone, on a copy; and one training's step is
    compared again after each 100 steps. So an update, a loss or data written for a single run are not trained wrongly
    in silence. What they do at other steps only is not seen.

    A run that diverges is back at its last good state, as when it runs alone, and does not hold up the others. After an
    interrupt all have made the same number of whole steps, and the next call goes on from there; if anything else is
    raised, all are where they last were after a multiple of 100 steps.

    Args:
        trainings: at the same step. They may differ in their seeds, in the learning rates, betas and bounds of Adam,
            and in the numbers that a loss, a penalty or an augmentation holds, such as the weight of R1.
        steps: to make.

    Returns:
        For each training its last snapshot, or what `run` would have raised.

    Raises:
        TypeError: if these are no trainings.
        ValueError: if a part differs that may not, or mixes the members up. The message names it. `sweep` trains
            such runs one after the other.
    """
    positive_integer("steps", steps)
    if not isinstance(trainings, Sequence) or not all(isinstance(training, Training) for training in trainings):
        raise TypeError(f"trainings must be a sequence of trainings, got {described(trainings)}")
    if len({id(training) for training in trainings}) < len(trainings):
        raise ValueError("trainings must differ, got one of them twice")
    for training in trainings[1:]:
        if reason := mismatch(trainings[0], training):
            raise ValueError(reason)
    if not trainings:
        return []
    torch.empty(LARGEST, dtype=torch.uint8)  # C keeps freed memory up to the size of the largest block ever freed
    size = members_at_once(trainings[0])
    groups = [Members(trainings[first : first + size]) for first in range(0, len(trainings), size)]
    with interrupt_between_steps() as check_interrupt:
        _take_turns(groups, steps, check_interrupt)
    return [outcome for group in groups for outcome in group.outcomes()]


def _take_turns(groups: list[Members], steps: int, check_interrupt: Callable[[], None]) -> None:
    """Let all groups make the steps, some at a time, so that an interrupt finds all at the same step before long."""
    turn, made = 1 if len(groups) == 1 else -(-KEEP // len(groups)), 0
    while made < steps:
        count = min(turn, KEEP - made % KEEP, steps - made)
        for group in groups:
            group.advance(count, compared=made % KEEP == 0)
        made += count
        try:
            check_interrupt()
        except BaseException:  # whatever the reader's own handler raises
            for group in groups:
                group.give_back()
            raise
        if made % KEEP == 0 or made == steps:
            for group in groups:
                group.give_back()


def members_at_once(training: Training) -> int:
    """How many such trainings cost least together; the rest waits for its turn."""
    weights = sum(weights.numel() for weights in training.gan.discriminator.parameters())
    return min(MEMBERS, max(8, WEIGHTS // weights))


def mismatch(first: Training, other: Training) -> str:
    """Why two trainings cannot run together, in one sentence; empty if they can."""
    for name in ("step", "batch_size", "update", "schedule", "averaging", "data"):
        one, two = getattr(first, name), getattr(other, name)
        if not alike(one, two):
            return f"{name} must be the same for all members, got {one} and {two}"
    try:
        for player, optimizer in zip(PLAYERS, OPTIMIZERS, strict=True):
            networks = [getattr(training.gan, player) for training in (first, other)]
            check_networks(networks)
            check_optimizers(networks, [getattr(training.gan, optimizer) for training in (first, other)])
        stack_settings([first.gan, other.gan])
    except ValueError as error:
        return str(error)
    return ""
