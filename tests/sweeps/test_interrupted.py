"""An interrupt leaves all members of all groups at the same whole step, wherever it comes, and the call goes on."""

import os
import signal

import pytest
import torch
from torch import nn

from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating
from gan_edu.networks.points import MLP
from gan_edu.sweeps import members as members_module
from gan_edu.sweeps import run_together as run_together_module
from gan_edu.sweeps.ensemble import Ensemble
from gan_edu.sweeps.run_together import run_together

RING = ring()


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def make(seed: int, update=alternating) -> Training:
    gan = GAN(MLP(2, 2, (6,)).double(), MLP(2, None, (6,)).double(), loss=non_saturating)
    return Training(gan, RING, seed, batch_size=16, view_size=4, update=update)


def weights(training: Training) -> torch.Tensor:
    return nn.utils.parameters_to_vector(training.gan.generator.parameters())


def assert_all_at(trainings: list[Training], step: int) -> None:
    assert [training.step for training in trainings] == [step] * len(trainings)
    for training in trainings:
        single = make(training.seed)
        if step:
            single.run(step)
        torch.testing.assert_close(weights(training), weights(single), rtol=1e-6, atol=1e-9)
        assert torch.equal(training.stream.generator.get_state(), single.stream.generator.get_state())


@pytest.mark.parametrize("size", [2, 64])
@pytest.mark.parametrize("at", [0, 3, 7])
def test_all_groups_stop_at_the_same_step_and_go_on(monkeypatch, size, at):
    monkeypatch.setattr(run_together_module, "MEMBERS", size)
    monkeypatch.setattr(run_together_module, "KEEP", 10)
    armed = [True]

    def interrupted(gan, draw, stream):
        if gan.step == at and armed and type(gan.generator) is Ensemble:
            armed.clear()
            interrupt()
        return alternating(gan, draw, stream)

    trainings = [make(seed, interrupted) for seed in range(5)]
    with pytest.raises(KeyboardInterrupt):
        run_together(trainings, 20)
    reached = trainings[0].step
    assert at < reached < 20
    assert_all_at(trainings, reached)
    run_together(trainings, 20 - reached)
    assert_all_at(trainings, 20)


def test_an_interrupt_while_states_are_given_back_tears_nothing(monkeypatch):
    given, give_back = [], members_module.Ensemble.copy_to

    def interrupted(self, member, network):
        given.append(member)
        if given == [0]:
            interrupt()
        give_back(self, member, network)

    monkeypatch.setattr(members_module.Ensemble, "copy_to", interrupted)
    trainings = [make(seed) for seed in range(3)]
    with pytest.raises(KeyboardInterrupt):
        run_together(trainings, 10)
    assert_all_at(trainings, 10)


def test_a_second_interrupt_while_the_first_gives_back_tears_nothing(monkeypatch):
    given, give_back = [], members_module.Ensemble.copy_to

    def interrupted(self, member, network):
        given.append(member)
        if given == [0]:
            interrupt()
        give_back(self, member, network)

    def update(gan, draw, stream):
        if gan.step == 4 and type(gan.generator) is Ensemble:
            interrupt()
        return alternating(gan, draw, stream)

    monkeypatch.setattr(members_module.Ensemble, "copy_to", interrupted)
    trainings = [make(seed, update) for seed in range(3)]
    with pytest.raises(KeyboardInterrupt):
        run_together(trainings, 10)
    assert_all_at(trainings, 5)


def test_a_handler_that_lets_it_go_on_is_obeyed():
    calls = []
    before = signal.signal(signal.SIGINT, lambda number, frame: calls.append(number))
    try:

        def update(gan, draw, stream):
            if gan.step == 4 and type(gan.generator) is Ensemble:
                interrupt()
            return alternating(gan, draw, stream)

        trainings = [make(seed, update) for seed in range(2)]
        run_together(trainings, 10)
    finally:
        signal.signal(signal.SIGINT, before)
    assert calls == [signal.SIGINT]
    assert_all_at(trainings, 10)


def test_an_error_within_a_step_leaves_no_half_step():
    def broken(gan, draw, stream):
        losses = alternating(gan, draw, stream)
        if gan.step == 3:
            raise ZeroDivisionError("half a step")
        return losses

    trainings = [make(seed, broken) for seed in range(3)]
    with pytest.raises(ZeroDivisionError, match="half a step"):
        run_together(trainings, 10)
    assert_all_at(trainings, 0)
