"""Does each member of an ensemble go as it would alone?"""

import copy
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn.utils import parameters_to_vector

from gan_edu.game.batches import draw_batch
from gan_edu.game.gan import GAN, discriminator_loss, generator_loss
from gan_edu.game.snapshot import TrainingDiverged
from gan_edu.game.training import Training
from gan_edu.sweeps.member_streams import Streams, twin

MOVE = 0.5  # part of a move by which two may differ: where a gradient is but rounding, Adam still makes whole steps
GRADIENT = 0.01  # and of the mean gradient, which shows what the players were trained on


class Numbers(NamedTuple):
    """Where one training is after a step.

    Args:
        losses: (2,), the discriminator's and the generator's.
        weights: of the generator and of the discriminator, each (P,).
        means: the running means of their gradients, each (P,).
        state: of the stream.
    """

    losses: torch.Tensor
    weights: list[torch.Tensor]
    means: list[torch.Tensor]
    state: torch.Tensor


def step_alone(training: Training) -> Numbers | None:
    """Where a training would be after one step of its own; it stays where it is. None if it diverges in this step."""
    copied = copy.copy(training)
    copied.gan, copied.averaged = copy.deepcopy((training.gan, training.averaged))
    copied.stream = twin(training.stream)
    optimizers = copied.gan.g_optimizer, copied.gan.d_optimizer
    for optimizer, own in zip(optimizers, (training.gan.g_optimizer, training.gan.d_optimizer), strict=True):
        for hook in own._optimizer_step_post_hooks.values():  # a copy has none
            optimizer.register_step_post_hook(hook)
    try:
        copied.advance()
    except TrainingDiverged:
        return None
    networks = copied.gan.generator, copied.gan.discriminator
    weights = [parameters_to_vector(network.parameters()).detach() for network in networks]
    pairs = zip(networks, optimizers, strict=True)
    means = [
        parameters_to_vector([o.state[own].get("exp_avg", torch.zeros_like(own)) for own in n.parameters()])
        for n, o in pairs
    ]
    losses = torch.stack([torch.as_tensor(loss).detach() for loss in copied.losses])
    return Numbers(losses, weights, means, copied.stream.generator.get_state())


def differ(together: Numbers, alone: Numbers, before: Training) -> bool:
    """Do two steps from the same place differ by more than rounding?"""
    if not torch.equal(together.state, alone.state):
        return True
    if not torch.allclose(together.losses, alone.losses, rtol=1e-3, atol=1e-4):
        return True
    for one, two in zip(together.means, alone.means, strict=True):
        if not (one - two).norm() <= GRADIENT * two.norm() + 1e-7 * len(two) ** 0.5:
            return True
    networks = before.gan.generator, before.gan.discriminator
    for one, two, network in zip(together.weights, alone.weights, networks, strict=True):
        move = two - parameters_to_vector(network.parameters()).detach()
        if not (one - two).norm() <= MOVE * move.norm() + 1e-5 * two.norm():
            return True
    return False


def name_part(trainings: Sequence[Training], gan: GAN) -> str:
    """Which part of an ensemble gives other values than each training's own. If none does: the update."""
    names = (_name_part(trainings, gan, member) for member in range(len(trainings)))
    return next((name for name in names if name != "update"), "update")


def _name_part(trainings: Sequence[Training], gan: GAN, member: int) -> str:
    training, streams = trainings[member], Streams([training.stream for training in trainings])
    alone, stream, name = copy.deepcopy(training.gan), twin(training.stream), "data"
    try:
        real, *given = draw_batch(training.data, training.batch_size, streams)
        own, *own_given = draw_batch(training.data, training.batch_size, stream)
        if not all(_close(each[member], one) for each, one in zip((real, *given), (own, *own_given), strict=True)):
            return name
        name = "generator"
        fake, own_fake = gan.fake(real, given, streams).detach(), alone.fake(own, own_given, stream).detach()
        if not _close(fake[member], own_fake):
            return name
        name = "discriminator"
        if not _close(gan.discriminator(fake, *given)[member], alone.discriminator(own_fake, *own_given)):
            return name
        for name, loss in (("loss", generator_loss), ("loss or penalty", discriminator_loss)):
            if not _close(loss(gan, real, fake, given, streams)[member], loss(alone, own, own_fake, own_given, stream)):
                return name
    except Exception:  # a part that fails on a batch with a member axis
        return name
    return "update"


def _close(one: torch.Tensor, two: torch.Tensor) -> bool:
    return one.shape == two.shape and torch.allclose(one, two, rtol=1e-3, atol=1e-4, equal_nan=True)
