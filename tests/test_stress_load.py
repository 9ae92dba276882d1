"""Many arms, many replicates and many stages: time and memory stay in proportion."""

import re
import subprocess
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from kernel_dilation.execution.local_cluster import WORKER_BYTES
from tools.project_copy import with_changes

import psutil
import pytest
import yaml
from finished_projects import ALONE, POOL, SECONDS, run_to_end, tiny_project
from process_sessions import list_processes, read_command, start_session, wait_for_end
from tiny_projects import clean_environment, tiny_params

pytestmark = pytest.mark.stress

SAMPLE_SECONDS = 1.0
GROWTH = 1.3  # of a warm worker's memory from the first stages of a run to the last, at most
FEW, MANY = 50, 200  # replicates
EXCESS = 1.5  # of CPU time over what grows in proportion, at most


class Usage(NamedTuple):
    """What a run needed."""

    printed: str
    workers: list[int]  # bytes of the largest worker process at each sample
    largest: int  # bytes of the largest process at any sample


def memory_of(process: psutil.Process) -> int:
    """Return the resident bytes of a process, 0 if it has ended."""
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0


def run_measured(root: Path, *command: str) -> Usage:
    """Run a module in a project to its end and sample the memory of its processes."""
    process = start_session(root, clean_environment(), *command)
    workers, largest = [], 0
    while process.poll() is None:
        memory = [(memory_of(each), read_command(each)) for each in list_processes(process.pid)]
        largest = max([largest, *(size for size, _ in memory)])
        workers.append(max((size for size, name in memory if "multiprocessing.spawn" in name), default=0))
        time.sleep(SAMPLE_SECONDS)
    wait_for_end(process.pid, SECONDS)
    printed = (root / "output.txt").read_text()
    assert process.returncode == 0, printed[-3000:]
    return Usage(printed, [size for size in workers if size], largest)


def project_with(root: Path, changes: dict) -> Path:
    """Return a tiny project with other parameters."""
    tiny_project(root)
    (root / "params.yaml").write_text(yaml.safe_dump(with_changes(tiny_params(), changes)))
    return root


def test_the_largest_grid_runs_to_the_end_and_a_warm_pool_does_not_grow(tmp_path):
    """More arms than these 81 cannot be: the outer taps of a kernel must meet the image."""
    grid = {"dilations": list(range(1, 10)), "kernel_sizes": [3, 5, 7], "poolings": ["max", "average", "stride"]}
    root = project_with(tmp_path / "project", grid | {"saliency": {"methods": ["gradient"]}})
    usage = run_measured(root, *POOL)
    stages = re.findall(r"^Running stage '(train|saliency)@", usage.printed, re.MULTILINE)
    assert len(stages) == 2 * 81
    assert len(list((root / "data/networks").iterdir())) == 81
    assert usage.largest < WORKER_BYTES
    fifth = len(usage.workers) // 5
    assert median(usage.workers[-fifth:]) < GROWTH * median(usage.workers[fifth : 2 * fifth])


def cpu_seconds_of(root: Path, stage: str) -> float:
    """Return the CPU time that a stage and its workers need, in seconds, after the results of a run before it."""
    before = resource_seconds()
    subprocess.run(["python", "-m", *f"stages.{stage}".split()], cwd=root, env=clean_environment(), check=True, capture_output=True, timeout=SECONDS)
    return resource_seconds() - before


def resource_seconds() -> float:
    """Return the CPU time of all ended child processes and their children, in seconds."""
    times = psutil.Process().cpu_times()
    return times.children_user + times.children_system


@pytest.mark.parametrize("stage", ["train 1-3-max", "saliency 1-3-max", "analyze"])
def test_200_replicates_need_no_more_than_their_share_of_time(projects_of_one_arm, stage):
    few, many = (cpu_seconds_of(projects_of_one_arm[replicates], stage) for replicates in (FEW, MANY))
    assert many < EXCESS * MANY / FEW * few


@pytest.fixture(scope="module")
def projects_of_one_arm(tmp_path_factory) -> dict[int, Path]:
    """Finished projects of one arm, by number of replicates."""
    projects = {}
    for replicates in (FEW, MANY):
        changes = {"dilations": [1], "train": {"replicates": replicates}, "saliency": {"methods": ["gradient"]}}
        projects[replicates] = project_with(tmp_path_factory.mktemp("arm") / "project", changes)
        run_to_end(projects[replicates], *ALONE)
    return projects
