"""Checks of notebook 03: the discriminator's loss and move, the whole step, and a mended step."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.functional import softplus

from gan_edu.checks.exercise import exercise
from gan_edu.checks.wrong_steps import BATCH, D_FAULTS, SAME, STEP_FAULTS, STEPS, Played, Step, name_of, right
from gan_edu.game.gan import GAN
from gan_edu.game.losses import cross_entropy
from gan_edu.game.updates import alternating
from gan_edu.randomness import Stream

Optimizer = torch.optim.Optimizer
Move = Callable[[nn.Module, nn.Module, Optimizer, torch.Tensor, Stream], Any]
WholeStep = Callable[[nn.Module, nn.Module, Optimizer, Optimizer, torch.Tensor, Stream], Any]
Update = Callable[[GAN, Callable[[], tuple[torch.Tensor, ...]], Stream], Any]


@exercise(
    "Two questions, one price each: is the real one real, and is the fake one fake? The step averages over pairs."
)
def loss_from_scores(attempt: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> str | None:
    """Examine a function (real scores (B,), fake scores (B,)) to the discriminator's loss of each pair, (B,)."""
    if not callable(attempt):
        return f"a function (real_scores, fake_scores) is asked for, got {attempt!r}."
    real, fake = torch.tensor([0.0, 2.0, -1.0]), torch.tensor([0.0, -3.0, 4.0])
    got = attempt(real.clone(), fake.clone())
    if not isinstance(got, torch.Tensor):
        return f"you return {got!r}; a tensor is asked for, one loss for each pair. Is there a return?"
    if got.shape != real.shape:
        return (
            f"for 3 real and 3 fake scores you return a tensor of shape {tuple(got.shape)}; one loss for each pair is "
            "asked for, shape (3,). The mean is taken later."
        )
    if not torch.allclose(got.to(real), cross_entropy(real, fake), atol=1e-4):
        return _kind_of_loss(got.to(real), real, fake)
    far = attempt(torch.tensor([-200.0]), torch.tensor([200.0])).item()
    if abs(far - 400) > 1e-2:
        return (
            f"for a real score of -200 and a fake score of 200 you return {far:g}, not 400: there the probability is "
            "rounded to 0 before its logarithm is taken. softplus(-score) is -log D without the detour."
        )
    return None


def _kind_of_loss(got: torch.Tensor, real: torch.Tensor, fake: torch.Tensor) -> str:
    """What was computed instead of the loss."""
    if not got.isfinite().all():
        return f"for scores of 0 and 0 you return {got[0]:g}. A score can be any number; D is its sigmoid, here ½."
    right = cross_entropy(real, fake)
    mistakes = {
        f"for scores of 0 and 0 you return {got[0]:.3f}: that is V, which D wants large. A loss is made small.": -right,
        f"for scores of 0 and 0 you return {got[0]:.3f}, the mean of two prices; D pays their sum, 1.386.": right / 2,
        f"for a real score of 2 and a fake score of -3, both answered well, D pays {got[1]:.2f}; are real and fake "
        "exchanged?": cross_entropy(fake, real),
        f"for a fake score of 4, a fake that D takes for real, D pays {got[2] - softplus(-real[2]):.2f} for it; that "
        "is what the generator would pay.": softplus(-real) + softplus(-fake),
        f"for a real score of 2, answered well, D pays {got[1] - softplus(fake[1]):.2f} for it: -log D is "
        "softplus(-score), with a minus.": softplus(real) + softplus(fake),
        "whatever the score of the fake is, D pays the same. It is asked about both.": softplus(-real),
        "whatever the score of the real example is, D pays the same. It is asked about both.": softplus(fake),
    }
    known = (words for words, value in mistakes.items() if torch.allclose(got, value, atol=1e-4))
    return next(known, f"for a real score of 2 and a fake score of -3 you return {got[1]:.4f}, not {right[1]:.4f}.")


@exercise("D has moved down its own loss, and nothing of it has reached G.")
def discriminator_move(attempt: Move) -> str | None:
    """Examine D's half of a step: a function (generator, discriminator, d_optimizer, real, stream) to D's loss."""
    if not callable(attempt):
        return f"a function (generator, discriminator, d_optimizer, real, stream) is asked for, got {attempt!r}."

    def step(gan: GAN, real: torch.Tensor, stream: Stream) -> Any:
        return attempt(gan.generator, gan.discriminator, gan.d_optimizer, real, stream)

    got = Played(step, steps=1)
    if hint := _number_of_fakes(got):
        return hint
    if got.apart(Played(_nothing, steps=1))["G"] > 0:
        return "G's weights have moved. This half of the step is D's alone."
    hint = _stands_still(step, got, "D", steps=1) or _leans_on_the_past(step, got, "D", steps=1)
    apart = got.apart(Played(right, steps=1))["D"]
    if hint or apart > SAME:
        return hint or name_of(D_FAULTS, got, steps=1) or _unknown(apart)
    if got.counts["G"]:
        return (
            "D's move is right, but its loss has sent gradients into G's weights too: make the fakes under "
            "torch.no_grad(), or cut off their record with .detach()."
        )
    return _returned({"d_loss": got.returned[0]}, _package())


@exercise("After three steps both players are where the package's step takes them.")
def whole_step(attempt: WholeStep) -> str | None:
    """Examine a step, a function (generator, discriminator, g_optimizer, d_optimizer, real, stream) to both losses."""
    if not callable(attempt):
        return (
            "a function (generator, discriminator, g_optimizer, d_optimizer, real, stream) is asked for, "
            f"got {attempt!r}."
        )

    def step(gan: GAN, real: torch.Tensor, stream: Stream) -> Any:
        return attempt(gan.generator, gan.discriminator, gan.g_optimizer, gan.d_optimizer, real, stream)

    got = Played(step)
    if isinstance(got.returned[0], (tuple, list)) and any(part is ... for part in got.returned[0]):
        return "one of the losses that you return is three dots: is my_d_half written? Or call solution_d_half."
    return _kind_of_step(step, got) or _both_returned(got)


@exercise("The weights are the package's, and no gradient is computed that nobody uses.")
def mended(attempt: Update) -> str | None:
    """Examine an alternating step, a function (gan, draw, stream) to both losses, against the package's."""
    if not callable(attempt):
        return f"a function (gan, draw, stream) is asked for, got {attempt!r}."

    def step(gan: GAN, real: torch.Tensor, stream: Stream) -> Any:
        return attempt(gan, lambda: (real,), stream)

    got = Played(step)
    return _kind_of_step(step, got) or _waste(got, _package()) or _both_returned(got)


def _package() -> Played:
    return Played(lambda gan, real, stream: alternating(gan, lambda: (real,), stream))


def _nothing(*_: object) -> None:
    """A step in which nobody moves."""


def _kind_of_step(step: Step, got: Played) -> str | None:
    """What is wrong with the weights that a step leaves behind."""
    if hint := _number_of_fakes(got):
        return hint
    for name in "DG":
        if hint := _stands_still(step, got, name) or _leans_on_the_past(step, got, name):
            return hint
    apart = got.apart(_package())
    if max(apart.values()) < SAME:
        return None
    if hint := name_of(STEP_FAULTS, got):
        return hint
    first = Played(step, steps=1)
    if first.apart(Played(right, steps=1))["D"] > SAME:
        return "D's half is not right yet: the check of exercise 2 can tell you more about it."
    if first.same(Played(right, steps=1)):
        return "the first step is right and the next are not: what do the players' gradients still hold by then?"
    return f"D's half is right. G's is not: after {STEPS} steps a weight of G lies {apart['G']:.4f} from its place."


def _number_of_fakes(got: Played) -> str | None:
    """Is each batch of fakes as large as that of real examples?"""
    others = got.made - {BATCH}
    return f"you make {min(others)} fakes for {BATCH} real examples; len(real) are asked for." if others else None


def _stands_still(step: Step, got: Played, name: str, steps: int = STEPS) -> str | None:
    """Has this player moved at all, and in the same way when it is asked again?"""
    if got.apart(Played(_nothing, steps))[name] == 0:
        reasons = {
            "D": "Clear, differentiate, move: are all three there, in this order?",
            "G": "Were its fakes made with a record, and is it g_optimizer that makes the step?",
        }
        return f"none of {name}'s weights has moved. {reasons[name]}"
    if not got.same(Played(step, steps)):
        return "played again from the same start, it ends elsewhere: draw the noise from the stream that you are given."
    return None


def _leans_on_the_past(step: Step, got: Played, name: str, steps: int = STEPS) -> str | None:
    """Does it make a difference what this player's gradients hold before the step?"""
    if got.same(Played(step, steps, stale=name)):
        return None
    return (
        f"{name}'s move depends on what its gradients held before the step: clear them with "
        f"{name.lower()}_optimizer.zero_grad(), before backward() adds to them."
    )


def _unknown(apart: float) -> str:
    return (
        f"D ends up {apart:.4f} from where the right move takes it. It pays softplus(-score) for a real example and "
        "softplus(score) for a fake, and one mean is taken over all pairs."
    )


def _both_returned(got: Played) -> str | None:
    both = got.returned[0]
    if not isinstance(both, (tuple, list)) or len(both) != 2:
        return f"the weights are right, but you return {both!r}: (d_loss, g_loss) is asked for."
    return _returned(dict(zip(("d_loss", "g_loss"), both, strict=True)), _package())


def _returned(losses: dict[str, Any], package: Played) -> str | None:
    """Is what was returned after the first step the loss, or the losses, as numbers without a record?"""
    wanted = dict(zip(("d_loss", "g_loss"), map(float, package.returned[0]), strict=True))
    for name, loss in losses.items():
        if loss is None:
            return f"the weights are right, but you return nothing: {name} is asked for."
        if isinstance(loss, torch.Tensor) and loss.requires_grad:
            return (
                "the weights are right, but a loss that you return still carries its record, and with it the whole "
                "step: return it with .detach()."
            )
        if not (isinstance(loss, float) or (isinstance(loss, torch.Tensor) and loss.numel() == 1)):
            return f"the weights are right, but you return {loss!r}: {name} is asked for, one number."
    got = {name: float(loss) for name, loss in losses.items()}
    wrong = [name for name, value in got.items() if not math.isclose(value, wanted[name], abs_tol=1e-3)]
    if len(wrong) == 2 and math.isclose(got["d_loss"], wanted["g_loss"], abs_tol=1e-3):
        return "the weights are right, but the two losses are exchanged where you return them: d_loss stands first."
    return next((_another_number(name, got[name], wanted[name]) for name in wrong), None)


def _another_number(name: str, got: float, wanted: float) -> str:
    return f"the weights are right, but the {name} that you return is {got:.3f} after the first step, not {wanted:.3f}."


def _waste(got: Played, package: Played) -> str | None:
    """Whose gradients were computed for nothing."""
    if got.counts["G"] > package.counts["G"]:
        return (
            f"right, but too much work: the weights are the package's, and {got.counts['G'] / package.counts['G']:.0f} "
            "times as many gradients of G's weights were computed. D's loss still reaches into G."
        )
    if got.counts["D"] > package.counts["D"]:
        return (
            "right, and D's half is mended. But G's loss computes gradients of D's weights, too, "
            f"{got.counts['D'] / package.counts['D']:.0f} times as many as are used: give backward the inputs, or use "
            "descend."
        )
    return None
