"""Planted faults are named, and healthy loops are left in peace."""

import pytest
from faults import FAULTS
from planted import HEALTHY, loop

from gan_edu.doctor.examine import examine

SLOW = {"saturated": 40, "rate-zero": 40, "samples-alike": 40, "weights-untrained": 25}  # steps until it shows


@pytest.mark.parametrize(("name", "edits"), HEALTHY, ids=str)
def test_a_healthy_loop_has_no_findings(name: str, edits: tuple):
    assert str(examine(*loop(name, *edits), steps=25)).startswith("Nothing found.")


@pytest.mark.parametrize(
    ("cause", "name", "edits"), FAULTS, ids=[f"{number}-{fault[0]}-{fault[1]}" for number, fault in enumerate(FAULTS)]
)
def test_a_planted_fault_is_named(cause: str, name: str, edits: tuple):
    assert cause in examine(*loop(name, *edits), steps=SLOW.get(cause, 12)).causes


PAIRS = [
    ("mlp", (("opt_d.zero_grad()", "pass"), ("bce(discriminator(fake), ones)", "bce(discriminator(fake), zeros)"))),
    ("dcgan", (("* 1.8 - 0.9", ""), ("normal_(m.weight.data, 1.0, 0.02)", "normal_(m.weight.data, 0.0, 0.02)"))),
    (
        "wgan_gp",
        (
            ("torch.rand(len(real), 1, 1, 1)", "torch.randn(len(real), 1, 1, 1)"),
            ("grad.view(len(grad), -1).norm", "grad.norm"),
        ),
    ),
    (
        "mlp",
        (
            (" + bce(discriminator(fake.detach()), zeros)", ""),
            ("bce(discriminator(fake), ones)", "discriminator(fake).mean()"),
        ),
    ),
]
BOTH = [
    {"gradients-not-zeroed", "generator-wrong-sign"},
    {"range-mismatch", "batchnorm-scale-zero"},
    {"normal-interpolation", "penalty-wrong-axes"},
    {"fakes-unused", "generator-wrong-sign"},
]


@pytest.mark.parametrize(("name", "edits", "causes"), [(*pair, both) for pair, both in zip(PAIRS, BOTH, strict=True)])
def test_two_faults_at_once_are_both_named(name: str, edits: tuple, causes: set[str]):
    assert set(examine(*loop(name, *edits), steps=12).causes) == causes
