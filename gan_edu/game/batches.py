"""The batches that a GAN is trained on, and whether its players and their losses fit."""

import math
from typing import Protocol

import torch

from gan_edu.arguments import described, made
from gan_edu.game.gan import GAN
from gan_edu.game.snapshot import unchanged
from gan_edu.randomness import Stream


class Data(Protocol):
    """What can be trained on: anything that draws a batch from a stream."""

    def sample(self, count: int, stream: Stream) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """Draw (count, ...) examples, alone or in a tuple with what is given beside each: labels, images, a history."""


def draw_batch(data: Data, count: int, stream: Stream) -> tuple[torch.Tensor, ...]:
    """Draw (real, *given) from the data: real examples (count, ...), and what is given beside them, if anything."""
    drawn = data.sample(count, stream)
    return drawn if isinstance(drawn, tuple) else (drawn,)


def is_finite(batch: tuple[torch.Tensor, ...]) -> bool:
    """Whether all numbers of a batch are finite."""
    return all(bool(each.isfinite().all()) for each in batch)


def finite_losses(losses: tuple[torch.Tensor, torch.Tensor]) -> bool:
    """Whether an update has returned two numbers that are finite.

    Raises:
        TypeError: it has not returned two numbers.
    """
    try:
        d_loss, g_loss = losses
        return math.isfinite(d_loss + g_loss)  # torch.isfinite would cost 1 % of a small network's step
    except (TypeError, ValueError, RuntimeError):
        rule = "update must return the losses of the discriminator and of the generator, one number each"
        raise TypeError(f"{rule}, got {described(losses)}") from None


@torch.no_grad()
def check_fit(gan: GAN, batch: tuple[torch.Tensor, ...], noise: torch.Tensor) -> None:
    """Try both networks once, so that a misfit is named before training and not within it.

    Raises:
        TypeError, ValueError: the message names the part that does not fit.
    """
    real, *given = batch
    for each in batch:
        made("data.sample", each, torch.Tensor, "a function that returns tensors")
    for name in ("generator", "discriminator"):
        for key, weights in getattr(gan, name).named_parameters():
            if weights.dtype != noise.dtype:
                raise TypeError(
                    f"networks must be of one number type, got {noise.dtype} and {weights.dtype} in {name}.{key}"
                )
    if not real.isfinite().all():
        raise ValueError(f"data must be finite, got {int((~real.isfinite()).sum())} numbers that are not")
    if real.dtype != noise.dtype:
        raise TypeError(f"data must be {noise.dtype}, as the networks are, got {real.dtype}")
    fake = _make_fakes(gan, noise, given)
    if fake.shape != real.shape:
        raise ValueError(f"generator must make fakes of shape {tuple(real.shape)}, got {tuple(fake.shape)}")
    try:
        scores = unchanged(gan.discriminator)(real, *given)
    except RuntimeError as error:
        raise ValueError(f"discriminator must take examples of shape {tuple(real.shape)}, got: {error}") from error
    if scores.shape != real.shape[:1]:
        raise ValueError(f"discriminator must return scores of shape ({len(real)},), got {tuple(scores.shape)}")


def _make_fakes(gan: GAN, noise: torch.Tensor, given: list[torch.Tensor]) -> torch.Tensor:
    try:
        return unchanged(gan.generator)(noise, *given)
    except RuntimeError as error:
        first = next((layer for layer in gan.generator.modules() if isinstance(layer, torch.nn.Linear)), None)
        if first is None or (first.in_features == gan.noise_size and not given):
            raise
        beside = ", beside what is given" if given else ""
        message = f"noise_size is {gan.noise_size}{beside}, but generator takes {first.in_features} numbers"
        raise ValueError(message) from error
