"""The settings of a running training: each is read, moved, and felt by the next step."""

import math
import re

import pytest
import torch

from gan_edu.data.images import digits
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import Loss, minimax, non_saturating, relativistic
from gan_edu.game.penalties import R1, R2, Both
from gan_edu.game.training import Training
from gan_edu.game.updates import simultaneous
from gan_edu.lab import settings
from gan_edu.lab.settings import Steering
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream


def make(loss: Loss = non_saturating, penalty: object = None, **settings: object) -> Training:
    gan = GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=loss, penalty=penalty)
    return Training(gan, ring(), batch_size=16, **settings)


def sgd(parameters: object) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)


@pytest.fixture
def steered() -> Steering:
    return Steering(make(), points=True)


def test_starts_where_the_training_stands() -> None:
    values = Steering(make(relativistic, R1(0.03)), points=True).values
    expected = {"d_rate": 0.002, "g_rate": 0.002, "momentum": 0.0, "penalty": 0.03, "updates": 1.0}
    assert values == expected | {"loss": "relativistic", "data": "as given", "points": ""}


def test_present_values_are_among_those_offered() -> None:
    dials = settings.dials(make(penalty=R1(0.03)))
    for name, dial in dials.items():
        assert dial.read(make(penalty=R1(0.03))) in dial.values, name
        assert len(set(dial.values)) == len(dial.values)


def test_rates_are_those_of_the_next_step(steered: Steering) -> None:
    steered.move({"d_rate": 0.01, "g_rate": 0.0005})
    steered.training.run(1)
    gan = steered.training.gan
    assert gan.d_optimizer.param_groups[0]["lr"] == 0.01
    assert gan.g_optimizer.param_groups[0]["lr"] == 0.0005


def test_moving_is_as_building_so() -> None:
    """The weights after ten steps are those of a training that was made with the settings."""
    moved = make()
    Steering(moved, points=True).move(
        {"d_rate": 0.01, "momentum": 0.5, "penalty": 0.1, "updates": 2.0, "loss": "minimax"}
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
    steered = Steering(make(penalty=given), points=True)
    steered.move({"penalty": 0.0})
    assert steered.training.gan.penalty is None
    steered.move({"penalty": 0.5})
    assert steered.training.gan.penalty == moved


def test_what_a_training_does_not_have_is_left_out() -> None:
    gan = GAN(
        MLP(2, 2),
        MLP(2, None),
        loss=non_saturating,
        penalty=lambda *seen: seen[1] * 0,
        g_optimizer=sgd,
        d_optimizer=sgd,
    )
    steered = Steering(Training(gan, ring(), update=simultaneous), points=False)
    assert set(steered.dials) == {"d_rate", "g_rate", "loss"}
    steered.move({"penalty": 1.0, "momentum": 0.5, "updates": 2.0, "data": "spiral"})  # passed over
    assert steered.training.update is simultaneous


def test_a_loss_of_the_learners_own_can_be_chosen_again() -> None:
    own = Loss(lambda real, fake: fake - real, lambda fake: -fake)
    steered = Steering(make(own), points=True)
    assert steered.values["loss"] == "as given"
    steered.move({"loss": "minimax"})
    assert steered.training.gan.loss is minimax
    steered.move({"loss": "as given"})
    assert steered.training.gan.loss is own


@pytest.mark.parametrize("name", settings.PRESETS)
def test_presets_are_mixtures_within_one_plane(name: str, steered: Steering) -> None:
    given = steered.training.data
    steered.move({"data": name})
    data = steered.training.data
    assert data.weights.sum().item() == pytest.approx(1)
    assert data.sample(1000, Stream(0)).abs().max() < 1.4
    steered.move({"data": "as given"})
    assert steered.training.data is given


def test_points_become_modes(steered: Steering) -> None:
    steered.move({"points": "0.5, -1\n\n 1e-1   2 \n", "data": "your points"})
    assert steered.training.data.means.tolist() == [[0.5, -1.0], [0.1, 2.0]]
    assert steered.values["points"] == "0.5, -1\n\n 1e-1   2 \n"


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
def test_points_that_cannot_be_read(text: str, message: str, steered: Steering) -> None:
    given = steered.training.data
    with pytest.raises(ValueError, match=re.escape(message)):
        steered.move({"points": text, "data": "your points"})
    assert steered.training.data is given
    assert steered.values["data"] == "as given"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"loss": "hinge"}, "loss must be one of non-saturating, minimax, relativistic, got 'hinge'"),
        ({"d_rate": 1.0}, "d_rate must be from 0.0001 to 0.1, got 1.0"),
        ({"momentum": "much"}, "momentum must be from 0.0 to 0.99, got 'much'"),
        ({"penalty": math.nan}, "penalty must be from 0.0 to 10.0, got nan"),
    ],
)
def test_values_that_are_not_offered(values: dict, message: str, steered: Steering) -> None:
    before = dict(steered.values)
    with pytest.raises(ValueError, match=re.escape(message)):
        steered.move(values)
    assert steered.values == before


def test_settings_survive_a_state_from_before(steered: Steering) -> None:
    state = steered.training.state()
    steered.move({"momentum": 0.9, "g_rate": 0.01})
    steered.training.restore(state)
    steered.again()
    assert steered.training.gan.g_optimizer.param_groups[0]["betas"] == (0.9, 0.99)
    assert steered.training.gan.g_optimizer.param_groups[0]["initial_lr"] == 0.01


def test_images_have_no_data_to_choose_from() -> None:
    assert "data" not in Steering(make(), points=False).dials
    assert digits().sample(1, Stream(0)).dim() == 4
