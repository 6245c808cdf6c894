"""The two players, and what each of them pays in one step."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import nn

from gan_edu.arguments import described, function, made, positive_integer
from gan_edu.game.augmentations import Augmentation
from gan_edu.game.losses import Loss
from gan_edu.game.optimizers import Adam
from gan_edu.game.penalties import Judged, Penalty
from gan_edu.randomness import Stream

Optimizer = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
Given = Sequence[torch.Tensor]
"""What stands beside each example of a batch, for both players to know: nothing, labels (B,), images (B, C, H, W)."""
ADAM = Adam()


class GAN:
    """Two players with their optimizers, the loss, and penalty and augmentation if there are any.

    `step` counts the steps that a training has made: a clock for whatever changes as it goes on.

    Args:
        generator: noise (B, noise_size), and what is given, to fakes of the shape of the data.
        discriminator: examples (B, ...), and what is given, to scores (B,).
        loss: what each player pays.
        penalty: what the discriminator pays besides, such as `R1(0.1)`.
        augmentation: what is done to all that the discriminator sees, such as `InstanceNoise(0.1)`.
        noise_size: Z, numbers of standard normal noise for one fake.
        g_optimizer, d_optimizer: make an optimizer from parameters.

    Raises:
        TypeError, ValueError: if an argument is of another kind; the class R1 without its weight is no penalty.
    """

    # The training that it belongs to leaves its mark, which is none of the settings in `vars(gan)`.
    __slots__ = ("__dict__", "__weakref__", "mark")

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        *,
        loss: Loss,
        penalty: Penalty | None = None,
        augmentation: Augmentation | None = None,
        noise_size: int = 2,
        g_optimizer: Optimizer = ADAM,
        d_optimizer: Optimizer = ADAM,
    ):
        self.generator = made("generator", generator, nn.Module, "a network")
        self.discriminator = made("discriminator", discriminator, nn.Module, "a network")
        self.loss = made("loss", loss, Loss, "a Loss, such as non_saturating")
        self.penalty = penalty if penalty is None else function("penalty", penalty, "a function, such as R1(0.1)")
        self.augmentation = augmentation if augmentation is None else function("augmentation", augmentation)
        self.noise_size = positive_integer("noise_size", noise_size)
        self.batch_axis = getattr(discriminator, "batch_axis", 0)  # 1 in an ensemble, behind the members
        self.g_optimizer = _optimizer("g_optimizer", g_optimizer, generator)
        self.d_optimizer = _optimizer("d_optimizer", d_optimizer, discriminator)
        self.step, self.mark = 0, None

    def noise(self, count: int, stream: Stream) -> torch.Tensor:
        """Draw the noise for `count` fakes: (count, Z). Whoever needs noise gets it here."""
        return stream.normal(count, self.noise_size)

    def fake(self, real: torch.Tensor, given: Given, stream: Stream) -> torch.Tensor:
        """Make one fake (B, ...) for each of the real examples (B, ...), from new noise and what is given beside it."""
        return self.generator(self.noise(real.shape[self.batch_axis], stream), *given)

    def shown(self, examples: torch.Tensor, stream: Stream) -> torch.Tensor:
        """The examples (B, ...) as the discriminator gets to see them: augmented, if there is an augmentation."""
        return examples if self.augmentation is None else self.augmentation(examples, stream)


def _optimizer(name: str, make: Optimizer, network: nn.Module) -> torch.optim.Optimizer:
    """Make the optimizer of a network; PyTorch's classes, such as torch.optim.SGD, make one too."""
    rule = "a function that makes an optimizer from parameters, such as Adam(0.001) of gan_edu.game.optimizers"
    if not callable(make):
        raise TypeError(f"{name} must be {rule}, got {described(make)}")
    try:
        made_of = make(network.parameters())
    except TypeError as error:
        raise TypeError(f"{name} must be {rule}, got {described(make)}: {error}") from error
    return made(name, made_of, torch.optim.Optimizer, rule)


def discriminator_loss(gan: GAN, real: torch.Tensor, fake: torch.Tensor, given: Given, stream: Stream) -> torch.Tensor:
    """What the discriminator pays, averaged over the batch: the loss, and the penalty if there is one."""
    if gan.penalty is None:
        both = gan.shown(torch.cat([real, fake], gan.batch_axis), stream)  # one pass is cheaper than two
        given_twice = [torch.cat([each, each], gan.batch_axis) for each in given]
        real_scores, fake_scores = gan.discriminator(both, *given_twice).chunk(2, -1)
        return gan.loss.discriminator(real_scores, fake_scores).mean(-1)
    real, fake = gan.shown(real, stream).detach().requires_grad_(), gan.shown(fake, stream)
    fake = fake.view_as(fake) if fake.requires_grad else fake.detach().requires_grad_()  # a slope at fixed weights
    discriminator = _with_given(gan.discriminator, given)
    judged = Judged(real, fake, discriminator(real), discriminator(fake), discriminator, stream)
    return (gan.loss.discriminator(judged.real_scores, judged.fake_scores) + gan.penalty(judged)).mean(-1)


def generator_loss(gan: GAN, real: torch.Tensor, fake: torch.Tensor, given: Given, stream: Stream) -> torch.Tensor:
    """What the generator pays, averaged over the batch. The real examples are looked at by a paired loss only."""
    fake_scores = gan.discriminator(gan.shown(fake, stream), *given)
    if not gan.loss.paired:
        return gan.loss.generator(fake_scores).mean(-1)
    return gan.loss.generator(gan.discriminator(gan.shown(real, stream), *given), fake_scores).mean(-1)


def _with_given(discriminator: Callable[..., torch.Tensor], given: Given) -> Callable[[torch.Tensor], torch.Tensor]:
    return (lambda examples: discriminator(examples, *given)) if given else discriminator


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
