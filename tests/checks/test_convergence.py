"""The exercises of notebook 06: solutions pass, typical mistakes get the hint that helps, garbage a friendly one."""

import math

import numpy as np
import pytest
import torch

from gan_edu.checks import convergence as check
from gan_edu.theory import dirac_methods
from gan_edu.theory.dirac_methods import spectral_radius


def answer_of(capsys, examine, attempt):
    examine(attempt)
    return capsys.readouterr().out


def table(gamma):
    return [[0, 1 / 2], [-1 / 2, -gamma]]


def ahead(field, theta, psi, h):
    moves = field(theta, psi)
    looked = field(theta + h * moves[0], psi + h * moves[1])
    return theta + h * looked[0], psi + h * looked[1]


RIGHT = {"A": "alternating", "B": "R1", "C": "simultaneous", "D": "clipping", "E": "extragradient"}
SOLUTIONS = [
    (check.rest_jacobian, table),
    (check.rest_jacobian, lambda gamma: np.array(table(gamma))),
    (check.rest_jacobian, lambda gamma: torch.tensor(table(gamma))),
    (check.breaking_step, lambda slope: 2 / slope),
    (check.breaking_step, lambda slope: np.float64(2) / slope),
    (check.critical_weight, lambda slope: 2 * slope),
    (check.critical_weight, lambda slope: math.sqrt(4 * slope**2)),
    (check.step_ahead, ahead),
    (check.step_ahead, lambda *inputs: np.array(ahead(*inputs))),
    (check.made_by, RIGHT),
]


@pytest.mark.parametrize(("examine", "attempt"), SOLUTIONS)
def test_a_solution_is_accepted(capsys, examine, attempt):
    assert answer_of(capsys, examine, attempt).startswith("✓ correct.")


def moved(change):
    """A wrong step, made of where one stands, the field there, and the field one step ahead."""

    def step(field, theta, psi, h):
        here = np.array([theta, psi])
        move = np.array(field(theta, psi))
        return change(here, move, np.array(field(*(here + h * move))), h)

    return step


def one_after_the_other(field, theta, psi, h):
    psi = psi + h * field(theta, psi)[1]
    return theta + h * field(theta, psi)[0], psi


MISTAKES = [
    (check.rest_jacobian, lambda gamma: [[0, -0.5], [0.5, -gamma]], "rows and columns are exchanged"),
    (check.rest_jacobian, lambda gamma: [[0.0, -0.5], [0.5, 1.0]], "ψ's own move changes with ψ by 1"),
    (check.rest_jacobian, lambda gamma: [[0, -0.5], [0.5, gamma]], "all signs are turned round"),
    (check.rest_jacobian, lambda gamma: [[0, 0.5], [-0.5, gamma]], "ψ's own move changes with ψ by 0.3"),
    (check.rest_jacobian, lambda gamma: [[0, 1], [-1, -gamma]], "What is σ(0)?"),
    (check.rest_jacobian, lambda gamma: [[0, 0.25], [-0.25, -gamma]], "you have σ'(0) = 1/4"),
    (check.rest_jacobian, lambda gamma: [[0, 0.5], [0.5, -gamma]], "one hill for two"),
    (check.rest_jacobian, lambda gamma: [[0, 0.5], [-0.5, 0]], "for gamma = 0.3 ψ's own move changes with ψ by 0"),
    (check.rest_jacobian, lambda gamma: [[0, 0.5], [-0.5, -gamma / 2]], "gamma/2 ψ² alone moves ψ by -gamma ψ"),
    (check.rest_jacobian, lambda gamma: [[-gamma, 0.5], [-0.5, 0]], "does θ move at all?"),
    (check.rest_jacobian, lambda gamma: [[0, 0.3], [-0.5, -gamma]], "derive (ψσ(ψθ)"),
    (check.rest_jacobian, lambda gamma: [0, 0.5, -0.5, -gamma], "shape (4,)"),
    (check.rest_jacobian, lambda gamma: "0.5i", "no table of numbers"),
    (check.rest_jacobian, lambda gamma: None, "shape ()"),
    (check.rest_jacobian, lambda gamma: 1 / 0, "ZeroDivisionError"),
    (check.rest_jacobian, 3, "a function (gamma) is asked for, got 3"),
    (check.breaking_step, lambda slope: 4, "for a slope of 0.7 you return 4. That holds for one slope only"),
    (check.breaking_step, lambda slope: 1 / slope, "There h f' is 1"),
    (check.breaking_step, lambda slope: 4 / slope, "There h f' is 4"),
    (check.breaking_step, lambda slope: math.sqrt(2) / slope, "There h f' is √2"),
    (check.breaking_step, lambda slope: 2 * slope, "not h divided by it"),
    (check.breaking_step, lambda slope: 1.9 / slope, "It is 1 at a larger step too"),
    (check.breaking_step, lambda slope: 2.2 / slope, "it grows already"),
    (check.breaking_step, lambda slope: -2 / slope, "a positive number is asked for"),
    (check.breaking_step, lambda slope: float("nan"), "a positive number is asked for"),
    (check.breaking_step, lambda slope: None, "Is there a return?"),
    (check.breaking_step, lambda slope: True, "one number is asked for"),
    (check.breaking_step, 4, "a function (slope) is asked for, got 4"),
    (check.critical_weight, lambda slope: slope, "That is the slope"),
    (check.critical_weight, lambda slope: slope**2, "That is f'²"),
    (check.critical_weight, lambda slope: 4 * slope**2, "which is γ²"),
    (check.critical_weight, lambda slope: 1.0, "It holds for the Dirac-GAN"),
    (check.critical_weight, lambda slope: 1.2 * slope, "-0.420 ± 0.560i: it still turns"),
    (check.critical_weight, lambda slope: slope / 2, "the slope are to be equal"),
    (check.critical_weight, lambda slope: 1.5 * slope, "it still turns"),
    (check.critical_weight, lambda slope: 2.5 * slope, "-1.400 and -0.350: no turn"),
    (check.critical_weight, lambda slope: "two", "one number is asked for"),
    (check.critical_weight, lambda slope: 0, "a positive number is asked for"),
    (check.critical_weight, None, "a function (slope) is asked for, got None"),
    (check.step_ahead, moved(lambda here, move, look, h: here + h * move), "where a simultaneous step ends"),
    (check.step_ahead, moved(lambda here, move, look, h: here + h * move + h * look), "Go back first"),
    (check.step_ahead, moved(lambda here, move, look, h: here + h * (move + look) / 2), "Heun's method"),
    (check.step_ahead, moved(lambda here, move, look, h: h * look), "add the start"),
    (check.step_ahead, moved(lambda here, move, look, h: here + look), "multiply it by h"),
    (check.step_ahead, moved(lambda here, move, look, h: (here + h * look)[::-1]), "theta and psi are exchanged"),
    (check.step_ahead, moved(lambda here, move, look, h: here - h * look), "against the field"),
    (check.step_ahead, one_after_the_other, "that is alternating"),
    (check.step_ahead, moved(lambda here, move, look, h: here + 3 * h * look), "a step ahead leads elsewhere"),
    (check.step_ahead, lambda *_: (float("nan"), 0.0), "you are at (nan, 0.0000)"),
    (check.step_ahead, lambda *_: 0.5, "shape ()"),
    (check.step_ahead, lambda *_: None, "shape ()"),
    (check.step_ahead, lambda field: 1, "TypeError"),
    (check.step_ahead, lambda *_: 1 / 0, "ZeroDivisionError"),
    (check.step_ahead, (1, 2), "a function (field, theta, psi, h) is asked for"),
    (check.made_by, RIGHT | {"A": "simultaneous"}, "look at A again"),
    (check.made_by, RIGHT | {"B": "extragradient"}, "look at B again: it comes to rest"),
    (check.made_by, RIGHT | {"C": "alternating"}, "look at C again: each round is a little farther out"),
    (check.made_by, RIGHT | {"D": "R1"}, "two straight edges"),
    (check.made_by, RIGHT | {"E": "R1"}, "look at E again"),
    (check.made_by, RIGHT | {"E": "consensus"}, "'consensus' is none of simultaneous, alternating"),
    (check.made_by, RIGHT | {"E": ...}, "E has no name yet"),
    (check.made_by, {"A": "R1"}, "a dictionary with the keys A, B, C, D and E is asked for"),
    (check.made_by, "R1", "a dictionary with the keys A, B, C, D and E is asked for, got 'R1'"),
]


@pytest.mark.parametrize(("examine", "attempt", "hint"), MISTAKES)
def test_a_mistake_gets_its_hint(capsys, examine, attempt, hint):
    answer = answer_of(capsys, examine, attempt)
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


@pytest.mark.parametrize(
    ("examine", "stub"),
    [
        (check.rest_jacobian, lambda gamma: ...),
        (check.breaking_step, lambda slope: ...),
        (check.critical_weight, lambda slope: ...),
        (check.step_ahead, lambda *_: ...),
        (check.made_by, ...),
    ],
)
def test_three_dots_count_as_not_attempted(capsys, examine, stub):
    assert "not attempted yet" in answer_of(capsys, examine, stub)


@pytest.mark.parametrize("slope", check.SLOPES)
def test_the_edges_are_those_of_the_game(slope):
    turn = [[0.0, slope], [-slope, 0.0]]
    assert spectral_radius(dirac_methods.alternating, turn, 1.999 / slope) == pytest.approx(1, abs=1e-9)
    assert spectral_radius(dirac_methods.alternating, turn, 2.001 / slope) > 1.01
    below, above = (np.linalg.eigvals([[0, slope], [-slope, -factor * 2 * slope]]) for factor in (0.999, 1.001))
    assert abs(below.imag).min() > 0
    assert abs(above.imag).max() == 0


def test_the_trajectories_have_the_fates_that_their_hints_name():
    ends = {letter: check.mystery(letter) for letter in check.MYSTERIES}
    radii = {letter: np.hypot(*places.T) for letter, places in ends.items()}
    assert radii["C"][-1] > 1.5 * radii["C"][0]
    assert radii["E"][-1] < 0.1
    assert radii["B"][-1] < 1e-3
    assert 0.5 < radii["A"].min() < radii["A"].max() < 2.5
    assert (abs(ends["D"][:, 1]) == 0.7).sum() > 5
