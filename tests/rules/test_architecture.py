"""The package is built as CONTRIBUTING.md says, and each rule bites."""

import functools
from pathlib import Path

import nbformat
import package_rules as rules
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = sorted((ROOT / "gan_edu").rglob("*.py"))
OTHERS = sorted(path for folder in ("tests", "benchmarks", "notebooks") for path in (ROOT / folder).rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@functools.cache
def read(path: Path) -> rules.Module:
    """The module at `path`; of a notebook, all its code."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.v4.reads(source).cells
        source = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return rules.Module(path.relative_to(ROOT).as_posix(), source)


def name(value: object) -> str:
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else getattr(value, "__name__", "")


@pytest.mark.parametrize("path", PACKAGE, ids=name)
@pytest.mark.parametrize("rule", rules.RULES, ids=name)
def test_package_keeps_to_the_rule(path: Path, rule: rules.Rule):
    assert list(rule(read(path))) == []


@pytest.mark.parametrize("path", [*OTHERS, *NOTEBOOKS], ids=name)
@pytest.mark.parametrize("rule", rules.ANYWHERE, ids=name)
def test_everything_else_keeps_to_the_rule(path: Path, rule: rules.Rule):
    assert list(rule(read(path))) == []


def test_all_rooms_are_there():
    assert {read(path).room for path in PACKAGE} == {"", *rules.BELOW}


BREACHES: list[tuple[rules.Rule, str, str]] = [
    (rules.layers, "gan_edu/data/points.py", "from gan_edu.networks.points import MLP"),
    (rules.layers, "gan_edu/data/points.py", "from ..networks import points"),
    (rules.layers, "gan_edu/data/points.py", "def late():\n    import gan_edu.show.plots"),
    (rules.layers, "gan_edu/game/gan.py", "from gan_edu import data"),
    (rules.layers, "gan_edu/theory/dirac.py", "from gan_edu.measure import modes"),
    (rules.layers, "gan_edu/randomness.py", "from gan_edu.data.points import ring"),
    (rules.layers, "gan_edu/plotting/points.py", "import math"),
    (rules.display_in_show_only, "gan_edu/measure/modes.py", "from matplotlib.figure import Figure"),
    (rules.display_in_show_only, "gan_edu/checks/losses.py", "import IPython.display"),
    (rules.display_in_show_only, "gan_edu/show/plots.py", "from matplotlib import pyplot"),
    (rules.display_in_show_only, "gan_edu/show/plots.py", "import matplotlib.pyplot as plt"),
    (rules.modules_are_small, "gan_edu/data/points.py", "x = 1\n" * 251),
    (rules.functions_are_short, "gan_edu/data/points.py", "def f():\n" + "    x = 1\n" * 26),
    (rules.functions_are_short, "gan_edu/data/points.py", "class A:\n  def f(self):\n" + "    x = 1\n" * 26),
    (rules.names_say_something, "gan_edu/data/utils.py", ""),
    (rules.names_say_something, "gan_edu/helpers/points.py", ""),
    (rules.no_global_seeding, "gan_edu/data/points.py", "torch.manual_seed(0)"),
    (rules.no_global_seeding, "gan_edu/data/points.py", "from torch import manual_seed"),
    (rules.no_global_seeding, "gan_edu/data/points.py", "torch.random.fork_rng()"),
    (rules.no_global_seeding, "gan_edu/data/points.py", "np.random.seed(0)"),
    (rules.no_global_seeding, "gan_edu/data/points.py", "numpy.random.normal()"),
    (rules.no_global_seeding, "gan_edu/data/points.py", "import random"),
    (rules.chance_from_streams, "gan_edu/data/points.py", "torch.randn(3)"),
    (rules.chance_from_streams, "gan_edu/networks/points.py", "weight.data.normal_(0, 1)"),
    (rules.chance_from_streams, "gan_edu/networks/points.py", "nn.init.orthogonal_(weight)"),
    (rules.game_is_blind, "gan_edu/game/updates.py", "loss.mean().item()"),
    (rules.game_is_blind, "gan_edu/game/updates.py", "print(loss)"),
    (rules.game_is_blind, "gan_edu/game/updates.py", "loss.cpu()"),
    (rules.nothing_unpickled, "tests/test_points.py", "torch.load('weights')"),
    (rules.nothing_unpickled, "tests/test_points.py", "from torch import load"),
    (rules.nothing_unpickled, "tests/test_points.py", "import pickle"),
    (rules.nothing_unpickled, "tests/test_points.py", "numpy.load(file, allow_pickle=True)"),
    (rules.no_star_imports, "tests/test_points.py", "from torch import *"),
    (rules.documented, "gan_edu/data/points.py", "import torch"),
    (rules.documented, "gan_edu/data/points.py", '"""Points."""\ndef ring(): ...'),
    (rules.documented, "gan_edu/data/points.py", '"""Points."""\nclass Ring: ...'),
    (rules.documented, "gan_edu/data/points.py", '"""Points."""\nclass Ring:\n  """Eight."""\n  def sample(self): ...'),
    (rules.hinted, "gan_edu/data/points.py", "def ring(modes) -> Ring: ..."),
    (rules.hinted, "gan_edu/data/points.py", "def ring(*, modes) -> Ring: ..."),
    (rules.hinted, "gan_edu/data/points.py", "def ring(modes: int): ..."),
    (rules.hinted, "gan_edu/data/points.py", "class Ring:\n  def __call__(self, modes) -> Ring: ..."),
    (rules.keywords_are_named, "gan_edu/data/points.py", "def ring(**settings): ..."),
    (rules.no_machine_paths, "gan_edu/data/points.py", "FOLDER = '/home/me/points'"),
    (rules.no_machine_paths, "gan_edu/data/points.py", r"FOLDER = r'C:\points'"),
]


@pytest.mark.parametrize(("rule", "path", "source"), BREACHES, ids=name)
def test_rule_bites(rule: rules.Rule, path: str, source: str):
    assert list(rule(rules.Module(path, source)))


def test_every_rule_is_seen_to_bite():
    assert {rule for rule, _, _ in BREACHES} == set(rules.RULES)


SOUND = '''"""Draws points: a/b, and the like."""

import torch
from torch import nn

from gan_edu.randomness import Stream


class Ring(nn.Module):
    """Eight points."""

    def __init__(self, modes: int):
        self.modes = modes

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return noise

    def _place(self, index): ...


def draw(count: int, *, stream: Stream) -> torch.Tensor:
    """Draw points."""
    generator = torch.Generator().manual_seed(3)
    return stream.normal(count, 2)
'''


@pytest.mark.parametrize("rule", rules.RULES, ids=name)
def test_rule_accepts_a_sound_module(rule: rules.Rule):
    long = "def long():\n" + '    """' + "\n" * 99 + '    """\n' + "    x = 1  # why\n    # why\n\n" * 25
    assert list(rule(rules.Module("gan_edu/data/sound.py", SOUND))) == []
    assert list(rules.functions_are_short(rules.Module("gan_edu/data/sound.py", long))) == []
