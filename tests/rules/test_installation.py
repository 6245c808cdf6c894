"""What is declared, what is pinned, what is imported and what Binder installs are the same packages."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOLDERS = ("tests", "benchmarks", "notebooks")
DISTRIBUTIONS = packages_distributions()
OWN = {path.stem for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")} | {"gan_edu", *FOLDERS}


def declared(*extras: str) -> dict[str, Requirement]:
    """The package's own dependencies and those of the extras, with the extras that these name, by name."""
    lines = PROJECT["dependencies"] + [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    found = {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}
    nested = [Requirement(line).extras for line in lines if line.startswith("gan-edu[")]
    for extra in set().union(*nested):
        found |= declared(extra)
    return {name: requirement for name, requirement in found.items() if name != "gan-edu"}


def pinned(path: str) -> dict[str, str]:
    """Name and version on every line of a requirements file that is neither a comment nor an option."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith(("#", "-")))


def imported(folder: str) -> set[str]:
    """The distributions that the Python files of a folder import from."""
    names = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            names |= {node.module} if isinstance(node, ast.ImportFrom) and node.module else set()
    third_party = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - OWN
    return {canonicalize_name(DISTRIBUTIONS[name][0]) for name in third_party}


def test_the_package_declares_exactly_what_it_imports():
    assert imported("gan_edu") == set(declared())


@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_else_imports_what_is_declared(folder: str):
    assert imported(folder) <= set(declared("test")) | {"packaging"}  # pytest depends on packaging


def test_every_dependency_is_pinned_within_its_range():
    ranges = declared("test")
    pins = pinned("requirements.txt")
    assert set(pins) == set(ranges)
    assert [name for name, version in pins.items() if version not in ranges[name].specifier] == []


def test_requirements_install_the_package_from_this_folder():
    assert "-e ." in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()


def test_binder_installs_the_same_versions_and_nothing_for_tests():
    pins = pinned("requirements.txt")
    assert pinned("binder/requirements.txt") == {name: pins[name] for name in declared("course")}


def test_the_citation_names_the_version_and_the_licences():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {PROJECT['version']}\n" in citation
    licences = re.search(r"^license:\n((?:  - .+\n)+)", citation, re.MULTILINE)
    assert re.findall(r"- (.+)", licences[1]) == PROJECT["license"].split(" AND ")
