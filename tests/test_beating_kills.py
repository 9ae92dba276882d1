"""Runs of a tiny pipeline that are killed again and again end with the bytes of an undisturbed run."""

import hashlib
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import yaml
from process_sessions import kill_processes, list_processes, read_command, start_session, wait_for_end
from tiny_projects import clean_environment, copied_project, tiny_params

pytestmark = pytest.mark.beating

RESULTS = ("data", "metrics", "plots")
KILLS = 5  # of each kind
SECONDS = 3600  # within which a run must end
ENDING_SECONDS = 60  # within which all processes of a run that lost a part must have ended
REPAIR = "tools.repair_dvc_files"  # before every run, as in `make run`
POOL, ALONE = ("tools.with_worker_pool", "python", "-m", "dvc", "repro"), ("dvc", "repro")


def tiny_project(root: Path) -> Path:
    """Copy the project with tiny parameters."""
    copied_project(root)
    (root / "params.yaml").write_text(yaml.safe_dump(tiny_params()))
    return root


def run_to_end(root: Path, *command: str) -> str:
    """Run a module in a project until it and all its processes have ended; return what it printed. It must succeed."""
    process = start_session(root, clean_environment(), *command)
    status = process.wait(SECONDS)
    wait_for_end(process.pid, ENDING_SECONDS)
    printed = (root / "output.txt").read_text()
    assert status == 0, printed[-3000:]
    return printed


def digest_results(root: Path) -> dict[str, str]:
    """Return the digest of every result, by its path; checkpoints and locks are none."""
    paths = [path for folder in RESULTS for path in sorted((root / folder).rglob("*")) if path.is_file()]
    names = {path.relative_to(root).as_posix(): path for path in paths}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in names.items() if not name.startswith("data/unfinished/")}


def damaged_cache_files(root: Path) -> list[str]:
    """Return the files of DVC's cache whose content does not have the MD5 digest that is their name."""
    damaged = []
    for path in (root / ".dvc/cache/files/md5").glob("??/*"):
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        if digest != path.parent.name + path.name.removesuffix(".dir"):
            damaged.append(path.name)
    return damaged


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


def start_afresh(root: Path) -> None:
    """Remove all results of a finished run, and everything that DVC knows of them."""
    for name in (*RESULTS, ".dvc/cache", ".dvc/tmp"):
        shutil.rmtree(root / name, ignore_errors=True)
    (root / "dvc.lock").unlink(missing_ok=True)


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
