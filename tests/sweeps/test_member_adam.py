"""The ensemble's Adam does what each member's own would, or says by name what it does not know."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import nn

from gan_edu.data.points import ring
from gan_edu.game.clipping import Clipped
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating, wasserstein
from gan_edu.game.optimizers import Adam, CosineDecay
from gan_edu.game.training import Training
from gan_edu.networks.points import MLP
from gan_edu.sweeps.run_together import run_together

RING, ADAM = ring(), Adam()


def make(seed: int, optimizer: Callable = ADAM, loss=non_saturating, **settings: object) -> Training:
    players = MLP(2, 2, (6, 5)).double(), MLP(2, None, (6,)).double()
    gan = GAN(*players, loss=loss, g_optimizer=optimizer, d_optimizer=optimizer)
    return Training(gan, RING, seed, batch_size=16, view_size=4, **settings)


def assert_together_as_alone(trainings: list[Training], alone: list[Training], steps: int = 10) -> None:
    run_together(trainings, steps)
    for training, single in zip(trainings, alone, strict=True):
        single.run(steps)
        for player in ("generator", "discriminator"):
            pairs = zip(
                getattr(training.gan, player).parameters(), getattr(single.gan, player).parameters(), strict=True
            )
            for one, other in pairs:
                torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-9)


def in_groups(parameters):
    first, *others = parameters
    groups = [{"params": [first], "lr": 1e-2, "betas": (0.5, 0.9)}, {"params": others, "eps": 1e-3}]
    return torch.optim.Adam(groups, lr=1e-3, betas=(0.0, 0.99))


def backwards(parameters):
    return torch.optim.Adam(list(parameters)[::-1], lr=1e-2, betas=(0.0, 0.99))


@pytest.mark.parametrize("optimizer", [in_groups, backwards])
@pytest.mark.parametrize("schedule", [CosineDecay(8), None])
def test_groups_and_another_order_are_as_alone(optimizer, schedule):
    settings = {} if schedule is None else {"schedule": schedule}
    trainings, alone = ([make(seed, optimizer, **settings) for seed in range(3)] for _ in range(2))
    assert_together_as_alone(trainings, alone)
    assert_together_as_alone(trainings, alone, 3)  # the states have gone to the right weights
    for training, single in zip(trainings, alone, strict=True):
        training.run(3), single.run(3)


def test_members_may_differ_in_their_groups():
    optimizers = (in_groups, backwards, Adam(5e-3, (0.9, 0.9)))
    trainings, alone = ([make(seed, one) for seed, one in enumerate(optimizers)] for _ in range(2))
    assert_together_as_alone(trainings, alone)


def test_betas_that_were_changed_in_the_group_count():
    trainings, alone = ([make(seed) for seed in range(2)] for _ in range(2))
    for training in (trainings[1], alone[1]):
        training.gan.g_optimizer.param_groups[0]["betas"] = (0.9, 0.5)
    assert_together_as_alone(trainings, alone)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_second_beta_next_to_one_is_as_alone(dtype):
    """In float32, 0.99999999 is one, and one minus it nothing to divide by."""

    def close_to_one(seed: int) -> Training:
        players = MLP(2, 2, (6,)).to(dtype), MLP(2, None, (6,)).to(dtype)
        adam = Adam(1e-3, (0.0, 0.99999999))
        gan = GAN(*players, loss=non_saturating, g_optimizer=adam, d_optimizer=adam)
        return Training(gan, RING, seed, batch_size=16, view_size=4)

    trainings, alone = ([close_to_one(seed) for seed in range(2)] for _ in range(2))
    run_together(trainings, 5)
    for training, single in zip(trainings, alone, strict=True):
        single.run(5)
        one, other = training.gan.generator[0].weight, single.gan.generator[0].weight
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def with_decay_in_a_group(parameters):
    return torch.optim.Adam([{"params": list(parameters), "weight_decay": 0.1}], lr=1e-3)


def with_hook(parameters):
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    optimizer.register_step_post_hook(lambda optimizer, arguments, keywords: None)
    return optimizer


def with_hook_before(parameters):
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    optimizer.register_step_pre_hook(lambda optimizer, arguments, keywords: None)
    return optimizer


def with_a_scheduler(parameters):
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    torch.optim.lr_scheduler.StepLR(optimizer, 10)
    return optimizer


def with_a_weight_of_its_own(parameters):
    return torch.optim.Adam([*parameters, nn.Parameter(torch.zeros(1))], lr=1e-3)


REFUSED = {
    "Adam with weight_decay=0.1": with_decay_in_a_group,
    "Adam with hooks; to clip weights": with_hook,
    "Adam with hooks": with_hook_before,
    "Adam with a step that was replaced": with_a_scheduler,
    "Adam with weights that are not its network's": with_a_weight_of_its_own,
    "RMSprop with rules of its own": partial(torch.optim.RMSprop, lr=1e-3),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_does_not_know_is_refused_by_name(name):
    with pytest.raises(ValueError, match=f"^optimizers must be plain Adam in an ensemble, got {name}"):
        run_together([make(seed, REFUSED[name]) for seed in range(2)], 1)


def test_weights_of_different_steps_are_refused():
    trainings = [make(seed) for seed in range(2)]
    for training in trainings:
        training.run(1)
    first = next(iter(trainings[1].gan.g_optimizer.state.values()))
    first["step"] += 1
    with pytest.raises(ValueError, match="weights that have made different numbers of steps"):
        run_together(trainings, 1)


def test_clipped_members_are_as_alone_each_with_its_own_bound():
    bounds = (0.05, 0.2, 0.5)
    makes = [partial(make, seed, Clipped(Adam(1e-2), bound), wasserstein) for seed, bound in enumerate(bounds)]
    trainings, alone = ([one() for one in makes] for _ in range(2))
    assert_together_as_alone(trainings, alone)
    for training, bound in zip(trainings, bounds, strict=True):
        largest = max(float(own.detach().abs().max()) for own in training.gan.discriminator.parameters())
        assert largest == pytest.approx(bound)


def test_clipped_and_free_members_go_together():
    makes = [partial(make, 0, Clipped(Adam(1e-2), 0.1)), partial(make, 1, Adam(1e-2))]
    trainings, alone = ([one() for one in makes] for _ in range(2))
    assert_together_as_alone(trainings, alone)
