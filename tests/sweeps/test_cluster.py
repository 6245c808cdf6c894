"""A sweep on a real scheduler with two worker processes, one of which is killed while it works."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import joblib
import numpy as np
import pytest
from test_sweep import STEPS, make, quiet

from gan_edu.game.training import Training
from gan_edu.sweeps.sweep import sweep

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed", "ignore::ResourceWarning")

AXES = {"learning_rate": [1e-3, 2e-3, 5e-3, 1e-2], "width": [4, 5]}
FOLDERS = os.pathsep.join(map(str, (Path(__file__).resolve().parent, Path(__file__).resolve().parents[2])))


def measure_slowly(training: Training) -> dict[str, object]:
    """Takes long enough for a worker to be killed at it; tells which process it was."""
    time.sleep(0.05)
    return {"spread": training.samples(50).std(), "process": os.getpid()}


def start(*arguments: str, folder: Path) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": FOLDERS, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(folder / "scheduler.json")]
    with open(folder / f"{arguments[0]}_{time.monotonic_ns()}.log", "wb") as log:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[object, list[subprocess.Popen]]]:
    """A client, and the processes of its two workers; all traffic stays on this machine."""
    local = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = start("scheduler", "--port", "0", *local, folder=tmp_path)
    worker = ("worker", "--no-nanny", "--nthreads", "1", *local)
    workers = [start(*worker, folder=tmp_path) for _ in range(2)]
    try:
        with distributed.Client(scheduler_file=str(tmp_path / "scheduler.json"), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            yield client, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def test_a_sweep_outlives_a_worker(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr("gan_edu.sweeps.sweep.TOGETHER", 2)
    _, workers = cluster
    seen = []

    def kill_one(results, total):
        for result in results:
            seen.append(result[0])
            if len(seen) == 4:
                workers[0].send_signal(signal.SIGKILL)
            yield result

    with joblib.parallel_config("dask"):
        result = sweep(make, AXES, measure_slowly, STEPS, folder=tmp_path / "results", progress=kill_one)
    assert workers[0].wait() == -signal.SIGKILL
    assert sorted(seen) == list(range(24))  # each result exactly once
    assert len(list((tmp_path / "results").glob("*.npz"))) == 12
    assert set(result.measured["process"].ravel()) <= {worker.pid for worker in workers}
    assert workers[1].pid in result.measured["process"]
    here = sweep(make, AXES, measure_slowly, STEPS, processes=1, progress=quiet)
    np.testing.assert_allclose(result.measured["spread"], here.measured["spread"], rtol=1e-4)
