"""The two players, and what each of them pays in one step."""

from collections.abc import Callable, Iterable

import torch
from torch import nn

from gan_edu.arguments import positive_integer
from gan_edu.game.losses import Loss
from gan_edu.game.optimizers import Adam
from gan_edu.game.penalties import Penalty
from gan_edu.randomness import Stream

Optimizer = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
ADAM = Adam()


class GAN:
    """Two players with their optimizers, the loss, and the penalty if there is one.

    Args:
        generator: noise (B, noise_size) to fakes of the shape of the data.
        discriminator: examples (B, ...) to scores (B,).
        loss: what each player pays.
        penalty: what the discriminator pays besides, such as `R1(0.1)`.
        noise_size: Z, numbers of standard normal noise for one fake.
        g_optimizer, d_optimizer: make an optimizer from parameters.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        loss: Loss,
        penalty: Penalty | None = None,
        noise_size: int = 2,
        g_optimizer: Optimizer = ADAM,
        d_optimizer: Optimizer = ADAM,
    ):
        self.generator, self.discriminator = generator, discriminator
        self.loss, self.penalty = loss, penalty
        self.noise_size = positive_integer("noise_size", noise_size)
        self.batch_axis = getattr(discriminator, "batch_axis", 0)  # 1 in an ensemble, behind the members
        self.g_optimizer = g_optimizer(generator.parameters())
        self.d_optimizer = d_optimizer(discriminator.parameters())

    def fake(self, real: torch.Tensor, stream: Stream) -> torch.Tensor:
        """Make one fake (B, ...) for each of the real examples (B, ...), from new noise."""
        return self.generator(stream.normal(real.shape[self.batch_axis], self.noise_size))


def discriminator_loss(gan: GAN, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """What the discriminator pays, averaged over the batch: the loss, and the penalty if there is one."""
    if gan.penalty is None:
        both = torch.cat([real, fake], gan.batch_axis)  # one pass is cheaper than two
        real_scores, fake_scores = gan.discriminator(both).chunk(2, -1)
        return gan.loss.discriminator(real_scores, fake_scores).mean(-1)
    real = real.detach().requires_grad_()
    fake = fake.view_as(fake) if fake.requires_grad else fake.detach().requires_grad_()  # a slope at fixed weights
    real_scores, fake_scores = gan.discriminator(real), gan.discriminator(fake)
    loss = gan.loss.discriminator(real_scores, fake_scores)
    return (loss + gan.penalty(real, real_scores, fake, fake_scores)).mean(-1)


def generator_loss(gan: GAN, fake: torch.Tensor, real: torch.Tensor | None = None) -> torch.Tensor:
    """What the generator pays, averaged over the batch. A paired loss asks for the real examples (B, ...) too."""
    fake_scores = gan.discriminator(fake)
    if not gan.loss.paired:
        return gan.loss.generator(fake_scores).mean(-1)
    if real is None:
        raise ValueError("real must be given, as the generator's loss compares fakes with real examples, got None")
    return gan.loss.generator(gan.discriminator(real), fake_scores).mean(-1)


def differentiate(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """Give one player the gradient of its own loss; the weights of the other get none."""
    own = [weights for group in optimizer.param_groups for weights in group["params"]]
    for weights in own:
        weights.grad = None  # as optimizer.zero_grad() does, but that costs 4 % of a small network's step
    loss.backward(torch.ones_like(loss), inputs=own)  # ones: each member of an ensemble gets its own gradient


def descend(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """Move one player down its own loss; the other stays where it is."""
    differentiate(optimizer, loss)
    optimizer.step()
