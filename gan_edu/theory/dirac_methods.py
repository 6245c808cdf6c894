"""Ways to walk along the field of a game of two numbers: one step of each is a function of where one stands.

A state is (θ, ψ), and behind it what a method remembers: nothing, or two numbers. If the field is linear, so is a step,
and its matrix says what becomes of a small deviation from rest. Built in notebook 06.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gan_edu.arguments import described, finite_numbers, function, number, positive_integer, positive_number
from gan_edu.theory.dirac import Field

State = tuple[float, ...]
Method = Callable[[Field, State, float], State]
"""From a field, a state and a step size h to the next state."""
FAR = 1e6  # from here on a trajectory is not followed


def simultaneous(field: Field, state: State, step_size: float) -> State:
    """Both players move from the same point: z + h v(z)."""
    theta, psi = state
    theta_moves, psi_moves = field(theta, psi)
    return theta + step_size * theta_moves, psi + step_size * psi_moves


def alternating(field: Field, state: State, step_size: float, discriminator_updates: int = 1) -> State:
    """ψ moves first, once or several times, then θ against the new ψ, as `gan_edu.game.updates.alternating` does."""
    theta, psi = state
    for _ in range(discriminator_updates):
        psi = psi + step_size * field(theta, psi)[1]
    return theta + step_size * field(theta, psi)[0], psi


def generator_first(field: Field, state: State, step_size: float, discriminator_updates: int = 1) -> State:
    """As `alternating`, but θ moves first, as in the code of Mescheder et al. 2018."""
    theta, psi = state
    theta = theta + step_size * field(theta, psi)[0]
    for _ in range(discriminator_updates):
        psi = psi + step_size * field(theta, psi)[1]
    return theta, psi


def extragradient(field: Field, state: State, step_size: float) -> State:
    """Look at the field one step ahead, and move by that: z + h v(z + h v(z)).

    Source: Korpelevich 1976; for GANs Gidel et al. 2018 (arXiv:1802.10551).
    """
    theta, psi = state
    theta_moves, psi_moves = field(*simultaneous(field, state, step_size))
    return theta + step_size * theta_moves, psi + step_size * psi_moves


def optimistic(field: Field, state: State, step_size: float) -> State:
    """Guess the field ahead from the last one: z + h (2 v(z) - last v), at first z + h v(z).

    Source: Daskalakis et al. 2017 (arXiv:1711.00141). The state holds the last field behind (θ, ψ).
    """
    theta, psi, *last = state
    theta_moves, psi_moves = field(theta, psi)
    last_theta, last_psi = last or (theta_moves, psi_moves)
    next_theta = theta + step_size * (2 * theta_moves - last_theta)
    return next_theta, psi + step_size * (2 * psi_moves - last_psi), theta_moves, psi_moves


@dataclass(frozen=True)
class Momentum:
    """ψ moves first, then θ, each by h times its field and momentum times its own last move.

    At a momentum of β a steady push moves a player 1 / (1 - β) times as far: compare at h (1 - β).
    Source: Gidel et al. 2019 (arXiv:1807.04740); below zero it is a brake. The state holds the last moves
    behind (θ, ψ).

    Args:
        momentum: β, above -1 and below 1.
    """

    momentum: float

    def __post_init__(self):
        if not -1 < number("momentum", self.momentum) < 1:
            raise ValueError(f"momentum must be above -1 and below 1, got {self.momentum}")

    def __call__(self, field: Field, state: State, step_size: float) -> State:
        """Return the next state."""
        theta, psi, *last = state
        theta_moved, psi_moved = last or (0.0, 0.0)
        psi_moved = self.momentum * psi_moved + step_size * field(theta, psi)[1]
        theta_moved = self.momentum * theta_moved + step_size * field(theta, psi + psi_moved)[0]
        return theta + theta_moved, psi + psi_moved, theta_moved, psi_moved


@dataclass(frozen=True)
class Clipping:
    """A method after which ψ is put back between -bound and bound, as the Wasserstein GAN of 2017 does.

    Args:
        method: how both move.
        bound: above zero.
    """

    method: Method
    bound: float

    def __post_init__(self):
        function("method", self.method), positive_number("bound", self.bound)

    def __call__(self, field: Field, state: State, step_size: float) -> State:
        """Return the next state."""
        theta, psi, *remembered = self.method(field, state, step_size)
        return theta, min(max(psi, -self.bound), self.bound), *remembered


def trajectory(field: Field, method: Method, start: Sequence[float], step_size: float, steps: int) -> np.ndarray:
    """Follow a method from a start: (N, 2) places (θ, ψ), the start first.

    N is steps + 1, or fewer if it leaves the radius 1,000,000.

    Args:
        field: from (θ, ψ) to how fast they move.
        method: such as `simultaneous`.
        start: θ and ψ.
        step_size: h, above zero.
        steps: to make.
    """
    function("field", field), function("method", method)
    positive_number("step_size", step_size), positive_integer("steps", steps)
    state = tuple(finite_numbers("start", start))
    if len(state) != 2:
        raise ValueError(f"start must be two numbers, θ and ψ, got {len(state)}")
    places = [state]
    while len(places) <= steps and math.hypot(*state[:2]) <= FAR:
        state = tuple(map(float, method(field, state, step_size)))
        places.append(state[:2])
    return np.array(places)


def step_matrix(method: Method, jacobian: ArrayLike, step_size: float) -> np.ndarray:
    """The matrix of one step near rest: (2, 2), or (4, 4) for a method that remembers.

    Args:
        method: such as `simultaneous`.
        jacobian: (2, 2) of the field at rest, so that the field is linear there.
        step_size: h, above zero.
    """
    function("method", method), positive_number("step_size", step_size)
    table = _table(jacobian)

    def linear(theta: float, psi: float) -> tuple[float, float]:
        return tuple((table @ [theta, psi]).tolist())

    size = len(method(linear, (1.0, 0.0), step_size))
    return np.array([method(linear, tuple(unit), step_size) for unit in np.eye(size).tolist()]).T


def spectral_radius(method: Method, jacobian: ArrayLike, step_size: float) -> float:
    """By what a small deviation is multiplied in one step, in the long run: below 1 it dies out, above 1 it grows."""
    return float(np.abs(np.linalg.eigvals(step_matrix(method, jacobian, step_size))).max())


def _table(jacobian: ArrayLike) -> np.ndarray:
    """Four real numbers, in two rows of two."""
    try:
        table = np.asarray(jacobian)
        if not np.issubdtype(table.dtype, np.integer) and not np.issubdtype(table.dtype, np.floating):
            raise TypeError
    except (TypeError, ValueError) as error:
        raise TypeError(f"jacobian must hold real numbers, got {described(jacobian)}") from error
    if table.shape != (2, 2):
        raise ValueError(f"jacobian must have shape (2, 2), got {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError(f"jacobian must be finite, got {table.tolist()}")
    return table.astype(float)
