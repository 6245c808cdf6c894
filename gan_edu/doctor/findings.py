"""What the doctor found: one cause, with its evidence."""

from collections.abc import Iterable
from dataclasses import dataclass

from gan_edu.doctor.causes import CAUSES

SURE_ENOUGH = 0.5  # what is less sure is not reported
# What each cause can bring about: no finding of its own when the cause is found.
BRINGS = {
    "log-of-score": ("not-finite", "step-raises", "samples-alike", "saturated", "outputs-as-loss"),
    "softmax-over-one": (
        "outputs-as-loss",
        "generator-detached",
        "saturated",
        "samples-alike",
        "rate-zero",
        "discriminator-wrong-sign",
        "weights-untrained",
        "generator-ignores-discriminator",
        "linear-discriminator",
    ),
    "broadcast-loss": ("discriminator-wrong-sign", "generator-wrong-sign"),
    "sigmoid-twice": ("outputs-as-loss", "saturated"),
    "labels-outside-range": ("not-finite",),
    "data-unused": ("fakes-unused", "discriminator-wrong-sign", "generator-wrong-sign", "saturated"),
    "fakes-unused": ("discriminator-wrong-sign", "saturated"),
    "generator-detached": (
        "generator-ignores-discriminator",
        "rate-zero",
        "weights-untrained",
        "samples-alike",
        "saturated",
        "step-raises",
    ),
    "generator-ignores-discriminator": ("generator-wrong-sign", "saturated", "samples-alike"),
    "wrong-weights": (
        "weights-untrained",
        "gradients-not-zeroed",
        "rate-zero",
        "generator-wrong-sign",
        "discriminator-wrong-sign",
        "generator-detached",
        "data-unused",
        "fakes-unused",
        "generator-ignores-discriminator",
        "samples-alike",
        "saturated",
    ),
    "weights-untrained": ("rate-zero", "saturated", "samples-alike"),
    "gradients-not-zeroed": ("rate-too-high",),
    "discriminator-wrong-sign": ("generator-wrong-sign", "saturated"),
    "generator-wrong-sign": ("saturated", "samples-alike"),
    "outputs-as-loss": ("saturated",),
    "critic-unbounded": ("not-finite", "saturated"),
    "noise-fixed": ("samples-alike",),
    "penalty-without-graph": ("critic-unbounded",),
    "batchnorm-scale-zero": ("samples-alike", "saturated"),
    "scores-per-row": ("linear-discriminator",),
    "bottleneck": ("samples-alike", "sizes-unbalanced"),
    "range-mismatch": ("saturated",),
    "rate-zero": ("samples-alike", "saturated"),
    "rate-too-high": ("not-finite", "saturated", "samples-alike"),
    "not-finite": ("samples-alike", "saturated"),
}


@dataclass(frozen=True)
class Finding:
    """One cause of trouble in a training step.

    Args:
        cause: its identifier, such as "noise-fixed".
        seen: what was seen, with numbers.
        meaning: what that means.
        place: the likely line, as "file.py:12", or empty.
        repair: one or two lines of code.
        sureness: from 0 to 1.
        notebook: the notebook that explains it.
    """

    cause: str
    seen: str
    meaning: str
    place: str
    repair: str
    sureness: float
    notebook: str


def found(cause: str, seen: str, sureness: float, place: str = "") -> Finding:
    """A finding with what is known of its cause."""
    known = CAUSES[cause]
    return Finding(cause, seen, known.meaning, place, known.repair, sureness, known.notebook)


def by_cause(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each cause once, in the order of causes, without what is unsure and without what another one brings about."""
    best: dict[str, Finding] = {}
    for finding in findings:
        if finding.sureness >= SURE_ENOUGH and (
            finding.cause not in best or finding.sureness > best[finding.cause].sureness
        ):
            best[finding.cause] = finding
    brought = {symptom for cause in best for symptom in BRINGS.get(cause, ())}
    return tuple(best[cause] for cause in CAUSES if cause in best and cause not in brought)
