"""The settings of a running training: what can be moved while it trains, and data to choose from.

Everything is done through what Training and GAN let one assign between two steps; nothing here trains or draws.
"""

import dataclasses
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch

from gan_edu.data.points import GaussianMixture, around, grid, ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import minimax, non_saturating, relativistic
from gan_edu.game.penalties import R1, Both, Penalty
from gan_edu.game.training import Training, Update

RATES = (*(float(f"{digit}e{power}") for power in (-4, -3, -2) for digit in (1, 1.5, 2, 3, 5, 7)), 0.1)
MOMENTA = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
WEIGHTS = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
UPDATES = (1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0)
LOSSES = {"non-saturating": non_saturating, "minimax": minimax, "relativistic": relativistic}
AS_GIVEN, DRAWN = "as given", "your points"
MOST_POINTS, FARTHEST = 200, 10.0  # points that a reader may give, and how far from the origin

Value = float | str


@dataclass(frozen=True)
class Dial:
    """One setting of a training, and the values that it can take.

    Args:
        label: what the reader sees beside it.
        values: in the order in which a slider or a menu offers them; the present one is among them.
        read: the present value of a training.
        write: set it, between two steps.
    """

    label: str
    values: tuple[Value, ...]
    read: Callable[[Training], Value]
    write: Callable[[Training, Value], None]


def spiral(modes: int = 24) -> GaussianMixture:
    """Equal Gaussians along one and a half turns of a spiral."""
    share = torch.linspace(0.15, 1, modes, dtype=torch.float64)
    angles = 3 * math.pi * share
    return around(share.unsqueeze(-1) * torch.stack([angles.cos(), angles.sin()], dim=-1))


def line(modes: int = 5) -> GaussianMixture:
    """Equal Gaussians on a slanting line."""
    ticks = torch.linspace(-1, 1, modes, dtype=torch.float64)
    return around(torch.stack([ticks, ticks / 2], dim=-1))


def two_blobs() -> GaussianMixture:
    """Two equal Gaussians side by side."""
    return around(torch.tensor([[-0.8, 0.0], [0.8, 0.0]], dtype=torch.float64))


def small_grid() -> GaussianMixture:
    """Twenty-five equal Gaussians on a grid as wide as the ring."""
    return grid(side=5, spacing=0.5)


PRESETS = {"ring of 8": ring, "grid of 25": small_grid, "two blobs": two_blobs, "line of 5": line, "spiral": spiral}


def points_from(text: str) -> GaussianMixture:
    """Equal Gaussians at the points that a reader has written, one pair of numbers in each line.

    Raises:
        ValueError: a line is not two numbers, a point lies too far out, or there are none or too many.
    """
    centres = []
    for number, row in enumerate(text.splitlines(), start=1):
        if not row.strip():
            continue
        try:
            x, y = (float(part) for part in row.replace(",", " ").split())
        except ValueError:
            raise ValueError(f"line {number} of your points must be two numbers such as 0.5, -1, got {row!r}") from None
        if not max(abs(x), abs(y)) <= FARTHEST:
            raise ValueError(f"line {number} of your points must lie within {FARTHEST:g} of the origin, got {row!r}")
        centres.append((x, y))
    if not 1 <= len(centres) <= MOST_POINTS:
        advice = "" if centres else ": draw or write some, under 'Your own data'"
        raise ValueError(f"your points must be 1 to {MOST_POINTS}, got {len(centres)}{advice}")
    return around(torch.tensor(centres, dtype=torch.float64))


def dials(training: Training) -> dict[str, Dial]:
    """The settings that this training has, by name: what its optimizers, penalty, update rule and data do not know
    is left out."""
    gan, offered = training.gan, {}
    for name, label, player in (("d_rate", "learning rate of D", "d"), ("g_rate", "learning rate of G", "g")):
        offered[name] = (label, RATES, partial(_rate, player), partial(_set_rate, player))
    offered["momentum"] = ("momentum β₁ of both", MOMENTA, _momentum, _set_momentum)
    offered["penalty"] = ("penalty weight", WEIGHTS, _weight, partial(_set_weight, gan.penalty or R1(1.0)))
    offered["updates"] = ("updates of D per step", UPDATES, _updates, partial(_set_updates, training.update))
    read = {name: (label, values, get(training), get, put) for name, (label, values, get, put) in offered.items()}
    sliders = {
        name: Dial(label, tuple(sorted({*values, value})), get, put)
        for name, (label, values, value, get, put) in read.items()
        if value is not None
    }
    return sliders | {"loss": _loss_menu(gan)}


def _rate(player: str, training: Training) -> float:
    return float(_optimizer(player, training.gan).param_groups[0]["initial_lr"])


def _set_rate(player: str, training: Training, value: float) -> None:
    for group in _optimizer(player, training.gan).param_groups:
        group["initial_lr"] = value  # the training takes it from there at each step


def _optimizer(player: str, gan: GAN) -> torch.optim.Optimizer:
    return {"d": gan.d_optimizer, "g": gan.g_optimizer}[player]


def _momentum(training: Training) -> float | None:
    betas = training.gan.g_optimizer.defaults.get("betas"), training.gan.d_optimizer.defaults.get("betas")
    return None if None in betas else float(betas[0][0])


def _set_momentum(training: Training, value: float) -> None:
    for optimizer in (training.gan.g_optimizer, training.gan.d_optimizer):
        for group in (optimizer.defaults, *optimizer.param_groups):
            group["betas"] = (value, group["betas"][1])


def _weight(training: Training) -> float | None:
    return _weight_of(training.gan.penalty)


def _weight_of(penalty: Penalty | None) -> float | None:
    if isinstance(penalty, Both):
        return _weight_of(penalty.first)
    if penalty is None:
        return 0.0
    return getattr(penalty, "weight", None) if dataclasses.is_dataclass(penalty) else None


def _set_weight(kind: Penalty, training: Training, value: float) -> None:
    training.gan.penalty = _weighted(kind, value) if value else None


def _weighted(kind: Penalty, weight: float) -> Penalty:
    """The same kind of penalty with another weight; of two, both get it."""
    if isinstance(kind, Both):
        return Both(_weighted(kind.first, weight), _weighted(kind.second, weight))
    return dataclasses.replace(kind, weight=weight)


def _updates(training: Training) -> float | None:
    asked = inspect.signature(training.update).parameters.get("discriminator_updates")
    return None if asked is None else float(asked.default)


def _set_updates(rule: Update, training: Training, value: float) -> None:
    training.update = partial(rule, discriminator_updates=int(value))


def _loss_menu(gan: GAN) -> Dial:
    choices = dict(LOSSES) if gan.loss in LOSSES.values() else {AS_GIVEN: gan.loss} | LOSSES

    def read(training: Training) -> str:
        return next(name for name, loss in choices.items() if loss == training.gan.loss)

    def write(training: Training, name: str) -> None:
        training.gan.loss = choices[name]

    return Dial("loss", tuple(choices), read, write)


class Steering:
    """The settings of one training: where they stand, and how they are moved.

    Args:
        training: steered from here on.
        points: whether its data are points in the plane, so that others can be chosen.
    """

    def __init__(self, training: Training, points: bool) -> None:
        self.training, self.dials, self._given = training, dials(training), training.data
        self.values: dict[str, Value] = {name: dial.read(training) for name, dial in self.dials.items()}
        if points:
            self.dials["data"] = Dial("data", (AS_GIVEN, *PRESETS, DRAWN), lambda training: AS_GIVEN, self._set_data)
            self.values |= {"data": AS_GIVEN, "points": ""}

    @property
    def drawn(self) -> bool:
        """Whether the data are the reader's own points."""
        return self.values.get("data") == DRAWN

    def _set_data(self, training: Training, name: str) -> None:
        made = {AS_GIVEN: lambda: self._given, DRAWN: lambda: points_from(self.values["points"])} | PRESETS
        training.data = made[name]()

    def move(self, values: Mapping[str, Value]) -> None:
        """Set some settings to new values, between two steps; one that this training does not have is passed over.

        Raises:
            ValueError: a value is not one of those offered, or the reader's points cannot be read.
        """
        if "points" in values and "points" in self.values:
            self.values["points"] = str(values["points"])
        for name, value in values.items():
            if name in self.dials:
                check_value(name, value, self.dials[name].values)
                self.dials[name].write(self.training, value)
                self.values[name] = value

    def again(self) -> None:
        """Set the optimizers' settings again, after a state from another time was brought back."""
        self.move({name: value for name, value in self.values.items() if name in ("d_rate", "g_rate", "momentum")})


def check_value(name: str, value: Value, offered: tuple[Value, ...]) -> None:
    """Raise a ValueError unless a menu offers the value, or a slider's ends enclose it."""
    if isinstance(offered[0], str):
        if value not in offered:
            raise ValueError(f"{name} must be one of {', '.join(offered)}, got {value!r}")
    elif isinstance(value, str) or not offered[0] <= value <= offered[-1]:
        raise ValueError(f"{name} must be from {offered[0]} to {offered[-1]}, got {value!r}")
