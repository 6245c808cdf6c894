"""Checks of notebook 05: modes covered, the best response to a frozen discriminator, a rate, a diagnosis."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch.nn.functional import softplus

from gan_edu.checks.exercise import exercise
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import minimax, non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.penalties import R1, Penalty
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating
from gan_edu.measure.modes import coverage
from gan_edu.networks.points import MLP

Count = Callable[[torch.Tensor, torch.Tensor, float], Any]
Response = Callable[[torch.Tensor], Any]

DATA = ring(modes=6, radius=2.0, standard_deviation=0.2)
CASES = {  # how samples lie around the modes: (mode, step aside along both axes in standard deviations) of each
    "three samples, each in the centre of another mode": [(0, 0.0, 0.0), (2, 0.0, 0.0), (3, 0.0, 0.0)],
    "four samples in the centre of one mode": [(4, 0.0, 0.0)] * 4,
    "two samples, 2.9 and 3.1 standard deviations from the centres of two modes": [(1, 2.9, 0.0), (5, 0.0, 3.1)],
    "one sample, 2.5 standard deviations from a centre along each axis": [(0, 2.5, 2.5)],
    "one sample, 2 standard deviations from a centre along one axis and 1.5 along the other": [(0, 2.0, 1.5)],
    "one sample, 3.02 standard deviations from a centre": [(2, 3.02, 0.0)],
    "one sample far outside the ring": [(0, 20.0, 0.0)],
    "a sample in each of the six modes": [(mode, 0.5, -0.5) for mode in range(6)],
}


@exercise("One sample is enough to cover a mode, so the count says nothing about how many miss, nor how unevenly.")
def modes_covered(attempt: Count) -> str | None:
    """Examine a function (samples (B, 2), centres (K, 2), standard deviation) to the number of modes covered."""
    if not callable(attempt):
        return f"a function (samples, centres, standard_deviation) is asked for, got {attempt!r}."
    for name, places in CASES.items():
        samples = torch.stack([DATA.means[mode] + 0.2 * DATA.means.new_tensor(step) for mode, *step in places])
        got, right = attempt(samples.clone(), DATA.means.clone(), 0.2), coverage(samples, DATA).modes
        if (hint := _no_count(got, name)) is not None:
            return hint
        if not abs(float(got) - right) <= 1e-6:  # not a number is never within
            return f"for {name} you return {float(got):g}, not {right}{_kind_of_count(float(got), samples)}"
    return None


def _no_count(got: Any, name: str) -> str | None:
    """A hint if `got` is anything but one number."""
    if isinstance(got, torch.Tensor) and got.numel() > 1:
        return f"for {name} you return {got.numel()} numbers; one is asked for, how many modes are covered."
    try:
        float(got)
    except (TypeError, ValueError):
        return f"for {name} you return {got!r}; one number is asked for. Is there a return?"
    return None


def _kind_of_count(got: float, samples: torch.Tensor) -> str:
    """What was counted instead: the rest of a sentence."""
    distances, nearest = torch.cdist(samples, DATA.means).min(1)
    aside = (samples - DATA.means[nearest]).abs().amax(1)
    mistakes = {
        ". The distance is along the straight line: the root of the sum of both squares.": (
            nearest[aside < 0.6].unique().numel()
        ),
        ". You count samples; several samples in one mode cover one mode.": (distances < 0.6).sum(),
        ". 3 standard deviations are 0.6 here, not 3.": (
            nearest[distances < 3].unique().numel() if distances.max() > 3 else math.nan
        ),
        ". That counts every mode that is nearest to a sample, however far the sample is.": nearest.unique().numel(),
        ". Are you stricter than 3 standard deviations, along the straight line?": nearest[distances < 0.2]
        .unique()
        .numel(),
        ". That is a share of the modes; their number is asked for.": nearest[distances < 0.6].unique().numel() / 6,
    }
    return next((words for words, count in mistakes.items() if abs(got - float(count)) < 1e-6), ".")


PLACES = {
    "scores of -1, 2, 0.5 and 1.9": torch.tensor([-1.0, 2.0, 0.5, 1.9]),
    "scores of -3, -5 and -2": torch.tensor([-3.0, -5.0, -2.0]),
    "scores of 0.1, 0, 0, 0 and 0": torch.tensor([0.1, 0.0, 0.0, 0.0, 0.0]),
}


@exercise("However small the difference, everything goes to one place: the best response to a frozen D is a point.")
def best_response(attempt: Response) -> str | None:
    """Examine a function (scores (N,)) to the shares of the fakes on N places, (N,), that cost the generator least."""
    if not callable(attempt):
        return f"a function (scores) is asked for, got {attempt!r}."
    for name, scores in PLACES.items():
        got = attempt(scores.clone())
        if (hint := _no_shares(got, name, len(scores))) is not None:
            return hint
        shares, prices = got.to(scores), softplus(-scores)
        if (paid := (shares * prices).sum().item()) > prices.min().item() + 1e-5:
            return f"for {name} your fakes cost {paid:.4f} on average{_kind_of_shares(shares, scores)}"
    return None


def _no_shares(got: Any, name: str, places: int) -> str | None:
    """A hint if `got` is anything but N shares, none below zero, that sum to one."""
    if not isinstance(got, torch.Tensor):
        return f"for {name} you return {got!r}; a tensor of {places} shares is asked for, one for each place."
    if got.shape != (places,):
        return f"for {name} you return a tensor of shape {tuple(got.shape)}; a share for each place is ({places},)."
    if not got.isfinite().all():
        return f"for {name} a share is not a number."
    if (got < -1e-6).any():
        return f"for {name} a share is {got.min().item():.4g}: a share cannot be less than nothing."
    if abs(got.sum().item() - 1) > 1e-4:
        return f"for {name} your shares sum to {got.sum().item():.4g}; they are all the fakes, so they sum to 1."
    return None


def _kind_of_shares(shares: torch.Tensor, scores: torch.Tensor) -> str:
    """What was chosen instead: the rest of a sentence."""
    belief = scores.sigmoid()
    mistakes = {
        ". That is softmax: it leaves fakes where D believes less. Would you leave them there?": scores.softmax(0),
        ". You spread them in proportion to D. Move a few to the place with the highest score: what do you pay?": (
            belief / belief.sum()
        ),
        ". You spread them evenly: that is cautious, but this D does not answer.": torch.ones_like(scores)
        / len(scores),
        ". You chose the place in which D believes least: -log D is largest there.": (
            torch.nn.functional.one_hot(scores.argmin(), len(scores)).to(scores)
        ),
    }
    known = (words for words, other in mistakes.items() if torch.allclose(shares, other, atol=1e-4))
    return next(known, ". Is there a place where the same fakes would cost less?")


MOMENTA = 0.8, 0.5, 0.7, 0.9, 0.95  # first one at which no two mistakes give the same rate


@exercise("The longer D's memory, the slower G has to be; and D's own rate is not in it.")
def steady_rate(attempt: Callable[[float], Any]) -> str | None:
    """Examine a function from D's momentum to the largest rate of G at which the game of two numbers comes to rest."""
    if not callable(attempt):
        return f"a function (momentum) is asked for, got {attempt!r}."
    for momentum in MOMENTA:
        got = attempt(momentum)
        if (hint := _no_count(got, f"a momentum of {momentum}")) is not None:
            return hint
        rate, lag = float(got), momentum / (1 - momentum)
        if not abs(rate * lag - 0.5) <= 1e-3:  # not a number is never within
            return f"for a momentum of {momentum} you return {rate:.4g}{_kind_of_rate(rate, momentum)}"
    return None


def _kind_of_rate(rate: float, momentum: float) -> str:
    """What was computed instead, or what the game does at this rate: the rest of a sentence."""
    lag = momentum / (1 - momentum)
    mistakes = {
        ". That is the lag; how large may the rate be beside it?": lag,
        ". Lag times rate must be one half; yours is 1.": 1 / lag,
        ". Is it lag times rate that must be one half, or their ratio?": lag / 2,
        ". The lag is momentum / (1 - momentum), not 1 / (1 - momentum).": (1 - momentum) / 2,
        ". Lag times rate must be one half: solve for the rate, and mind where the one half goes.": 2 / lag,
    }
    known = (words for words, other in mistakes.items() if math.isclose(rate, other, rel_tol=1e-3))
    if (words := next(known, None)) is not None:
        return words
    if not 0 < rate < math.inf:
        return ". A rate is a positive number."
    return ". There the game still swings." if rate * lag > 0.5 else ". At a larger rate it still comes to rest."


FAR = ring(radius=8.0, standard_deviation=0.4)
STEPS = {1: 200, 2: 150, 3: 400, 4: 150}  # that the patients of notebook 05 have made when the reader sees them
PATIENTS = {  # data, seed, loss, penalty, rates of G and D, momentum, updates of D
    1: (FAR, 0, minimax, None, (0.001, 0.01), 0.5, 5),
    2: (ring(), 1, non_saturating, R1(0.1), (0.001, 0.001), 0.0, 1),
    3: (ring(), 1, non_saturating, None, (0.005, 0.005), 0.8, 1),
    4: (ring(), 0, non_saturating, None, (0.002, 0.002), 0.0, 1),
}


def patient(number: int, penalty: Penalty | None = None, momentum: float | None = None) -> Training:
    """Make one of the four runs that notebook 05 asks about, untrained, with another penalty or momentum if given."""
    data, seed, loss, own_penalty, rates, own_momentum, k = PATIENTS[number]
    betas = own_momentum if momentum is None else momentum, 0.99
    gan = GAN(
        MLP(2, 2, (32, 32)),
        MLP(2, None, (32, 32)),
        loss=loss,
        penalty=penalty or own_penalty,
        g_optimizer=Adam(rates[0], betas),
        d_optimizer=Adam(rates[1], betas),
    )
    return Training(gan, data, seed, batch_size=128, update=partial(alternating, discriminator_updates=k))


FAILURES = "no signal", "too early", "mode collapse"
REPAIRS = "penalty", "more steps", "less momentum"
RIGHT = {
    1: (("no signal",), "penalty"),
    2: (("too early",), "more steps"),
    3: (("mode collapse",), "less momentum"),
    4: (("too early", "mode collapse"), "more steps"),
}
RUNS = {
    1: "D's loss is 0, so it is right about every example and sure of it. What does the minimax loss tell G then?",
    2: "both losses are calm, near 1.39 and 0.69, and D believes in neither side. Has anything gone wrong yet?",
    3: "the losses jump about, and the samples lie elsewhere 25 steps later. Which blobs are covered? Do they stay?",
    4: "D's loss is not 0: there is a slope to follow, and the losses are calm. How many blobs do the crosses cover?",
}
WHY_NOT = {
    (1, "more steps"): "where the loss is flat there is hardly a way down: that takes very many steps.",
    (1, "less momentum"): "momentum averages gradients; here there is next to none to average.",
    (2, "penalty"): "this run has one already, and D is not too sure of itself.",
    (2, "less momentum"): "its losses do not wobble: nothing swings here. (It has none.)",
    (3, "more steps"): "the samples are not on their way: they go round. You will see half as many again below.",
    (3, "penalty"): "a fair thought, and you can try it. But what makes a run swing?",
    (4, "penalty"): "D is not too sure of itself: its loss is near 1.39. What if you only wait?",
    (4, "less momentum"): "its losses hardly wobble, and it has no momentum that you could take away.",
}


@exercise("Run 4 is ambiguous: at this step a late run looks like a partial collapse. Two looks, and patience, tell.")
def diagnosis(attempt: Mapping[int, tuple[str, str]]) -> str | None:
    """Examine a dictionary: run 1 to 4 to (failure, repair), in the words of the lists above."""
    if not isinstance(attempt, Mapping) or set(attempt) != set(RUNS):
        return f"a dictionary with the keys 1, 2, 3 and 4 is asked for, got {attempt!r}."
    for run, (failures, right) in RIGHT.items():
        pair = attempt[run]
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            return f"for run {run} a failure and a repair are asked for, got {pair!r}."
        failure, repair = (str(word).strip().lower() for word in pair)
        for word, words in ((failure, FAILURES), (repair, REPAIRS)):
            if word not in words:
                return f"for run {run} {word!r} is none of {', '.join(words)}."
        if failure not in failures:
            return f"look at run {run} again: {RUNS[run]}"
        if repair != right:
            return f"run {run} is named, but {repair} will not do: {WHY_NOT[run, repair]}"
    return None
