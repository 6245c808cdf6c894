"""Mode coverage: how many modes of a mixture of Gaussians do samples reach, how well, and how evenly?

The protocol of Lin et al. 2018, PacGAN: The power of two samples in generative adversarial networks,
arXiv:1712.04086 (its Table 1 evaluates 2,500 samples). Compare numbers within one protocol only.
"""

from typing import NamedTuple

import torch

from gan_edu.arguments import floating_tensor, made, positive_integer
from gan_edu.data.points import GaussianMixture

RADIUS = 3.0  # a sample this many standard deviations from its mode, or further, is not of high quality


class Coverage(NamedTuple):
    """What samples cover of a mixture.

    Args:
        modes: how many modes are nearest to at least one high-quality sample.
        high_quality: share of the samples, from 0 to 1, within three standard deviations of their nearest mode.
        reverse_kl: KL divergence, in nats, from the modes' weights to the shares that the modes have of the
            high-quality samples: 0 if they are equal, log K if K equal modes have collapsed to one.
    """

    modes: float
    high_quality: float
    reverse_kl: float


def coverage(samples: torch.Tensor, data: GaussianMixture) -> Coverage:
    """Measure what samples cover of the mixture that they imitate; compare with `expected_coverage`.

    Met in notebook 00. The nearest mode is the one with the nearest mean, by Euclidean distance, whatever its width.

    Args:
        samples: (B, D) points, B at least 1, in the units of the data.
        data: the mixture, with K modes in D dimensions.

    Returns:
        The three numbers; reverse_kl is infinite if no sample is of high quality, for then there are no shares.

    Raises:
        TypeError: if the samples are not a tensor of float32 or float64, or the data not a mixture of Gaussians.
        ValueError: if the samples have another shape, or are not finite.
    """
    modes, dimensions = made("data", data, GaussianMixture, "a GaussianMixture").means.shape
    floating_tensor("samples", samples, "B", dimensions)
    samples = samples.detach().to(data.means)
    distances, nearest = torch.linalg.vector_norm(samples.unsqueeze(1) - data.means, dim=-1).min(dim=-1)
    high_quality = distances < RADIUS * data.standard_deviations[nearest]
    counts = torch.bincount(nearest[high_quality], minlength=modes)
    return Coverage(int((counts > 0).sum()), high_quality.double().mean().item(), _reverse_kl(counts, data.weights))


def expected_coverage(data: GaussianMixture, count: int) -> Coverage:
    """The real-data floor: what `coverage` is, on average, for `count` samples of the mixture itself.

    Met in notebook 05. `modes` and `high_quality` are exact for separate modes, whose means lie much more than six
    standard deviations apart: then every high-quality sample is counted for its own mode. Where modes overlap, a
    sample far from its own mean can be near another's, and all three numbers are off: average `coverage` over samples
    instead. `reverse_kl` is the first term of a series, (K - 1) / 2n for n high-quality samples over K modes: 2 % too
    low where a mode expects ten of them, closer with more.

    Args:
        data: the mixture.
        count: number of samples.

    Raises:
        TypeError, ValueError: if the count is not a positive integer, or the data not a mixture of Gaussians.
    """
    made("data", data, GaussianMixture, "a GaussianMixture"), positive_integer("count", count)
    # The squared distance from the mean, in standard deviations, follows chi-square with D degrees of freedom.
    half_dimensions = torch.tensor(data.means.shape[1] / 2, dtype=torch.float64)
    high_quality = torch.special.gammainc(half_dimensions, torch.tensor(RADIUS**2 / 2, dtype=torch.float64))
    missed = (1 - high_quality * data.weights) ** count
    degrees_of_freedom = int((data.weights > 0).sum()) - 1
    reverse_kl = degrees_of_freedom / (2 * count * high_quality.item())
    return Coverage((1 - missed).sum().item(), high_quality.item(), reverse_kl)


def _reverse_kl(counts: torch.Tensor, weights: torch.Tensor) -> float:
    if counts.sum() == 0:
        return float("inf")
    shares = counts.to(weights) / counts.sum()
    # xlogy makes an empty mode count as zero. Rounding can leave -1e-17.
    return max(0.0, (torch.xlogy(shares, shares) - torch.xlogy(shares, weights)).sum().item())
