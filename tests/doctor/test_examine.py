"""What an examination takes, gives back, and leaves as it was."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from planted import loop
from torch import nn

from gan_edu.doctor.__main__ import main
from gan_edu.doctor.causes import CAUSES
from gan_edu.doctor.chance import borrowed, seed_everything, states
from gan_edu.doctor.examine import examine
from gan_edu.doctor.watching import watch

ROOT = Path(__file__).resolve().parents[2]


def test_the_shared_generators_are_as_before():
    before = states()
    examine(*loop("mlp"), steps=4)
    after = states()
    assert torch.equal(before[0], after[0])
    assert np.array_equal(before[1][1], after[1][1])
    assert before[2] == after[2]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_networks_that_are_not_made_anew_come_back_as_they_were(error: type):
    make, batches = loop("dcgan")
    generator, discriminator, inner = make()
    calls = []

    def step(real):
        calls.append(1)
        inner(real)
        if len(calls) > 7:
            raise error

    players = nn.ModuleList([generator, discriminator])
    generator.eval()
    inner_before = {name: value.clone() for name, value in players.state_dict().items()}
    random, modes = torch.get_rng_state(), [module.training for module in players.modules()]
    try:
        report = examine(lambda: (generator, discriminator, step), batches, steps=12)
    except KeyboardInterrupt:
        assert error is KeyboardInterrupt
    else:
        assert "step-raises" in report.causes
        assert "ValueError" in str(report)
    assert all(torch.equal(value, inner_before[name]) for name, value in players.state_dict().items())
    assert all(one.grad is None for one in players.parameters())
    assert [module.training for module in players.modules()] == modes
    assert torch.equal(random, torch.get_rng_state())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in players.modules())


def test_the_readers_batches_are_not_changed():
    make, batches = loop("mlp", ("count = len(real)", "real.add_(1)\n        count = len(real)"))
    before = [batch.clone() for batch in batches]
    examine(make, batches, steps=3)
    assert all(torch.equal(a, b) for a, b in zip(before, batches, strict=True))


def test_a_step_that_raises_is_a_finding_with_the_readers_line():
    make, batches = loop("mlp", ("        count = len(real)", "        count = len(real)\n        real.nonsense()"))
    (finding,) = examine(make, batches).findings
    assert finding.cause == "step-raises"
    assert finding.place.startswith("mlp.py:")
    assert "real.nonsense()" in finding.seen or "nonsense" in finding.seen


@pytest.mark.parametrize(
    "returned", [None, 3, (1, 2, 3), (nn.Linear(1, 1), nn.Linear(1, 1)), (nn.Linear(1, 1),) * 3 + (1,)]
)
def test_a_make_that_returns_something_else_is_told_what_it_must_return(returned: object):
    with pytest.raises(TypeError, match=r"make must return \(generator, discriminator, step\).*got"):
        examine(lambda: returned, [torch.ones(2, 1)])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"make": 3}, "make must"),
        ({"batches": torch.ones(3)}, "batches must"),
        ({"batches": []}, "batches must"),
        ({"batches": 3}, "batches must"),
        ({"steps": 0}, "steps must"),
        ({"steps": 1.5}, "steps must"),
        ({"seed": -1}, "seed must"),
        ({"seed": math.nan}, "seed must"),
    ],
)
def test_bad_arguments_are_named(wrong: dict, words: str):
    make, batches = loop("mlp")
    with pytest.raises((TypeError, ValueError), match=f"{words}.*got"):
        examine(**{"make": make, "batches": batches, **wrong})


def test_the_report_is_text_html_and_data():
    make, batches = loop("mlp", ("opt_d.zero_grad()", "pass"))
    report = examine(make, batches, steps=20)
    (data,) = report.data()
    assert data["cause"] == "gradients-not-zeroed"
    assert 0.5 <= data["sureness"] <= 1
    assert all(part in str(report) for part in (data["seen"], data["meaning"], data["repair"], data["notebook"]))
    assert "<ol>" in report._repr_html_()
    assert report.not_tested[-1]


def test_nothing_found_says_what_was_tested_and_what_was_not():
    text = str(examine(*loop("mlp"), steps=20))
    assert text.startswith("Nothing found.")
    assert "Tested: " in text
    assert "Not tested: " in text
    assert "test data" in text


def test_each_cause_names_a_notebook_that_is_there():
    names = {path.name[:2] for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {cause.notebook[:2] for cause in CAUSES.values()} <= names


def trained(watched: bool, name: str) -> tuple[list[torch.Tensor], object]:
    make, batches = loop(name)
    with borrowed():
        seed_everything(3)
        generator, discriminator, step = make()
        seen = None
        if watched:
            with watch(generator, discriminator) as seen:
                for number in range(40):
                    step(batches[number % len(batches)].clone())
        else:
            for number in range(40):
                step(batches[number % len(batches)].clone())
    return [*generator.state_dict().values(), *discriminator.state_dict().values()], seen


@pytest.mark.parametrize("name", ["mlp", "dcgan", "wgan_gp", "hinge_sn", "mixed_precision"])
def test_watching_changes_not_a_bit(name: str):
    alone, _ = trained(False, name)
    watched, seen = trained(True, name)
    assert all(torch.equal(a, b) for a, b in zip(alone, watched, strict=True))
    assert seen.report().causes == ()


def test_watching_names_what_it_sees():
    make, batches = loop(
        "mlp",
        ("opt_g.zero_grad()", "pass"),
        ("discriminator.parameters(), lr=1e-3", "discriminator.parameters(), lr=0"),
    )
    generator, discriminator, step = make()
    with watch(generator, discriminator) as watched:
        for number in range(10):
            step(batches[number % len(batches)])
    assert set(watched.report().causes) == {"gradients-not-zeroed", "rate-zero"}
    assert not any(module._forward_hooks for module in generator.modules())


@pytest.mark.parametrize("wrong", [None, 3, nn.Linear])
def test_watching_asks_for_networks(wrong: object):
    with pytest.raises(TypeError, match=r"generator must be a network, got"), watch(wrong, nn.Linear(1, 1)):
        pass
    with pytest.raises(TypeError, match=r"discriminator must be a network, got"), watch(nn.Linear(1, 1), wrong):
        pass


def test_the_shell_gives_the_report_and_its_verdict(tmp_path: Path, capsys: pytest.CaptureFixture):
    text = (Path(__file__).parent / "loops" / "mlp.py").read_text(encoding="utf-8")
    file = tmp_path / "mine.py"
    file.write_text(text + "\n\ndef examined():\n    return make, batches()\n", encoding="utf-8")
    assert main([f"{file}:examined", "--steps", "10"]) == 0
    assert "Nothing found." in capsys.readouterr().out
    file.write_text(
        text.replace("opt_d.step()", "pass") + "\n\ndef examined():\n    return make, batches()\n", encoding="utf-8"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "gan_edu.doctor", f"{file}:examined", "--steps", "10"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert ran.returncode == 1, ran.stderr
    assert "weights-untrained" in ran.stdout
    assert main([f"{file}:nothing"]) == 2
    assert main([f"{tmp_path / 'other.py'}:examined"]) == 2
    assert "must name" in capsys.readouterr().err
