"""Full disks: a clear error, nothing half-written under its final name, and success after space is made."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from finished_projects import ALONE, POOL, RESULTS, damaged_cache_files, digest_results, run_to_end, start_afresh, tiny_project
from process_sessions import wait_for_end
from tiny_projects import clean_environment

pytestmark = pytest.mark.stress

LIMITS = {  # of the size of a file, in bytes, too small for what the stage writes
    "locate": 0,
    "fetch": 100_000,
    "train 1-3-max": 8_192,
    "saliency 1-3-max": 8_192,
    "transfer": 2_000,
    "mark": 1_000,
    "rounds": 200,
    "learn mixture": 1_000,
    "analyze": 1_000,
    "report": 8_192,
}
FULL = r"File too large|No space left on device"


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """Project with all results."""
    root = tiny_project(tmp_path_factory.mktemp("finished"))
    run_to_end(root, *POOL)
    return root


def run_limited(root: Path, limit: int, *command: str) -> tuple[int, str]:
    """Run a module that can write no file larger than the limit; return its status and what it printed. No process stays."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=root, env=clean_environment(), start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    printed = process.communicate()[0]
    wait_for_end(process.pid)
    return process.returncode, printed


def partial_files(root: Path) -> list[str]:
    return [name for folder in RESULTS for _, folders, files in os.walk(root / folder) for name in (*folders, *files) if name.startswith(".partial-")]


@pytest.mark.parametrize("stage", LIMITS)
def test_a_stage_on_a_full_disk_says_so_keeps_the_old_result_and_succeeds_later(finished, stage):
    before = digest_results(finished)
    command, *arguments = stage.split()
    status, printed = run_limited(finished, LIMITS[stage], f"stages.{command}", *arguments)
    assert status == 1, printed
    assert "Traceback" not in printed
    message = re.split(r"[\r\n]+", printed.strip())[-1]
    assert re.search(rf"{command}\S*.*: .*({FULL})", message), printed
    assert re.search(r"'[^']*/[^']+'|the worker processes cannot be started", message), "the sentence names the file or what needs it"
    assert digest_results(finished) == before
    assert partial_files(finished) == []
    run_to_end(finished, f"stages.{command}", *arguments)
    assert digest_results(finished) == before


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system with room for 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("only an administrator can mount a small file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_cache_of_dvc_stops_the_run_and_space_lets_it_finish(finished, small_disk):
    undisturbed = digest_results(finished)
    start_afresh(finished)
    run_to_end(finished, "dvc", "cache", "dir", "--local", str(small_disk / "cache"))
    status, printed = run_limited(finished, resource.RLIM_INFINITY, *ALONE)
    assert status != 0
    assert re.search(FULL, printed), printed
    assert not [path for path in (small_disk / "cache/files/md5").glob("??/*") if path.stat().st_size == 0]
    subprocess.run(["mount", "-o", "remount,size=1g", str(small_disk)], check=True)
    run_to_end(finished, *POOL)
    assert digest_results(finished) == undisturbed
    assert damaged_cache_files(finished, str(small_disk / "cache")) == []
