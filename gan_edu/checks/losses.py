"""Checks of notebook 07: where slopes vanish, a conjugate, a loss from its f, whose curves, a loss of one's own."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from gan_edu.checks.exercise import exercise
from gan_edu.data.points import ring
from gan_edu.game import losses
from gan_edu.game.gan import GAN
from gan_edu.game.losses import Loss
from gan_edu.game.optimizers import Adam
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP

CLOSE = 1e-4
FLAT = {  # loss: where its slope for the generator vanishes, and what to look at
    "minimax": ("low", "its slope is minus D(fake). Where is D(fake) nearly 0?"),
    "non-saturating": ("high", "its slope is D(fake) - 1. Where is D(fake) nearly 1?"),
    "least squares": ("one", "it pays (score - 1)², a parabola. Where is a parabola level?"),
    "hinge": ("none", "G pays minus the score, a straight line, whatever D pays."),
    "KL": ("low", "it pays -exp(score - 1). On which side does an exponential die out?"),
    "reverse KL": ("none", "it pays 1 - score. Is a straight line anywhere level?"),
    "Pearson": ("one", "it pays -(score²/4 + score), a parabola. Where is a parabola level?"),
    "total variation": ("both", "it pays -tanh(score)/2. Look at both ends of a tanh."),
}
PLACES = "low", "high", "both", "one", "none"


@exercise("So a flat end is no fault as such: what counts is whether fakes come to stand there.")
def flat(attempt: Mapping[str, str]) -> str | None:
    """Examine a dictionary from the name of each loss to where the generator's slope vanishes."""
    if not isinstance(attempt, Mapping) or set(attempt) != set(FLAT):
        return f"a dictionary with the keys {', '.join(FLAT)} is asked for, got {attempt!r}."
    for name, (right, hint) in FLAT.items():
        word = attempt[name]
        if word is ...:
            return f"{name} has no word yet."
        if str(word).strip() not in PLACES:
            return f"for {name} {word!r} is none of {', '.join(PLACES)}."
        if str(word).strip() != right:
            return f"{name}: {word!r} is not the place. {hint[0].upper() + hint[1:]}"
    return None


@exercise("Its best T is 2 (p/q - 1): no logarithm, so a D that is sure costs little, and one that overshoots much.")
def conjugate(attempt: Callable[[float], float]) -> str | None:
    """Examine a function from t to the largest value of u t - (u - 1)² over u."""
    if not callable(attempt):
        return f"a function (t) is asked for, got {attempt!r}."
    mistakes = {
        "that is the best u, not the height there: put it into u t - (u - 1)².": lambda t: 1 + t / 2,
        "that is t²/4 alone, of f(u) = u². Here the bowl stands at u = 1: what does u t add there?": (
            lambda t: t**2 / 4
        ),
        "that is f itself, at t. Look for the u at which u t - f(u) is largest.": lambda t: (t - 1) ** 2,
        "that is the height at u = 1, and at u = 1 + t again. Between the two, u t wins more than f costs.": (
            lambda t: t
        ),
        "the sign of the square is wrong: at the best u, f costs half of what u t wins there.": lambda t: t - t**2 / 4,
        "you are a factor off: at the best u = 1 + t/2 f is t²/4, and u t is t + t²/2.": lambda t: t + t**2 / 2,
        "that is f* with the sign of f turned round: f is taken away from u t.": lambda t: -(t + t**2 / 4),
    }
    for t in (0.5, -1.0, 3.0, 0.0):
        got = attempt(t)
        try:
            number = float(got)
        except (TypeError, ValueError):
            return f"for t = {t:g} you return {got!r}; one number is asked for. Is there a return?"
        if not abs(number - (t + t**2 / 4)) <= CLOSE:
            known = [words for words, wrong in mistakes.items() if abs(number - wrong(t)) <= CLOSE]
            return f"for t = {t:g} you return {number:.4g}: {known[0] if known else _below_or_above(t, number)}"
    return None


def _below_or_above(t: float, number: float) -> str:
    if number < t + t**2 / 4:
        return f"at u = {1 + t / 2 + 0.1:.2f} u t - (u - 1)² is larger. Where is its derivative in u zero?"
    return "u t - (u - 1)² is nowhere so large. Where is its derivative in u zero?"


@exercise("Any convex f will do, and the rest is two lines.")
def loss_from_f(attempt: Callable[[torch.Tensor, torch.Tensor], Any]) -> str | None:
    """Examine a function (real scores, fake scores) to what D pays and what G pays, for f(u) = (1 - u)²/u."""
    if not callable(attempt):
        return f"a function (real_scores, fake_scores) is asked for, got {attempt!r}."
    real, fake = torch.tensor([0.4, -1.0, 2.0]), torch.tensor([0.3, -0.8, 1.5])
    try:
        by_d, by_g = attempt(real, fake)
    except TypeError as error:
        return f"your code stopped with TypeError: {error}. Two results are asked for: what D pays, what G pays."
    for name, paid in (("D", by_d), ("G", by_g)):
        if not isinstance(paid, torch.Tensor) or paid.shape != real.shape:
            kind = tuple(paid.shape) if isinstance(paid, torch.Tensor) else repr(paid)
            return f"what {name} pays must be one number for each example, a tensor of shape (3,), got {kind}."
    return _d_pays(by_d, real, fake) or _g_pays(by_g, fake)


def _critic(scores: torch.Tensor) -> torch.Tensor:
    return 1 - (-scores).exp()


def _price(scores: torch.Tensor) -> torch.Tensor:
    return 2 - 2 * (-scores / 2).exp()


def _d_pays(paid: torch.Tensor, real: torch.Tensor, fake: torch.Tensor) -> str | None:
    mistakes = {
        "": _price(fake) - _critic(real),
        "D pays -V: all signs of V = E[T(real)] - E[f*(T(fake))] turned round.": _critic(real) - _price(fake),
        "you gave f* the score. It takes T, 1 - exp(-score).": 2 - 2 * (1 - fake.clamp(max=1)).sqrt() - _critic(real),
        "a fake costs f*(T), not T.": _critic(fake) - _critic(real),
        "real and fake are exchanged: it is the fake that costs f*.": _price(real) - _critic(fake),
        "a real example wins T, not the score.": _price(fake) - real,
        "a real example wins T, not f*(T).": _price(fake) - _price(real),
    }
    for words, wrong in mistakes.items():
        if torch.allclose(paid, wrong, atol=CLOSE):
            return f"what D pays: {words}" if words else None
    got, right = paid[0].item(), mistakes[""][0].item()
    return f"what D pays: for the scores 0.4 and 0.3 you have {got:.4f}, which is {got - right:+.4f} off. What is f*?"


def _g_pays(paid: torch.Tensor, fake: torch.Tensor) -> str | None:
    if torch.allclose(paid, -_price(fake), atol=CLOSE):
        return None
    if torch.allclose(paid, _price(fake), atol=CLOSE):
        return "what G pays: it wants what D does not. Turn the sign round."
    if torch.allclose(paid, -_critic(fake), atol=CLOSE):
        return "what G pays: minus T is a trick that moves it elsewhere. The divergence's own part is -f*(T)."
    return f"what G pays: for a score of 0.3 you have {paid[0]:.4f}. It pays the part of V in which its fakes stand."


RUNS = {  # letter: whose it is, and what tells it
    "A": ("least squares", "D hovers about 0.5 and G about 0.25: whose prices are they, for a score of one half?"),
    "B": ("minimax", "G pays less than nothing: whose loss is log(1 - D)?"),
    "C": ("pairing", "both pay about log 2, together: one question for two."),
    "D": ("hinge", "D pays about 2, and never below 0: which one adds two corners of 1?"),
    "E": ("non-saturating", "D pays about 2 log 2, and G log 2. One term for each."),
}
NAMED = {
    "least squares": losses.least_squares,
    "minimax": losses.minimax,
    "pairing": losses.relativistic,
    "hinge": losses.hinge,
    "non-saturating": losses.non_saturating,
}


def mystery(letter: str) -> list[tuple[int, float, float]]:
    """Step, D's loss and G's loss along one of the five runs, "A" to "E", that notebook 07 asks about."""
    optimizer = Adam(3e-3)
    players = MLP(2, 2, (32, 32)), MLP(2, None, (32, 32))
    gan = GAN(*players, loss=NAMED[RUNS[letter][0]], g_optimizer=optimizer, d_optimizer=optimizer)
    training = Training(gan, ring(), seed=7, batch_size=64, view_size=16)
    return [(shot.step, shot.d_loss, shot.g_loss) for shot in training.watch(steps=200, every=4) if shot.step]


@exercise("Where a curve comes to rest says which loss it is, and nothing of the samples.")
def made_by(attempt: Mapping[str, str]) -> str | None:
    """Examine a dictionary from "A" to "E" to the names of losses."""
    if not isinstance(attempt, Mapping) or set(attempt) != set(RUNS):
        return f"a dictionary with the keys A, B, C, D and E is asked for, got {attempt!r}."
    for letter, (right, hint) in RUNS.items():
        word = attempt[letter]
        if word is ...:
            return f"{letter} has no name yet."
        if str(word).strip() not in NAMED:
            return f"for {letter} {word!r} is none of {', '.join(sorted(NAMED))}."
        if str(word).strip() != right:
            return f"look at {letter} again: {hint}"
    return None


@exercise("It is one object, so the step, the ensembles and the lab take it as it is.")
def own_loss(attempt: Loss) -> str | None:
    """Examine a Loss of the reader's own."""
    if not isinstance(attempt, Loss):
        return f"a Loss(discriminator, generator) is asked for, got {attempt!r}."
    for name, known in vars(losses).items():
        if isinstance(known, Loss) and known.discriminator is attempt.discriminator:
            return f"D pays what it pays in {name}. Make it another price."
    scores = torch.linspace(-3, 3, 13, requires_grad=True)
    zero = torch.zeros(13)
    by_real, by_fake = attempt.discriminator(scores, zero), attempt.discriminator(zero, scores)
    by_g = attempt.generator(zero, scores) if attempt.paired else attempt.generator(scores)
    for name, paid in (("D", by_real), ("G", by_g)):
        if not isinstance(paid, torch.Tensor) or paid.shape != scores.shape:
            return f"{name} must pay one number for each example: no mean(), the step takes that."
    slopes = [torch.autograd.grad(paid.sum(), scores)[0] for paid in (by_real, by_fake, by_g)]
    extreme = torch.tensor([-30.0, 30.0])
    if not attempt.discriminator(extreme, extreme).isfinite().all():
        return "at scores of -30 and 30 D's price is not finite. Write it with softplus, or without a logarithm."
    return _directions(*slopes)


def _directions(real: torch.Tensor, fake: torch.Tensor, generator: torch.Tensor) -> str | None:
    """What is wrong with slopes at scores from -3 to 3; None if nothing is."""
    if not all(slope.isfinite().all() for slope in (real, fake, generator)):
        return "a slope between -3 and 3 is not finite."
    if real[0] >= 0:
        return "a real example with a score of -3 gives D no reason to raise it: its price must fall with the score."
    if fake[-1] <= 0:
        return "a fake with a score of 3 gives D no reason to lower it: its price must rise with the score."
    if generator.mean() > 0:
        return "G pays more the more its fakes are believed. It wants their scores high: turn its sign round."
    return None if generator.any() else "G's price is level: it would learn nothing."
