"""The settings of a running training: what can be changed while it trains.

Everything is done through what Training and GAN let one assign between two steps; nothing here trains or draws.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch

from gan_edu.data.points import GaussianMixture
from gan_edu.game.gan import GAN
from gan_edu.game.losses import (
    Loss,
    hinge,
    least_squares,
    minimax,
    non_saturating,
    relativistic,
    smoothed_labels,
    wasserstein,
)
from gan_edu.game.penalties import R1, R2, Both, GradientPenalty, OneSidedGradientPenalty
from gan_edu.game.training import Training, Update
from gan_edu.game.updates import alternating, extragradient, optimistic, simultaneous
from gan_edu.lab.data_choices import MIXTURES, points_from
from gan_edu.lab.penalty_weights import weight_of, with_weight

RATES = (*(float(f"{digit}e{power}") for power in (-4, -3, -2) for digit in (1, 1.5, 2, 3, 5, 7)), 0.1)
SLIDERS = {
    "d_rate": RATES,
    "g_rate": RATES,
    "momentum": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99),
    "penalty_weight": (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    "updates": (1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0),
}
LABELS = {
    "d_rate": "learning rate of D",
    "g_rate": "learning rate of G",
    "momentum": "momentum β₁ of both",
    "penalty_weight": "penalty weight",
    "updates": "updates of D per step",
    "penalty": "penalty",
    "update": "update",
    "loss": "loss",
    "data": "data",
}
LOSSES = {
    "non-saturating": non_saturating,
    "minimax": minimax,
    "relativistic": relativistic,
    "least squares": least_squares,
    "smoothed labels": smoothed_labels,
    "Wasserstein": wasserstein,
    "hinge": hinge,
}
UPDATES = {
    "alternating": alternating,
    "simultaneous": simultaneous,
    "extragradient": extragradient,
    "optimistic": optimistic,
}
PENALTIES = {
    "R1": R1(1.0),
    "R2": R2(1.0),
    "GradientPenalty": GradientPenalty(1.0),
    "OneSidedGradientPenalty": OneSidedGradientPenalty(1.0),
}
AS_GIVEN, DRAWN = "as given", "your points"

Value = float | str


@dataclass(frozen=True)
class Setting:
    """What the page needs to know of one setting.

    Args:
        label: what the reader sees beside it.
        values: in the order in which a slider or a menu offers them; the present one is among them.
    """

    label: str
    values: tuple[Value, ...]


class Settings:
    """The settings of one training: what can be chosen, what is, and how it is changed.

    `available` tells of each setting what it offers; `values` are the present ones.

    Args:
        training: its settings are changed from here on.
        choose_data: whether other data can be chosen: points in the plane with nothing given beside them.
    """

    def __init__(self, training: Training, choose_data: bool) -> None:
        self.training, self._data = training, training.data
        gan = training.gan
        self._menus = {"loss": with_own(LOSSES, loss_name(gan.loss), gan.loss)}
        self._menus["update"] = with_own(UPDATES, name_of(training.update), training.update)
        self._menus["penalty"] = PENALTIES
        if gan.penalty is not None:
            self._menus["penalty"] = with_own(PENALTIES, name_of(gan.penalty), gan.penalty)
        if choose_data:
            self._menus["data"] = {AS_GIVEN: lambda: self._data} | MIXTURES | {DRAWN: self._own_points}
        self.values: dict[str, Value] = self._read()
        self.available = {name: Setting(LABELS[name], self._offered(name)) for name in LABELS if name in self.values}

    def _read(self) -> dict[str, Value]:
        gan, update = self.training.gan, self.training.update
        betas = [optimizer.param_groups[0].get("betas") for optimizer in (gan.g_optimizer, gan.d_optimizer)]
        values = {"d_rate": rate(gan.d_optimizer), "g_rate": rate(gan.g_optimizer)}
        values |= {} if None in betas else {"momentum": float(betas[0][0])}
        values |= {"penalty": next(iter(self._menus["penalty"])), "penalty_weight": weight_of(gan.penalty)}
        values |= {"updates": float(d_updates(update))} if takes_d_updates(update) else {}
        values |= {name: next(iter(self._menus[name])) for name in ("update", "loss")}
        return values | ({"data": AS_GIVEN, "points": ""} if "data" in self._menus else {})

    def _offered(self, name: str) -> tuple[Value, ...]:
        if name in self._menus:
            return tuple(self._menus[name])
        return tuple(sorted({*SLIDERS[name], self.values[name]}))

    @property
    def drawn(self) -> bool:
        """Whether the data are the reader's own points."""
        return self.values.get("data") == DRAWN

    def change(self, values: Mapping[str, Value]) -> None:
        """Set some settings to new values, between two steps; one that this training does not have is passed over.

        Raises:
            ValueError: a value is not one of those offered, or the reader's points cannot be read.
        """
        known = {name: value for name, value in values.items() if name in self.available}
        for name, value in known.items():
            check_value(name, value, self.available[name].values)
        if "points" in values and "points" in self.values:
            self.values["points"] = str(values["points"])
        for name, value in known.items():
            before, self.values[name] = self.values[name], value
            try:
                self._apply(name)
            except Exception:
                self.values[name] = before
                raise

    def apply_again(self) -> None:
        """Set the optimizers' settings again, after an earlier state was brought back."""
        for name in ("d_rate", "g_rate", "momentum"):
            if name in self.values:
                self._apply(name)

    def _apply(self, name: str) -> None:
        gan = self.training.gan
        appliers = {
            "d_rate": partial(set_rate, gan.d_optimizer, self.values["d_rate"]),
            "g_rate": partial(set_rate, gan.g_optimizer, self.values["g_rate"]),
            "momentum": partial(set_momentum, gan, self.values.get("momentum")),
            "penalty": self._set_penalty,
            "penalty_weight": self._set_penalty,
            "update": self._set_update,
            "updates": self._set_update,
            "loss": partial(setattr, gan, "loss", self._menus["loss"][self.values["loss"]]),
            "data": self._set_data,
        }
        appliers[name]()

    def _set_penalty(self) -> None:
        kind, weight = self._menus["penalty"][self.values["penalty"]], self.values["penalty_weight"]
        self.training.gan.penalty = with_weight(kind, weight) if weight else None

    def _set_update(self) -> None:
        rule = self._menus["update"][self.values["update"]]
        count = self.values.get("updates")
        if count is not None and takes_d_updates(rule):
            rule = partial(rule, discriminator_updates=int(count))
        self.training.update = rule

    def _set_data(self) -> None:
        self.training.change_data(self._menus["data"][self.values["data"]]())

    def _own_points(self) -> GaussianMixture:
        return points_from(self.values["points"])


def with_own(package: Mapping[str, object], name: str, own: object) -> dict[str, object]:
    """The choices of a menu: the training's own part first, under its name, then the package's others."""
    same = next((known for known, part in package.items() if part == own), name)
    return {same: own} | {known: part for known, part in package.items() if known != same}


def name_of(part: Callable) -> str:
    """What a penalty or an update is called: by its class or function, in words."""
    if isinstance(part, Both):
        return f"{name_of(part.first)} + {name_of(part.second)}"
    while isinstance(part, partial):
        part = part.func
    name = getattr(part, "__name__", type(part).__name__)
    return AS_GIVEN if name == "<lambda>" else name.strip("_").replace("_", " ")


def loss_name(loss: Loss) -> str:
    """What a loss is called that the package does not have: by its two functions."""
    names = name_of(loss.discriminator), name_of(loss.generator)
    return AS_GIVEN if AS_GIVEN in names else " / ".join(names)


def rate(optimizer: torch.optim.Optimizer) -> float:
    """The learning rate that the schedule starts from."""
    group = optimizer.param_groups[0]
    return float(group.get("initial_lr", group["lr"]))


def set_rate(optimizer: torch.optim.Optimizer, value: float) -> None:
    """Set the learning rate; where groups of weights have different ones, they keep their ratio to the first."""
    first = rate(optimizer)
    for group in optimizer.param_groups:
        group["initial_lr"] = value * (group.get("initial_lr", group["lr"]) / first)  # the training reads it each step


def set_momentum(gan: GAN, value: float) -> None:
    """Set β₁ of both players in all groups of weights."""
    for optimizer in (gan.g_optimizer, gan.d_optimizer):
        for group in optimizer.param_groups:
            group["betas"] = (value, group["betas"][1])


def takes_d_updates(update: Update) -> bool:
    """Whether an update rule has an argument for the discriminator's moves."""
    return "discriminator_updates" in inspect.signature(update).parameters


def d_updates(update: Update) -> int:
    """The discriminator's moves for one of the generator."""
    return inspect.signature(update).parameters["discriminator_updates"].default


def check_value(name: str, value: Value, offered: tuple[Value, ...]) -> None:
    """Raise a ValueError unless a menu offers the value, or a slider's ends enclose it."""
    if isinstance(offered[0], str):
        if value not in offered:
            raise ValueError(f"{name} must be one of {', '.join(offered)}, got {value!r}")
    elif isinstance(value, str) or not offered[0] <= value <= offered[-1]:
        raise ValueError(f"{name} must be from {offered[0]} to {offered[-1]}, got {value!r}")
