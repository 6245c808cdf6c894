"""The strangers' loops and their faults are what they say."""

import itertools
from pathlib import Path

import measure_strangers
import planting
import pytest

from gan_edu.doctor.examine import examine

EVERYTHING = (*planting.FIRST, *planting.SECOND)
# Some kinds of evidence, in small loops; `measure_strangers.py` examines them all, in 100 steps.
SAMPLE = (
    ("accumulation", "d-frozen-for-good"),
    ("bidirectional", "all-in-one-optimizer"),
    ("bidirectional", "both-signs-kept"),
    ("combined_backward", "gradients-added"),
    ("combined_backward", "means-of-outputs"),
    ("combined_backward", "one-weight-list"),
    ("gumbel_sequence", "score-of-each-letter"),
    ("lightning_like", "toggled-and-left"),
    ("lightning_like", "valid-of-generated"),
    ("lsgan_trainer", "plain-list-of-blocks"),
    ("wgan_clipping", "noise-made-once"),
)


def test_every_loop_is_in_one_half():
    assert sorted(EVERYTHING) == sorted(path.stem for path in planting.FOLDER.glob("*.py"))


def test_names_of_faults_are_unique_within_their_loop():
    names = [fault[:2] for fault in planting.FAULTS]
    assert len(set(names)) == len(names)
    assert {loop for loop, _ in names} == set(EVERYTHING)


@pytest.mark.parametrize("loop", EVERYTHING)
def test_a_loop_steps_and_its_faults_can_be_planted(loop: str, tmp_path):
    stranger = planting.load(planting.planted(loop), tmp_path)
    batches = stranger.batches(0)
    with planting.seeded(0):
        generator, _, step = stranger.make()
        before = [parameter.clone() for parameter in generator.parameters()]
        step(next(batches))
        step(next(batches))
        fake, real = stranger.samples(generator, next(batches))
    assert any((old != new).any() for old, new in zip(before, generator.parameters(), strict=True))
    assert fake.shape == real.shape
    for names in [fault[1:2] for fault in planting.FAULTS if fault[0] == loop]:
        compile(planting.planted(loop, *names), loop, "exec")
    for names in [pair[1:] for pair in planting.PAIRS if pair[0] == loop]:
        compile(planting.planted(loop, *names), loop, "exec")


def test_a_text_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="not enough values"):
        planting.planted("dcgan", "no such fault")


@pytest.mark.parametrize("loop", ["gaussian_hello", "combined_backward"])
def test_samples_come_closer_to_the_data(loop: str, tmp_path):
    """`measure_strangers.py training` does so for all loops, on three seeds."""
    before, after = planting.training(planting.load(planting.planted(loop), tmp_path), seed=3, steps=200)
    assert after < before / 2


def causes(loop: str, names: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    stranger = planting.load(planting.planted(loop, *names), folder)
    return examine(stranger.make, list(itertools.islice(stranger.batches(0), 20)), steps=20).causes


@pytest.mark.parametrize("loop", EVERYTHING)
def test_a_healthy_loop_of_a_stranger_has_no_findings(loop: str, tmp_path):
    assert causes(loop, (), tmp_path) == ()


@pytest.mark.parametrize(("loop", "name"), SAMPLE)
def test_a_fault_in_a_strangers_loop_is_named(loop: str, name: str, tmp_path):
    assert set(causes(loop, (name,), tmp_path)) & set(measure_strangers.accepted(loop, name))
