"""Fréchet distance between two sets of vectors, each summed up by its mean and covariance."""

import torch

from gan_edu.arguments import able, made
from gan_edu.randomness import Stream

LARGEST = 1e70  # of a feature, so that the product of two covariances is a finite number


def frechet_distance(first: torch.Tensor, second: torch.Tensor) -> float:
    """Squared Fréchet distance between the Gaussians fitted to two sets, |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½).

    On images it compares pixels. That is **not** "FID", which is the same formula on 2,048 features of an Inception
    network trained on photographs; the two numbers cannot be compared. It sees means and covariances only: two sets
    that look quite different can have distance zero. It is biased upwards, the more the smaller the sets: even two
    sets of real images are apart. So compare only distances between sets of the same sizes, and put `real_floor`
    beside them. Constant pixels and fewer vectors than features are no problem. Met in notebook 00.

    Source: Dowson and Landau 1982, The Fréchet distance between multivariate normal distributions, Journal of
    Multivariate Analysis 12, 450-455. On Inception features, as FID: Heusel et al. 2017, arXiv:1706.08500.

    Args:
        first: (N, F) vectors, or (N, C, H, W) images, which are flattened; N at least 2.
        second: (N', F) vectors, or images, with the same number of features.

    Returns:
        The distance in squared units of the features; 0 for equal sets. Symmetric.

    Raises:
        TypeError: if an argument is not a tensor of real numbers.
        ValueError: if a set has fewer than two vectors, is not finite or reaches beyond 1e70, or the numbers of
            features differ.
    """
    first, second = _vectors("first", first), _vectors("second", second)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"first and second must have the same number of features, got {first.shape[1]} and {second.shape[1]}"
        )
    means = (first.mean(0) - second.mean(0)).square().sum()
    first_covariance, second_covariance = _covariance(first), _covariance(second)
    # tr (Σ₁Σ₂)^½ is the sum of the singular values of Σ₁^½ Σ₂^½, which stays real and exact for singular covariances.
    common = torch.linalg.svdvals(_square_root(first_covariance) @ _square_root(second_covariance)).sum()
    distance = means + first_covariance.trace() + second_covariance.trace() - 2 * common
    return max(0.0, distance.item())  # rounding can leave -1e-15


def real_floor(images: torch.Tensor, stream: Stream) -> float:
    """Fréchet distance between two disjoint random halves of real images: what real images score against others.

    The bias depends on the sizes: hold this number beside the distance of N // 2 generated from N // 2 real images, and
    only from images that had no part in making the generated ones. Those that had flatter it: what is made from all
    images can score below. Met in notebook 00.

    Args:
        images: (N, F) vectors or (N, C, H, W) images, N at least 4. If N is odd, one of them is left out.
        stream: chooses the halves.

    Raises:
        TypeError, ValueError: as `frechet_distance`, and if there are fewer than four images.
    """
    images = _vectors("images", images, at_least=4)
    able("stream", stream, "a Stream", "permutation")
    order, half = stream.permutation(len(images)), len(images) // 2
    return frechet_distance(images[order[:half]], images[order[half : 2 * half]])


def _vectors(name: str, vectors: torch.Tensor, at_least: int = 2) -> torch.Tensor:
    """Flatten all but the first axis: (N, F), float64."""
    made(name, vectors, torch.Tensor, "a tensor of real numbers")
    if vectors.is_complex() or vectors.dtype == torch.bool:
        raise TypeError(f"{name} must be a tensor of real numbers, got {vectors.dtype}")
    if vectors.dim() not in (2, 4) or 0 in vectors.shape[1:]:
        raise ValueError(f"{name} must have shape (N, F) or (N, C, H, W), got {tuple(vectors.shape)}")
    if len(vectors) < at_least:
        raise ValueError(f"{name} must have at least {at_least} rows, got {len(vectors)}")
    if not vectors.isfinite().all():
        raise ValueError(f"{name} must be finite, got {int((~vectors.isfinite()).sum())} numbers that are not")
    if (largest := vectors.abs().max()) > LARGEST:
        raise ValueError(f"{name} must lie from -{LARGEST:g} to {LARGEST:g}, got {largest:g} in size")
    return vectors.detach().to("cpu", torch.float64).flatten(1)


def _covariance(vectors: torch.Tensor) -> torch.Tensor:
    """Covariance of the features with divisor N - 1: (F, F), also for a single feature."""
    centred = vectors - vectors.mean(0)
    return centred.T @ centred / (len(vectors) - 1)


def _square_root(covariance: torch.Tensor) -> torch.Tensor:
    """Symmetric square root of a covariance; rounding can make its zero eigenvalues slightly negative."""
    eigenvalues, eigenvectors = torch.linalg.eigh(covariance)
    return eigenvectors * eigenvalues.clamp(min=0).sqrt() @ eigenvectors.T
