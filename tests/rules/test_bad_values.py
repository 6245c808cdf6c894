"""No public part that a notebook uses takes a bad value in silence, or answers it without naming the argument."""

import ast
import json
from pathlib import Path

import pytest
import torch
from bad_values import complaints
from torch import nn

from gan_edu.data.images import Images, Stacked
from gan_edu.data.points import GaussianMixture, Points, around, grid, mixture, ring
from gan_edu.game import f_gan
from gan_edu.game.alpha_gan import AlphaLoss, Tempered, alpha_gan
from gan_edu.game.augmentations import InstanceNoise
from gan_edu.game.clipping import Clipped
from gan_edu.game.gan import GAN
from gan_edu.game.losses import Loss, SmoothedCrossEntropy, cross_entropy, minus_log, non_saturating
from gan_edu.game.optimizers import Adam, CosineDecay, constant
from gan_edu.game.penalties import R1, R2, Both, GradientPenalty, OneSidedGradientPenalty
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating
from gan_edu.measure.frechet import frechet_distance, real_floor
from gan_edu.measure.modes import coverage, expected_coverage
from gan_edu.measure.rates import rates
from gan_edu.measure.stacks import DigitJudge, stack_coverage
from gan_edu.networks.conditional import ConcatenateLabels
from gan_edu.networks.groups import MinibatchStandardDeviation, Packed
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.lipschitz import GroupSort, Orthonormal
from gan_edu.networks.normalization import SpectralNormalization, spectrally_normalized
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize
from gan_edu.show import plots
from gan_edu.show.claims import claim
from gan_edu.show.discriminate import discriminate, numbered
from gan_edu.show.explore import Slider, explore
from gan_edu.show.tables import table
from gan_edu.sweeps.run_together import run_together
from gan_edu.theory import best_gaussian, dirac, dirac_methods, divergences
from gan_edu.theory.divergences import GridDensity
from gan_edu.theory.jacobian import after_push, game_field, game_jacobian
from gan_edu.theory.transport import distance_on_line, transport_plan

SIGN = {"zero", "minus one"}  # where a number may have either
LISTS = {"list", "array"}  # where numbers may come in any of their kinds
X = torch.linspace(-6, 6, 200, dtype=torch.float64)
P = GridDensity.from_log_density(X, mixture([0.0], [1.0]).log_density)
POINTS = Stream(0, "points").normal(6, 2)
AXES = plots.figure()[1][0]
NUMBER = Slider(0, 2, step=1, value=1, label="a")
IMAGES = Stream(0, "images").uniform(6, 1, 4, 4)
TWENTY = Stream(0, "twenty").uniform(20, 1, 4, 4)


def stream() -> Stream:
    return Stream(0)


def pair() -> dict[str, object]:
    return {"p": P, "q": P}


WALK = {"field": dirac.minimax, "method": dirac_methods.simultaneous}


# A part, good arguments for it, and what is meant although it would be bad elsewhere.
DATA = [
    (Images, lambda: {"images": IMAGES, "labels": torch.arange(6)}, {"images": {"one axis"}, "labels": {"integers"}}),
    (Images(IMAGES, torch.arange(6)).sample, lambda: {"count": 2, "stream": stream()}, {}),
    (Stacked, lambda: {"images": Images(IMAGES, torch.arange(6)), "channels": 2}, {}),
    (Stacked(Images(IMAGES, torch.arange(6))).sample, lambda: {"count": 2, "stream": stream()}, {}),
    (Points, lambda: {"points": POINTS}, {"points": {"one axis more", "one axis fewer", "one axis"}}),
    (Points(POINTS).sample, lambda: {"count": 2, "stream": stream()}, {}),
    (
        GaussianMixture,
        lambda: {"means": POINTS, "standard_deviations": torch.ones(6), "weights": torch.ones(6) / 6},
        {"means": {"one axis"}},
    ),
    (ring().sample, lambda: {"count": 2, "stream": stream()}, {}),
    (ring().log_density, lambda: {"points": POINTS}, {"points": {"empty", "one axis more", "one axis fewer"}}),
    (ring().scaled, lambda: {"factor": 2.0}, {}),
    (ring, lambda: {"modes": 3, "radius": 2.0, "standard_deviation": 0.5}, {}),
    (grid, lambda: {"side": 3, "spacing": 2.0, "standard_deviation": 0.5}, {}),
    (mixture, lambda: {"means": [0.0, 1.0], "standard_deviations": [1.0, 2.0], "weights": [1.0, 2.0]}, {}),
    (around, lambda: {"centres": POINTS, "standard_deviation": 0.5}, {"centres": {"one axis"}}),
]
NETWORKS = [
    (MLP, lambda: {"inputs": 2, "outputs": 2, "hidden": (4, 4)}, {"hidden": {"empty", "one more"}}),
    (ImageGenerator, lambda: {"noise_size": 3, "width": 2, "size": 4, "channels": 1}, {}),
    (ImageDiscriminator, lambda: {"width": 2, "size": 4, "channels": 1}, {}),
    (Packed, lambda: {"discriminator": MLP(4, None), "size": 2}, {}),
    (MinibatchStandardDeviation, lambda: {"size": 2}, {}),
    (SpectralNormalization, lambda: {"layer": nn.Linear(2, 2)}, {}),
    (Orthonormal, lambda: {"layer": nn.Linear(2, 2), "iterations": 3}, {}),
    (GroupSort, lambda: {"size": 2}, {}),
    (spectrally_normalized, lambda: {"network": MLP(2, 2)}, {}),
]
MEASURES = [
    (
        frechet_distance,
        lambda: {"first": POINTS, "second": POINTS.flip(0)},
        {"first": {"integers"}, "second": {"integers"}},
    ),
    (real_floor, lambda: {"images": IMAGES, "stream": stream()}, {"images": {"integers", "one axis"}}),
    (coverage, lambda: {"samples": POINTS, "data": ring()}, {}),
    (DigitJudge, lambda: {"images": Images(IMAGES, torch.arange(6))}, {}),
    (
        stack_coverage,
        lambda: {"samples": IMAGES.expand(6, 3, 4, 4), "judge": DigitJudge(Images(IMAGES, torch.arange(6)))},
        {},
    ),
    (expected_coverage, lambda: {"data": ring(), "count": 5}, {}),
    (
        rates,
        lambda: {"real_scores": POINTS[:, 0].clone(), "fake_scores": POINTS[:, 1].clone()},
        {"real_scores": {"one axis"}, "fake_scores": {"one axis"}},
    ),
]
THEORY = [
    (
        GridDensity,
        lambda: {"x": P.x, "log_values": P.log_values},
        {"x": LISTS, "log_values": LISTS | {"integers", "one -inf"}},
    ),
    (GridDensity.from_values, lambda: {"x": P.x.numpy(), "values": P.values.numpy()}, {}),
    (
        GridDensity.from_log_density,
        lambda: {"x": X.numpy(), "log_density": mixture([0.0], [1.0]).log_density},
        {"x": {"one more"}},
    ),
    *((part, pair, {}) for part in (divergences.optimal_score, divergences.optimal_discriminator)),
    *((part, pair, {}) for part in (divergences.kullback_leibler, divergences.jensen_shannon)),
    (divergences.total_variation, pair, {}),
    *((part, pair, {}) for part in (best_gaussian.pearson, best_gaussian.squared_hellinger)),
    (best_gaussian.reverse_kullback_leibler, pair, {}),
    (best_gaussian.gaussian, lambda: {"x": X, "mean": 0.5, "width": 1.0}, {"x": LISTS | {"one more"}, "mean": SIGN}),
    (
        best_gaussian.nearest_gaussian,
        lambda: {"divergence": divergences.kullback_leibler, "p": P, "start": (0.5, 0.9)},
        {"start": {"one zero"}},
    ),
    (divergences.value, lambda: {"score": X.numpy(), **pair()}, {}),
    (dirac.WithPenalty, lambda: {"field": dirac.minimax, "weight": 0.3}, {"weight": SIGN}),
    (dirac.WithGradientPenalty, lambda: {"field": dirac.minimax, "weight": 0.3, "target": 1.0}, {}),
    (dirac.WithNoise, lambda: {"width": 0.3, "stream": stream(), "count": 5}, {}),
    (dirac.Consensus, lambda: {"weight": 0.3, "coupling": 1.0}, {"coupling": SIGN}),
    (dirac.jacobian, lambda: {"field": dirac.minimax, "theta": 0.1, "psi": 0.1}, {"theta": SIGN, "psi": SIGN}),
    (dirac_methods.Momentum, lambda: {"momentum": 0.5}, {"momentum": {"zero"}}),
    (dirac_methods.Clipping, lambda: {"method": dirac_methods.simultaneous, "bound": 1.0}, {}),
    (
        dirac_methods.trajectory,
        lambda: {**WALK, "start": (1.0, -1.0), "step_size": 0.2, "steps": 3},
        {"start": {"one zero"}},
    ),
    *(
        (
            part,
            lambda: {"method": WALK["method"], "jacobian": [[0.0, 0.5], [-0.5, 0.0]], "step_size": 0.2},
            {"jacobian": LISTS},
        )
        for part in (dirac_methods.step_matrix, dirac_methods.spectral_radius)
    ),
    (distance_on_line, lambda: {"first": POINTS[:, 0].clone(), "second": POINTS[:, 1].clone()}, {}),
    (transport_plan, lambda: {"first": POINTS, "second": POINTS.flip(0)}, {}),
    *((part, lambda: {"gan": game(), "real": POINTS, "noise": POINTS}, {}) for part in (game_field, game_jacobian)),
    (
        after_push,
        lambda: {
            "gan": game(),
            "real": POINTS,
            "noise": POINTS,
            "push": torch.zeros(39),
            "steps": 2,
            "step_size": 0.1,
        },
        {},
    ),
]
SHOW = [
    (plots.figure, lambda: {"columns": 1, "width": 2.0, "height": 2.0}, {}),
    (plots.plane, lambda: {"axes": AXES, "extent": 2.0, "title": "a"}, {"title": {"text"}}),
    (plots.samples, lambda: {"axes": AXES, "real": POINTS, "generated": POINTS}, {}),
    (plots.belief, lambda: {"axes": AXES, "discriminator": MLP(2, None), "strongest": 0.4, "cells": 3}, {}),
    (plots.curves, lambda: {"axes": AXES, "steps": [1, 2], "values": {"a": [1.0, 2.0]}, "marks": {"b": 1.0}}, {}),
    (
        plots.image_grid,
        lambda: {"axes": AXES, "images": IMAGES, "columns": 3, "title": "a"},
        {"title": {"text"}, "images": {"one axis"}},
    ),
    (
        plots.grid_map,
        lambda: {
            "axes": AXES,
            "values": POINTS[:2].abs().numpy(),
            "rows": [1.0, 2.0],
            "columns": [1.0, 2.0],
            "highest": 3.0,
        },
        {"values": {"one NaN"}},
    ),
    (plots.png, lambda: {"drawn": AXES.figure}, {}),
    (numbered, lambda: {"axes": plots.figure()[1][0], "images": TWENTY, "words": ["a"] * 20}, {"images": {"one axis"}}),
    (
        discriminate,
        lambda: {
            "real": TWENTY,
            "generated": TWENTY,
            "discriminator": ImageDiscriminator(2, 4),
            "stream": stream(),
            "title": "a",
            "count": 20,
        },
        {"real": {"one axis"}},
    ),
    (
        Slider,
        lambda: {"minimum": 0, "maximum": 4, "step": 1, "value": 2, "label": "a"},
        {"minimum": SIGN, "value": {"zero"}},
    ),
]


def named(names: str) -> Stream:
    return Stream(0, names)


def normal(shape: int) -> torch.Tensor:
    return stream().normal(2, shape)


def uniform(shape: int) -> torch.Tensor:
    return stream().uniform(shape)


def integers(shape: int) -> torch.Tensor:
    return stream().integers(3, shape)


SHOW += [
    (
        claim,
        lambda: {"label": "a", "value": 1.0, "above": 0.5, "below": 2.0, "unit": "%", "digits": 2},
        {"value": {*SIGN, "NaN", "inf", "-inf"}, "above": SIGN, "unit": {"text"}, "digits": {"zero"}},
    ),
    (
        table,
        lambda: {"headings": ["a", "b"], "rows": [["c", 1.0]], "digits": 2},
        {"headings": {"one more"}, "rows": {"list"}, "digits": {"zero", "number"}},
    ),
    (
        explore,
        lambda: {"draw": lambda axes, number: "a sentence", "axes": AXES, "title": "a", "number": NUMBER},
        {},
    ),
]
RANDOMNESS = [
    (Stream, lambda: {"seed": 0}, {"seed": SIGN}),
    (initialize, lambda: {"network": MLP(2, 2), "stream": stream(), "gain": 1.0}, {}),
    (stream().permutation, lambda: {"count": 3}, {}),
    (named, lambda: {"names": "a"}, {"names": {"text"}}),
    *((draw, lambda: {"shape": 2}, {"shape": {"zero"}}) for draw in (normal, uniform, integers)),
    (stream().integers, lambda: {"high": 3}, {}),
]


def game() -> GAN:
    return GAN(MLP(2, 2, (4,)), MLP(2, None, (4,)), loss=non_saturating)


def training() -> Training:
    return Training(game(), ring(), batch_size=4, view_size=4)


GAME = [
    (
        GAN,
        lambda: {
            "generator": MLP(2, 2),
            "discriminator": MLP(2, None),
            "loss": non_saturating,
            "penalty": R1(0.1),
            "augmentation": InstanceNoise(0.1),
            "noise_size": 2,
            "g_optimizer": Adam(),
            "d_optimizer": Adam(),
        },
        {},
    ),
    (
        Training,
        lambda: {
            "gan": game(),
            "data": ring(),
            "seed": 1,
            "batch_size": 4,
            "update": alternating,
            "schedule": constant,
            "view_size": 4,
            "averaging": 0.5,
            "initialization": initialize,
        },
        {"seed": SIGN, "averaging": {"zero"}},
    ),
    (training().run, lambda: {"steps": 1}, {}),
    (training().watch, lambda: {"steps": 1, "every": 1}, {}),
    (training().samples, lambda: {"count": 2}, {}),
    (training().reset, lambda: {"seed": 0}, {"seed": SIGN}),
    (training().restore, lambda: {"state": training().state()}, {}),
    (
        Loss,
        lambda: {
            "discriminator": cross_entropy,
            "generator": minus_log,
            "paired": False,
            "probability": torch.sigmoid,
            "resting_score": 0.0,
        },
        {"resting_score": SIGN},
    ),
    (
        f_gan.f_loss,
        lambda: {"critic": torch.tanh, "price": torch.tanh, "probability": torch.sigmoid, "resting_score": 0.0},
        {"resting_score": SIGN},
    ),
    (AlphaLoss, lambda: {"alpha": 0.5}, {}),
    (Tempered, lambda: {"alpha": 0.5}, {}),
    (alpha_gan, lambda: {"alpha": 0.5}, {}),
    (R1, lambda: {"weight": 0.1}, {}),
    (SmoothedCrossEntropy, lambda: {"real_label": 0.9}, {}),
    (R2, lambda: {"weight": 0.1}, {}),
    (GradientPenalty, lambda: {"weight": 0.1}, {}),
    (OneSidedGradientPenalty, lambda: {"weight": 0.1}, {}),
    (InstanceNoise, lambda: {"width": 0.1}, {}),
    (Both, lambda: {"first": R1(0.1), "second": R2(0.1)}, {}),
    (Adam, lambda: {"learning_rate": 0.1, "betas": (0.0, 0.9)}, {"betas": {"one zero"}}),
    (Clipped, lambda: {"optimizer": Adam(), "bound": 0.1}, {}),
    (CosineDecay, lambda: {"steps": 4, "final": 0.1}, {}),
    (ConcatenateLabels, lambda: {"network": MLP(4, 2), "classes": 2}, {}),
]
TOGETHER = [(run_together, lambda: {"trainings": [training()], "steps": 1}, {"trainings": {"empty"}})]
PARTS = [*DATA, *NETWORKS, *MEASURES, *THEORY, *SHOW, *RANDOMNESS, *GAME, *TOGETHER]


@pytest.mark.parametrize(("part", "make", "allowed"), PARTS, ids=lambda part: getattr(part, "__qualname__", ""))
def test_every_bad_value_is_refused_by_name(part, make, allowed):
    assert list(complaints(part, make, allowed)) == []


# Called hundreds of times a second within a step, with what GAN and Training have checked.
WITHIN_A_STEP = {
    *(
        "alternating",
        "simultaneous",
        "generator_only",
        "unrolled",
        "lazy",
        "descend",
        "discriminator_loss",
        "generator_loss",
    ),
    *("generator_first", "extragradient", "optimistic", "wasserstein"),
    *("cross_entropy", "minus_log", "log_one_minus", "constant"),
}
# No functions or classes that a reader calls with values: losses, exercises, an error; or tested in their own folder.
ELSEWHERE = {
    *("minimax", "non_saturating", "relativistic", "least_squares", "smoothed_labels", "hinge", "TrainingDiverged"),
    *("plots", "live", "sweep", "dirac", "Ensemble", "Streams", "f_gan", "best_gaussian", "divergences"),
    *("examine", "seed_everything"),
}


def imported() -> set[str]:
    """What the notebooks import from the package, but for the checks of exercises, which answer and never raise."""
    names = set()
    for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"):
        cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
        for cell in cells:
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                if (
                    isinstance(node, ast.ImportFrom)
                    and node.module.startswith("gan_edu")
                    and "checks" not in node.module
                ):
                    names |= {alias.name for alias in node.names}
    return names


def test_every_part_that_a_notebook_imports_is_tried():
    tried = {part.__qualname__.split(".")[0] for part, _, _ in PARTS} | {"digits"}  # it takes nothing
    assert imported() - tried - WITHIN_A_STEP - ELSEWHERE == set()
