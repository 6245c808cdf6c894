"""Training steps with one fault each, as students write them: a fault is known by the weights that it leaves behind."""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.nn.functional import softplus

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN, descend
from gan_edu.game.losses import cross_entropy, non_saturating
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize

STEPS, BATCH = 3, 64
STALE = 0.05  # what stands in the gradients that a step has to clear
SAME = 1e-5  # weights nearer than this differ by rounding alone: one pass of D or two, say

Step = Callable[[GAN, torch.Tensor, Stream], object]
Scores = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Played:
    """A small game in which a step was made some times, from the same start and with the same random numbers for each.

    Args:
        step: a function (gan, real examples (B, 2), stream).
        steps: how often it is made.
        stale: the player whose gradients are not empty before the first, "D" or "G".
    """

    def __init__(self, step: Step, steps: int = STEPS, stale: str | None = None):
        self.gan, stream = small_game(learning_rate=0.1)
        self.players = self.gan.discriminator, self.gan.generator
        self.counts, self.made = {"D": 0, "G": 0}, set()
        self.gan.generator.register_forward_hook(lambda module, noise, fake: self.made.add(len(fake)))
        for name, player in zip("DG", self.players, strict=True):
            for weights in player.parameters():
                weights.grad = torch.full_like(weights, STALE) if name == stale else None
                weights.register_hook(partial(self._count, name))
        self.returned = [step(self.gan, ring().sample(BATCH, stream), stream) for _ in range(steps)]

    def _count(self, name: str, gradient: torch.Tensor) -> None:
        self.counts[name] += gradient.numel()

    def apart(self, other: "Played") -> dict[str, float]:
        """For each player the largest difference between two weights in the same place."""
        return {
            name: max((one - two).abs().max().item() for one, two in zip(*map(_weights, pair), strict=True))
            for name, *pair in zip("DG", self.players, other.players, strict=True)
        }

    def same(self, other: "Played") -> bool:
        """Are all weights of both players the same, up to rounding?"""
        return max(self.apart(other).values()) < SAME


def _weights(player: nn.Module) -> list[torch.Tensor]:
    return [weights.detach() for weights in player.parameters()]


def small_game(learning_rate: float) -> tuple[GAN, Stream]:
    """Two small players with plain gradient descent, and the stream of the run."""
    optimizer = partial(torch.optim.SGD, lr=learning_rate)
    players = MLP(2, 2, (16,)), MLP(2, None, (16,))
    gan = GAN(*players, loss=non_saturating, g_optimizer=optimizer, d_optimizer=optimizer)
    for name, player in zip(("generator", "discriminator"), players, strict=True):
        initialize(player, Stream(0, "weights", name))
    return gan, Stream(0, "training")


def fakes(gan: GAN, stream: Stream) -> torch.Tensor:
    """New fakes, as many as there are real examples."""
    return gan.generator(stream.normal(BATCH, gan.noise_size))


def d_moves(
    gan: GAN, real: torch.Tensor, stream: Stream, price: Callable = torch.mean, loss: Scores = cross_entropy
) -> torch.Tensor:
    """The discriminator's half of a step: right, unless it is given another loss, or another mean."""
    fake = fakes(gan, stream).detach()
    d_loss = price(loss(gan.discriminator(real), gan.discriminator(fake)))
    descend(gan.d_optimizer, d_loss)
    return fake


def g_moves(gan: GAN, stream: Stream, price: Callable = torch.mean, loss: Callable = non_saturating.generator) -> None:
    """The generator's half of a step: right, unless it is given another loss, or another mean."""
    descend(gan.g_optimizer, price(loss(gan.discriminator(fakes(gan, stream)))))


def right(gan: GAN, real: torch.Tensor, stream: Stream) -> None:
    """The alternating step."""
    d_moves(gan, real, stream)
    g_moves(gan, stream)


def judges_noise(gan: GAN, real: torch.Tensor, stream: Stream) -> None:
    """D is shown the noise itself, which has the shape of a point."""
    noise = stream.normal(BATCH, gan.noise_size)
    descend(gan.d_optimizer, cross_entropy(gan.discriminator(real), gan.discriminator(noise)).mean())


def judges_uniform(gan: GAN, real: torch.Tensor, stream: Stream) -> None:
    """The noise is not normal but uniform."""
    fake = gan.generator(stream.uniform(BATCH, gan.noise_size)).detach()
    descend(gan.d_optimizer, cross_entropy(gan.discriminator(real), gan.discriminator(fake)).mean())


def never_clears_g(gan: GAN, real: torch.Tensor, stream: Stream) -> None:
    """The faulty step of the notebook: what D's loss left in G's gradients is still there when G moves."""
    gan.d_optimizer.zero_grad(), gan.g_optimizer.zero_grad()
    cross_entropy(gan.discriminator(real), gan.discriminator(fakes(gan, stream))).mean().backward()
    gan.d_optimizer.step()
    softplus(-gan.discriminator(fakes(gan, stream))).mean().backward()
    gan.g_optimizer.step()


def simultaneous(gan: GAN, real: torch.Tensor, stream: Stream, again: bool = False) -> None:
    """G's loss is taken from the D that has not moved, on the same fakes or, if `again`, on new ones."""
    fake = fakes(gan, stream)
    d_loss = cross_entropy(gan.discriminator(real), gan.discriminator(fake.detach())).mean()
    fake = fakes(gan, stream) if again else fake
    own = list(gan.generator.parameters())
    slopes = torch.autograd.grad(softplus(-gan.discriminator(fake)).mean(), own)
    descend(gan.d_optimizer, d_loss)
    for weights, slope in zip(own, slopes, strict=True):
        weights.grad = slope
    gan.g_optimizer.step()


def g_first(gan: GAN, real: torch.Tensor, stream: Stream) -> None:
    """G moves, and then D."""
    g_moves(gan, stream)
    d_moves(gan, real, stream)


def reuses(gan: GAN, real: torch.Tensor, stream: Stream) -> None:
    """The generator's loss is taken on the fakes that the discriminator has just seen."""
    state = stream.generator.get_state()
    d_moves(gan, real, stream)
    stream.generator.set_state(state)
    g_moves(gan, stream)


def draws_twice(gan: GAN, real: torch.Tensor, stream: Stream) -> None:
    """Fakes are made once for nothing, and then again."""
    fakes(gan, stream)
    d_moves(gan, real, stream)


def d_twice(gan: GAN, real: torch.Tensor, stream: Stream) -> None:
    """D's gradient is used twice."""
    d_moves(gan, real, stream)
    gan.d_optimizer.step()


D_FAULTS: dict[str, Step] = {
    "D has gone *up* its loss: it wants V large, so it pays -V. Look at the signs.": partial(
        d_moves, loss=lambda real, fake: -cross_entropy(real, fake)
    ),
    f"you add up the losses of {BATCH} pairs. The step takes their mean.": partial(d_moves, price=torch.sum),
    "D has gone half as far as it should: you average over the two prices, or over real and fake together. D pays "
    "their sum.": partial(d_moves, loss=lambda real, fake: cross_entropy(real, fake) / 2),
    "D has learned to call fakes real and real examples fake: are the two exchanged?": partial(
        d_moves, loss=lambda real, fake: cross_entropy(fake, real)
    ),
    "D wants its fakes called *real* here: that is what the generator wants.": partial(
        d_moves, loss=lambda real, fake: softplus(-real) + softplus(-fake)
    ),
    "D has learned from its real examples only. It pays for fakes too.": partial(
        d_moves, loss=lambda real, fake: softplus(-real)
    ),
    "D has learned from its fakes only. It pays for real examples too.": partial(
        d_moves, loss=lambda real, fake: softplus(fake)
    ),
    "the loss is taken from probabilities here. softplus takes the scores as they are: leave out the sigmoid.": partial(
        d_moves, loss=lambda real, fake: cross_entropy(real.sigmoid(), fake.sigmoid())
    ),
    "D was shown the noise itself as its fakes. A fake is what the generator makes of it.": judges_noise,
    "the noise is uniform here. The generator is fed with stream.normal.": judges_uniform,
    "D has moved twice along the same gradient: one d_optimizer.step() is enough.": d_twice,
    "fakes are made twice here, from different noise: make them once, and keep them.": draws_twice,
}


def _after_d(g_half: Callable[[GAN, Stream], None]) -> Step:
    """A step whose first half is right."""
    return lambda gan, real, stream: (d_moves(gan, real, stream), g_half(gan, stream))


STEP_FAULTS: dict[str, Step] = {
    "when G moves, its .grad still holds what D's loss has left there.": never_clears_g,
    "this is the simultaneous step: take G's loss after D has moved.": simultaneous,
    "G's loss is taken from the D of before its move. Take it after D has moved.": partial(simultaneous, again=True),
    "here G moves first. D is to move first, and G answers the D that has moved.": g_first,
    "G's loss is taken on the fakes that D has just seen; draw new noise for it.": reuses,
    "G has made its fakes look *less* real: it has gone up its loss. Look at the sign.": _after_d(
        partial(g_moves, loss=lambda scores: -softplus(-scores))
    ),
    "G wants its fakes called *fake* here, which is D's side of the game. It pays softplus(-scores).": _after_d(
        partial(g_moves, loss=softplus)
    ),
    "G pays log(1 - D) here, the minimax loss. Right in theory; but the non-saturating one is asked for, "
    "softplus(-scores).": _after_d(partial(g_moves, loss=lambda scores: -softplus(scores))),
    f"G adds up the losses of {BATCH} fakes. The step takes their mean.": _after_d(partial(g_moves, price=torch.sum)),
}


def name_of(faults: dict[str, Step], played: Played, steps: int = STEPS) -> str | None:
    """What is wrong with a step that left these weights behind; None if no known fault leaves them."""
    return next((words for words, step in faults.items() if Played(step, steps).same(played)), None)
