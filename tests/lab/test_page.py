"""The page's modules: linted, within the house's limits, joined without a clash, and coloured as the figures are."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.colors import to_rgb

from gan_edu.lab.widget import MODULES, PAGE, joined_modules
from gan_edu.show import plots

ROOT = Path(__file__).resolve().parents[2]
OXLINT = shutil.which("oxlint", path=Path(sys.executable).parent)


def complaints(folder: Path) -> list[str]:
    """What the linter finds in the JavaScript of a folder."""
    assert OXLINT, "oxlint must be installed: python3 -m pip install -r requirements.txt"
    command = [OXLINT, "--config", ROOT / ".oxlintrc.json", "--format", "json", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    assert found["number_of_files"] > 0
    return [f"{each['filename']}: {each['code']} {each['message']}" for each in found["diagnostics"]]


@pytest.mark.parametrize("room", ["lab", "show"])
def test_the_linter_finds_nothing(room: str) -> None:
    assert complaints(ROOT / "gan_edu" / room / "page") == []


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("export const three = missing + 2;\n", "no-undef"),
        ("const left = 1;\nexport const right = 2;\n", "no-unused-vars"),
        ("export function long() {\n" + "  window.x = 1;\n" * 41 + "}\n", "max-lines-per-function"),
        ("window.x = 1;\n" * 251, "max-lines"),
        ('import { far } from "./near.js";\nwindow.x = far;\n', "named"),
    ],
)
def test_the_linter_bites(source: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / "page.js").write_text(source)
    (tmp_path / "near.js").write_text("export const near = 1;\n")
    assert any(f"({rule})" in complaint for complaint in complaints(tmp_path))


def test_the_joined_modules_are_one_without_clashes(tmp_path: Path) -> None:
    joined = joined_modules()
    assert re.findall(r"^(?:import|export).*", joined, flags=re.MULTILINE) == ["export default { render };"]
    (tmp_path / "joined.js").write_text(joined, encoding="utf-8")
    assert [complaint for complaint in complaints(tmp_path) if "max-lines)" not in complaint] == []
    for name in MODULES:
        for line in (PAGE / name).read_text("utf-8").splitlines():
            assert line.startswith("import") or line.removeprefix("export ") in joined


def test_every_module_is_joined_after_what_it_imports() -> None:
    assert sorted(MODULES) == sorted(path.name for path in PAGE.glob("*.js"))
    for place, name in enumerate(MODULES):
        imported = re.findall(r'from "\./([\w.]+)"', (PAGE / name).read_text("utf-8"))
        assert set(imported) <= set(MODULES[:place])


@pytest.mark.parametrize("path", sorted(PAGE.iterdir()), ids=lambda path: path.name)
def test_limits_of_the_house_hold(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 250
    assert max(map(len, lines)) <= 120


def test_the_page_has_no_colours_of_its_own() -> None:
    assert [name for name in MODULES if re.search(r"#[0-9a-fA-F]{6}\b", (PAGE / name).read_text("utf-8"))] == []
    assert plots.PAGE_COLOURS["light"]["real"] == plots.REAL


def luminance(colour: str) -> float:
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in to_rgb(colour)]
    return sum(weight * level for weight, level in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stand_out_from_the_paper(theme: str) -> None:
    """Lines and marks at least 3 to 1, text 4.5 to 1 (Web Content Accessibility Guidelines 2.2)."""
    colours = plots.PAGE_COLOURS[theme]
    assert plots.PAGE_COLOURS["light"].keys() == colours.keys()
    for name, least in {"real": 3, "generated": 3, "discriminator": 4.5, "generator": 4.5, "ink": 4.5}.items():
        levels = sorted((luminance(colours[name]), luminance(colours["paper"])))
        assert (levels[1] + 0.05) / (levels[0] + 0.05) >= least, name
