"""The image that Binder would build, as far as can be told without building it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
BINDER = ROOT / "binder"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run in the repository's root, with this interpreter as `python`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "7"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_python_is_one_that_the_package_supports():
    version = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version in SpecifierSet(project["requires-python"])


def test_torch_comes_without_a_gpu():
    options = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert "--extra-index-url https://download.pytorch.org/whl/cpu" in options


def test_start_runs_the_command_on_one_thread():
    result = run(str(BINDER / "start"), "python", "-c", "import os; print(os.environ['OMP_NUM_THREADS'])")
    assert (result.returncode, result.stdout, result.stderr) == (0, "1\n", "")


def test_what_is_run_after_the_build_succeeds():
    result = run(str(BINDER / "postBuild"))
    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="repo2docker does not run on Windows")
def test_the_image_is_made_of_these_files():
    result = run(sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT))
    plan = result.stdout + result.stderr
    assert result.returncode == 0, plan
    assert "python=3.11" in plan
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in plan
    assert "./binder/postBuild" in plan
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in plan
