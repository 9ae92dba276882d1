"""A small stage in a copy of the project, and schedulers and workers in separate processes."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tiny_projects import clean_environment

STAGE = '''"""Run small jobs: `python -m stages.small count seconds megabytes`."""
import sys, time
from pathlib import Path
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import report_progress, run_jobs, worker_pool

kept = []

def job(shared, number, seconds, megabytes):
    from kernel_dilation.answer import ANSWER
    kept.append(bytearray(megabytes * 2**20 if number == 0 else 0))  # the first job keeps the memory occupied during the next
    Path(f"begun-{number}").touch()
    time.sleep(seconds)
    report_progress(1)
    return f"{ANSWER}-{number}"

if __name__ == "__main__":
    with exit_with_message("small"):
        count, seconds, megabytes = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
        advances, jobs = [], {f"job-{number}": (number, seconds, megabytes) for number in range(count)}
        with worker_pool(count) as pool:
            results = run_jobs(pool, job, jobs, JobCheckpoints(Path("checkpoints"), "small"), None, advances.append)
        print(*results.values(), sum(advances))
'''


def small_project(root: Path) -> Path:
    """Create a folder with the project's code and the small stage."""
    for folder in ("kernel_dilation", "stages", "tools"):
        shutil.copytree(folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "stages/small.py").write_text(STAGE)
    (root / "kernel_dilation/answer.py").write_text("ANSWER = 'old'\n")
    return root


def start_module(root: Path, *command: str, **environment: str) -> subprocess.Popen[str]:
    """Start a Python module in a project, in a process group of its own."""
    command = (sys.executable, "-m", *command)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=root, env=clean_environment() | environment, start_new_session=True, **pipes)


def start_stage(root: Path, count: int, seconds: float = 0, megabytes: int = 0, **environment: str) -> subprocess.Popen[str]:
    """Start the small stage."""
    return start_module(root, "stages.small", str(count), str(seconds), str(megabytes), **environment)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until a condition is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not become true in time"
        time.sleep(0.05)


class Cluster:
    """A scheduler on loopback that cannot import the project, and its workers."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.processes = folder, []
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.scheduler = self._dask("scheduler", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2])

    def worker(self, path: str, *options: str) -> subprocess.Popen:
        """Start a worker with this PYTHONPATH."""
        return self._dask("worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", *options, PYTHONPATH=path)

    def _dask(self, *command: str, **environment: str) -> subprocess.Popen:
        arguments = [sys.executable, "-m", "dask", *command, "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(arguments, cwd=self.folder, env=clean_environment() | environment, **quiet)
        self.processes.append(process)
        return process


@contextmanager
def start_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a cluster for as long as the block lasts; its processes run in a folder without the project."""
    folder.mkdir()
    cluster = Cluster(folder)
    try:
        yield cluster
    finally:
        for process in cluster.processes:
            process.kill()  # a worker ends with its nanny
        for process in cluster.processes:
            process.wait()


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a stage; return its exit status and its stripped stdout and stderr. A stage that hangs is killed."""
    try:
        out, errors = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        raise
    return process.returncode, out.strip(), errors.strip()
