"""The same seed gives the same bits, however a run is watched, interrupted or resumed; what goes wrong is named."""

import copy
import math
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import FrozenInstanceError
from functools import partial

import numpy as np
import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gan_edu.data.images import Images, digits
from gan_edu.data.points import grid, mixture, ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import Loss, cross_entropy, minus_log, non_saturating, relativistic
from gan_edu.game.optimizers import Adam, CosineDecay
from gan_edu.game.penalties import R1
from gan_edu.game.snapshot import Snapshot, State, TrainingDiverged, copied
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating, simultaneous, unrolled
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream

Make = Callable[[], Training]


def points(seed: int = 0, update: Callable = alternating, penalty: R1 | None = None, **settings: object) -> Training:
    gan = GAN(MLP(2, 2, (16, 16)), MLP(2, None, (16, 16)), loss=non_saturating, penalty=penalty)
    return Training(gan, ring(), seed, batch_size=64, update=update, view_size=32, **settings)


def images(seed: int = 0) -> Training:
    gan = GAN(ImageGenerator(4, 4), ImageDiscriminator(4), loss=non_saturating, penalty=R1(0.1), noise_size=4)
    return Training(gan, digits(), seed, batch_size=16, view_size=16)


def decaying() -> Training:
    return points(update=partial(alternating, discriminator_updates=2), penalty=R1(0.1), schedule=CosineDecay(30))


def rich() -> Training:
    """All that a run can have of a state: momentum of both players, a schedule, an average; and it looks ahead."""
    heavy = Adam(0.002, (0.9, 0.99))
    gan = GAN(
        MLP(2, 2, (16, 16)),
        MLP(2, None, (16, 16)),
        loss=relativistic,
        penalty=R1(0.1),
        g_optimizer=heavy,
        d_optimizer=heavy,
    )
    look = partial(unrolled, steps=2)
    return Training(gan, ring(), 0, 64, look, CosineDecay(30), view_size=32, averaging=0.9)


EVERY = pytest.mark.parametrize("make", [points, images, partial(points, update=simultaneous), decaying, rich])


def state(training: Training) -> list[torch.Tensor]:
    """All that goes on into the next step."""
    gan = training.gan
    tensors = [*gan.generator.parameters(), *gan.discriminator.parameters(), *training.averaged.parameters()]
    for optimizer in (gan.g_optimizer, gan.d_optimizer):
        tensors += [tensor for moments in optimizer.state.values() for tensor in moments.values()]
    return [tensor.detach().clone() for tensor in tensors] + [training.stream.generator.get_state()]


def same(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return len(first) == len(second) and all(torch.equal(*pair) for pair in zip(first, second, strict=True))


def seen(snapshot: Snapshot) -> list[torch.Tensor]:
    weights = [*snapshot.generator.parameters(), *snapshot.discriminator.parameters()]
    losses = torch.tensor([snapshot.step, snapshot.d_loss, snapshot.g_loss], dtype=torch.float64)
    return [losses, snapshot.real, snapshot.samples, *(tensor.detach() for tensor in weights)]


def after(training: Training, steps: int = 20) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    snapshot = training.run(steps)
    return state(training), seen(snapshot)


def consume(snapshots: Iterable[Snapshot], look: Callable[[Snapshot], object]) -> None:
    for snapshot in snapshots:
        look(snapshot)


def alike(first: tuple, second: tuple) -> bool:
    return all(map(same, first, second))


@EVERY
def test_the_same_seed_gives_the_same_bits(make):
    assert alike(after(make()), after(make()))


@pytest.mark.parametrize("make", [points, images])
def test_another_seed_gives_another_run(make):
    first, second = make(seed=0).snapshot(), make(seed=1).snapshot()
    assert not torch.equal(first.real, second.real)
    assert not torch.equal(first.samples, second.samples)
    assert not torch.equal(first.generator[0].weight, second.generator[0].weight)
    assert not torch.equal(first.discriminator[0].weight, second.discriminator[0].weight)


def test_the_weights_come_from_the_seed_and_not_from_the_networks_that_were_passed():
    gan = points().gan
    first = state(Training(gan, ring(), 3))
    assert not same(first, state(Training(gan, ring(), 4)))
    assert same(first, state(Training(gan, ring(), 3)))


@EVERY
@pytest.mark.parametrize("every", [1, 3, 20])
def test_watching_more_often_does_not_change_the_run(make, every):
    training = make()
    consume(training.watch(20, every), lambda _: (training.snapshot(), training.samples(8)))
    assert alike((state(training), seen(training.snapshot())), after(make()))


@EVERY
def test_a_loop_that_breaks_off_goes_on_with_the_same_bits(make):
    training = make()
    for snapshot in training.watch(1000, every=7):
        if snapshot.step == 14:
            break
    assert training.step == 14
    assert alike(after(training, 6), after(make()))


def test_a_consumer_that_raises_loses_nothing():
    training, before = points(), signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError):
        consume(training.watch(1000, every=5), lambda snapshot: 1 / (snapshot.step - 10))
    assert training.step == 10
    assert signal.getsignal(signal.SIGINT) is before
    assert alike(after(training, 10), after(points()))


def interrupting(update: Callable, at: int) -> Callable:
    """The update, with a real interrupt from the system in the midst of its step number `at`."""
    calls = iter(range(1, 10**6))

    def interrupted(gan: GAN, draw: Callable, stream: Stream) -> tuple[torch.Tensor, torch.Tensor]:
        real, *_ = draw()
        if next(calls) == at:
            os.kill(os.getpid(), signal.SIGINT)
        return update(gan, lambda: (real,), stream)

    return interrupted


@pytest.mark.parametrize("every", [4, 7, 100])
def test_an_interrupt_waits_for_the_end_of_the_step_and_the_run_goes_on_with_the_same_bits(every):
    training, before = points(update=interrupting(alternating, at=7)), signal.getsignal(signal.SIGINT)
    steps = []
    with pytest.raises(KeyboardInterrupt):
        consume(training.watch(20, every), lambda snapshot: steps.append(snapshot.step))
    assert training.step == 7
    assert steps == ([4] if every == 4 else [])
    assert signal.getsignal(signal.SIGINT) is before
    assert alike(after(training, 13), after(points()))


def test_an_interrupt_in_the_last_step_is_not_lost():
    training = points(update=interrupting(alternating, at=5))
    with pytest.raises(KeyboardInterrupt):
        training.run(5)
    assert alike(after(training, 15), after(points()))


def test_an_interrupt_before_the_handler_is_back_is_not_lost(monkeypatch):
    """The system may interrupt between the last look at the flag and the return of the usual handler."""
    set_handler, handlers = signal.signal, []

    def late(number: int, handler: object) -> object:
        handlers.append(handler)
        if len(handlers) == 2:
            os.kill(os.getpid(), number)
        return set_handler(number, handler)

    training = points()
    monkeypatch.setattr(signal, "signal", late)
    with pytest.raises(KeyboardInterrupt):
        training.run(5)
    assert training.step == 5
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_between_two_snapshots_an_interrupt_comes_at_once():
    training = points()
    with pytest.raises(KeyboardInterrupt):
        consume(training.watch(20, every=5), lambda _: os.kill(os.getpid(), signal.SIGINT))
    assert training.step == 5
    assert alike(after(training, 15), after(points()))


def test_another_thread_trains_as_well():
    training, results = points(), []
    thread = threading.Thread(target=lambda: results.append(after(training)))
    thread.start()
    thread.join()
    assert alike(results[0], after(points()))


@pytest.fixture
def threads() -> Iterator[Callable[[int], None]]:
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("penalty", [None, R1(0.1)])
def test_points_give_the_same_bits_on_one_and_on_two_threads(threads, penalty):
    results = []
    for number in (1, 2):
        threads(number)
        gan = GAN(MLP(2, 2), MLP(2, None), loss=non_saturating, penalty=penalty)
        results.append(after(Training(gan, ring()), 10))
    assert alike(*results)


@pytest.mark.parametrize("make", [points, images])
def test_the_shared_generator_is_neither_read_nor_changed(make):
    gan, data = make().gan, make().data  # networks draw from it when they are made, before a training begins
    before = torch.get_rng_state()
    first = Training(gan, data, batch_size=16, view_size=16)
    result = after(first, 5)
    first.samples(8)
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(10)  # somebody else draws
    assert alike(after(make_again(gan, data), 5), result)


def make_again(gan: GAN, data: object) -> Training:
    again = copy.copy(gan)
    again.g_optimizer, again.d_optimizer = Adam()(gan.generator.parameters()), Adam()(gan.discriminator.parameters())
    return Training(again, data, batch_size=16, view_size=16)


@EVERY
def test_snapshots_stay_as_they_are_when_training_goes_on(make):
    training = make()
    first, second = training.snapshot(), training.run(5)
    kept = copy.deepcopy((seen(first), seen(second)))
    training.run(10)
    assert same(seen(first)[1:], kept[0][1:])  # its losses are NaN, which is not equal to itself
    assert same(seen(second), kept[1])
    assert not same(seen(first)[3:], seen(second)[3:])


def test_a_snapshot_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        points().snapshot().step = 3


def test_a_snapshot_shows_the_run_as_it_is():
    training = points()
    first, second = training.snapshot(), training.run(10)
    assert (first.step, second.step, training.step) == (0, 10, 10)
    assert math.isnan(first.d_loss)
    assert math.isnan(first.g_loss)
    assert (second.d_loss, second.g_loss) == tuple(float(loss) for loss in training.losses)
    assert same(seen(second)[3:], [*training.gan.generator.parameters(), *training.gan.discriminator.parameters()])
    assert not second.samples.requires_grad


def test_real_examples_and_noise_of_the_snapshots_stay_the_same():
    training = points()
    first, second = training.snapshot(), training.run(10)
    assert torch.equal(first.real, second.real)
    noise = training._noise
    assert torch.equal(first.samples, first.generator(noise))
    assert torch.equal(second.samples, second.generator(noise))


def test_the_scores_of_a_snapshot_are_what_its_discriminator_says():
    snapshot = points().run(5)
    real, fake = snapshot.scores()
    assert torch.equal(real, snapshot.discriminator(snapshot.real))
    assert torch.equal(fake, snapshot.discriminator(snapshot.samples))
    assert (real.shape, fake.requires_grad) == ((32,), False)


def test_samples_for_measuring_come_from_the_same_noise_each_time():
    training = points()
    first = training.samples(100)
    assert torch.equal(first, training.samples(100))
    assert first.shape == (100, 2)
    assert not torch.equal(first[:32], training.snapshot().samples)
    training.run(3)
    assert not torch.equal(first, training.samples(100))


def test_watch_yields_after_every_so_many_steps_and_after_the_last():
    training = points()
    assert [snapshot.step for snapshot in training.watch(10, every=4)] == [4, 8, 10]
    assert [snapshot.step for snapshot in training.watch(8, every=4)] == [14, 18]
    assert [snapshot.step for snapshot in training.watch(2)] == [20]


def test_the_schedule_sets_both_learning_rates():
    rates = []

    def recording(gan: GAN, draw: Callable, stream: Stream) -> tuple[torch.Tensor, torch.Tensor]:
        rates.append((gan.g_optimizer.param_groups[0]["lr"], gan.d_optimizer.param_groups[0]["lr"]))
        return alternating(gan, draw, stream)

    gan = GAN(MLP(2, 2), MLP(2, None), loss=non_saturating, g_optimizer=Adam(0.1), d_optimizer=Adam(0.2))
    training = Training(gan, ring(), batch_size=8, update=recording, schedule=lambda step: 1 / (1 + step))
    training.run(3)
    assert rates == [(0.1, 0.2), (0.05, 0.1), (0.1 / 3, 0.2 / 3)]


def test_double_precision_reaches_all_parts():
    gan = GAN(MLP(2, 2, (8,)).double(), MLP(2, None, (8,)).double(), loss=non_saturating, penalty=R1(0.1))
    training = Training(gan, ring(), batch_size=8, view_size=8)
    assert all(tensor.dtype == torch.float64 for tensor in seen(training.run(2)))
    assert training.samples(3).dtype == torch.float64


def test_training_learns_a_single_gaussian():
    """The whole package at work: a shifted bell on a line, mean and width nearly right."""
    gan = GAN(MLP(1, 1, (32, 32)), MLP(1, None, (32, 32)), loss=non_saturating, penalty=R1(1.0), noise_size=1)
    training = Training(gan, mixture([2.0], [0.5]), batch_size=128, schedule=CosineDecay(600))
    training.run(600)
    samples = training.samples(4000)
    assert samples.mean().item() == pytest.approx(2.0, abs=0.1)
    assert samples.std().item() == pytest.approx(0.5, abs=0.15)


# The average of the generator's weights.


def weights(network: torch.nn.Module) -> np.ndarray:
    return torch.nn.utils.parameters_to_vector(network.parameters()).detach().double().numpy()


@pytest.mark.parametrize("averaging", [0.0, 0.3, 0.5])
def test_the_average_is_that_of_pytorch(averaging):
    """At step two the mean of both keeps one half, so that up to there no step is held down by the mean."""
    training = points(averaging=averaging)
    average = AveragedModel(training.gan.generator, multi_avg_fn=get_ema_multi_avg_fn(averaging))
    for snapshot in training.watch(20, every=1):
        average.update_parameters(training.gan.generator)
        assert weights(snapshot.generator) == pytest.approx(weights(average.module), rel=1e-6, abs=1e-8)


def test_the_average_is_at_first_the_mean_of_all_weights_so_far():
    training = points(averaging=0.95)
    average = AveragedModel(training.gan.generator)
    for snapshot in training.watch(20, every=1):  # (20 - 1) / 20 = 0.95
        average.update_parameters(training.gan.generator)
        assert weights(snapshot.generator) == pytest.approx(weights(average.module), rel=1e-5, abs=1e-7)


def test_the_average_then_forgets_as_the_sum_by_hand_says():
    """Mean of the first 1/(1 - averaging) steps; after that each step counts averaging times what the next one does."""
    training, seen_weights = points(averaging=0.75), []
    for _ in training.watch(12, every=1):
        seen_weights.append(weights(training.gan.generator))
    shares = [0.25 * 0.75**8] * 4 + [0.25 * 0.75 ** (12 - step) for step in range(5, 13)]
    assert sum(shares) == pytest.approx(1)
    assert weights(training.averaged) == pytest.approx(np.average(seen_weights, axis=0, weights=shares), abs=1e-6)


@pytest.mark.parametrize("update", [alternating, simultaneous, unrolled])
def test_the_players_never_see_the_average(update):
    def players(training: Training) -> list[torch.Tensor]:
        training.run(10)
        both = training.gan.generator, training.gan.discriminator
        return [*(w for network in both for w in network.parameters()), training.stream.generator.get_state()]

    assert same(players(points(update=update, averaging=0.9)), players(points(update=update)))


def test_what_is_shown_and_measured_comes_from_the_average():
    training = points(averaging=0.9)
    snapshot = training.run(10)
    assert same(list(snapshot.generator.parameters()), list(training.averaged.parameters()))
    assert not same(list(snapshot.generator.parameters()), list(training.gan.generator.parameters()))
    viewing = Stream(0, "viewing")
    ring().sample(32, viewing)
    assert torch.equal(snapshot.samples, training.averaged(viewing.normal(32, 2)))
    assert torch.equal(training.samples(9), training.averaged(Stream(0, "measuring").normal(9, 2)))
    assert same(list(snapshot.discriminator.parameters()), list(training.gan.discriminator.parameters()))


def test_before_the_first_step_the_average_is_the_generator():
    training = points(averaging=0.9)
    assert same(list(training.averaged.parameters()), list(training.gan.generator.parameters()))
    assert training.averaged is not training.gan.generator


def test_without_an_average_the_generator_itself_is_shown():
    training = points()
    assert training.averaged is training.gan.generator
    assert alike(after(training), after(points(averaging=0.0)))  # keeps nothing of the past


AVERAGES = [(1.0, ValueError), (-0.1, ValueError), (math.nan, ValueError), (True, TypeError), ("0.9", TypeError)]


@pytest.mark.parametrize(("value", "error"), AVERAGES)
def test_an_average_that_is_out_of_range_is_named(value, error):
    with pytest.raises(error, match=rf"^averaging must be .*, got {value!r}$"):
        points(averaging=value)


# Beginning anew, and going back.


@EVERY
def test_after_a_reset_a_run_gives_the_bits_of_a_new_one(make):
    training = make()
    training.run(7)
    training.reset(5)
    training.run(3)
    training.reset(0)
    assert (training.seed, training.step) == (0, 0)
    assert all(loss.isnan() for loss in training.losses)
    assert same(seen(training.snapshot())[1:], seen(make().snapshot())[1:])
    assert torch.equal(training.samples(5), make().samples(5))
    assert alike(after(training), after(make()))


def test_a_reset_to_another_seed_gives_the_run_of_that_seed():
    training = points(seed=0)
    training.run(7)
    training.reset(3)
    assert alike(after(training), after(points(seed=3)))
    assert torch.equal(training.samples(5), points_after(3, 20).samples(5))


def points_after(seed: int, steps: int) -> Training:
    training = points(seed)
    training.run(steps)
    return training


def test_a_reset_helps_after_a_divergence():
    training = failing("generator", at=8)
    with pytest.raises(TrainingDiverged):
        training.run(20)
    training.reset(3)
    assert alike(after(training), after(points(seed=3)))


@pytest.mark.parametrize("seed", [0.5, "1", None])
def test_a_reset_that_is_refused_changes_nothing(seed):
    training = points_after(0, 5)
    with pytest.raises(TypeError, match=rf"^seed must be an integer, got {seed!r}$"):
        training.reset(seed)
    assert (training.seed, training.step) == (0, 5)
    assert alike(after(training, 15), after(points()))


def tensors(kept: State) -> list[torch.Tensor]:
    """All tensors in a state."""
    found = [*kept.losses, kept.stream]
    for part in kept.parts:
        moments = part["state"].values() if "state" in part else [part]
        found += [tensor for own in moments for tensor in own.values()]
    return found


@EVERY
@pytest.mark.parametrize("steps", [0, 5])
def test_from_a_state_a_run_goes_on_with_the_same_bits_as_often_as_one_likes(make, steps):
    training = make()
    for _ in training.watch(steps) if steps else ():
        pass
    kept, before = training.state(), seen(training.snapshot())
    before_going_on, first = copy.deepcopy(tensors(kept)), after(training, 10)
    for _ in range(2):
        training.restore(kept)
        assert (training.step, kept.step) == (steps, steps)
        assert same(seen(training.snapshot())[1:], before[1:])
        assert alike(after(training, 10), first)
    there = 2 if steps == 0 else 0  # NaN is not equal to itself
    assert same(tensors(kept)[there:], before_going_on[there:])


@EVERY
def test_another_object_made_in_the_same_way_goes_on_from_a_state_as_well(make):
    training, other = make(), make()
    training.run(5)
    other.restore(training.state())
    assert alike(after(other, 10), after(training, 10))


def test_a_state_can_be_restored_forward_too():
    training = points_after(0, 8)
    kept = training.state()
    training.reset(0)
    training.run(2)
    training.restore(kept)
    assert training.step == 8
    assert alike(after(training, 12), after(points()))


def test_a_restored_state_is_the_one_to_fall_back_on():
    training = failing("generator", at=8)
    training.run(2)
    kept, good = training.state(), state(training)
    training.run(2)
    training.restore(kept)
    with pytest.raises(TrainingDiverged, match=r"state, step 2\.") as raised:
        training.run(20)
    assert raised.value.snapshot.step == 2
    assert same(state(training), good)


@pytest.mark.parametrize("averaging", [None, 0.9])
def test_a_state_of_another_seed_brings_back_that_run_and_what_it_shows(averaging):
    training = points(averaging=averaging)
    shown, kept, measured = seen(training.run(5)), training.state(), training.samples(7)
    training.reset(3)
    training.run(3)
    training.restore(kept)
    assert (training.seed, training.step, kept.seed) == (0, 5, 0)
    assert same(seen(training.snapshot()), shown)
    assert torch.equal(training.samples(7), measured)
    assert alike(after(training, 15), after(points(averaging=averaging)))


def test_a_state_of_another_run_is_refused_and_changes_nothing():
    training, other = points_after(0, 5), points_after(3, 2)
    without_average, with_average = other.state(), rich().state()
    averaged = points(averaging=0.9)
    averaged.run(5)
    for run, foreign in ((training, with_average), (averaged, without_average)):
        before = state(run)
        with pytest.raises(ValueError, match=r"^state must "):
            run.restore(foreign)
        assert (run.seed, run.step) == (0, 5)
        assert same(state(run), before)


# Other data.


def test_other_data_leave_the_players_as_they_are_and_are_what_is_shown_and_drawn():
    training, new = points_after(0, 5), grid(3)
    before, samples = state(training), training.snapshot().samples
    training.change_data(new)
    assert training.data is new
    assert training.step == 5
    assert same(state(training), before)
    viewing = Stream(0, "viewing")
    assert torch.equal(training.snapshot().real, new.sample(32, viewing))
    assert torch.equal(training.snapshot().samples, training.gan.generator(viewing.normal(32, 2)))
    assert samples.shape == training.snapshot().samples.shape
    stream = Stream(0)
    stream.generator.set_state(training.stream.generator.get_state())
    assert torch.equal(training.draw()[0], new.sample(64, stream))


def test_with_other_data_a_run_goes_on_as_the_loop_by_hand():
    training, hand, new = points_after(0, 5), points_after(0, 5), grid(3)
    training.change_data(new)
    for snapshot in training.watch(5, every=1):
        losses = alternating(hand.gan, lambda: (new.sample(64, hand.stream),), hand.stream)
        assert (snapshot.d_loss, snapshot.g_loss) == tuple(map(float, losses))
    assert same(state(training), state(hand))


def test_data_may_change_while_one_watches():
    training, other = points(), points()
    for snapshot in training.watch(20, every=10):
        if snapshot.step == 10:
            training.change_data(grid(3))
    other.run(10)
    other.change_data(grid(3))
    assert alike((state(training), seen(training.snapshot())), after(other, 10))


def test_a_reset_keeps_the_other_data():
    training, new = points_after(0, 5), grid(3)
    training.change_data(new)
    training.reset(4)
    assert alike(after(training), after(Training(points().gan, new, 4, batch_size=64, view_size=32)))


def test_after_divergence_on_other_data_it_is_back_where_they_came_in():
    training, new = failing("generator", at=8), grid(3)
    training.run(4)
    training.change_data(new)
    with pytest.raises(TrainingDiverged) as raised:
        training.run(20)
    assert (training.step, training.data) == (4, new)
    assert torch.equal(raised.value.snapshot.real, new.sample(32, Stream(0, "viewing")))


MISFITS = [
    (mixture([0.0], [1.0]), ValueError, r"^generator must make fakes of shape \(32, 1\), got \(32, 2\)$"),
    (torch.zeros(1, 2, dtype=torch.float64), TypeError, r"^data must be torch\.float32, .* got torch\.float64$"),
    (torch.tensor([[0.0, math.nan]]), ValueError, r"^data must be finite, got \d+ numbers that are not$"),
]


@pytest.mark.parametrize(("data", "error", "message"), MISFITS)
def test_data_that_do_not_fit_are_refused_and_the_old_ones_stay(data, error, message):
    training = points_after(0, 5)
    old, before, shown = training.data, state(training), seen(training.snapshot())
    with pytest.raises(error, match=message):
        training.change_data(Fixed(data) if isinstance(data, torch.Tensor) else data)
    assert training.data is old
    assert same(state(training), before)
    assert same(seen(training.snapshot()), shown)
    assert alike(after(training, 15), after(points()))


# What goes wrong.


def failing(player: str, at: int, **settings: object) -> Training:
    """A run in which the loss of a player is infinite in step number `at`, the first time it comes there."""
    calls = {"discriminator": 0, "generator": 0}

    def blow_up(name: str, loss: torch.Tensor) -> torch.Tensor:
        calls[name] += 1
        return loss * math.inf if player == name and calls[name] == at else loss

    loss = Loss(
        lambda real, fake: blow_up("discriminator", cross_entropy(real, fake)),
        lambda fake: blow_up("generator", minus_log(fake)),
    )
    gan = GAN(MLP(2, 2, (16, 16)), MLP(2, None, (16, 16)), loss=loss)
    return Training(gan, ring(), batch_size=64, view_size=32, **settings)


@pytest.mark.parametrize(
    ("player", "named"),
    [
        ("generator", "the generator's loss"),
        ("discriminator", "the loss of both players"),  # a move by it, and both are lost
    ],
)
def test_a_loss_that_is_not_finite_stops_the_training_and_is_named(player, named):
    training, snapshots = failing(player, at=8), []
    with pytest.raises(TrainingDiverged) as raised:
        consume(training.watch(20, every=3), snapshots.append)
    assert [snapshot.step for snapshot in snapshots] == [3, 6]
    assert raised.value.step == 8
    assert raised.value.snapshot is snapshots[-1]
    message = str(raised.value)
    assert message.startswith(f"training diverged at step 8: {named} ")
    assert "back at its last good state, step 6" in message
    assert "Try a smaller learning_rate" in message
    assert "R1" in message


@pytest.mark.parametrize("averaging", [None, 0.6])
def test_after_divergence_the_training_is_back_at_its_last_good_state_and_goes_on(averaging):
    training, plain = failing("generator", at=8, averaging=averaging), points(averaging=averaging)
    with pytest.raises(TrainingDiverged):
        list(training.watch(20, every=3))
    plain.run(6)
    assert training.step == 6
    assert alike((state(training), seen(training.snapshot())), (state(plain), seen(plain.snapshot())))
    assert alike(after(training, 10), after(plain, 10))


def test_after_divergence_it_goes_on_with_a_smaller_learning_rate():
    training, plain = failing("discriminator", at=8), points()
    with pytest.raises(TrainingDiverged):
        list(training.watch(20, every=3))
    plain.run(6)
    for run in (training, plain):
        for optimizer in (run.gan.g_optimizer, run.gan.d_optimizer):
            optimizer.param_groups[0]["initial_lr"] = 1e-4
    assert alike(after(training, 10), after(plain, 10))


def test_a_second_divergence_comes_back_to_the_same_state():
    training = failing("generator", at=8)
    with pytest.raises(TrainingDiverged):
        list(training.watch(20, every=3))
    good = state(training)
    training.gan.loss = failing("generator", at=3).gan.loss
    with pytest.raises(TrainingDiverged, match=r"at step 9: .* state, step 6\."):
        training.run(20)
    assert same(state(training), good)


def test_a_learning_rate_that_is_far_too_large_diverges_at_the_step_at_which_the_same_loop_does():
    def explosive() -> Training:
        gan = GAN(
            MLP(2, 2, (16, 16)),
            MLP(2, None, (16, 16)),
            loss=non_saturating,
            g_optimizer=Adam(1e6),
            d_optimizer=Adam(1e6),
        )
        return Training(gan, ring(), batch_size=32, view_size=32)

    loop, training, first = explosive(), explosive(), 1
    while all(map(torch.isfinite, alternating(loop.gan, loop.draw, loop.stream))):
        first += 1
    with pytest.raises(TrainingDiverged, match=rf"^training diverged at step {first}: ") as raised:
        training.run(50)
    assert raised.value.snapshot.step == training.step == 0
    assert all(weights.isfinite().all() for weights in training.gan.generator.parameters())
    training.schedule = lambda step: 1e-9
    assert training.run(5).step == 5


def test_weights_that_are_not_finite_are_found_at_the_next_snapshot():
    def poisoned(gan: GAN, draw: Callable, stream: Stream) -> tuple[torch.Tensor, torch.Tensor]:
        losses = alternating(gan, draw, stream)
        with torch.no_grad():
            gan.generator[0].weight[0, 0] = math.nan
        return losses[0] * 0, losses[1] * 0  # the losses are taken before the move, and do not know

    training = points(update=poisoned)
    with pytest.raises(TrainingDiverged, match="at step 1: a weight is not finite"):
        training.run(1)
    assert training.step == 0
    assert all(weights.isfinite().all() for weights in training.gan.generator.parameters())


class Fixed:
    """Data that hold still, to be wrong in one way each."""

    def __init__(self, examples: torch.Tensor):
        self.examples = examples

    def sample(self, count: int, stream: Stream) -> torch.Tensor:
        return self.examples.expand(count, *self.examples.shape[1:])


def test_data_that_turn_nan_on_the_way_stop_the_training():
    data = Fixed(torch.zeros(1, 2))
    training = Training(points().gan, data, batch_size=16, view_size=16)
    training.run(3)
    data.examples = torch.full((1, 2), math.nan)
    with pytest.raises(ValueError, match=r"^data must be finite, got a batch at step 4 "):
        training.run(3)
    assert training.step == 3


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_data_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match=r"^data must be finite, got 512 numbers that are not$"):
        Training(points().gan, Fixed(torch.tensor([[0.0, value]])))


@pytest.mark.parametrize("dtype", [torch.float64, torch.int64, torch.float16])
def test_data_of_another_number_type_than_the_networks_are_refused(dtype):
    with pytest.raises(TypeError, match=rf"^data must be torch\.float32, as the networks are, got {dtype}$"):
        Training(points().gan, Fixed(torch.zeros(1, 2, dtype=dtype)))


def test_networks_of_an_unknown_number_type_are_refused():
    gan = GAN(MLP(2, 2).half(), MLP(2, None).half(), loss=non_saturating)
    with pytest.raises(ValueError, match=r"^dtype must be torch\.float32 or torch\.float64, got torch\.float16$"):
        Training(gan, ring())


def test_scores_with_an_axis_too_many_are_refused():
    gan = GAN(MLP(2, 2), MLP(2, 1), loss=non_saturating)  # (B, 1)
    with pytest.raises(ValueError, match=r"^discriminator must return scores of shape \(512,\), got \(512, 1\)$"):
        Training(gan, ring())


def test_fakes_that_do_not_fit_the_data_are_refused():
    gan = GAN(MLP(2, 3), MLP(2, None), loss=non_saturating)
    with pytest.raises(ValueError, match=r"^generator must make fakes of shape \(512, 2\), got \(512, 3\)$"):
        Training(gan, ring())


def test_a_batch_may_be_larger_than_the_data_as_they_are_drawn_with_replacement():
    data = Images(digits().images[:100], digits().labels[:100])
    assert Training(images().gan, data, batch_size=101, view_size=512).run(1).real.shape == (512, 1, 8, 8)


COUNTS = [(0, ValueError), (-3, ValueError), (2.0, TypeError), (True, TypeError), ("3", TypeError), (None, TypeError)]
MISTAKES = [
    ("batch_size", lambda value: Training(points().gan, ring(), batch_size=value)),
    ("view_size", lambda value: Training(points().gan, ring(), view_size=value)),
    ("steps", lambda value: points().run(value)),
    ("steps", lambda value: next(points().watch(value))),
    ("every", lambda value: next(points().watch(10, every=value))),
    ("count", lambda value: points().samples(value)),
]


@pytest.mark.parametrize(("value", "error"), COUNTS)
@pytest.mark.parametrize(("name", "make"), MISTAKES)
def test_a_count_that_is_no_positive_integer_is_named(name, make, value, error):
    with pytest.raises(error, match=rf"^{name} must be an? (positive )?integer, got {value!r}$"):
        make(value)


@pytest.mark.parametrize("seed", [0.5, True, "0", None])
def test_a_seed_that_is_no_integer_is_refused(seed):
    with pytest.raises(TypeError, match=rf"^seed must be an integer, got {seed!r}$"):
        points(seed=seed)


def test_integers_of_numpy_are_integers():
    training = Training(points().gan, ring(), np.int64(0), np.int32(64), view_size=np.int64(32))
    assert training.run(np.int64(3)).step == 3


def test_a_copy_of_a_state_is_a_deep_copy():
    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    optimizer = torch.optim.Adam(network.parameters(), betas=(0.5, 0.9))
    for part in (network, optimizer):
        expected, twin = copy.deepcopy(part.state_dict()), copied(part.state_dict())
        assert getattr(twin, "_metadata", None) == getattr(expected, "_metadata", None)
        network(torch.ones(4, 2)).sum().backward()
        optimizer.step()  # changes the weights, the running statistics and the moments
        assert str(twin) == str(expected) != str(part.state_dict())
