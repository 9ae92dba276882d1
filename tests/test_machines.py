"""Results have the same bytes whatever runs the replicates: pools of several sizes, or a cluster that loses a worker."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.project_copy import with_changes

import pytest
import yaml
from tiny_projects import clean_environment, copied_project, tiny_params

pytestmark = pytest.mark.slow

REPLICATES, EPOCHS = 4, 6
ARM = "2-3-max"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny project with its digits."""
    root = tmp_path_factory.mktemp("machines")
    copied_project(root)
    params = with_changes(tiny_params(), {"train": {"replicates": REPLICATES, "epochs": EPOCHS}})
    (root / "params.yaml").write_text(yaml.safe_dump(params))
    for stage in ("locate", "fetch"):
        subprocess.run([sys.executable, "-m", f"stages.{stage}"], cwd=root, env=clean_environment(), check=True, capture_output=True)
    return root


def start_stages(root: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """Start the two stages that train and explain the networks of the arm; yield each process before the next starts."""
    for stage in ("train", "saliency"):
        command = [sys.executable, "-m", f"stages.{stage}", ARM]
        yield subprocess.Popen(command, cwd=root, env=clean_environment() | environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(stage: subprocess.Popen) -> None:
    """Wait for a stage, which must succeed."""
    errors = stage.communicate()[1]
    assert stage.returncode == 0, errors[-3000:]


def hash_outputs(root: Path) -> dict[str, str]:
    """Return the SHA-256 digest of every output of the two stages."""
    files = sorted(path for folder in ("networks", "saliency") for path in (root / "data" / folder / ARM).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def from_one_worker(project: Path) -> dict[str, str]:
    """Digests of the outputs of a single worker process."""
    for stage in start_stages(project, WORKERS="1"):
        finish(stage)
    return hash_outputs(project)


def test_more_workers_produce_the_same_bytes(project, from_one_worker):
    for stage in start_stages(project, WORKERS="3"):
        finish(stage)
    assert len(from_one_worker) > REPLICATES
    assert hash_outputs(project) == from_one_worker


@contextmanager
def cluster(root: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """Start a scheduler and workers in separate processes that have only the code; yield the address and the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    environment = clean_environment() | {"PYTHONPATH": str(root)}
    commands = [["scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard"]]
    commands += [["worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]] * workers
    processes = [
        subprocess.Popen([sys.executable, "-m", "dask", *command], cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_cluster_that_loses_a_worker_produces_the_same_bytes(project, from_one_worker):
    checkpoints = project / f"data/unfinished/train-{ARM}"
    with cluster(project, 3) as (address, workers):
        stages = start_stages(project, DASK_SCHEDULER_ADDRESS=address)
        training = next(stages)
        while training.poll() is None and not list(checkpoints.glob("*/replicate-*")):
            time.sleep(0.01)
        assert training.poll() is None, "the stage ended before a worker could be killed"
        os.kill(workers[0].pid, signal.SIGKILL)  # one replicate is finished and others are being trained
        finish(training)
        finish(next(stages))
        assert [worker.poll() for worker in workers[1:]] == [None, None]
    assert hash_outputs(project) == from_one_worker
