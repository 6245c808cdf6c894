"""The exercises of notebook 05: solutions pass, typical mistakes get the hint that helps, garbage a friendly one."""

import numpy as np
import pytest
import torch

from gan_edu.checks import mode_collapse as check


def answer_of(capsys, examine, attempt):
    examine(attempt)
    return capsys.readouterr().out


def by_loops(samples, centres, standard_deviation):
    """The count as it is defined, sample by sample, in plain numbers."""
    covered = set()
    for point in samples.numpy():
        distances = [float(np.hypot(*(point - centre))) for centre in centres.numpy()]
        nearest = int(np.argmin(distances))
        if distances[nearest] < 3 * standard_deviation:
            covered.add(nearest)
    return len(covered)


def nearest_of(samples, centres):
    return torch.cdist(samples, centres).min(1)


def without_radius(samples, centres, standard_deviation):
    return len(nearest_of(samples, centres)[1].unique())


def samples_counted(samples, centres, standard_deviation):
    return (nearest_of(samples, centres)[0] < 3 * standard_deviation).sum()


def within(radius):
    def count(samples, centres, standard_deviation):
        distances, nearest = nearest_of(samples, centres)
        return len(nearest[distances < radius(standard_deviation)].unique())

    return count


def in_a_box(samples, centres, standard_deviation):
    nearest = nearest_of(samples, centres)[1]
    inside = (samples - centres[nearest]).abs().amax(1) < 3 * standard_deviation
    return len(nearest[inside].unique())


def all_on_the_best(scores):
    return torch.nn.functional.one_hot(scores.argmax(), len(scores)).double()


def all_on_the_worst(scores):
    return torch.nn.functional.one_hot(scores.argmin(), len(scores)).float()


def steady_rate(momentum):
    return 0.5 / (momentum / (1 - momentum))


RIGHT = {
    1: ("no signal", "penalty"),
    2: ("too early", "more steps"),
    3: ("mode collapse", "less momentum"),
    4: ("too early", "more steps"),
}
SOLUTIONS = [
    (check.modes_covered, by_loops),
    (check.modes_covered, lambda *inputs: torch.tensor(by_loops(*inputs))),
    (check.best_response, all_on_the_best),
    (check.best_response, lambda scores: (scores == scores.max()) / (scores == scores.max()).sum()),
    (check.steady_rate, steady_rate),
    (check.steady_rate, lambda momentum: torch.tensor(steady_rate(momentum))),
    (check.diagnosis, RIGHT),
    (check.diagnosis, RIGHT | {4: ("mode collapse", "more steps")}),
    (check.diagnosis, {run: [word.upper() for word in pair] for run, pair in RIGHT.items()}),
]


@pytest.mark.parametrize(("examine", "attempt"), SOLUTIONS)
def test_a_solution_is_accepted(capsys, examine, attempt):
    assert answer_of(capsys, examine, attempt).startswith("✓ correct.")


def by_city_blocks(samples, centres, standard_deviation):
    distances, nearest = torch.cdist(samples, centres, p=1).min(1)
    return nearest[distances < 3 * standard_deviation].unique().numel()


MISTAKES = [
    (check.modes_covered, samples_counted, "you return 4, not 1. You count samples"),
    (check.modes_covered, without_radius, "you return 2, not 1. That counts every mode that is nearest"),
    (check.modes_covered, within(lambda sigma: sigma), "stricter than 3 standard deviations"),
    (check.modes_covered, within(lambda sigma: 3.05 * sigma), "3.02 standard deviations from a centre"),
    (check.modes_covered, by_city_blocks, "2 standard deviations from a centre along one axis"),
    (check.modes_covered, lambda *_: float("nan"), "you return nan, not 3"),
    (check.modes_covered, lambda *inputs: by_loops(*inputs) / 6, "you return 0.5, not 3. That is a share"),
    (check.modes_covered, in_a_box, "the root of the sum of both squares"),
    (check.modes_covered, lambda *_: 17, "you return 17, not 3."),
    (check.modes_covered, lambda samples, *_: samples, "you return 6 numbers; one is asked for"),
    (check.modes_covered, lambda *_: None, "Is there a return?"),
    (check.modes_covered, lambda *_: 1 / 0, "ZeroDivisionError"),
    (check.modes_covered, lambda samples: 3, "TypeError"),
    (check.modes_covered, 3, "a function (samples, centres, standard_deviation) is asked for, got 3"),
    (check.best_response, lambda scores: scores.softmax(0), "That is softmax"),
    (check.best_response, lambda scores: scores.sigmoid() / scores.sigmoid().sum(), "in proportion to D"),
    (check.best_response, lambda scores: torch.ones(len(scores)) / len(scores), "cost 0.5134 on average. You spread"),
    (check.best_response, all_on_the_worst, "cost 1.3133 on average. You chose the place in which D believes least"),
    (check.best_response, lambda scores: (10 * scores).softmax(0), "Is there a place where the same fakes would cost"),
    (check.best_response, lambda scores: scores.argmax(), "you return a tensor of shape (); a share for each place"),
    (check.best_response, lambda scores: scores.argmax().item(), "you return 1; a tensor of 4 shares is asked for"),
    (check.best_response, lambda scores: 2 * all_on_the_best(scores), "your shares sum to 2"),
    (check.best_response, lambda scores: scores / scores.sum(), "a share is -0.2941"),
    (check.best_response, lambda scores: scores / 0, "a share is not a number"),
    (check.best_response, lambda scores: None, "you return None"),
    (check.best_response, lambda scores: 1 / 0, "ZeroDivisionError"),
    (check.best_response, None, "a function (scores) is asked for, got None"),
    (check.steady_rate, lambda momentum: momentum / (1 - momentum), "That is the lag"),
    (check.steady_rate, lambda momentum: (1 - momentum) / momentum, "must be one half; yours is 1"),
    (check.steady_rate, lambda momentum: momentum / (1 - momentum) / 2, "or their ratio"),
    (check.steady_rate, lambda momentum: (1 - momentum) / 2, "not 1 / (1 - momentum)"),
    (check.steady_rate, lambda momentum: 2 * (1 - momentum) / momentum, "mind where the one half goes"),
    (check.steady_rate, lambda momentum: 0.6 * (1 - momentum) / momentum, "There the game still swings"),
    (check.steady_rate, lambda momentum: 0.45 * (1 - momentum) / momentum, "At a larger rate it still comes to rest"),
    (check.steady_rate, lambda momentum: 0.125, "for a momentum of 0.5 you return 0.125"),
    (check.steady_rate, lambda momentum: -1, "A rate is a positive number"),
    (check.steady_rate, lambda momentum: float("nan"), "A rate is a positive number"),
    (check.steady_rate, lambda momentum: print(end=""), "Is there a return?"),
    (check.steady_rate, 0.125, "a function (momentum) is asked for, got 0.125"),
    (check.diagnosis, RIGHT | {1: ("mode collapse", "penalty")}, "look at run 1 again"),
    (check.diagnosis, RIGHT | {2: ("mode collapse", "penalty")}, "look at run 2 again"),
    (check.diagnosis, RIGHT | {3: ("too early", "more steps")}, "look at run 3 again"),
    (check.diagnosis, RIGHT | {3: ("mode collapse", "more steps")}, "run 3 is named, but more steps will not do"),
    (check.diagnosis, RIGHT | {3: ("mode collapse", "penalty")}, "a fair thought"),
    (check.diagnosis, RIGHT | {1: ("no signal", "more steps")}, "hardly a way down"),
    (check.diagnosis, RIGHT | {1: ("no signal", "less momentum")}, "next to none to average"),
    (check.diagnosis, RIGHT | {2: ("too early", "penalty")}, "has one already"),
    (check.diagnosis, RIGHT | {2: ("too early", "less momentum")}, "nothing swings here"),
    (check.diagnosis, RIGHT | {1: ("penalty", "no signal")}, "'penalty' is none of no signal, too early"),
    (check.diagnosis, RIGHT | {2: "too early"}, "for run 2 a failure and a repair are asked for, got 'too early'"),
    (check.diagnosis, RIGHT | {2: (None, 3)}, "'none' is none of"),
    (check.diagnosis, RIGHT | {4: ("no signal", "more steps")}, "look at run 4 again"),
    (check.diagnosis, RIGHT | {4: ("mode collapse", "less momentum")}, "run 4 is named, but less momentum will not do"),
    (check.diagnosis, RIGHT | {4: ("too early", "penalty")}, "D is not too sure of itself"),
    (check.diagnosis, {1: RIGHT[1]}, "a dictionary with the keys 1, 2, 3 and 4 is asked for"),
    (check.diagnosis, "collapse", "a dictionary with the keys 1, 2, 3 and 4 is asked for, got 'collapse'"),
]


@pytest.mark.parametrize(("examine", "attempt", "hint"), MISTAKES)
def test_a_mistake_gets_its_hint(capsys, examine, attempt, hint):
    answer = answer_of(capsys, examine, attempt)
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


@pytest.mark.parametrize(
    ("examine", "stub"),
    [
        (check.modes_covered, lambda *_: ...),
        (check.best_response, lambda scores: ...),
        (check.steady_rate, lambda momentum: ...),
        (check.diagnosis, ...),
    ],
)
def test_three_dots_count_as_not_attempted(capsys, examine, stub):
    assert "not attempted yet" in answer_of(capsys, examine, stub)


def swing(momentum, g_rate, moves=4_000):
    """How far the share still goes to and fro at the end of the game of two numbers, from near its rest."""
    score, mean, share, shares = 0.01, 0.0, 0.5, []
    for _ in range(moves):
        mean = momentum * mean + (1 - momentum) * (1.5 - share - 2 / (1 + np.exp(-score)))
        score += 2.0 * mean
        share = min(1.0, max(0.0, share + g_rate * score))
        shares.append(share)
    return max(shares[-200:]) - min(shares[-200:])


@pytest.mark.parametrize("momentum", check.MOMENTA)
def test_the_rate_is_the_edge_of_the_game_itself(momentum):
    assert swing(momentum, 0.97 * steady_rate(momentum)) < 1e-3
    assert swing(momentum, 1.03 * steady_rate(momentum)) > 0.02


def test_patients_differ_in_what_the_repair_changes_only():
    sick, treated = check.patient(3), check.patient(3, momentum=0.0)
    assert [run.gan.d_optimizer.defaults["betas"][0] for run in (sick, treated)] == [0.8, 0.0]
    assert all(map(torch.equal, sick.gan.generator.parameters(), treated.gan.generator.parameters()))
    assert [check.patient(1, penalty=penalty).gan.penalty for penalty in (None, check.R1(6.4))] == [None, check.R1(6.4)]
    assert {number: check.patient(number).step for number in check.STEPS} == dict.fromkeys((1, 2, 3, 4), 0)
