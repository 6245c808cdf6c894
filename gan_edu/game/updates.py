"""Who moves when: one adversarial step, on one screen."""

from collections.abc import Callable

import torch

from gan_edu.game.gan import GAN, descend, differentiate, discriminator_loss, generator_loss
from gan_edu.randomness import Stream, positive_integer

Losses = tuple[torch.Tensor, torch.Tensor]


def alternating(gan: GAN, draw: Callable[[], torch.Tensor], stream: Stream, discriminator_updates: int = 1) -> Losses:
    """Discriminator first, then the generator against the new discriminator.

    Args:
        gan: the two players.
        draw: returns a new batch of real examples (B, ...).
        stream: where the noise comes from.
        discriminator_updates: moves of the discriminator for one of the generator.

    Returns:
        The discriminator's and the generator's loss before their last moves, detached.

    Source: Goodfellow et al. 2014 (arXiv:1406.2661), algorithm 1. Built in notebook 03.
    """
    for _ in range(positive_integer("discriminator_updates", discriminator_updates)):
        real = draw()
        with torch.no_grad():  # the discriminator's loss needs no gradients of the generator
            fake = gan.fake(real, stream)
        d_loss = discriminator_loss(gan, real, fake)
        descend(gan.d_optimizer, d_loss)
    g_loss = generator_loss(gan, gan.fake(real, stream))
    descend(gan.g_optimizer, g_loss)
    return d_loss.detach(), g_loss.detach()


def simultaneous(gan: GAN, draw: Callable[[], torch.Tensor], stream: Stream) -> Losses:
    """Both players move from the same point: the generator's loss is taken before the discriminator has moved.

    Args and returns as in `alternating`. Source: Mescheder et al. 2018 (arXiv:1801.04406), section 2.2.
    Built in notebook 03.
    """
    real = draw()
    fake = gan.fake(real, stream)
    d_loss = discriminator_loss(gan, real, fake.detach())
    g_loss = generator_loss(gan, fake)
    differentiate(gan.g_optimizer, g_loss)  # both gradients are taken before anyone moves
    descend(gan.d_optimizer, d_loss)
    gan.g_optimizer.step()
    return d_loss.detach(), g_loss.detach()
