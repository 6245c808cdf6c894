"""Who moves when: one adversarial step, on one screen."""

import copy
from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.func import functional_call

from gan_edu.arguments import positive_integer, positive_number
from gan_edu.game.gan import GAN, Given, descend, differentiate, discriminator_loss, generator_loss
from gan_edu.game.penalties import Penalty
from gan_edu.randomness import Stream

Draw = Callable[[], tuple[torch.Tensor, ...]]
Losses = tuple[torch.Tensor, torch.Tensor]
LAST_GRADIENT = "last_gradient"  # where the state of an optimizer keeps what `optimistic` looks back at


def alternating(gan: GAN, draw: Draw, stream: Stream, discriminator_updates: int = 1) -> Losses:
    """Discriminator first, then the generator against the new discriminator.

    Args:
        gan: the two players.
        draw: returns a new batch: real examples (B, ...), and what is given beside them, if anything.
        stream: where noise and all other chance come from.
        discriminator_updates: moves of the discriminator for one of the generator.

    Returns:
        The discriminator's and the generator's loss before their last moves, detached.

    Source: Goodfellow et al. 2014 (arXiv:1406.2661), algorithm 1. Built in notebook 03.
    """
    for _ in range(positive_integer("discriminator_updates", discriminator_updates)):
        real, *given = draw()
        with torch.no_grad():  # the discriminator's loss needs no gradients of the generator
            fake = gan.fake(real, given, stream)
        d_loss = discriminator_loss(gan, real, fake, given, stream)
        descend(gan.d_optimizer, d_loss)
    fake = gan.fake(real, given, stream)
    g_loss = generator_loss(gan, real, fake, given, stream)
    descend(gan.g_optimizer, g_loss)
    return d_loss.detach(), g_loss.detach()


def simultaneous(gan: GAN, draw: Draw, stream: Stream) -> Losses:
    """Both players move from the same point: the generator's loss is taken before the discriminator has moved.

    Args and returns as in `alternating`. Source: Mescheder et al. 2018 (arXiv:1801.04406), section 2.2.
    Built in notebook 03.
    """
    losses = _differentiate_both(gan, draw, stream)
    for optimizer in _optimizers(gan):
        optimizer.step()
    return losses


def extragradient(gan: GAN, draw: Draw, stream: Stream) -> Losses:
    """Both players step ahead, look at the slopes there, on another batch, go back, and move down those.

    Each optimizer steps twice, ahead and for good, so that Adam's running means take in both gradients. A step costs
    about twice as much as one of `simultaneous`.

    Args and returns as in `alternating`; the losses are those at the place where the step begins.

    Source: Gidel et al. 2018 (arXiv:1802.10551), extrapolation; the idea is Korpelevich's, 1976.
    Built in notebook 06.
    """
    here = [(weights, weights.detach().clone()) for optimizer in _optimizers(gan) for weights in _weights(optimizer)]
    losses = simultaneous(gan, draw, stream)
    _differentiate_both(gan, draw, stream)
    with torch.no_grad():
        for weights, place in here:
            weights.copy_(place)
    for optimizer in _optimizers(gan):
        optimizer.step()
    return losses


def optimistic(gan: GAN, draw: Draw, stream: Stream) -> Losses:
    """As `simultaneous`, down twice the newest gradient less the one before: a guess at the next one.

    The gradient before is kept in the optimizer's state, and the first step, which has none, is that of `simultaneous`.
    Adam gets the corrected gradient as if it were the gradient; Daskalakis et al. correct Adam's step instead.

    Args and returns as in `alternating`.

    Source: Daskalakis et al. 2017 (arXiv:1711.00141). Met in notebook 06.
    """
    losses = _differentiate_both(gan, draw, stream)
    for optimizer in _optimizers(gan):
        newest = {weights: weights.grad for weights in _weights(optimizer) if weights.grad is not None}
        for weights, gradient in newest.items():
            if LAST_GRADIENT in optimizer.state[weights]:
                weights.grad = 2 * gradient - optimizer.state[weights][LAST_GRADIENT]
        optimizer.step()
        for weights, gradient in newest.items():
            optimizer.state[weights][LAST_GRADIENT] = gradient
    return losses


def _differentiate_both(gan: GAN, draw: Draw, stream: Stream) -> Losses:
    """Give both players the gradients of their losses at the same point; nobody moves."""
    real, *given = draw()
    fake = gan.fake(real, given, stream)
    d_loss = discriminator_loss(gan, real, fake.detach(), given, stream)
    g_loss = generator_loss(gan, real, fake, given, stream)
    differentiate(gan.g_optimizer, g_loss)
    differentiate(gan.d_optimizer, d_loss)
    return d_loss.detach(), g_loss.detach()


def _optimizers(gan: GAN) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    return gan.d_optimizer, gan.g_optimizer


def _weights(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [weights for group in optimizer.param_groups for weights in group["params"]]


def discriminator_only(gan: GAN, draw: Draw, stream: Stream) -> Losses:
    """The discriminator moves, the generator is frozen.

    Args and returns as in `alternating`; the generator's loss is looked at only. Met in notebook 05.
    """
    real, *given = draw()
    with torch.no_grad():
        fake = gan.fake(real, given, stream)
    d_loss = discriminator_loss(gan, real, fake, given, stream)
    descend(gan.d_optimizer, d_loss)
    with torch.no_grad():
        g_loss = generator_loss(gan, real, fake, given, stream)
    return d_loss.detach(), g_loss


def generator_only(gan: GAN, draw: Draw, stream: Stream) -> Losses:
    """The generator moves, the discriminator is frozen.

    Args and returns as in `alternating`; the discriminator's loss is looked at only. Built in notebook 05.
    """
    real, *given = draw()
    fake = gan.fake(real, given, stream)
    d_loss = discriminator_loss(gan, real, fake.detach(), given, stream)
    g_loss = generator_loss(gan, real, fake, given, stream)
    descend(gan.g_optimizer, g_loss)
    return d_loss.detach(), g_loss.detach()


def unrolled(gan: GAN, draw: Draw, stream: Stream, steps: int = 5, learning_rate: float = 1.0) -> Losses:
    """As `alternating`, but the generator plays against the discriminator that would answer it, some steps ahead.

    The answer is plain gradient descent on one batch, and is forgotten afterwards. As it depends on the fakes, the
    generator's gradient goes back through it.

    Args and returns as in `alternating`, and:
        steps: how far ahead the generator looks; each costs about as much as a second step of training.
        learning_rate: of the discriminator's descent ahead.

    Source: Metz et al. 2016 (arXiv:1611.02163), section 2.2. Met in notebook 05.
    """
    positive_integer("steps", steps), positive_number("learning_rate", learning_rate)
    real, *given = draw()
    with torch.no_grad():
        fake = gan.fake(real, given, stream)
    d_loss = discriminator_loss(gan, real, fake, given, stream)
    descend(gan.d_optimizer, d_loss)
    fake = gan.fake(real, given, stream)
    ahead = _ahead(gan, real, fake, given, stream, steps, learning_rate)
    g_loss = generator_loss(ahead, real, fake, given, stream)
    descend(gan.g_optimizer, g_loss)
    return d_loss.detach(), g_loss.detach()


def _ahead(
    gan: GAN, real: torch.Tensor, fake: torch.Tensor, given: Given, stream: Stream, steps: int, learning_rate: float
) -> GAN:
    """The same game with the discriminator that `steps` moves from here would give: a function of the fakes."""
    ahead, weights = copy.copy(gan), dict(gan.discriminator.named_parameters())
    for _ in range(steps):
        loss = discriminator_loss(ahead, real, fake, given, stream).sum()
        gradients = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
        moved = [own - learning_rate * gradient for own, gradient in zip(weights.values(), gradients, strict=True)]
        weights = dict(zip(weights, moved, strict=True))
        ahead.discriminator = partial(_call, gan.discriminator, weights)
    return ahead


def _call(network: nn.Module, weights: dict[str, torch.Tensor], *inputs: torch.Tensor) -> torch.Tensor:
    return functional_call(network, weights, inputs)


def lazy(
    gan: GAN, draw: Draw, stream: Stream, every: int = 16, update: Callable[[GAN, Draw, Stream], Losses] = alternating
) -> Losses:
    """As another update, but with the penalty at each `every`-th step only, and then `every` times as much of it.

    The steps between cost no gradient of a gradient. The first step has the penalty.

    Args and returns as in `alternating`, and:
        every: steps from one with the penalty to the next.
        update: what a step does, such as `alternating`.

    Source: Karras et al. 2019 (arXiv:1912.04958): lazy regularization, every 16th step for R1. They give the penalty an
    optimizer step of its own; here it stays in the same step as the loss.
    """
    seen = copy.copy(gan)
    seen.penalty = None if gan.step % positive_integer("every", every) else _times(every, gan.penalty)
    return update(seen, draw, stream)


def _times(factor: int, penalty: Penalty | None) -> Penalty | None:
    return None if penalty is None else lambda judged: factor * penalty(judged)
