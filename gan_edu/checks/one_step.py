"""Checks of notebook 03: the discriminator's loss, the order of a step, a mended step, four runs and their curves."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.functional import softplus

from gan_edu.checks.exercise import exercise
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN, descend, discriminator_loss, generator_loss
from gan_edu.game.losses import cross_entropy, non_saturating
from gan_edu.game.updates import alternating, simultaneous
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize

Step = Callable[[GAN, Callable[[], torch.Tensor], Stream], Any]

# The five lines of the exercise: what each needs from the lines above it, and what it makes.
NEEDS = {"P": "fake", "Q": "d_loss", "S": "g_loss", "T": "fake"}
MAKES = {"P": "g_loss", "R": "fake", "T": "d_loss"}
RIGHT_ORDER = "RTQPS"

RUNS = {
    "f": "D pays far more than 1.39, the price of saying ½ to everything, and G pays next to nothing: who is fooled?",
    "h": "D pays a little less than 1.39 and G a little more than 0.69: neither is sure, and neither gives up.",
    "d": "the curves end after a few steps, where they have just left the picture.",
    "w": "D pays 0: it is never wrong. For the minimax loss, log(1 - D), 0 is the worst that G can do.",
}


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
    right = cross_entropy(real, fake)
    if not torch.allclose(got.to(right), right, atol=1e-4):
        return _kind_of_loss(got.to(right), real, fake)
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
        f"for a fake score of 4, a fake that is believed, D pays {got[2] - softplus(-real[2]):.2f} for it; that is "
        "what the generator would pay.": softplus(-real) + softplus(-fake),
        f"for a real score of 2, answered well, D pays {got[1] - softplus(fake[1]):.2f} for it: -log D is "
        "softplus(-score), with a minus.": softplus(real) + softplus(fake),
        "whatever the score of the fake is, D pays the same. It is asked about both.": softplus(-real),
        "whatever the score of the real example is, D pays the same. It is asked about both.": softplus(fake),
    }
    known = (words for words, value in mistakes.items() if torch.allclose(got, value, atol=1e-4))
    return next(known, f"for a real score of 2 and a fake score of -3 you return {got[1]:.4f}, not {right[1]:.4f}.")


@exercise("Fakes, D's loss, D moves; then G's loss against the D that has just moved, and G moves.")
def order(attempt: str | Sequence[str]) -> str | None:
    """Examine the five letters of the shuffled lines, in the order in which they make an alternating step."""
    letters = _letters(attempt).upper()
    if sorted(letters) != sorted(RIGHT_ORDER):
        return f"each of the five letters P, Q, R, S and T is needed once, got {attempt!r}."
    made = {None}
    for letter in letters:
        if NEEDS.get(letter) not in made:
            return f"line {letter} uses {NEEDS[letter]}, which no line above it has made."
        made.add(MAKES.get(letter))
    right = _play(RIGHT_ORDER)
    try:
        got = _play(letters)
    except RuntimeError:
        return (
            "PyTorch stops at line S: line P took G's loss from D's weights, and line Q has changed them in between, "
            "so the gradient can no longer be computed."
        )
    if got == right:
        return None
    return (
        "this order runs, but it is the simultaneous step: both players move from the same point. G's loss is "
        f"{got:.3f} here, taken from the D before its move; taken from the D after its move it is {right:.3f}."
    )


def _letters(attempt: Any) -> str:
    """The letters in a string, or in a sequence of strings; commas and spaces between them do not count."""
    parts = attempt if isinstance(attempt, (str, list, tuple)) else ()
    return "".join(character for part in parts for character in str(part) if character.isalpha())


def _play(letters: str) -> float:
    """Run the five lines in this order, once, in a small game; return the generator's loss."""
    gan, stream = _small_game(learning_rate=1.0)
    real, given, names = ring().sample(64, stream), (), {}
    lines = {
        "P": lambda: names.update(g_loss=generator_loss(gan, real, names["fake"], given, stream)),
        "Q": lambda: descend(gan.d_optimizer, names["d_loss"]),
        "R": lambda: names.update(fake=gan.fake(real, given, stream)),
        "S": lambda: descend(gan.g_optimizer, names["g_loss"]),
        "T": lambda: names.update(d_loss=discriminator_loss(gan, real, names["fake"].detach(), given, stream)),
    }
    for letter in letters:
        lines[letter]()
    return names["g_loss"].item()


@exercise("The weights are the package's, and no gradient is computed that nobody uses.")
def mended(attempt: Step) -> str | None:
    """Examine an alternating step, a function (gan, draw, stream), against the package's."""
    if not callable(attempt):
        return f"a function (gan, draw, stream) is asked for, got {attempt!r}."
    right, got = _train(alternating), _train(attempt)
    for name, before, after in zip("DG", _train(lambda *_: None).players, got.players, strict=True):
        if _distance(before, after) == 0:
            return f"after {STEPS} steps none of {name}'s weights has moved. Does its loss reach its own weights?"
    apart = [_distance(player, other) for player, other in zip(right.players, got.players, strict=True)]
    if max(apart) > 1e-5:
        return f"after {STEPS} steps a weight of {_farther(apart)} from the package's. " + _kind_of_step(got)
    return None if got.gradients == right.gradients else _waste(got, right)


STEPS = 3


class _Trained(NamedTuple):
    """Both players after a few steps, discriminator first, and how many gradients of their weights were computed."""

    players: tuple[nn.Module, nn.Module]
    gradients: tuple[int, int]


def _train(step: Step) -> _Trained:
    gan, stream = _small_game(learning_rate=0.1)
    players, counts = (gan.discriminator, gan.generator), ([], [])
    for player, count in zip(players, counts, strict=True):
        for weights in player.parameters():
            weights.register_hook(lambda gradient, count=count: count.append(gradient.numel()))
    for _ in range(STEPS):
        step(gan, lambda: ring().sample(64, stream), stream)
    return _Trained(players, tuple(map(sum, counts)))


def _small_game(learning_rate: float) -> tuple[GAN, Stream]:
    """Two small players with plain gradient descent, and the stream of the run."""
    optimizer = partial(torch.optim.SGD, lr=learning_rate)
    players = MLP(2, 2, (16,)), MLP(2, None, (16,))
    gan = GAN(*players, loss=non_saturating, g_optimizer=optimizer, d_optimizer=optimizer)
    for name, player in zip(("generator", "discriminator"), players, strict=True):
        initialize(player, Stream(0, "weights", name))
    return gan, Stream(0, "training")


def _distance(one: nn.Module, other: nn.Module) -> float:
    """The largest difference between two weights of the same place."""
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return max((weights - others).abs().max().item() for weights, others in pairs)


def _farther(apart: Iterable[float]) -> str:
    distance, name = max(zip(apart, "DG", strict=True))
    return f"{name} lies {distance:.4f}"


def _never_clears(gan: GAN, draw: Callable[[], torch.Tensor], stream: Stream) -> None:
    """The faulty step of the notebook: what D's loss left in G's gradients is still there when G moves."""
    real, *given = draw()
    gan.d_optimizer.zero_grad(), gan.g_optimizer.zero_grad()
    discriminator_loss(gan, real, gan.fake(real, given, stream), given, stream).backward()
    gan.d_optimizer.step()
    generator_loss(gan, real, gan.fake(real, given, stream), given, stream).backward()
    gan.g_optimizer.step()


def _reuses(gan: GAN, draw: Callable[[], torch.Tensor], stream: Stream) -> None:
    """An alternating step in which the generator's loss is taken on the fakes that the discriminator has seen."""
    real, *given = draw()
    fake = gan.fake(real, given, stream)
    descend(gan.d_optimizer, discriminator_loss(gan, real, fake.detach(), given, stream))
    descend(gan.g_optimizer, generator_loss(gan, real, fake, given, stream))


def _kind_of_step(got: _Trained) -> str:
    known = {
        _never_clears: "When G moves, its .grad still holds what D's loss has left there.",
        simultaneous: "This is the simultaneous step: take G's loss after D has moved.",
        _reuses: "G's loss is taken on the fakes that D has just seen; the package draws new noise for it.",
    }
    for step, words in known.items():
        if max(map(_distance, _train(step).players, got.players)) < 1e-5:
            return words
    return "In which order do the two losses, the two moves and the two draws of noise come?"


def _waste(got: _Trained, right: _Trained) -> str:
    """Whose gradients were computed for nothing."""
    (d_got, g_got), (d_right, g_right) = got.gradients, right.gradients
    if g_got > g_right:
        return (
            f"right, but too much work: the weights are the package's, and {g_got / g_right:.0f} times as many "
            "gradients of G's weights were computed. D's loss still reaches into G."
        )
    return (
        f"right, and D's half is mended. But G's loss computes gradients of D's weights, too, {d_got / d_right:.0f} "
        "times as many as are used: give backward the inputs, or use descend."
    )


@exercise("You read them all. Now look at what the samples say.")
def reading(attempt: str | Sequence[str]) -> str | None:
    """Examine four letters, for runs 1 to 4: h (healthy), w (D wins), f (a weak D is fooled), d (diverged)."""
    letters = _letters(attempt).lower()
    if sorted(letters) != sorted(RUNS):
        return f"each of the four letters h, w, f and d is needed once, got {attempt!r}."
    for number, (letter, (right, hint)) in enumerate(zip(letters, RUNS.items(), strict=True), start=1):
        if letter != right:
            return f"look at run {number} again: {hint}"
    return None
