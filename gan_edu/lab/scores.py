"""What the discriminator's scores say, as the loss reads them: its map, the best map, and the numbers beside them."""

import math

import torch
from torch import nn

from gan_edu.data.points import GaussianMixture
from gan_edu.game.losses import Loss
from gan_edu.lab.views import Arrays, ViewInput, as_bytes, first_given, plane
from gan_edu.measure.modes import coverage
from gan_edu.randomness import Stream

CELLS, BLURRED_CELLS = 48, 40  # along each side of a map of the plane
BLUR = 1 / 32  # of the plane's side: the standard deviation of the blur under which densities are compared
LEAST_EXPONENT = -40.0  # products of smaller kernels are subnormal, which takes ten times as long
MANY = 1000  # generated samples for their density
HALF_RANGES = tuple(float(f"{digit}e{power}") for power in range(-4, 6) for digit in (1, 2, 3, 5, 7))
MOST = 0.9  # of the cells lie within the scale of the map
NAN = float("nan")


@torch.no_grad()
def discriminator_map(view_input: ViewInput) -> Arrays:
    """What the discriminator says of each cell of the plane, and the scale of it.

    Returns:
        map: (CELLS, CELLS) from the top row down, where 0 and 255 stand for the ends of the scale and all beyond.
        scale: both ends, the same distance below and above where D cannot tell: a round number that holds nine tenths
            of the cells, so that the map shows differences however small they are.
    """
    cells = plane(view_input.extent, CELLS, view_input.real)
    values = view_input.judge(cells, first_given(view_input.given, len(cells))).unflatten(0, (CELLS, CELLS))
    low, high = scale_of(values, undecided(view_input), 0.5 if view_input.gan.loss.probability else math.inf)
    return {"map": as_bytes(((values - low) / (high - low)).clamp(0, 1)), "scale": torch.tensor([low, high]).numpy()}


def scale_of(values: torch.Tensor, centre: float, farthest: float) -> tuple[float, float]:
    """The ends of a scale around a centre, not farther away than `farthest`, that holds most of the values."""
    distances = (values - centre).abs().flatten()
    # `quantile` would take twenty times as long.
    distance = distances.kthvalue(round(MOST * len(distances))).values.item()
    half = min(farthest, next((each for each in HALF_RANGES if each >= distance), HALF_RANGES[-1]))
    return centre - half, centre + half


@torch.no_grad()
def undecided(view_input: ViewInput) -> float:
    """What the discriminator says of an example where it cannot tell: one half, or for free scores their middle."""
    loss = view_input.gan.loss
    if loss.probability is not None:
        return loss.probability(torch.full((1,), loss.resting_score or 0.0)).item()
    free = loss.resting_score is None and not loss.paired
    return view_input.middle() if free else loss.resting_score or 0.0


@torch.no_grad()
def best_map(view_input: ViewInput) -> Arrays:
    """The best discriminator p/(p+q) against this generator: (BLURRED_CELLS, BLURRED_CELLS), from the top row down.

    The generator's density q is not known. So both densities are seen through the same blur: of p exactly, as blurred
    Gaussians are Gaussians, and of q from MANY samples. Nothing where the data are no mixture, where something is given
    beside them, or where the loss's scores stand for no probability of one example.
    Source of D*: Goodfellow et al. 2014 (arXiv:1406.2661), proposition 1.
    """
    data, gan, shown = view_input.training.data, view_input.gan, view_input.real
    if not isinstance(data, GaussianMixture) or gan.loss.paired or gan.loss.probability is None or view_input.given:
        return {}
    blur = BLUR * 2 * view_input.extent
    stream = Stream(0, "looking", dtype=shown.dtype, device=shown.device)
    centres = view_input.generator(gan.noise(MANY, stream))
    widths = (data.standard_deviations.to(shown).square() + blur**2).sqrt()
    real = mixture_density(data.means.to(shown), widths, data.weights.to(shown), view_input.extent)
    blurs, weight = torch.full_like(centres[:, 0], blur), torch.ones((), device=shown.device) / MANY
    generated = mixture_density(centres, blurs, weight, view_input.extent)
    nothing = 1e-9  # where neither has mass, D* is one half
    return {"best": as_bytes((real + nothing) / (real + generated + 2 * nothing))}


def mixture_density(centres: torch.Tensor, widths: torch.Tensor, weights: torch.Tensor, extent: float) -> torch.Tensor:
    """Density of round Gaussians with centres (N, 2), widths and weights (N,), on the plane's cells.

    A round Gaussian is a product over the coordinates, so that N · cells exponentials are enough for N · cells² terms.
    """
    ticks = torch.linspace(-extent, extent, BLURRED_CELLS, dtype=centres.dtype, device=centres.device)
    exponents = -(((ticks - centres.unsqueeze(-1)) / widths.view(-1, 1, 1)) ** 2) / 2  # (N, 2, cells)
    kernels = exponents.clamp(min=LEAST_EXPONENT).exp()
    heights = (weights / (2 * math.pi * widths**2)).unsqueeze(-1) * kernels[:, 1].flip(-1)
    return heights.T.to(centres.dtype) @ kernels[:, 0]


@torch.no_grad()
def numbers(view_input: ViewInput) -> list[tuple[str, str]]:
    """Names and values: coverage where the modes are known, what D says, and the lengths of the last gradients."""
    data, generated, rows = view_input.training.data, view_input.generated, []
    if isinstance(data, GaussianMixture) and generated.isfinite().all():
        covered = coverage(generated, data)
        rows += [("modes covered", f"{covered.modes} of {len(data.means)}")]
        rows += [("high quality", f"{100 * covered.high_quality:.0f} %")]
    said = says(view_input.gan.loss)
    for name, examples in {"real": view_input.real, "fakes": generated}.items():
        rows += [(f"{said} on {name}", f"{view_input.judge(examples, view_input.given).mean():.2f}")]
    gan = view_input.training.gan
    norms = {"D": gradient_norm(gan.discriminator), "G": gradient_norm(gan.generator)}
    rows += [(f"gradient of {name}", "–" if math.isnan(norm) else f"{norm:.2g}") for name, norm in norms.items()]
    outside = (generated.abs() > view_input.extent).any(-1).float().mean() if generated.dim() == 2 else 0
    return [*rows, ("fakes out of sight", f"{100 * outside:.0f} %")] if outside else rows


def says(loss: Loss) -> str:
    """The name of what `judge` returns: D, a probability, or else a score."""
    return "score" if loss.probability is None else "D"


def gradient_norm(network: nn.Module) -> float:
    """Length of the gradient that the last update left in a network's weights; NaN before the first."""
    norms = [torch.linalg.vector_norm(weights.grad) for weights in network.parameters() if weights.grad is not None]
    return torch.linalg.vector_norm(torch.stack(norms)).item() if norms else NAN
