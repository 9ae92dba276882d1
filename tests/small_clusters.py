"""A stage of a few lines beside the project's own, and schedulers and workers that are processes of their own."""

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

STAGE = '''"""Answers of jobs: `python -m stages.tried count seconds megabytes`."""
import sys, time
from pathlib import Path
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import report_progress, run_jobs, worker_pool

kept = []

def job(shared, number, seconds, megabytes):
    from kernel_dilation.tried import ANSWER
    kept.append(bytearray(megabytes * 2**20 if number == 0 else 0))  # the first job leaves it to the next
    Path(f"begun-{number}").touch()
    time.sleep(seconds)
    report_progress(1)
    return f"{ANSWER}-{number}"

if __name__ == "__main__":
    with exit_with_message("tried"):
        count, seconds, megabytes = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
        told, jobs = [], {f"job-{number}": (number, seconds, megabytes) for number in range(count)}
        with worker_pool(count) as pool:
            found = run_jobs(pool, job, jobs, JobCheckpoints(Path("unfinished"), "tried"), None, told.append)
        print(*found.values(), sum(told))
'''


def small_project(root: Path) -> Path:
    """The project's code and the stage, in a folder of its own."""
    for folder in ("kernel_dilation", "stages", "tools"):
        shutil.copytree(folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "stages/tried.py").write_text(STAGE)
    (root / "kernel_dilation/tried.py").write_text("ANSWER = 'old'\n")
    return root


def started(root: Path, *command: str, **environment: str) -> subprocess.Popen[str]:
    """A Python module that runs in a project, in a process group of its own."""
    command = (sys.executable, "-m", *command)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=root, env=clean_environment() | environment, start_new_session=True, **pipes)


def stage(root: Path, count: int, seconds: float = 0, megabytes: int = 0, **environment: str) -> subprocess.Popen[str]:
    """The stage, which has begun."""
    return started(root, "stages.tried", str(count), str(seconds), str(megabytes), **environment)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something to happen."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


class Cluster:
    """A scheduler on loopback that cannot import the project, and its workers, which can unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.processes = folder, []
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.scheduler = self._dask("scheduler", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2])

    def worker(self, path: str, *options: str) -> subprocess.Popen:
        """A worker whose PYTHONPATH is this."""
        return self._dask("worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", *options, PYTHONPATH=path)

    def _dask(self, *command: str, **environment: str) -> subprocess.Popen:
        whole = [sys.executable, "-m", "dask", *command, "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(whole, cwd=self.folder, env=clean_environment() | environment, **quiet)
        self.processes.append(process)
        return process


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster that ends with the block; what its processes find in their folder is nothing of the project."""
    folder.mkdir()
    made = Cluster(folder)
    try:
        yield made
    finally:
        for process in made.processes:
            process.kill()  # a worker ends with its nanny
        for process in made.processes:
            process.wait()


def said(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit status of a stage, what it printed and what it said on stderr, both stripped; one that hangs is killed."""
    try:
        out, errors = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        raise
    return process.returncode, out.strip(), errors.strip()
