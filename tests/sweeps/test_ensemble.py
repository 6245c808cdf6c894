"""Many trainings run together end where each of them ends alone."""

import os
import signal
from functools import partial

import pytest
import torch
from torch import nn

from gan_edu.data.images import digits
from gan_edu.data.points import mixture, ring
from gan_edu.game import f_gan, losses, penalties, updates
from gan_edu.game.alpha_gan import alpha_gan
from gan_edu.game.gan import GAN
from gan_edu.game.losses import Loss, minimax, non_saturating, relativistic
from gan_edu.game.optimizers import Adam, CosineDecay
from gan_edu.game.penalties import R1, R2, Both, Judged
from gan_edu.game.training import Snapshot, Training, TrainingDiverged
from gan_edu.game.updates import (
    alternating,
    discriminator_only,
    extragradient,
    generator_only,
    lazy,
    optimistic,
    simultaneous,
    unrolled,
)
from gan_edu.networks import groups
from gan_edu.networks.groups import MinibatchStandardDeviation, Packed
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize
from gan_edu.sweeps import run_together as run_together_module
from gan_edu.sweeps.ensemble import Ensemble
from gan_edu.sweeps.member_adam import MemberAdam
from gan_edu.sweeps.member_streams import Streams
from gan_edu.sweeps.run_together import members_at_once, mismatch, run_together

# A new loss, penalty or update needs one entry here; the first test below says so if it is missing.
LOSSES = {
    "minimax": minimax,
    "non_saturating": non_saturating,
    "relativistic": relativistic,
    "least_squares": losses.least_squares,
    "smoothed_labels": losses.smoothed_labels,
    "wasserstein": losses.wasserstein,
    "hinge": losses.hinge,
}
F_LOSSES = {name: value for name, value in vars(f_gan).items() if isinstance(value, Loss)}
PENALTIES = {
    "none": lambda weight: None,
    "R1": R1,
    "R2": R2,
    "Both": lambda weight: Both(R1(weight), R2(2 * weight)),
    "GradientPenalty": penalties.GradientPenalty,
    "OneSidedGradientPenalty": penalties.OneSidedGradientPenalty,
}
UPDATES = {
    "alternating": alternating,
    "three discriminator updates": partial(alternating, discriminator_updates=3),
    "simultaneous": simultaneous,
    "discriminator only": discriminator_only,
    "generator only": generator_only,
    "unrolled": partial(unrolled, steps=2),
    "extragradient": extragradient,
    "optimistic": optimistic,
    "lazy": partial(lazy, every=2),
}
MEMBERS = [(0, 1e-3, 0.0, 0.02), (1, 2e-3, 0.5, 0.1), (0, 5e-3, 0.9, 0.5)]  # seed, learning rate, beta1, weight
DATA = {"points": ring(), "numbers": mixture([-1.0, 2.0], [0.5, 0.1]), "images": digits()}


def players(data: str) -> tuple[nn.Module, nn.Module, int]:
    if data == "images":
        return ImageGenerator(4, width=4), ImageDiscriminator(width=4), 4
    size = DATA[data].means.shape[1]
    return MLP(2, size, (8, 8)), MLP(size, None, (8, 8)), 2


def make(seed=0, rate=1e-3, beta=0.0, weight=0.02, loss=non_saturating, penalty=R1, data="points", **settings):
    generator, discriminator, noise_size = players(data)
    adam = Adam(rate, (beta, 0.99))
    gan = GAN(
        generator.double(),
        discriminator.double(),
        loss=loss,
        penalty=penalty(weight),
        noise_size=noise_size,
        g_optimizer=adam,
        d_optimizer=Adam(2 * rate),
    )
    return Training(gan, DATA[data], seed, **{"batch_size": 16, "view_size": 8} | settings)


def numbers(training: Training) -> dict[str, torch.Tensor]:
    """All that a training would go on with."""
    found = {"losses": torch.stack(training.losses), "next": training.stream.generator.clone_state().get_state()}
    for player in ("generator", "discriminator"):
        found |= {f"{player} {name}": w for name, w in getattr(training.gan, player).named_parameters()}
        state = getattr(training.gan, f"{player[0]}_optimizer").state_dict()["state"]
        found |= {f"{player} {place} {name}": v for place, own in state.items() for name, v in own.items()}
    return found


def assert_same(training: Training, alone: Training) -> None:
    assert training.step == alone.step
    got, expected = numbers(training), numbers(alone)
    assert got.keys() == expected.keys()
    for name, value in got.items():
        size = expected[name].double().abs().max()
        assert (value.double() - expected[name].double()).abs().max() <= 1e-6 * size, name


def assert_together_as_alone(trainings: list[Training], alone: list[Training], steps: int = 20) -> None:
    outcomes = run_together(trainings, steps)
    for outcome, training, single in zip(outcomes, trainings, alone, strict=True):
        assert isinstance(outcome, Snapshot)
        single.run(steps)
        assert_same(training, single)
        torch.testing.assert_close(outcome.samples, single.snapshot().samples, rtol=1e-6, atol=1e-9)


def test_every_part_of_the_package_is_listed():
    def own(module: object, kind: type) -> set:
        made_here = {
            n
            for n, v in vars(module).items()
            if isinstance(v, kind) and getattr(v, "__module__", "") == module.__name__
        }
        return {name for name in made_here if not name.startswith("_")}

    assert {name for name, value in vars(losses).items() if isinstance(value, Loss)} == set(LOSSES)
    assert own(penalties, type) - {"Judged"} == set(PENALTIES) - {"none"}
    assert own(updates, type(alternating)) <= {getattr(u, "func", u).__name__ for u in UPDATES.values()}
    assert own(groups, type) == set(LOOKING_AT_THE_BATCH)


# Each loss with each penalty, and each update with each penalty and the loss that looks at pairs.
COMBINED = [(loss, penalty, "alternating") for loss in LOSSES for penalty in PENALTIES]
COMBINED += [("relativistic", p, update) for p in PENALTIES for update in UPDATES if update != "alternating"]


@pytest.mark.parametrize(("loss", "penalty", "update"), COMBINED)
def test_a_member_equals_the_single_run_with_its_seed(loss, penalty, update):
    parts = {"loss": LOSSES[loss], "penalty": PENALTIES[penalty], "update": UPDATES[update]}
    both = [[make(*m, **parts) for m in MEMBERS] for _ in range(2)]
    assert_together_as_alone(*both)


@pytest.mark.parametrize("loss", F_LOSSES)
def test_with_a_loss_of_f_gan_a_member_equals_the_single_run_with_its_seed(loss):
    both = [[make(*m, loss=F_LOSSES[loss]) for m in MEMBERS] for _ in range(2)]
    assert_together_as_alone(*both)


@pytest.mark.parametrize("alphas", [(0.5, 1.0, 2.0), (1.0, 1.0, 1.0)])
def test_members_with_an_alpha_each_equal_the_single_runs(alphas):
    both = [[make(*m, loss=alpha_gan(alpha)) for m, alpha in zip(MEMBERS, alphas, strict=False)] for _ in range(2)]
    assert_together_as_alone(*both)


@pytest.mark.parametrize("data", DATA)
def test_a_member_equals_the_single_run_on_all_data_and_with_a_schedule(data):
    both = [[make(*m, data=data, schedule=CosineDecay(15)) for m in MEMBERS] for _ in range(2)]
    assert_together_as_alone(*both, steps=10)


@pytest.mark.parametrize("update", [alternating, optimistic, extragradient])
def test_they_go_on_together_and_alone_with_the_same_bits(update):
    trainings, alone = ([make(*m, update=update) for m in MEMBERS] for _ in range(2))
    for steps in (3, 4):
        run_together(trainings, steps)
    for training, single in zip(trainings, alone, strict=True):
        training.run(5), single.run(12)
        assert_same(training, single)
    run_together(trainings, 2)
    alone[1].run(2)
    assert_same(trainings[1], alone[1])


def test_a_diverged_member_goes_back_and_holds_up_no_other():
    settings = [(0, 1e-3), (1, 1e300), (2, 2e-3)]
    trainings, alone = ([make(*s, penalty=PENALTIES["none"]) for s in settings] for _ in range(2))
    for training in (*trainings, *alone):  # each keeps a good state besides the untrained one
        training.gan.d_optimizer.param_groups[0]["initial_lr"] = 0.0
        training.gan.g_optimizer.param_groups[0]["initial_lr"] = 0.0
        training.run(2)
        training.gan.g_optimizer.param_groups[0]["initial_lr"] = settings[training.seed][1]
    outcomes = run_together(trainings, 20)
    with pytest.raises(TrainingDiverged) as caught:
        alone[1].run(20)
    alone[0].run(20), alone[2].run(20)
    for training, single in zip(trainings, alone, strict=True):
        assert_same(training, single)
    assert [type(outcome) for outcome in outcomes] == [Snapshot, TrainingDiverged, Snapshot]
    assert (outcomes[1].step, outcomes[1].snapshot.step) == (caught.value.step, 2)


def test_more_members_than_fit_take_turns(monkeypatch):
    monkeypatch.setattr(run_together_module, "MEMBERS", 2)
    assert members_at_once(make()) == 2
    assert_together_as_alone([make(seed) for seed in range(5)], [make(seed) for seed in range(5)], steps=3)


def test_larger_networks_make_smaller_ensembles():
    sizes = [
        members_at_once(Training(GAN(MLP(2, 2), MLP(2, None, (h, h)), loss=minimax), ring())) for h in (16, 64, 256)
    ]
    assert sizes[0] == run_together_module.MEMBERS
    assert sizes[0] > sizes[1] > sizes[2] >= 8


def test_an_interrupt_loses_no_step():
    trainings, alone = ([make(*m) for m in MEMBERS] for _ in range(2))

    def interrupted(step: int) -> float:
        if step == 7:
            os.kill(os.getpid(), signal.SIGINT)
        return 1.0

    for training in trainings:
        training.schedule = interrupted
    with pytest.raises(KeyboardInterrupt):
        run_together(trainings, 20)
    for training, single in zip(trainings, alone, strict=True):
        single.run(8)
        assert_same(training, single)


LOOKING_AT_THE_BATCH = {
    "Packed": lambda: Packed(MLP(8, None, (8,)), 4),
    "MinibatchStandardDeviation": lambda: nn.Sequential(MinibatchStandardDeviation(4), MLP(3, None, (8,))),
}


@pytest.mark.parametrize("penalty", PENALTIES.values(), ids=PENALTIES)
@pytest.mark.parametrize("network", LOOKING_AT_THE_BATCH.values(), ids=LOOKING_AT_THE_BATCH)
def test_a_layer_may_look_at_its_own_batch(network, penalty):
    def run(seed: int) -> Training:
        gan = GAN(MLP(2, 2, (8,)).double(), network().double(), loss=non_saturating, penalty=penalty(0.1 + seed))
        return Training(gan, ring(), seed, batch_size=16, view_size=8)

    assert_together_as_alone([run(seed) for seed in range(3)], [run(seed) for seed in range(3)], steps=5)


def test_each_member_keeps_an_average_of_its_own():
    trainings, alone = ([make(*m, averaging=0.8) for m in MEMBERS] for _ in range(2))
    assert_together_as_alone(trainings, alone)
    for training, single in zip(trainings, alone, strict=True):
        weights = zip(training.averaged.parameters(), single.averaged.parameters(), strict=True)
        assert all(torch.allclose(one, other, rtol=1e-6, atol=1e-9) for one, other in weights)
        assert not torch.equal(next(training.averaged.parameters()), next(training.gan.generator.parameters()))


def test_members_train_together_where_their_networks_are():
    """On a CUDA device where there is one; then they go on alone."""
    device = "cuda" if torch.cuda.is_available() else "cpu"

    def there(seed: int) -> Training:
        generator, discriminator = MLP(2, 2, (8,)).to(device), MLP(2, None, (8,)).to(device)
        return Training(GAN(generator, discriminator, loss=non_saturating), ring(), seed, batch_size=16)

    together, alone = [there(0), there(1)], [there(0), there(1)]
    run_together(together, 3)
    for training, single in zip(together, alone, strict=True):
        single.run(4)
        assert torch.allclose(training.run(1).samples, single.snapshot().samples, atol=1e-3)


def test_no_trainings_are_no_work():
    assert run_together([], 5) == []


@pytest.mark.parametrize("trainings", [5, "trainings", [5], [ring()]])
def test_what_are_no_trainings_is_named(trainings):
    with pytest.raises(TypeError, match="trainings must be a sequence of trainings, got "):
        run_together(trainings, 1)


def test_a_training_alone_is_no_sequence_of_them():
    with pytest.raises(TypeError, match="trainings must be a sequence of trainings, got "):
        run_together(make(), 1)


DIFFERENT = {
    "step": lambda: make(),
    "batch_size": lambda: make(batch_size=8),
    "update": lambda: make(update=simultaneous),
    "schedule": lambda: make(schedule=CosineDecay(10)),
    "averaging": lambda: make(averaging=0.9),
    "data": lambda: Training(make().gan, ring(7), batch_size=16),
    "loss": lambda: make(loss=minimax),
    "penalty": lambda: make(penalty=PENALTIES["none"]),
    "networks": lambda: Training(
        GAN(MLP(2, 2, (8, 9)), MLP(2, None, (8, 8)), loss=non_saturating, penalty=R1(1)), ring(), 0, 16
    ),
}


@pytest.mark.parametrize("part", DIFFERENT)
def test_a_part_that_must_not_differ_is_named(part):
    first, other = make(), DIFFERENT[part]()
    if part == "step":
        first.run(1)
    assert mismatch(first, other).startswith(part)
    with pytest.raises(ValueError, match=rf"^{part}\S* must"):
        run_together([first, other], 3)
    assert mismatch(other, DIFFERENT[part]()) == ""


UNFIT = {
    "Dropout": lambda: nn.Dropout(),
    "BatchNorm1d": lambda: nn.BatchNorm1d(2),
    "GRU": lambda: nn.GRU(2, 2),
    "LSTM": lambda: nn.LSTM(2, 2),
    "Linear": lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2)),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_layer_that_cannot_be_a_member_is_named(name):
    with pytest.raises(ValueError, match=rf"networks must not hold \w*{name} in an ensemble: "):
        Ensemble([nn.Sequential(UNFIT[name]()) for _ in range(2)])


@pytest.mark.parametrize(
    "make_optimizer",
    [
        partial(torch.optim.SGD, lr=0.1),
        partial(torch.optim.AdamW, lr=0.1),
        partial(torch.optim.Adam, lr=0.1, weight_decay=0.1),
        partial(torch.optim.Adam, lr=0.1, amsgrad=True),
    ],
)
def test_an_optimizer_that_is_not_plain_adam_is_refused(make_optimizer):
    trainings = [
        Training(GAN(MLP(2, 2), MLP(2, None), loss=minimax, g_optimizer=make_optimizer), ring()) for _ in range(2)
    ]
    with pytest.raises(ValueError, match="optimizers must be plain Adam in an ensemble, got "):
        run_together(trainings, 1)


class Mean(nn.Module):
    def __call__(self, judged: Judged) -> torch.Tensor:
        return judged.real_scores.square().mean(0).expand_as(judged.real_scores)


def test_a_penalty_that_mixes_the_members_up_is_named():
    mixing = Mean()
    trainings = [make(seed, penalty=lambda weight: mixing) for seed in range(2)]
    with pytest.raises(ValueError, match="penalty must treat each member of an ensemble on its own"):
        run_together(trainings, 1)


def test_a_loss_that_mixes_the_members_up_is_named():
    loss = Loss(losses.cross_entropy, lambda scores: scores - scores.max())
    with pytest.raises(ValueError, match="loss must treat each member of an ensemble on its own"):
        run_together([make(seed, loss=loss) for seed in range(2)], 1)


class Around(nn.Module):
    def __init__(self, layer: nn.Linear):
        super().__init__()
        self.layer = layer

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs + self.layer(inputs).tanh()


NETWORKS = {
    "perceptron": lambda: MLP(2, 3, (5, 4)),
    "scores": lambda: MLP(2, None, (5,)),
    "without bias": lambda: nn.Sequential(nn.Linear(2, 4, bias=False), nn.Tanh(), nn.Linear(4, 1, bias=False)),
    "not a chain": lambda: Around(nn.Linear(2, 2)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_an_ensemble_is_its_networks_side_by_side(name):
    networks = [NETWORKS[name]().double() for _ in range(4)]
    for seed, network in enumerate(networks):
        for weights in network.parameters():
            weights.data = Stream(seed, dtype=torch.float64).normal(*weights.shape)
    inputs = Stream(9, dtype=torch.float64).normal(4, 6, 2)
    expected = torch.stack([network(own) for network, own in zip(networks, inputs, strict=True)])
    torch.testing.assert_close(Ensemble(networks)(inputs), expected, rtol=1e-12, atol=1e-12)


def test_no_network_is_no_ensemble():
    with pytest.raises(ValueError, match="networks must be at least one"):
        Ensemble([])


def test_adam_moves_each_member_as_pytorch_does():
    settings = [(1e-3, (0.0, 0.99)), (1e-2, (0.9, 0.999)), (0.5, (0.5, 0.5))]
    start = Stream(0, dtype=torch.float64).normal(3, 7)
    alone = [nn.Parameter(row.clone()) for row in start]
    singles = [torch.optim.Adam([w], lr=lr, betas=betas) for w, (lr, betas) in zip(alone, settings, strict=True)]
    weights = nn.Parameter(start.clone())
    adam = MemberAdam(weights, [nn.ParameterList([own]) for own in alone], singles)
    for step in range(30):
        gradient = Stream(step + 1, dtype=torch.float64).normal(3, 7) * 10.0 ** (step % 5 - 3)
        weights.grad = gradient.clone()
        adam.step()
        for w, single, own in zip(alone, singles, gradient, strict=True):
            w.grad = own.clone()
            single.step()
    torch.testing.assert_close(weights.detach(), torch.stack([w.detach() for w in alone]), rtol=1e-12, atol=1e-14)


def test_streams_draw_for_each_member_what_its_own_stream_would():
    def fresh() -> list[Stream]:
        return [Stream(seed, "training") for seed in (3, 4, 3)]

    kept, together_, alone = fresh(), Streams(kept_ := fresh()), fresh()
    for draw in (
        lambda stream: stream.normal(5, 2),
        lambda stream: stream.uniform(4),
        lambda stream: stream.integers(9, 3),
        lambda stream: stream.permutation(6),
    ):
        assert torch.equal(draw(together_), torch.stack([draw(stream) for stream in alone]))
    assert all(torch.equal(a, b.generator.get_state()) for a, b in zip(together_.states(), alone, strict=True))
    assert all(torch.equal(a.normal(3), b.normal(3)) for a, b in zip(kept, kept_, strict=True))  # left as they were


def test_streams_of_one_seed_in_two_states_are_refused():
    one, two = Stream(3), Stream(3)
    two.normal(1)
    with pytest.raises(ValueError, match="streams of the same seed must be in the same state, got members 0 and 1"):
        Streams([one, two])


def test_initialize_is_untouched_by_the_ensemble():
    networks = [initialize(MLP(2, 2), Stream(seed)) for seed in range(2)]
    before = [w.clone() for w in networks[1].parameters()]
    ensemble = Ensemble(networks)
    ensemble.weights.data.zero_()
    assert all(torch.equal(a, b) for a, b in zip(before, networks[1].parameters(), strict=True))
    ensemble.copy_to(1, networks[1])
    assert all((w == 0).all() for w in networks[1].parameters())


def test_a_member_whose_samples_overflow_does_not_hold_up_the_others():
    def training(seed):
        return Training(GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=non_saturating), ring(), seed)

    trainings, alone = [training(0), training(1)], training(1)
    with torch.no_grad():
        trainings[0].gan.generator[-1].weight.fill_(3e38)  # finite, but no sample that it makes is
    outcomes = run_together(trainings, 5)
    assert isinstance(outcomes[0], TrainingDiverged)
    assert trainings[0].samples(10).isfinite().all()
    assert outcomes[1].step == 5
    torch.testing.assert_close(outcomes[1].samples, alone.run(5).samples, rtol=1e-3, atol=1e-4)
