"""The settings of a running training: each is read, moved, and felt by the next step."""

import math
import re
from dataclasses import dataclass
from functools import partial

import pytest
import torch

from gan_edu.data.images import digits
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import Loss, minimax, non_saturating, relativistic
from gan_edu.game.penalties import R1, R2, Both, Judged
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating, simultaneous
from gan_edu.lab import data_choices
from gan_edu.lab.settings import PENALTIES, Settings
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream


def make(loss: Loss = non_saturating, penalty: object = None, **settings: object) -> Training:
    gan = GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=loss, penalty=penalty)
    return Training(gan, ring(), batch_size=16, **settings)


def sgd(parameters: object) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)


@pytest.fixture
def changed() -> Settings:
    return Settings(make(), choose_data=True)


def test_starts_where_the_training_stands() -> None:
    values = Settings(make(relativistic, R1(0.03)), choose_data=True).values
    expected = {"d_rate": 0.002, "g_rate": 0.002, "momentum": 0.0, "penalty_weight": 0.03, "updates": 1.0}
    menus = {"loss": "relativistic", "update": "alternating", "penalty": "R1", "data": "as given", "points": ""}
    assert values == expected | menus


def test_present_values_are_among_those_offered() -> None:
    made = Settings(make(penalty=R1(0.03)), choose_data=True)
    for name, setting in made.available.items():
        assert made.values[name] in setting.values, name
        assert len(set(setting.values)) == len(setting.values)


def test_rates_are_those_of_the_next_step(changed: Settings) -> None:
    changed.change({"d_rate": 0.01, "g_rate": 0.0005})
    changed.training.run(1)
    gan = changed.training.gan
    assert gan.d_optimizer.param_groups[0]["lr"] == 0.01
    assert gan.g_optimizer.param_groups[0]["lr"] == 0.0005


def test_moving_is_as_building_so() -> None:
    """The weights after ten steps are those of a training that was made with the settings."""
    moved = make()
    Settings(moved, choose_data=True).change(
        {"d_rate": 0.01, "momentum": 0.5, "penalty_weight": 0.1, "updates": 2.0, "loss": "minimax"}
    )
    built = make(minimax, R1(0.1))
    for optimizer, rate in ((built.gan.d_optimizer, 0.01), (built.gan.g_optimizer, 0.002)):
        optimizer.param_groups[0]["initial_lr"] = rate
        optimizer.param_groups[0]["betas"] = (0.5, 0.99)
    own = built.update
    built.update = lambda gan, draw, stream: own(gan, draw, stream, discriminator_updates=2)
    moved.run(10), built.run(10)
    for one, other in zip(moved.gan.generator.parameters(), built.gan.generator.parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize(
    ("given", "moved"),
    [(None, R1(0.5)), (R1(0.1), R1(0.5)), (R2(0.1), R2(0.5)), (Both(R1(0.1), R2(0.1)), Both(R1(0.5), R2(0.5)))],
)
def test_penalty_keeps_its_kind(given: object, moved: object) -> None:
    changed = Settings(make(penalty=given), choose_data=True)
    changed.change({"penalty_weight": 0.0})
    assert changed.training.gan.penalty is None
    changed.change({"penalty_weight": 0.5})
    assert changed.training.gan.penalty == moved


def test_what_a_training_does_not_have_is_left_out() -> None:
    gan = GAN(MLP(2, 2), MLP(2, None), loss=non_saturating, g_optimizer=sgd, d_optimizer=sgd)
    changed = Settings(Training(gan, ring(), update=simultaneous), choose_data=False)
    assert set(changed.available) == {"d_rate", "g_rate", "loss", "penalty", "penalty_weight", "update"}
    changed.change({"momentum": 0.5, "updates": 2.0, "data": "spiral"})  # passed over
    assert changed.training.update is simultaneous


def own_difference(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    return fake_scores - real_scores


def own_rise(fake_scores: torch.Tensor) -> torch.Tensor:
    return -2 * fake_scores


def own_step(gan: GAN, draw: object, stream: Stream) -> tuple:
    return simultaneous(gan, draw, stream)


def own_penalty(judged: Judged) -> torch.Tensor:
    return judged.real_scores.square()


@dataclass(frozen=True)
class OwnSlope:
    weight: float

    def __call__(self, judged: Judged) -> torch.Tensor:
        return self.weight * judged.fake_scores.square()


def test_parts_of_the_learners_own_stand_in_the_menus_under_their_names() -> None:
    own = Loss(own_difference, own_rise)
    training = make(own, own_penalty, update=own_step)
    changed = Settings(training, choose_data=True)
    for name, word in (("loss", "own difference / own rise"), ("update", "own step"), ("penalty", "own penalty")):
        assert changed.values[name] == changed.available[name].values[0] == word
    assert (training.gan.loss, training.update, training.gan.penalty) == (own, own_step, own_penalty)
    changed.change({"loss": "minimax", "update": "alternating", "penalty": "R2", "penalty_weight": 0.5})
    assert (training.gan.loss, training.update, training.gan.penalty) == (minimax, alternating, R2(0.5))
    changed.change({"loss": "own difference / own rise", "update": "own step", "penalty": "own penalty"})
    assert (training.gan.loss, training.update) == (own, own_step)
    judged = Judged(*4 * [torch.tensor([2.0, 3.0])], None, None)
    assert training.gan.penalty(judged).tolist() == [2.0, 4.5]  # half of the squares
    training.run(2)


@pytest.mark.parametrize(
    ("penalty", "name"),
    [(OwnSlope(2.0), "OwnSlope"), (Both(R1(0.1), R2(0.1)), "R1 + R2"), (lambda judged: judged.real_scores, "as given")],
)
def test_names_of_penalties(penalty: object, name: str) -> None:
    changed = Settings(make(penalty=penalty), choose_data=True)
    assert changed.available["penalty"].values == (name, *PENALTIES)


def test_the_number_of_updates_survives_another_rule() -> None:
    training = make(update=partial(alternating, discriminator_updates=3))
    changed = Settings(training, choose_data=False)
    assert changed.values["updates"] == 3
    changed.change({"update": "simultaneous"})
    assert training.update is simultaneous
    changed.change({"updates": 5.0})
    assert training.update is simultaneous
    changed.change({"update": "alternating"})
    assert training.update.keywords == {"discriminator_updates": 5}


def two_groups(parameters: object) -> torch.optim.Optimizer:
    first, *rest = parameters
    groups = [{"params": [first], "lr": 0.02}, {"params": rest, "lr": 0.01, "betas": (0.3, 0.9)}]
    return torch.optim.Adam(groups, betas=(0.5, 0.99))


def test_groups_of_weights_with_rates_of_their_own_keep_their_ratio() -> None:
    gan = GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=non_saturating, g_optimizer=two_groups, d_optimizer=two_groups)
    changed = Settings(Training(gan, ring(), batch_size=16), choose_data=False)
    assert (changed.values["d_rate"], changed.values["momentum"]) == (0.02, 0.5)
    changed.change({"d_rate": 0.04, "momentum": 0.7})
    changed.training.run(1)
    assert [group["lr"] for group in gan.d_optimizer.param_groups] == [0.04, 0.02]
    assert [group["betas"] for group in gan.d_optimizer.param_groups] == [(0.7, 0.99), (0.7, 0.9)]


def test_a_loss_without_a_name_can_be_chosen_again() -> None:
    own = Loss(lambda real, fake: fake - real, lambda fake: -fake)
    changed = Settings(make(own), choose_data=True)
    assert changed.values["loss"] == "as given"
    changed.change({"loss": "minimax"})
    assert changed.training.gan.loss is minimax
    changed.change({"loss": "as given"})
    assert changed.training.gan.loss is own


@pytest.mark.parametrize("name", data_choices.MIXTURES)
def test_presets_are_mixtures_within_one_plane(name: str, changed: Settings) -> None:
    given = changed.training.data
    changed.change({"data": name})
    data = changed.training.data
    assert data.weights.sum().item() == pytest.approx(1)
    assert data.sample(1000, Stream(0)).abs().max() < 1.4
    changed.change({"data": "as given"})
    assert changed.training.data is given


def test_points_become_modes(changed: Settings) -> None:
    changed.change({"points": "0.5, -1\n\n 1e-1   2 \n", "data": "your points"})
    assert changed.training.data.means.tolist() == [[0.5, -1.0], [0.1, 2.0]]
    assert changed.values["points"] == "0.5, -1\n\n 1e-1   2 \n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1, 2\n3", "line 2 of your points must be two numbers such as 0.5, -1, got '3'"),
        ("a, b", "line 1 of your points must be two numbers such as 0.5, -1, got 'a, b'"),
        ("1, 20", "line 1 of your points must lie within 10 of the origin, got '1, 20'"),
        ("nan, 1", "line 1 of your points must lie within 10 of the origin, got 'nan, 1'"),
        ("", "your points must be 1 to 200, got 0"),
        ("0, 0\n" * 201, "your points must be 1 to 200, got 201"),
    ],
)
def test_points_that_cannot_be_read(text: str, message: str, changed: Settings) -> None:
    given = changed.training.data
    with pytest.raises(ValueError, match=re.escape(message)):
        changed.change({"points": text, "data": "your points"})
    assert changed.training.data is given
    assert changed.values["data"] == "as given"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"loss": "cubic"},
            "loss must be one of non-saturating, minimax, relativistic, least squares, smoothed labels, Wasserstein, "
            "hinge, got 'cubic'",
        ),
        ({"d_rate": 1.0}, "d_rate must be from 0.0001 to 0.1, got 1.0"),
        ({"momentum": "much"}, "momentum must be from 0.0 to 0.99, got 'much'"),
        ({"penalty_weight": math.nan}, "penalty_weight must be from 0.0 to 10.0, got nan"),
    ],
)
def test_values_that_are_not_offered(values: dict, message: str, changed: Settings) -> None:
    before = dict(changed.values)
    with pytest.raises(ValueError, match=re.escape(message)):
        changed.change(values)
    assert changed.values == before


def test_settings_survive_a_state_from_before(changed: Settings) -> None:
    state = changed.training.state()
    changed.change({"momentum": 0.9, "g_rate": 0.01})
    changed.training.restore(state)
    changed.apply_again()
    assert changed.training.gan.g_optimizer.param_groups[0]["betas"] == (0.9, 0.99)
    assert changed.training.gan.g_optimizer.param_groups[0]["initial_lr"] == 0.01


def test_images_have_no_data_to_choose_from() -> None:
    assert "data" not in Settings(make(), choose_data=False).available
    assert digits().sample(1, Stream(0)).dim() == 4
