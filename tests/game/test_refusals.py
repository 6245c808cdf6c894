"""What would be lost or mixed up in silence is refused, and what is refused has changed nothing."""

import copy
from collections.abc import Callable

import pytest
import torch

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.optimizers import Adam
from gan_edu.game.penalties import R1
from gan_edu.game.snapshot import State
from gan_edu.game.training import Training, TrainingDiverged
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream


def game(width: int = 6, make_optimizer: Callable = torch.optim.Adam) -> GAN:
    players = MLP(2, 2, (width,)), MLP(2, None, (width,))
    return GAN(*players, loss=non_saturating, g_optimizer=make_optimizer, d_optimizer=make_optimizer)


def train(gan: GAN | None = None, data: object | None = None, **settings: object) -> Training:
    return Training(gan or game(), ring() if data is None else data, **{"batch_size": 8, "view_size": 4} | settings)


def bits(training: Training) -> list[torch.Tensor]:
    state = training.state()
    weights = [tensor for part in state.parts[:2] for tensor in part.values()]
    moments = [value for part in state.parts[2:4] for own in part["state"].values() for value in own.values()]
    return [*weights, *moments, state.stream, torch.tensor(state.step)]


def test_a_gan_belongs_to_its_newest_training():
    gan = game()
    first = train(gan)
    first.run(2)
    second = train(gan, seed=1)
    for use in (first.snapshot, first.advance, lambda: first.run(1), lambda: first.samples(3), lambda: first.reset(0)):
        with pytest.raises(
            ValueError, match=r"^gan must belong to one training, got one that another .* make a new GAN$"
        ):
            use()
    assert second.run(2).step == 2


def test_a_copy_of_a_gan_or_of_a_training_goes_its_own_way():
    first = train()
    first.run(2)
    copied, other = copy.deepcopy(first), train(copy.deepcopy(first.gan), seed=0)
    assert copied.run(1).step == first.run(1).step == 3
    assert all(torch.equal(*pair) for pair in zip(bits(copied), bits(first), strict=True))
    assert other.run(1).step == 1


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda: train(game(7)), r"part 0 has .*\(7, 2\).* as 0\.weight, and not .*\(6, 2\)"),
        (lambda: train(game(make_optimizer=torch.optim.SGD)), "part 2 has .*momentum.* as settings"),
        (lambda: train(game().__class__(*doubled(), loss=non_saturating)), "part 0 has .*float64.* as 0.weight"),
        (lambda: train(averaging=0.9), "part 4 has "),
    ],
)
def test_a_state_of_other_parts_is_refused_before_anything_is_overwritten(other, message):
    training, stranger = train(), other()
    training.run(2), stranger.run(3)
    before = bits(training)
    with pytest.raises(
        ValueError, match=rf"^state must be one of a training with the same parts, got one whose {message}"
    ):
        training.restore(stranger.state())
    assert all(torch.equal(*pair) for pair in zip(bits(training), before, strict=True))


def doubled() -> tuple[MLP, MLP]:
    return MLP(2, 2, (6,)).double(), MLP(2, None, (6,)).double()


def test_what_is_no_state_is_refused():
    with pytest.raises(TypeError, match=r"^state must be a State, got the class State itself$"):
        train().restore(State)


class SpoiltLater:
    """Points of which one is NaN from the third draw of the training on."""

    def __init__(self):
        self.draws = 0

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        points = stream.normal(count, 2)
        self.draws += 1
        if self.draws > 5:  # three are made to look, before training
            points[0, 0] = torch.nan
        return points


def test_missing_values_in_the_data_are_named_and_not_put_down_to_the_learning_rate():
    with pytest.raises(ValueError, match=r"^data must be finite, got a batch at step \d+ with numbers that are not$"):
        train(data=SpoiltLater()).run(10)
    with pytest.raises(TrainingDiverged, match="Try a smaller learning_rate"):
        train(game(make_optimizer=Adam(1e30))).run(10)


@pytest.mark.parametrize("name", ["generator", "discriminator"])
def test_networks_of_two_number_types_are_named(name):
    gan = game()
    getattr(gan, name).double()
    with pytest.raises(TypeError, match=r"^(networks must be of one number type|data must be torch\.float64)"):
        train(gan)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: GAN(MLP(2, 2), MLP(2, None), loss=non_saturating, penalty=R1),
            "penalty must be a function, such as R1",
        ),
        (lambda: GAN(MLP, MLP(2, None), loss=non_saturating), "generator must be a network, got the class MLP itself"),
        (lambda: GAN(*doubled(), loss=non_saturating, g_optimizer=Adam), "g_optimizer must be a function that makes"),
        (
            lambda: train(data=torch.zeros(100, 2)),
            r"data must be an object with sample\(count, stream\), got a tensor of",
        ),
        (
            lambda: train(data=torch.zeros(100, 2).numpy()),
            r"data must be an object with sample\(count, stream\), got a Num",
        ),
        (lambda: Training(MLP(2, 2), ring()), "gan must be a GAN, got MLP"),
    ],
)
def test_what_is_not_made_or_of_another_kind_is_named(make, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        make()


def test_a_discriminator_that_does_not_take_the_data_is_named():
    with pytest.raises(ValueError, match=r"^discriminator must take examples of shape \(4, 2\), got: mat1 and mat2"):
        train(GAN(MLP(2, 2), MLP(3, None), loss=non_saturating))


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (None, "None"),
        (torch.tensor(1.0), r"a tensor of shape \(\)"),
        ((torch.zeros(8), torch.zeros(8)), r"\(tensor\(\[0\., 0\."),
        ((0.5,), r"\(0\.5,\)"),
        (("a", "b"), r"\('a', 'b'\)"),
    ],
)
def test_an_update_must_return_two_losses(returned: object, said: str):
    training = train(update=lambda gan, draw, stream: returned)
    with pytest.raises(TypeError, match=rf"^update must return the losses of .*, one number each, got {said}"):
        training.run(1)
    assert training.step == 0
