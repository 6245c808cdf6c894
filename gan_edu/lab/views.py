"""What there is to see of a training: pure functions from a run at one step to small arrays, words and numbers.

None of them draws from the training's stream or leaves a gradient behind, so looking changes nothing. What the page
draws comes from here; so does what a saved notebook and an animation show.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from gan_edu.data.points import GaussianMixture
from gan_edu.game.gan import GAN, generator_loss
from gan_edu.game.losses import Loss
from gan_edu.game.snapshot import unchanged
from gan_edu.game.training import Training
from gan_edu.measure.modes import coverage
from gan_edu.randomness import Stream

CELLS, BLURRED_CELLS = 48, 40  # along each side of a map of the plane
ARROWS, LINES, IMAGES = 48, 15, 64
BLUR = 1 / 32  # of the plane's side: the standard deviation of the blur under which densities are compared
MANY = 1000  # generated samples for their density
NAN = float("nan")

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Sight:
    """A run as it is now, until it trains on: nothing is copied.

    Args:
        training: the run.
        real: (B, ...) real examples.
        generated: (B, ...) what the generator makes now; its average, if the run keeps one.
        extent: half the side of the square around the origin that is shown, in the units of the data.
        given: what stands beside the real examples, and was given to the generator: nothing, or labels.
    """

    training: Training
    real: torch.Tensor
    generated: torch.Tensor
    extent: float
    given: tuple[torch.Tensor, ...] = ()


@dataclass(frozen=True)
class View:
    """One thing to see beside the samples.

    Args:
        label: what the reader switches on and off.
        look: makes its arrays.
        every: it is looked at only so often, in frames, while the run trains: the more it costs, the more seldom.
    """

    label: str
    look: Callable[[Sight], Arrays]
    every: int = 1


def extent_of(real: torch.Tensor) -> float:
    """Half the side of a square that holds the real points (B, 2) with some room, in tenths."""
    return math.ceil(13.5 * real.abs().max().item()) / 10


def plane(extent: float, cells: int, dtype: torch.dtype) -> torch.Tensor:
    """Points (cells², 2) of the plane, row by row from the top, each row from the left."""
    ticks = torch.linspace(-extent, extent, cells, dtype=dtype)
    return torch.stack(torch.meshgrid(ticks, -ticks, indexing="xy"), dim=-1).flatten(0, 1)


def shares(values: torch.Tensor) -> np.ndarray:
    """Numbers from 0 to 1 as whole numbers from 0 to 255, which take a quarter of the room."""
    return (255 * values).round().to(torch.uint8).numpy()


def points(sight: Sight) -> Arrays:
    """Real and generated points, two times (B, 2)."""
    return {"real": sight.real.float().numpy(), "generated": sight.generated.float().numpy()}


def images(sight: Sight) -> Arrays:
    """The first images, real and generated, side by side: two times (height, width) of ink."""
    return {"real": tiles(sight.real), "generated": tiles(sight.generated)}


def tiles(batch: torch.Tensor) -> np.ndarray:
    """The mean over channels of the first images (B, C, H, W), in a square with a gap of one pixel between them."""
    side = math.isqrt(min(IMAGES, len(batch)))
    grey = nn.functional.pad(batch[: side * side].mean(1), (0, 1, 0, 1), value=-1.0).unflatten(0, (side, side))
    return shares((grey.transpose(1, 2).flatten(2).flatten(0, 1).clamp(-1, 1) + 1) / 2)


@torch.no_grad()
def believed(sight: Sight, examples: torch.Tensor, given: tuple[torch.Tensor, ...] = ()) -> torch.Tensor:
    """D(x), from 0 to 1, of examples (B, ...): (B,).

    A loss that looks at differences of scores leaves them free by a constant. Then they are counted from the middle
    between the mean scores of real and fake.
    """
    discriminator, middle = unchanged(sight.training.gan.discriminator), 0.0
    if sight.training.gan.loss.paired:
        scores = discriminator(sight.real, *sight.given), discriminator(sight.generated, *sight.given)
        middle = (scores[0].mean() + scores[1].mean()) / 2
    return torch.sigmoid(discriminator(examples, *given) - middle)


def belief(sight: Sight) -> Arrays:
    """What the discriminator says of each cell of the plane: D(x) as (CELLS, CELLS), from the top row down."""
    grid = plane(sight.extent, CELLS, sight.real.dtype)
    return {"belief": shares(believed(sight, grid).unflatten(0, (CELLS, CELLS)))}


def wishes(sight: Sight) -> Arrays:
    """Where the generator's loss falls steepest from some of its samples: their places and directions, (ARROWS, 4)."""
    real, fake = sight.real[:ARROWS], sight.generated[:ARROWS]
    return {
        "wishes": torch.cat(
            [fake, -slope(sight.training.gan, real, fake, [each[:ARROWS] for each in sight.given])], dim=-1
        )
        .float()
        .numpy()
    }


def slope(gan: GAN, real: torch.Tensor, fake: torch.Tensor, given: Sequence[torch.Tensor]) -> torch.Tensor:
    """Gradient of what the generator pays for each fake (B, ...) with respect to that fake."""
    fake = fake.detach().requires_grad_()
    stream = Stream(0, "looking", dtype=fake.dtype, device=fake.device)
    (gradient,) = torch.autograd.grad(generator_loss(gan, real, fake, given, stream), fake)
    return len(fake) * gradient  # the loss is a mean


@torch.no_grad()
def bent_grid(sight: Sight) -> Arrays:
    """What the generator makes of a square grid in the first two numbers of noise, from -2 to 2: (LINES, LINES, 2)."""
    corners = plane(2, LINES, sight.real.dtype)
    noise = nn.functional.pad(corners, (0, sight.training.gan.noise_size))[:, : sight.training.gan.noise_size]
    return {"grid": sight.training.averaged(noise).unflatten(0, (LINES, LINES)).float().numpy()}


@torch.no_grad()
def best_belief(sight: Sight) -> Arrays:
    """The best discriminator p/(p+q) against this generator: (BLURRED_CELLS, BLURRED_CELLS), from the top row down.

    The generator's density q is not known. So both densities are seen through the same blur: of p exactly, as blurred
    Gaussians are Gaussians, and of q from MANY samples. Nothing where the data are no mixture, or where the loss has
    another best discriminator.
    Source of D*: Goodfellow et al. 2014 (arXiv:1406.2661), proposition 1.
    """
    data, dtype = sight.training.data, sight.real.dtype
    if not isinstance(data, GaussianMixture) or sight.training.gan.loss.paired:
        return {}
    blur = BLUR * 2 * sight.extent
    noise = sight.training.gan.noise(MANY, Stream(0, "looking", dtype=dtype))
    centres = sight.training.averaged(noise)
    widths = (data.standard_deviations.to(dtype).square() + blur**2).sqrt()
    real = mixture_density(data.means.to(dtype), widths, data.weights.to(dtype), sight.extent)
    generated = mixture_density(centres, torch.full_like(centres[:, 0], blur), torch.ones(()) / MANY, sight.extent)
    nothing = 1e-9  # where neither has mass, D* is one half
    return {"best": shares((real + nothing) / (real + generated + 2 * nothing))}


def mixture_density(centres: torch.Tensor, widths: torch.Tensor, weights: torch.Tensor, extent: float) -> torch.Tensor:
    """Density of round Gaussians with centres (N, 2), widths and weights (N,), on the plane's cells.

    A round Gaussian is a product over the coordinates, so that N · cells exponentials are enough for N · cells² terms.
    """
    ticks = torch.linspace(-extent, extent, BLURRED_CELLS, dtype=centres.dtype)
    kernels = torch.exp(-(((ticks - centres.unsqueeze(-1)) / widths.view(-1, 1, 1)) ** 2) / 2)  # (N, 2, cells)
    heights = (weights / (2 * math.pi * widths**2)).unsqueeze(-1) * kernels[:, 1].flip(-1)
    return heights.T.to(centres.dtype) @ kernels[:, 0]


@torch.no_grad()
def numbers(sight: Sight) -> list[tuple[str, str]]:
    """Names and values: coverage where the modes are known, D on real and generated, and how steep the losses are."""
    gan, data, rows = sight.training.gan, sight.training.data, []
    if isinstance(data, GaussianMixture) and sight.generated.isfinite().all():
        covered = coverage(sight.generated, data)
        rows += [("modes covered", f"{covered.modes} of {len(data.means)}")]
        rows += [("high quality", f"{100 * covered.high_quality:.0f} %")]
    for name, examples in {"D on real": sight.real, "D on fakes": sight.generated}.items():
        rows += [(name, f"{believed(sight, examples, sight.given).mean():.2f}")]
    norms = {"D": gradient_norm(gan.discriminator), "G": gradient_norm(gan.generator)}
    rows += [(f"gradient of {name}", "–" if math.isnan(norm) else f"{norm:.2g}") for name, norm in norms.items()]
    outside = (sight.generated.abs() > sight.extent).any(-1).float().mean() if sight.generated.dim() == 2 else 0
    return [*rows, ("fakes out of sight", f"{100 * outside:.0f} %")] if outside else rows


def gradient_norm(network: nn.Module) -> float:
    """Length of the gradient that the last update left in a network's weights; NaN before the first."""
    norms = [torch.linalg.vector_norm(weights.grad) for weights in network.parameters() if weights.grad is not None]
    return torch.linalg.vector_norm(torch.stack(norms)).item() if norms else NAN


@torch.no_grad()
def equilibrium(loss: Loss) -> tuple[float, float]:
    """Both losses where the discriminator cannot tell: all scores are equal."""
    return loss.equilibrium()


OF_POINTS = {
    "belief": View("the discriminator's map", belief, every=2),
    "wishes": View("arrows: where the generator's loss falls", wishes, every=2),
    "grid": View("the grid that the generator bends", bent_grid),
    "best": View("D*, the best discriminator, for blurred densities", best_belief, every=12),
}
"""The views of points in the plane that can be switched on, beside the samples, the losses and the numbers."""
