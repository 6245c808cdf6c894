"""Four training runs of notebook 03, to be judged by their curves: what they are is kept out of the reader's sight."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import torch

from gan_edu.checks.exercise import exercise
from gan_edu.data.points import GaussianMixture, ring
from gan_edu.game.gan import GAN, Optimizer
from gan_edu.game.losses import Loss, minimax, non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.snapshot import Snapshot, TrainingDiverged
from gan_edu.game.training import Training, Update
from gan_edu.game.updates import alternating
from gan_edu.networks.points import MLP

HINTS = {
    "f": "D pays far more than 1.39, the price of saying ½ to everything, and G pays next to nothing: who is fooled?",
    "h": "D pays a little less than 1.39 and G a little more than 0.69: neither is sure, and neither gives up.",
    "d": "the curves end after a few steps, where they have just left the picture.",
    "w": "D pays 0: it is never wrong. For the minimax loss, log(1 - D), 0 is the worst that G can do.",
}


@dataclass(frozen=True)
class Recorded:
    """A training that is over: what it was, what was seen on the way, and what it said if it diverged."""

    training: Training
    snapshots: list[Snapshot]
    message: str


@dataclass(frozen=True)
class Run:
    """A training that is still to be made.

    Args:
        loss, g_optimizer, d_optimizer, data, update, seed: as in `GAN` and `Training`.
        steps: to train.
        every: steps between two looks.
    """

    loss: Loss
    g_optimizer: Optimizer
    d_optimizer: Optimizer
    steps: int
    every: int
    data: GaussianMixture = field(default_factory=ring)
    update: Update = alternating
    seed: int = 0

    def record(self) -> Recorded:
        """Train, and look now and then; the record ends where the training diverges."""
        players = MLP(2, 2), MLP(2, None)
        gan = GAN(*players, loss=self.loss, g_optimizer=self.g_optimizer, d_optimizer=self.d_optimizer)
        training = Training(gan, self.data, seed=self.seed, update=self.update)
        snapshots, message = [training.snapshot()], ""
        try:
            for snapshot in training.watch(self.steps, self.every):
                snapshots.append(snapshot)
        except TrainingDiverged as error:
            message = str(error)
        return Recorded(training, snapshots, message)


ADAM, DESCENT = Adam(1e-3), partial(torch.optim.SGD, lr=2.0)
FIVE = partial(alternating, discriminator_updates=5)
RUNS = (
    Run(non_saturating, ADAM, Adam(1e-6), steps=300, every=10),
    Run(non_saturating, ADAM, ADAM, steps=1000, every=20, seed=1),
    Run(non_saturating, DESCENT, DESCENT, steps=100, every=1),
    Run(minimax, ADAM, Adam(1e-2), steps=100, every=5, data=ring(radius=8, standard_deviation=0.4), update=FIVE),
)


@exercise("You read them all. Now look at what the samples say.")
def reading(attempt: str | Sequence[str]) -> str | None:
    """Examine four letters, for runs 1 to 4: h (healthy), w (D wins), f (a weak D is fooled), d (diverged)."""
    parts = attempt if isinstance(attempt, (str, list, tuple)) else ()
    letters = "".join(character for part in parts for character in str(part).lower() if character.isalpha())
    if sorted(letters) != sorted(HINTS):
        return f"each of the four letters h, w, f and d is needed once, got {attempt!r}."
    for number, (letter, (right, hint)) in enumerate(zip(letters, HINTS.items(), strict=True), start=1):
        if letter != right:
            return f"look at run {number} again: {hint}"
    return None
