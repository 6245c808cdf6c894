"""The value of the game, and the divergences behind it, for two densities on a line: quadrature only, no training.

Notation: p is the density of the data, q that of the generator, and D = sigmoid(score) is the discriminator.
Source of the game and its optimum: Goodfellow et al. 2014, Generative Adversarial Nets, arXiv:1406.2661, section 4.1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn.functional import logsigmoid

from gan_edu.arguments import described, function, made

TOLERANCE = 0.01  # how much of a density may lie outside its grid, or be lost between the grid's points


@dataclass(frozen=True, eq=False)
class GridDensity:
    """A probability density on a line, tabulated as logarithms so that its tails never underflow to zero.

    Made from values (`from_values`), from a log-density (`from_log_density`), or directly from logarithms. All
    integrals are by the trapezoid rule. What an integral lacks of one, within the tolerance of 0.01, is divided out:
    the density is restricted to its grid, and there it integrates to one exactly. Built in notebook 02.

    Args:
        x: (N,) grid points in increasing order, N at least 2.
        log_values: (N,) natural logarithms of the density; minus infinity outside its support.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if the shapes do not fit, the grid is not finite or does not increase, a logarithm is NaN or plus
            infinity, or the density integrates to something that differs from one by more than 0.01.
    """

    x: torch.Tensor
    log_values: torch.Tensor

    def __post_init__(self):
        x, log_values = _grid(self.x), _numbers("log_values", self.log_values)
        _one_for_each("log_values", log_values, x)
        wrong = log_values.isnan() | log_values.isposinf()
        if wrong.any():
            raise ValueError(f"log_values must be finite or minus infinity, got {_first(log_values, wrong)}")
        integral = torch.trapezoid(log_values.exp(), x).item()
        if not abs(integral - 1) <= TOLERANCE:
            raise ValueError(f"the density must integrate to one within {TOLERANCE} on its grid x, got {integral:g}")
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "log_values", log_values - math.log(integral))

    @classmethod
    def from_values(cls, x: ArrayLike, values: ArrayLike) -> Self:
        """Tabulate a density from its values.

        Args:
            x: (N,) grid points in increasing order.
            values: (N,) density at each of them, finite and not negative.

        Raises:
            ValueError: if a value is negative or not finite, and for every reason of the class.
        """
        x, values = _grid(x), _numbers("values", values)
        _one_for_each("values", values, x)
        wrong = ~(values.isfinite() & (values >= 0))
        if wrong.any():
            raise ValueError(f"values must be finite and not negative, got {_first(values, wrong)}")
        return cls(x, values.log())

    @classmethod
    def from_log_density(cls, x: ArrayLike, log_density: Callable[[torch.Tensor], torch.Tensor]) -> Self:
        """Tabulate a density that is given by its logarithm, such as the `log_density` of a mixture of Gaussians.

        Args:
            x: (N,) grid points in increasing order.
            log_density: takes points of shape (N, 1), as float64, and returns (N,) natural logarithms.
        """
        x = _grid(x)
        function("log_density", log_density)
        return cls(x, log_density(x.unsqueeze(-1)))

    @property
    def values(self) -> torch.Tensor:
        """The density on the grid: (N,), float64."""
        return self.log_values.exp()


def optimal_score(p: GridDensity, q: GridDensity) -> torch.Tensor:
    """Logit of the optimal discriminator, log p(x) - log q(x): (N,).

    It is plus infinity where only p lives, minus infinity where only q lives, and 0 where neither does (there, any
    value is optimal). Source: the logit of Goodfellow et al. 2014, equation 2. Built in notebook 02.

    Raises:
        ValueError: if the densities have different grids.
    """
    _require_same_grid(p, q)
    return torch.where(p.log_values.isneginf() & q.log_values.isneginf(), 0.0, p.log_values - q.log_values)


def optimal_discriminator(p: GridDensity, q: GridDensity) -> torch.Tensor:
    """Output of the optimal discriminator, D*(x) = p(x) / (p(x) + q(x)): (N,), and 1/2 where both densities are zero.

    Source: Goodfellow et al. 2014, proposition 1, equation 2. Built in notebook 02.

    Raises:
        ValueError: if the densities have different grids.
    """
    return optimal_score(p, q).sigmoid()


def value(score: ArrayLike, p: GridDensity, q: GridDensity) -> float:
    """Value of the game, V(D, G) = ∫ p log D + q log(1 - D) dx with D = sigmoid(score), in nats.

    Source: Goodfellow et al. 2014, equations 1 and 3. Built in notebook 02.

    Args:
        score: (N,) logit of the discriminator at each grid point; may be infinite.
        p: density of the data.
        q: density of the generator.

    Raises:
        TypeError: if the score does not hold real numbers.
        ValueError: if the densities have different grids, or the score has another shape or is NaN.
    """
    _require_same_grid(p, q)
    score = _numbers("score", score)
    if score.shape != p.x.shape:
        raise ValueError(f"score must have the shape of the grid, {tuple(p.x.shape)}, got {tuple(score.shape)}")
    if score.isnan().any():
        raise ValueError(f"score must not be NaN, got {int(score.isnan().sum())} NaN of {len(score)}")
    # log D is log sigmoid(score), and log(1 - D) is log sigmoid(-score): no logarithm of a rounded zero.
    return _expectation(p, logsigmoid(score)) + _expectation(q, logsigmoid(-score))


def kullback_leibler(p: GridDensity, q: GridDensity) -> float:
    """Kullback-Leibler divergence KL(p || q) = ∫ p log(p / q) dx, in nats: 0 or more, and not symmetric.

    Infinite if, and only if, q is zero somewhere on the grid where p is not. Built in notebook 02.

    Raises:
        ValueError: if the densities have different grids.
    """
    return max(0.0, _expectation(p, optimal_score(p, q)))  # rounding can leave -1e-17


def jensen_shannon(p: GridDensity, q: GridDensity) -> float:
    """Jensen-Shannon divergence JSD(p, q) = ½ KL(p || m) + ½ KL(q || m) with m = (p + q) / 2, in nats.

    Symmetric, from 0 (equal) to log 2 (no common support). SciPy's `jensenshannon` is its square root.
    Source: Goodfellow et al. 2014, equations 5 and 6: V(D*, G) = -log 4 + 2 JSD. Built in notebook 02.

    Raises:
        ValueError: if the densities have different grids.
    """
    _require_same_grid(p, q)
    middle = GridDensity(p.x, torch.logaddexp(p.log_values, q.log_values) - math.log(2))
    return (kullback_leibler(p, middle) + kullback_leibler(q, middle)) / 2


def total_variation(p: GridDensity, q: GridDensity) -> float:
    """Total variation distance ½ ∫ |p - q| dx: the largest difference in probability that p and q give to one event.

    From 0 (equal) to 1 (no common support). Built in notebook 02.

    Raises:
        ValueError: if the densities have different grids.
    """
    _require_same_grid(p, q)
    return torch.trapezoid((p.values - q.values).abs(), p.x).item() / 2


def _expectation(density: GridDensity, function: torch.Tensor) -> float:
    """Mean of a function (N,) of the grid under the density; what it is outside the support does not count."""
    # An infinite function value counts wherever the density is positive, even if the density underflows to zero.
    weighted = torch.where(function.isinf(), function, density.values * function)
    return torch.trapezoid(torch.where(density.log_values.isneginf(), 0.0, weighted), density.x).item()


def _numbers(name: str, numbers: ArrayLike) -> torch.Tensor:
    """Copy real numbers into a float64 tensor without gradient."""
    try:
        # NumPy's copy also turns a mirrored array, such as values[::-1], into one that PyTorch takes.
        tensor = numbers if isinstance(numbers, torch.Tensor) else torch.as_tensor(np.array(numbers, order="C"))
        real = not tensor.is_complex() and tensor.dtype != torch.bool
    except (TypeError, ValueError, RuntimeError):
        real = False
    if not real:
        raise TypeError(f"{name} must hold real numbers, got {described(numbers)}")
    return tensor.detach().to("cpu", torch.float64, copy=True)


def _grid(x: ArrayLike) -> torch.Tensor:
    """Check that the points of a grid increase: (N,), float64."""
    x = _numbers("x", x)
    if x.dim() != 1 or len(x) < 2:
        raise ValueError(f"x must have shape (N,) with N at least 2, got {tuple(x.shape)}")
    if not x.isfinite().all():
        raise ValueError(f"x must be finite, got {_first(x, ~x.isfinite())}")
    if not (x.diff() > 0).all():
        place = int((x.diff() <= 0).nonzero()[0, 0])
        raise ValueError(f"x must increase, got {x[place]:g} followed by {x[place + 1]:g}")
    return x


def _one_for_each(name: str, numbers: torch.Tensor, x: torch.Tensor) -> None:
    if numbers.shape != x.shape:
        shapes = f"{tuple(x.shape)}, got {tuple(numbers.shape)}"
        raise ValueError(f"{name} must have one value at each point of x, shape {shapes}")


def _first(numbers: torch.Tensor, wrong: torch.Tensor) -> str:
    """The first number where `wrong` is true, and its place."""
    place = int(wrong.flatten().nonzero()[0, 0])
    return f"{numbers.flatten()[place]:g} at position {place}"


def _require_same_grid(p: GridDensity, q: GridDensity) -> None:
    for name, density in (("p", p), ("q", q)):
        made(name, density, GridDensity, "a GridDensity")
    if not torch.equal(p.x, q.x):
        grids = [f"{len(density.x)} points from {density.x[0]:g} to {density.x[-1]:g}" for density in (p, q)]
        raise ValueError(f"p and q must have the same grid x, got {grids[0]} and {grids[1]}")
