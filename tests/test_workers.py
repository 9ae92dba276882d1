"""Real worker processes on loopback, some of which die on purpose."""

import os
import subprocess
import sys
from pathlib import Path

from kernel_dilation.execution import ready_workers
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import choose_worker_count, report_progress, run_jobs, worker_pool

import dask
import pandas as pd
import pytest

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def job(shared: int, number: int, crash_marker: str) -> tuple[int, int]:
    """Return the product and the process id; number 3 dies once, 99 dies always, and -1 raises an error."""
    report_progress(1)
    if number == 99 or (number == 3 and not Path(crash_marker).exists()):
        Path(crash_marker).touch()
        os._exit(9)
    if number < 0:
        raise ValueError("no negative numbers")
    return shared * number, os.getpid()


def make_jobs(*numbers: int, crash_marker: Path) -> dict[str, tuple]:
    return {f"job {number}": (number, str(crash_marker)) for number in numbers}


def run_in_pool(jobs: dict[str, tuple], *arguments: object) -> dict:
    """Run jobs in a pool of their own and return the results."""
    with worker_pool(len(jobs)) as pool:
        return run_jobs(pool, job, jobs, *arguments)


@pytest.fixture
def checkpoints(tmp_path):
    return JobCheckpoints(tmp_path / "unfinished", "stage")


def test_results_are_returned_by_name_in_order_and_progress_is_reported(checkpoints, tmp_path):
    advances = []
    results = run_in_pool(make_jobs(1, 2, 4, crash_marker=tmp_path / "crash_marker"), checkpoints, 10, advances.append)
    assert [(name, product) for name, (product, process) in results.items()] == [("job 1", 10), ("job 2", 20), ("job 4", 40)]
    assert os.getpid() not in {process for product, process in results.values()}
    assert sum(advances) == 3
    checkpoints.clear()
    times = pd.read_csv(checkpoints.times_file, index_col="job")
    assert set(times.index) == {"job 1", "job 2", "job 4"}
    assert (times >= 0).all(axis=None)


def test_a_worker_that_dies_is_replaced_and_its_job_repeated(checkpoints, tmp_path):
    results = run_in_pool(make_jobs(1, 3, 5, crash_marker=tmp_path / "crash_marker"), checkpoints, 10)
    assert [product for product, process in results.values()] == [10, 30, 50]
    assert (tmp_path / "crash_marker").exists()


def test_a_job_that_keeps_killing_its_worker_is_named(checkpoints, tmp_path):
    with pytest.raises(ValueError, match="job 99 ended 3 worker processes in succession"):
        run_in_pool(make_jobs(1, 99, 2, crash_marker=tmp_path / "crash_marker"), checkpoints, 10)


def test_the_error_of_a_job_is_passed_on_and_finished_jobs_are_kept(checkpoints, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKERS", "1")
    with pytest.raises(ValueError, match="no negative numbers"):
        run_in_pool(make_jobs(1, -1, crash_marker=tmp_path / "crash_marker"), checkpoints, 10)
    assert "job 1" in checkpoints
    assert (
        run_in_pool(make_jobs(1, crash_marker=tmp_path / "crash_marker"), checkpoints, 0)["job 1"][0] == 10
    )  # from the checkpoint: 1 x 0 would be 0


def test_a_persistent_pool_serves_several_stages_with_the_same_processes(tmp_path):
    """The program is run twice, like two stages; both runs must use the only worker of the pool."""
    program = tmp_path / "program.py"
    program.write_text(
        "import os, sys, tempfile\nfrom pathlib import Path\n"
        "from kernel_dilation.execution.checkpoints import JobCheckpoints\nfrom kernel_dilation.execution.workers import run_jobs, worker_pool\n"
        "def process(shared): return os.getpid()\n"
        "with worker_pool(1) as pool:\n    print(run_jobs(pool, process, {'one': ()}, JobCheckpoints(Path(tempfile.mkdtemp()), 'stage'))['one'])\n"
    )
    command = [sys.executable, "-m", "tools.with_worker_pool", "sh", "-c", f"{sys.executable} {program}; {sys.executable} {program}"]
    environment = {**os.environ, "WORKERS": "1", "PYTHONPATH": str(Path.cwd())}
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    first, second = process.stdout.split()
    assert first == second


@pytest.mark.parametrize("count", ["0", "-1", "two"])
def test_an_invalid_number_of_workers_is_refused(count, monkeypatch):
    monkeypatch.setenv("WORKERS", count)
    with pytest.raises(ValueError, match="WORKERS must be a whole number above 0; got"):
        choose_worker_count()


def test_two_pools_on_one_machine_do_not_disturb_each_other(checkpoints, tmp_path):
    """A warning would be an error, because pytest is configured so."""
    with worker_pool(1), worker_pool(1) as pool:
        assert run_jobs(pool, job, make_jobs(1, crash_marker=tmp_path / "crash_marker"), checkpoints, 10)["job 1"][0] == 10


def test_no_worker_seems_lost_when_the_client_updates_what_it_knows_of_the_scheduler(monkeypatch):
    """Dask's client replaces its list of workers by an empty one every few seconds, here every millisecond."""
    monkeypatch.setenv("WORKERS", "1")
    monkeypatch.setattr(ready_workers, "UPDATE_SECONDS", 0)
    with dask.config.set({"distributed.client.scheduler-info-interval": "1ms"}), worker_pool(1) as pool:
        workers = ready_workers.ReadyWorkers(pool)
        seen = []
        for _ in range(500):
            workers.update()
            seen.append(len(workers.addresses))
    assert set(seen) == {1}
