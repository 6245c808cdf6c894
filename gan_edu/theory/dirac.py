"""The Dirac-GAN: all data at 0, a generator that is one point θ, a discriminator with the score ψ·x.

A field says where a small step of both players leads from (θ, ψ): θ down the generator's loss, ψ down the
discriminator's. Scores are positive for real, as everywhere in this package; the authors' code has the other sign, so
that their start (1, 1) is (1, -1) here. The methods that walk along a field are in `gan_edu.theory.dirac_methods`.
Source: Mescheder, Geiger, Nowozin 2018 (arXiv:1801.04406), section 2 and appendix; Nagarajan and Kolter 2017
(arXiv:1706.04156). Built in notebook 06.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gan_edu.arguments import able, function, number, positive_integer, positive_number
from gan_edu.randomness import Stream

Number = float | np.ndarray
Pair = tuple[Number, Number]
Field = Callable[[Number, Number], Pair]
"""From θ and ψ, numbers or arrays of one shape, to how fast each of them moves."""


def sigmoid(score: Number) -> Number:
    """1 / (1 + exp(-score)), without overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * score)


def minimax(theta: Number, psi: Number) -> Pair:
    """(ψ σ(s), -θ σ(s)) at the fake's score s = ψθ: both players move the same value.

    The relativistic loss has the same field, as the data's score is 0. Jacobian at rest: ±i/2.
    """
    belief = sigmoid(psi * theta)
    return psi * belief, -theta * belief


def non_saturating(theta: Number, psi: Number) -> Pair:
    """(ψ σ(-s), -θ σ(s)) at the fake's score s = ψθ. Jacobian at rest: ±i/2, as for `minimax`."""
    score = psi * theta
    return psi * sigmoid(-score), -theta * sigmoid(score)


def wasserstein(theta: Number, psi: Number) -> Pair:
    """(ψ, -θ), as the losses are the scores themselves. Jacobian: ±i, everywhere."""
    return psi, -theta


@dataclass(frozen=True)
class WithPenalty:
    """A field with R1: the penalty weight/2 ψ² pulls ψ to 0.

    R2 is the same here, as the score's slope is ψ at every point; both together are one of twice the weight.
    Jacobian at rest, with minimax: -γ/2 ± √(γ²/4 - 1/4), so that γ = 1 is critical.

    Args:
        field: without the penalty.
        weight: γ, any number; 0 is no penalty.
    """

    field: Field
    weight: float

    def __post_init__(self):
        function("field", self.field), number("weight", self.weight)

    def __call__(self, theta: Number, psi: Number) -> Pair:
        """Return how fast θ and ψ move."""
        theta_moves, psi_moves = self.field(theta, psi)
        return theta_moves, psi_moves - self.weight * psi


@dataclass(frozen=True)
class WithGradientPenalty:
    """A field with the penalty weight/2 (|ψ| - target)² of WGAN-GP: it pulls the slope to its target, and not to rest.

    There is no Jacobian at rest: where ψ changes its sign, the pull jumps. Source: Gulrajani et al. 2017
    (arXiv:1704.00028), whose weight is half of this one.

    Args:
        field: without the penalty.
        weight: λ, above zero.
        target: the slope asked for, above zero.
    """

    field: Field
    weight: float
    target: float = 1.0

    def __post_init__(self):
        function("field", self.field), positive_number("weight", self.weight), positive_number("target", self.target)

    def __call__(self, theta: Number, psi: Number) -> Pair:
        """Return how fast θ and ψ move."""
        theta_moves, psi_moves = self.field(theta, psi)
        return theta_moves, psi_moves - self.weight * (psi - self.target * np.sign(psi))


@dataclass(frozen=True)
class WithNoise:
    """The minimax field if both the data and the point get Gaussian noise before the discriminator sees them.

    Each call draws anew, as a batch does. Expected Jacobian at rest: -σ²/4 ± √(σ⁴/16 - 1/4) for the width σ.

    Args:
        width: standard deviation σ of the noise, above zero.
        stream: where the noise comes from.
        count: examples of each kind, over which is averaged.
    """

    width: float
    stream: Stream
    count: int = 1000

    def __post_init__(self):
        positive_number("width", self.width), positive_integer("count", self.count)
        able("stream", self.stream, "a Stream", "normal")

    def __call__(self, theta: Number, psi: Number) -> Pair:
        """Return how fast θ and ψ move."""
        fake_noise, real = self.width * self.stream.normal(2, self.count, *np.shape(theta)).double().numpy()
        fake = theta + fake_noise
        belief_in_fakes = sigmoid(psi * fake)
        theta_moves = psi * belief_in_fakes.mean(0)
        return theta_moves, (real * sigmoid(-psi * real) - fake * belief_in_fakes).mean(0)


@dataclass(frozen=True)
class Consensus:
    """The minimax field, and both players go down weight/2 |field|² besides: they agree to stand still.

    Standing still is also possible where nothing is learned: for a very negative score the field is flat as well.
    Jacobian at rest: -γ/4 ± i/2. Source: Mescheder, Nowozin, Geiger 2017 (arXiv:1705.10461).

    Args:
        weight: γ, above zero.
        coupling: share of the gradient's second term, the one with σ'. It is 1; the authors' code for the Dirac-GAN
            has 0.5, which changes nothing near rest.
    """

    weight: float
    coupling: float = 1.0

    def __post_init__(self):
        positive_number("weight", self.weight), number("coupling", self.coupling)

    def __call__(self, theta: Number, psi: Number) -> Pair:
        """Return how fast θ and ψ move."""
        theta_moves, psi_moves = minimax(theta, psi)
        belief = sigmoid(psi * theta)
        # |field|² / 2 is σ(ψθ)² (θ² + ψ²) / 2, and σ' = σ (1 - σ).
        second = self.coupling * belief**2 * (1 - belief) * (theta**2 + psi**2)
        theta_moves = theta_moves - self.weight * (belief**2 * theta + second * psi)
        return theta_moves, psi_moves - self.weight * (belief**2 * psi + second * theta)


def jacobian(field: Field, theta: float = 0.0, psi: float = 0.0, distance: float = 1e-5) -> np.ndarray:
    """The 2 × 2 table of slopes of a field at a point, by central differences: rows θ and ψ move, columns θ and ψ.

    Args:
        field: from (θ, ψ) to how fast they move, without chance.
        theta, psi: the point; by default where both players rest.
        distance: between the point and its neighbours, above zero; the error is of its square.
    """
    function("field", field), number("theta", theta), number("psi", psi), positive_number("distance", distance)
    ahead = np.array([field(theta + distance, psi), field(theta, psi + distance)], dtype=float)
    behind = np.array([field(theta - distance, psi), field(theta, psi - distance)], dtype=float)
    return ((ahead - behind) / (2 * distance)).T
