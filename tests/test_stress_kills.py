"""Runs of a tiny pipeline that are killed again and again end with the bytes of an undisturbed run."""

import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from finished_projects import (
    ALONE,
    ENDING_SECONDS,
    POOL,
    RESULTS,
    SECONDS,
    damaged_cache_files,
    digest_results,
    run_to_end,
    start_afresh,
    tiny_project,
)
from process_sessions import kill_processes, list_processes, read_command, start_session, wait_for_end
from tiny_projects import clean_environment

pytestmark = pytest.mark.stress

KILLS = 5  # of each kind
REPAIR = "tools.repair_dvc_files"  # before every run, as in `make run`


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict[str, str]:
    """Digests of the results of a run that nothing disturbed."""
    root = tiny_project(tmp_path_factory.mktemp("undisturbed"))
    run_to_end(root, *POOL)
    return digest_results(root)


def select_stage(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return the process of the running stage, if there is one."""
    return [process for process in processes if "-m stages." in read_command(process)]


def select_workers(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return the worker processes."""
    return [process for process in processes if "multiprocessing.spawn" in read_command(process)]


def select_dvc(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return the process of `dvc`, but not that of its pool."""
    return [process for process in processes if read_command(process).endswith("-m dvc repro") and "with_worker_pool" not in read_command(process)]


def select_all(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return all processes of the run."""
    return processes


VICTIMS: dict[str, Callable[[list[psutil.Process]], list[psutil.Process]]] = {
    "stage": select_stage,
    "workers": select_workers,
    "dvc": select_dvc,
    "everything": select_all,
}


def is_writing(root: Path) -> bool:
    """Return whether a result or DVC's own file is being written."""
    names = [name for folder in RESULTS for _, folders, files in os.walk(root / folder) for name in (*folders, *files)]
    return any(name.startswith(".partial-") for name in names) or ((root / "dvc.lock").exists() and not (root / "dvc.lock").stat().st_size)


def wait_for_moment(root: Path, process: subprocess.Popen[str], random_seconds: float, in_writing: bool) -> None:
    """Wait for a random time, and then, if asked, until a result is being written; at most until the run has ended."""
    end = time.monotonic() + random_seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    while in_writing and process.poll() is None and not is_writing(root):
        time.sleep(0.002)


def kill_once(root: Path, command: tuple[str, ...], victim: str, seconds: float, in_writing: bool) -> tuple[int, bool]:
    """Start a run and kill a part of it; return its session, and whether there was something to kill.

    A part that was not killed may still be running.
    """
    run_to_end(root, REPAIR)
    process = start_session(root, clean_environment(), *command)
    wait_for_moment(root, process, seconds, in_writing)
    victims = VICTIMS[victim](list_processes(process.pid))
    kill_processes(victims)
    status = process.wait(SECONDS)
    printed = (root / "output.txt").read_text()
    assert victims or status == 0, f"nothing was killed, yet the run failed: {printed[-3000:]}"
    assert "Traceback" not in printed, printed[-3000:]
    if status == 0:
        start_afresh(root)
    return process.pid, bool(victims)


@pytest.mark.parametrize("command", [POOL, ALONE], ids=["persistent pool", "own pools"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_run_that_is_killed_again_and_again_ends_with_the_same_bytes(tmp_path, undisturbed, victim, command):
    """Each run is killed at random moments, every second time while something is being written; the next one starts at once."""
    root = tiny_project(tmp_path / "project")
    moments = random.Random(f"{victim} {command}")
    runs: list[tuple[int, bool]] = []
    while sum(killed for _, killed in runs) < KILLS:
        runs.append(kill_once(root, command, victim, moments.uniform(1, 20), len(runs) % 2 == 1))
    run_to_end(root, REPAIR)
    run_to_end(root, "dvc", "repro")
    for session, _ in runs:
        wait_for_end(session, ENDING_SECONDS)
    assert digest_results(root) == undisturbed
    assert damaged_cache_files(root) == []
    assert not [path for folder in RESULTS for path in (root / folder).rglob(".partial-*")]
