"""The Jacobian of a game of two networks: what becomes of a small deviation of any of its weights.

With a step of size h along the field, each eigenvalue λ multiplies its part of the deviation by about exp(hλ): it dies
out if the real part is negative, and it turns once in 2π / (h |imaginary part|) steps.
Source: Mescheder, Nowozin, Geiger 2017 (arXiv:1705.10461), section 3. Met in notebook 06.
"""

import torch
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from gan_edu.arguments import described, floating_tensor, made, positive_integer, positive_number
from gan_edu.game.gan import GAN, discriminator_loss, generator_loss
from gan_edu.randomness import Stream

TOGETHER = 128  # rows of the Jacobian that are differentiated at once


def game_field(gan: GAN, real: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Where both players want to move, each down its own loss, on one fixed batch: (P,), the generator's weights first.

    Nothing moves, and nothing is drawn but what a penalty or an augmentation draws, the same at each call.

    Args:
        gan: the two players, with P weights in all.
        real: (B, ...) real examples.
        noise: (B, Z) what the fakes are made of.
    """
    return _field(gan, real, noise)[0].detach()


def game_jacobian(gan: GAN, real: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """The slopes of `game_field` in all weights: (P, P); row i says how weight i's move changes with each weight.

    It takes P backward passes, some at a time, and P² numbers of memory: P = 1,800 takes some seconds and 26 MB.
    `torch.linalg.eigvals` has its eigenvalues.

    Args as in `game_field`.
    """
    field, weights = _field(gan, real, noise)
    rows = []
    for units in torch.eye(len(field), dtype=field.dtype, device=field.device).split(TOGETHER):
        slopes = torch.autograd.grad(
            field, weights, units, retain_graph=True, is_grads_batched=True, materialize_grads=True, allow_unused=True
        )
        rows.append(torch.cat([slope.reshape(len(units), -1) for slope in slopes], 1))
    return torch.cat(rows).detach()


@torch.no_grad()
def after_push(
    gan: GAN, real: torch.Tensor, noise: torch.Tensor, push: torch.Tensor, steps: int, step_size: float
) -> torch.Tensor:
    """How the fakes of a pushed game differ from those of the game left alone, before each step: (steps, B, ...).

    Both go along `game_field` in simultaneous steps, from the weights as they are; afterwards these are as before.

    Args:
        gan, real, noise: as in `game_field`.
        push: (P,) what is added to all weights at the start, the generator's first.
        steps: to make.
        step_size: h, above zero.
    """
    positive_integer("steps", steps), positive_number("step_size", step_size)
    with torch.enable_grad():
        game_field(gan, real, noise)  # complains if they do not fit
    weights = [*gan.generator.parameters(), *gan.discriminator.parameters()]
    here = parameters_to_vector(weights).clone()
    floating_tensor("push", push, len(here))
    paths = []
    for place in (here + push, here):
        fakes = []
        for _ in range(steps):
            vector_to_parameters(place, weights)
            fakes.append(gan.generator(noise))
            with torch.enable_grad():
                place = place + step_size * game_field(gan, real, noise)
        paths.append(torch.stack(fakes))
    vector_to_parameters(here, weights)
    return paths[0] - paths[1]


def _field(gan: GAN, real: torch.Tensor, noise: torch.Tensor) -> tuple[torch.Tensor, list[torch.nn.Parameter]]:
    """The field with its record, and the weights that it is a function of."""
    made("gan", gan, GAN, "a GAN")
    floating_tensor("real", real, "B", "..."), floating_tensor("noise", noise, "B", gan.noise_size)
    expected = next(gan.generator.parameters()).dtype
    if noise.dtype != expected:
        raise TypeError(f"noise must be {expected}, as the networks are, got {noise.dtype}")
    fake = gan.generator(noise)
    if (real.shape, real.dtype) != (fake.shape, fake.dtype):
        rule = f"fit together: the fakes have shape {tuple(fake.shape)} and {fake.dtype}"
        raise ValueError(f"real and noise must {rule}, got {described(real)}")
    stream = Stream(0, "field", dtype=real.dtype, device=real.device)
    losses = generator_loss(gan, real, fake, (), stream), discriminator_loss(gan, real, fake, (), stream)
    moves, weights = [], []
    for player, loss in zip((gan.generator, gan.discriminator), losses, strict=True):
        own = list(player.parameters())
        moves += torch.autograd.grad(-loss, own, create_graph=True)
        weights += own
    return torch.cat([move.flatten() for move in moves]), weights
