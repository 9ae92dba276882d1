"""Two runs at once, and a project that is not as DVC left it: nothing is lost, and the results are those of an undisturbed run."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from finished_projects import ALONE, ENDING_SECONDS, POOL, SECONDS, damaged_cache_files, digest_results, run_to_end, start_afresh, tiny_project
from process_sessions import start_session, wait_for_end
from small_clusters import wait_until
from tiny_projects import clean_environment, tiny_params

pytestmark = pytest.mark.stress

DAY = 86_400


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """Project with all results."""
    root = tiny_project(tmp_path_factory.mktemp("finished"))
    run_to_end(root, *POOL)
    return root


@pytest.fixture
def project(finished, tmp_path) -> Path:
    """Copy of the finished project, with its cache."""
    shutil.copytree(finished, tmp_path / "project", symlinks=True)
    return tmp_path / "project"


def start_run(root: Path, *command: str) -> subprocess.Popen[str]:
    return start_session(root, clean_environment(), *command)


def finish_all(root: Path, runs: list[subprocess.Popen[str]]) -> None:
    """Wait for runs and all their processes. At least one succeeds; the others may have been refused by DVC."""
    statuses = [run.wait(SECONDS) for run in runs]
    for run in runs:
        wait_for_end(run.pid, ENDING_SECONDS)
    assert 0 in statuses, (root / "output.txt").read_text()[-3000:]
    assert "Traceback" not in (root / "output.txt").read_text()


@pytest.mark.parametrize("command", [ALONE, POOL], ids=["dvc repro", "make run"])
def test_of_two_runs_in_one_project_one_succeeds_and_the_results_are_the_same(project, command):
    undisturbed = digest_results(project)
    start_afresh(project)
    first = start_run(project, *command)
    time.sleep(3)
    finish_all(project, [first, start_run(project, *command)])
    run_to_end(project, *ALONE)
    assert digest_results(project) == undisturbed
    assert damaged_cache_files(project) == []


def test_an_experiment_in_a_copy_runs_beside_a_run_in_the_project(project):
    undisturbed = digest_results(project)
    start_afresh(project)
    first = start_run(project, *ALONE)
    time.sleep(3)
    second = start_run(project, "dvc", "exp", "run", "--temp", "-S", "analyze.alpha=0.1")
    finish_all(project, [first, second])
    run_to_end(project, *ALONE)
    assert digest_results(project) == undisturbed


def test_a_dilation_that_is_put_back_after_its_cache_was_collected_is_computed_again(project):
    undisturbed = digest_results(project)
    for dilations in ([1], [1, 2]):
        (project / "params.yaml").write_text(yaml.safe_dump(tiny_params() | {"dilations": dilations}))
        run_to_end(project, *ALONE)
        run_to_end(project, "dvc", "gc", "-w", "-f")
    assert digest_results(project) == undisturbed


def test_results_that_are_links_into_the_cache_are_replaced_and_the_cache_is_kept(project):
    undisturbed = digest_results(project)
    run_to_end(project, "dvc", "config", "--local", "cache.type", "symlink")
    run_to_end(project, "dvc", "checkout", "--relink")
    assert (project / "data/digits.npz").is_symlink()
    run_to_end(project, "dvc", "repro", "--force", "--single-item", "analyze")
    run_to_end(project, "stages.fetch")
    assert digest_results(project) == undisturbed
    assert damaged_cache_files(project) == []


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_jumps_runs_nothing_again_and_spoils_nothing(project, days):
    """All files are older or newer than now."""
    undisturbed = digest_results(project)
    for path in (path for folder in ("data", "metrics", "plots", "stages", "kernel_dilation") for path in (project / folder).rglob("*")):
        if path.is_file():
            os.utime(path, (time.time() + days * DAY,) * 2)
    assert "Running stage" not in run_to_end(project, *ALONE)
    assert digest_results(project) == undisturbed


def test_a_project_that_cannot_be_written_is_refused_in_a_sentence(project):
    undisturbed = digest_results(project)
    if subprocess.run(["mount", "--bind", "-o", "ro", str(project), str(project)], capture_output=True).returncode:
        pytest.skip("only an administrator can mount a file system that cannot be written")
    try:
        command = ["python", "-m", "stages.fetch"]
        done = subprocess.run(command, cwd=project, env=clean_environment(), capture_output=True, text=True, timeout=SECONDS)
    finally:
        subprocess.run(["umount", str(project)], check=True)
    assert done.returncode == 1
    assert "Read-only file system: 'data/unfinished/" in done.stderr
    assert "Traceback" not in done.stderr
    assert digest_results(project) == undisturbed


def test_two_workers_of_dvc_run_a_queue_of_experiments(project):
    """Each experiment is kept under its name, with its own answers, and the project itself is as it was."""
    undisturbed = digest_results(project)
    commit_results(project)
    for alpha in ("0.1", "0.2", "0.01"):
        run_to_end(project, "dvc", "exp", "run", "--queue", "--name", f"alpha-{alpha}", "-S", f"analyze.alpha={alpha}")
    workers = start_run(project, "dvc", "queue", "start", "--jobs", "2")
    assert workers.wait(SECONDS) == 0  # before the experiments have ended
    wait_until(lambda: "Running" not in (status := run_to_end(project, "dvc", "queue", "status")) and "Queued" not in status, SECONDS)
    run_to_end(project, "dvc", "queue", "stop")
    wait_for_end(workers.pid, ENDING_SECONDS)
    shown = json.loads(run_to_end(project, "dvc", "exp", "show", "--json"))
    found = {
        experiment["name"]: experiment["revs"][-1]["data"]["params"]["params.yaml"]["data"]["analyze"]["alpha"]
        for commit in shown
        for experiment in commit["experiments"] or []
    }
    assert found == {"alpha-0.1": 0.1, "alpha-0.2": 0.2, "alpha-0.01": 0.01}
    assert digest_results(project) == undisturbed
    assert damaged_cache_files(project) == []


def commit_results(root: Path) -> None:
    """Commit what a run has left for git, as experiments start from a commit."""
    for command in (["add", "-A"], ["-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", "results"]):
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)
