"""The exercises of notebook 20: solutions pass, typical mistakes get the hint that helps; its patients."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from gan_edu.checks import clinic as check
from gan_edu.checks.patients import altered, code, specimen
from gan_edu.data.points import ring
from gan_edu.doctor.chance import borrowed, seed_everything
from gan_edu.randomness import Stream, initialize

REALS = ring().sample(64, Stream(1))
PERFECT = {letter: cause for letter, (cause, _) in check.PERFECT.items()}
DIAGNOSES = {number: cause for number, (cause, _) in check.CAUSES.items()}
SHELF = {number: right for number, (right, _) in check.SHELF.items()}


@pytest.fixture(autouse=True)
def the_same_chance():
    """Default weights and `torch.randn` of the games below, as in published code, come from the shared generator."""
    with borrowed():
        seed_everything(0)
        yield


def answer_of(capsys, examine, attempt):
    examine(attempt)
    return capsys.readouterr().out


def move_of(make, before=None):
    """One step from the same weights with the same noise, as in the notebook: the moves of G and of D."""
    seed_everything(0)
    players, step = (made := make())[:2], made[2]
    if before is not None:
        before(*players)
    start = [parameters_to_vector(player.parameters()).detach().clone() for player in players]
    seed_everything(1)
    step(REALS)
    return [parameters_to_vector(player.parameters()) - old for player, old in zip(players, start, strict=True)]


def scramble(player):
    with torch.no_grad():
        for weight in player.parameters():
            weight.normal_(std=0.3)


def litter(*players):
    for player in players:
        for weight in player.parameters():
            weight.grad = torch.ones_like(weight)


def equal(make, before, player):
    return torch.equal(move_of(make)[player], move_of(make, before)[player])


def asks(make):
    return not equal(make, lambda G, D: scramble(D), 0)


def clears(make):
    return equal(make, litter, 0) and equal(make, litter, 1)


def able():
    """A GAN that finds the ring: the healthy one of the notebook."""
    generator, discriminator = (
        nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, outputs))
        for outputs in (2, 1)
    )
    optimizers = [
        torch.optim.Adam(player.parameters(), lr=0.003, betas=(0.0, 0.99)) for player in (generator, discriminator)
    ]

    def move(optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def step(real):
        fake = generator(torch.randn(64, 2))
        price = nn.functional.softplus
        move(optimizers[1], price(-discriminator(real)).mean() + price(discriminator(fake.detach())).mean())
        move(optimizers[0], price(-discriminator(fake)).mean())

    return generator, discriminator, step


def never_asked():
    return altered(able, "price(-discriminator(fake)).mean()", "fake.square().mean()")


SOLUTIONS = [
    (check.perfect, PERFECT),
    (check.perfect, {letter: cause.upper() for letter, cause in PERFECT.items()}),
    (check.diagnoses, DIAGNOSES),
    (check.diagnoses, {8: "classes for players"}),
    (check.diagnoses, {17: "Labels  beyond 1", 15: "scores as losses"}),
    (check.shelf, SHELF),
    (check.asks, asks),
    (check.asks, lambda make: torch.tensor(asks(make))),
    (check.clears, clears),
    (check.clears, lambda make: int(clears(make))),
    (check.healed, able),
    (check.healed, altered(never_asked(), "fake.square().mean()", "price(-discriminator(fake)).mean()")),
]


@pytest.mark.parametrize(("examine", "attempt"), SOLUTIONS)
def test_a_solution_is_accepted(capsys, examine, attempt):
    assert answer_of(capsys, examine, attempt).startswith("✓ correct.")


def without_numbers():
    players = able()
    return *players[:2], lambda real: scramble(players[0]) or players[0][0].weight.data.fill_(torch.nan)


MISTAKES = [
    (check.perfect, PERFECT | {"A": "straight D"}, "it has never seen one"),
    (check.perfect, PERFECT | {"B": "wrong sign"}, "nobody shows it any"),
    (check.perfect, PERFECT | {"C": "fakes as reals", "A": "straight D"}, "patient A is not 'straight D'"),
    (check.perfect, PERFECT | {"D": "wrong sign", "E": "D not asked"}, "another D changes nothing"),
    (check.perfect, PERFECT | {"E": "D not asked"}, "G's own step lowers"),
    (check.perfect, {"A": "fakes as reals"}, "patient B has no cause yet"),
    (check.perfect, PERFECT | {"E": ...}, "patient E has no cause yet"),
    (check.perfect, list(PERFECT.values()), "the answer must be a dict"),
    (check.perfect, PERFECT | {"F": "sigmoid twice"}, "there is no patient 'F' here"),
    (check.diagnoses, {8: "D not asked"}, "D is sure and right about something"),
    (check.diagnoses, {10: "judged on its own data", 9: "judged on its own data"}, "how many different fakes"),
    (check.diagnoses, {11: "old gradients"}, "D has not moved"),
    (check.diagnoses, {13: "scale around zero"}, "which switch"),
    (check.diagnoses, {17: "scores as losses"}, "for which label"),
    (check.diagnoses, {19: "batch in the penalty"}, "do not lie between"),
    (check.diagnoses, {3: "straight D"}, "there is no patient 3 here"),
    (check.diagnoses, {}, "patient 8 has no cause yet"),
    (check.diagnoses, {8: ...}, "patient 8 has no cause yet"),
    (check.diagnoses, "classes for players", "the answer must be a dict"),
    (check.shelf, SHELF | {1: True}, "notebook 04"),
    (check.shelf, SHELF | {2: True}, "notebook 06"),
    (check.shelf, SHELF | {3: True}, "notebook 05"),
    (check.shelf, SHELF | {5: False}, "patients A and C"),
    (check.shelf, SHELF | {7: True}, "the experiment below"),
    (check.shelf, SHELF | {8: False}, "R1 keeps its slope"),
    (check.shelf, dict.fromkeys(SHELF, False), "sentence 5"),
    (check.shelf, {1: False}, "sentence 2 must be True or False, got nothing"),
    (check.shelf, SHELF | {4: "false"}, "sentence 4 must be True or False, got 'false'"),
    (check.shelf, [False] * 8, "the answer must be a dict"),
    (check.asks, lambda make: True, "for a step whose G pays for its fakes' squares it says True"),
    (check.asks, lambda make: False, "for a healthy step it says False"),
    (check.asks, lambda make: not asks(make), "for a healthy step it says False"),
    (check.asks, lambda make: not equal(make, lambda G, D: scramble(D), 1), "the first of the two"),
    (check.asks, lambda make: not equal(make, lambda G, D: scramble(G), 0), "change D's weights alone"),
    (check.asks, lambda make: not equal(make, lambda G, D: None, 0), "for a healthy step it says False"),
    (check.asks, lambda make: move_of(make)[0], "must return True or False, got Tensor"),
    (check.asks, lambda make: None, "must return True or False, got NoneType"),
    (check.clears, lambda make: True, "for a step that never clears its gradients it says True"),
    (check.clears, lambda make: False, "for a healthy step it says False"),
    (check.clears, asks, "for a step that never clears its gradients it says True"),
    (check.clears, lambda make: equal(make, lambda G, D: None, 0), "fill every weight's .grad"),
    (check.clears, lambda make: not clears(make), "for a healthy step it says False"),
    (check.clears, lambda make: equal(make, lambda G, D: scramble(G), 1), "for a healthy step it says False"),
    (check.clears, lambda make: "yes", "must return True or False, got str"),
    (check.clears, lambda make: equal(make, lambda G, D: litter(G), 0), "clears G's gradients but not D's"),
    (check.clears, lambda make: equal(make, lambda G, D: litter(D), 1), "clears D's gradients but not G's"),
    (check.clears, lambda make: equal(make, litter, 1), "clears D's gradients but not G's"),
    (check.asks, lambda make: not equal(make, lambda G, D: scramble(G), 0), "it says True"),
    (check.asks, lambda make: not equal(make, lambda G, D: (scramble(G), scramble(D)), 0), "it says True"),
    (check.asks, lambda make: not equal(make, lambda G, D: scramble(D), 1), "it says True"),
    (check.asks, lambda make: move_of(make) != move_of(make, lambda G, D: scramble(D)), "✗ not yet"),
    (check.asks, lambda make: None, "must return True or False, got NoneType"),
    (check.healed, never_asked(), "it finds 0 of 8 blobs"),
    (check.healed, specimen(), "of 8 blobs"),
    (check.healed, without_numbers, "no numbers any more"),
    (check.healed, "able", "your code stopped with TypeError"),
    (check.healed, lambda: able()[:2], "your code stopped with ValueError"),
    (check.healed, altered(able, "nn.Linear(64, outputs)", "nn.Linear(32, outputs)"), "it takes"),
]


@pytest.mark.parametrize(("examine", "attempt", "hint"), MISTAKES)
def test_a_mistake_gets_the_hint_that_helps(capsys, examine, attempt, hint):
    answer = answer_of(capsys, examine, attempt)
    assert answer.startswith("✗ not yet:")
    assert hint in answer


@pytest.mark.parametrize("examine", [check.perfect, check.diagnoses, check.shelf, check.healed])
def test_three_dots_are_no_attempt(capsys, examine):
    assert answer_of(capsys, examine, ...).startswith("… not attempted yet")


@pytest.mark.parametrize("examine", [check.asks, check.clears])
def test_a_function_that_returns_three_dots_is_no_attempt(capsys, examine):
    assert answer_of(capsys, examine, lambda make: ...).startswith("… not attempted yet")


def test_an_altered_function_differs_in_one_piece_and_shows_its_code():
    patient = never_asked()
    assert code(patient) == code(able).replace("price(-discriminator(fake)).mean()", "fake.square().mean()")
    assert not asks(patient)
    assert asks(able)


def test_the_way_back_gives_the_same_numbers():
    back = altered(never_asked(), "fake.square().mean()", "price(-discriminator(fake)).mean()")
    assert code(back) == code(able)
    for one, other in zip(move_of(back), move_of(able), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


@pytest.mark.parametrize("piece", ["no such piece", "discriminator"])
def test_a_piece_must_stand_exactly_once(piece):
    with pytest.raises(ValueError, match="piece must stand exactly once"):
        altered(able, piece, "other")


def test_what_is_no_function_has_no_code():
    with pytest.raises(TypeError, match="make must be a function"):
        code(3)
    with pytest.raises(TypeError, match="piece must be a string"):
        altered(able, 1, "2")


def test_a_specimen_steps_as_the_loop_by_hand():
    generator, discriminator, step = specimen()()
    copies = copy.deepcopy((generator, discriminator))
    draws = Stream(0, "specimen")
    initialize(nn.Sequential(nn.Linear(2, 16), nn.Linear(16, 2)), draws)
    initialize(nn.Sequential(nn.Linear(2, 16), nn.Linear(16, 1)), draws)
    fake = copies[0](draws.normal(64, 2))
    step(REALS)
    price = nn.functional.softplus
    for player, loss in (
        (copies[1], lambda: (price(-copies[1](REALS)) + price(copies[1](fake.detach()))).mean()),
        (copies[0], lambda: price(-copies[1](fake)).mean()),
    ):
        slopes = torch.autograd.grad(loss(), list(player.parameters()))
        with torch.no_grad():
            for weight, slope in zip(player.parameters(), slopes, strict=True):
                weight -= 0.1 * slope
    for player, twin in zip((generator, discriminator), copies, strict=True):
        torch.testing.assert_close(parameters_to_vector(player.parameters()), parameters_to_vector(twin.parameters()))
