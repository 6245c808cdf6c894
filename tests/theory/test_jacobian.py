"""The Jacobian of a game of two networks: finite differences of its field, and the closed form of the Dirac-GAN."""

import copy

import pytest
import torch
from one_weight import Point, Slope
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from gan_edu.data.points import ring
from gan_edu.game.augmentations import InstanceNoise
from gan_edu.game.gan import GAN
from gan_edu.game.losses import minimax, non_saturating, relativistic
from gan_edu.game.penalties import R1, R2, Both, GradientPenalty
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize
from gan_edu.theory import dirac
from gan_edu.theory.dirac_methods import simultaneous, trajectory
from gan_edu.theory.jacobian import after_push, game_field, game_jacobian


def players(hidden=(16, 16, 16, 16), **settings) -> GAN:
    gan = GAN(MLP(2, 2, hidden).double(), MLP(2, None, hidden).double(), **settings)
    for name in ("generator", "discriminator"):
        initialize(getattr(gan, name), Stream(0, name, dtype=torch.float64))
    return gan


def batch(count: int = 12) -> dict[str, torch.Tensor]:
    stream = Stream(1, dtype=torch.float64)
    return {"real": ring().sample(count, stream), "noise": stream.normal(count, 2)}


def by_differences(gan: GAN, columns: list[int], distance: float = 1e-6) -> torch.Tensor:
    """Columns of the Jacobian: the field with one weight a little larger, less that with it a little smaller."""
    networks = nn.ModuleList([gan.generator, gan.discriminator])
    here = parameters_to_vector(networks.parameters()).detach().clone()
    found = []
    for column in columns:
        fields = []
        for sign in (1, -1):
            shifted = here.clone()
            shifted[column] += sign * distance
            vector_to_parameters(shifted, networks.parameters())
            fields.append(game_field(gan, **batch()))
        found.append((fields[0] - fields[1]) / (2 * distance))
    vector_to_parameters(here, networks.parameters())
    return torch.stack(found, 1)


GAMES = {
    "minimax": {"loss": minimax},
    "non-saturating with R1": {"loss": non_saturating, "penalty": R1(0.3)},
    "relativistic with both": {"loss": relativistic, "penalty": Both(R1(0.3), R2(0.2))},
    "a penalty that draws": {"loss": non_saturating, "penalty": GradientPenalty(0.5)},
    "noise on what D sees": {"loss": minimax, "augmentation": InstanceNoise(0.2)},
}


@pytest.mark.parametrize("game", GAMES)
def test_it_agrees_with_finite_differences(game):
    gan = players((5, 5), **GAMES[game])
    jacobian = game_jacobian(gan, **batch())
    columns = list(range(0, len(jacobian), 7))
    torch.testing.assert_close(jacobian[:, columns], by_differences(gan, columns), rtol=1e-5, atol=1e-7)


def test_it_agrees_with_finite_differences_for_the_networks_of_the_paper():
    gan = players(loss=non_saturating, penalty=R1(0.3))
    jacobian = game_jacobian(gan, **batch())
    assert jacobian.shape == (1779, 1779)
    columns = [0, 100, 500, 897, 898, 1000, 1500, 1778]
    torch.testing.assert_close(jacobian[:, columns], by_differences(gan, columns), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("loss", "field"), [(minimax, dirac.minimax), (non_saturating, dirac.non_saturating)])
@pytest.mark.parametrize(("theta", "psi"), [(0.0, 0.0), (0.7, -1.2)])
@pytest.mark.parametrize("weight", [0.3, 1.0])
def test_two_networks_of_one_weight_are_the_dirac_gan(loss, field, theta, psi, weight):
    gan = GAN(Point(theta), Slope(psi), loss=loss, penalty=R1(weight), noise_size=1)
    origin = torch.zeros(3, 1, dtype=torch.float64)
    expected = dirac.WithPenalty(field, weight)
    moves = game_field(gan, origin, origin)
    torch.testing.assert_close(moves, torch.tensor(expected(theta, psi), dtype=torch.float64))
    table = torch.tensor(dirac.jacobian(expected, theta, psi))
    torch.testing.assert_close(game_jacobian(gan, origin, origin), table, rtol=1e-8, atol=1e-9)


def test_a_pushed_dirac_gan_goes_its_own_trajectory():
    gan = GAN(Point(0.4), Slope(-0.2), loss=minimax, penalty=R1(0.3), noise_size=1)
    origin, push = torch.zeros(2, 1, dtype=torch.float64), torch.tensor([0.1, 0.3], dtype=torch.float64)
    found = after_push(gan, origin, origin, push, steps=30, step_size=0.2)
    field = dirac.WithPenalty(dirac.minimax, 0.3)
    paths = [trajectory(field, simultaneous, place, 0.2, 29)[:, 0] for place in ((0.5, 0.1), (0.4, -0.2))]
    torch.testing.assert_close(found[:, 1, 0], torch.tensor(paths[0] - paths[1]), rtol=1e-10, atol=1e-12)
    assert (gan.generator.weight.item(), gan.discriminator.weight.item()) == (0.4, -0.2)


def test_a_small_push_of_networks_goes_as_the_jacobian_says():
    gan = players((6,), loss=minimax, penalty=R1(0.1))
    jacobian = game_jacobian(gan, **batch())
    push = 1e-6 * Stream(2, dtype=torch.float64).normal(len(jacobian))
    fakes = after_push(gan, **batch(), push=push, steps=2, step_size=0.1)[1]
    here = parameters_to_vector([*gan.generator.parameters(), *gan.discriminator.parameters()]).detach()
    one_step = here + 0.1 * game_field(gan, **batch())
    moved = push + 0.1 * jacobian @ push
    made = []
    for weights in (one_step + moved, one_step):
        vector_to_parameters(weights, [*gan.generator.parameters(), *gan.discriminator.parameters()])
        made.append(gan.generator(batch()["noise"]).detach())
    torch.testing.assert_close(fakes, made[0] - made[1], rtol=1e-3, atol=1e-11)


def test_looking_changes_nothing():
    gan = players((4,), loss=minimax, penalty=R1(0.1))
    before = copy.deepcopy([gan.generator.state_dict(), gan.discriminator.state_dict()])
    jacobian = game_jacobian(gan, **batch())
    after_push(gan, **batch(), push=0.1 * jacobian[0], steps=3, step_size=0.1)
    for state, network in zip(before, (gan.generator, gan.discriminator), strict=True):
        assert all(torch.equal(value, network.state_dict()[name]) for name, value in state.items())
        assert all(weights.grad is None for weights in network.parameters())


def test_noise_of_another_size_is_named():
    with pytest.raises(ValueError, match=r"^noise must have shape \(B, 2\) with B above zero, got \(12, 3\)$"):
        game_field(players((4,), loss=minimax), batch()["real"], torch.zeros(12, 3, dtype=torch.float64))
