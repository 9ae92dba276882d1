"""Clusters whose schedulers and workers are separate processes that differ from the stage or die during a run."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tools.project_copy import with_changes

import pytest
import yaml
from small_clusters import finish, free_port, small_project, start_cluster, start_stage, wait_until
from tiny_projects import clean_environment, copied_project, tiny_params


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path / "project")


@pytest.fixture
def dask_cluster(tmp_path):
    with start_cluster(tmp_path / "elsewhere") as cluster:
        yield cluster


@pytest.mark.slow
def test_the_commands_of_the_page_on_clusters_can_be_run_unchanged(tmp_path):
    block = re.search(r"```\n(dask scheduler .*?)```", Path("docs/clusters.md").read_text(), re.DOTALL)[1]
    lines = block.replace("8786", str(free_port())).splitlines()
    assert len(lines) == 3
    assert lines[-1].endswith("dvc repro")
    copied_project(tmp_path)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(with_changes(tiny_params(), {"dilations": [2]})))
    script = "\n".join([*lines, "code=$?", "echo ended >&2", "kill %1 %2", "wait", "exit $code"]).replace("dvc repro", "dvc repro train@2-3-max")
    process = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=clean_environment(), capture_output=True, text=True)
    assert process.returncode == 0, process.stderr[-3000:]
    assert (tmp_path / "data/networks/2-3-max/history.csv").exists()
    assert "Traceback" not in process.stderr.partition("ended\n")[0]


@pytest.mark.slow
def test_a_worker_that_cannot_import_the_project_is_refused(project, dask_cluster):
    dask_cluster.worker("")
    code, _, errors = finish(start_stage(project, 2, DASK_SCHEDULER_ADDRESS=dask_cluster.address))
    assert code == 1
    assert re.search(
        r"^small: the worker at tcp://127.0.0.1:\d+ cannot import this project \(No module named 'kernel_dilation'\); start it with PYTHONPATH",
        errors,
        re.MULTILINE,
    )


@pytest.mark.slow
def test_a_worker_with_different_code_is_refused(project, dask_cluster, tmp_path):
    other = small_project(tmp_path / "other")
    (other / "kernel_dilation/answer.py").write_text("ANSWER = 'other'\n")
    dask_cluster.worker(str(other))
    code, _, errors = finish(start_stage(project, 2, DASK_SCHEDULER_ADDRESS=dask_cluster.address))
    assert code == 1
    assert re.match(r"small: the worker at tcp://127.0.0.1:\d+ has different code from this stage; bring its clone to the same state", errors)


@pytest.mark.slow
@pytest.mark.parametrize("package", ["tensorflow", "keras", "numpy"])
def test_a_worker_with_another_version_of_a_package_is_refused(project, dask_cluster, tmp_path, package):
    """The version is that in the package's metadata; the first metadata on the path count."""
    metadata = tmp_path / f"{package}-0.1.dist-info/METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1\n")
    dask_cluster.worker(f"{project}:{tmp_path}")
    code, _, errors = finish(start_stage(project, 2, DASK_SCHEDULER_ADDRESS=dask_cluster.address))
    assert code == 1
    assert re.search(rf"worker at tcp://127.0.0.1:\d+ has {package} 0.1 instead of [\d.]+; install requirements.txt there$", errors)


@pytest.mark.slow
def test_a_worker_that_joins_late_is_checked_before_it_gets_a_job(project, dask_cluster):
    dask_cluster.worker(str(project))
    running = start_stage(project, 30, 0.5, DASK_SCHEDULER_ADDRESS=dask_cluster.address)
    wait_until(lambda: list((project / "checkpoints").rglob("job-0")))
    dask_cluster.worker("")
    code, out, errors = finish(running)
    assert (code, out) == (1, "")
    assert "cannot import this project" in errors


@pytest.mark.slow
def test_a_stage_reports_that_no_worker_is_left_and_continues_when_one_returns(project, dask_cluster):
    worker = dask_cluster.worker(str(project), "--no-nanny")
    running = start_stage(project, 3, 1, DASK_SCHEDULER_ADDRESS=dask_cluster.address)
    wait_until(lambda: list((project / "checkpoints").rglob("job-0")))
    worker.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    line = next(line for line in running.stderr if "no worker" in line)
    assert time.monotonic() - killed < 30
    assert line.startswith(f"no worker is left at {dask_cluster.address}; have been waiting for")
    dask_cluster.worker(str(project), "--no-nanny")
    code, out, _ = finish(running)
    assert (code, out.split()[:3]) == (0, ["old-0", "old-1", "old-2"])


@pytest.mark.slow
def test_a_stage_waits_for_its_first_worker_no_longer_than_worker_timeout(project, dask_cluster):
    code, _, errors = finish(start_stage(project, 1, DASK_SCHEDULER_ADDRESS=dask_cluster.address, WORKER_TIMEOUT="2"))
    assert code == 1
    assert re.fullmatch(rf"small: no worker at {dask_cluster.address} for [23] seconds; WORKER_TIMEOUT=2 allows no more", errors)


@pytest.mark.parametrize("limit", ["soon", "0", "-1", "nan"])
def test_an_invalid_worker_timeout_is_refused(project, dask_cluster, limit):
    code, _, errors = finish(start_stage(project, 1, DASK_SCHEDULER_ADDRESS=dask_cluster.address, WORKER_TIMEOUT=limit))
    assert (code, errors) == (1, f"small: WORKER_TIMEOUT must be a number of seconds above 0; got '{limit}'")


@pytest.mark.slow
def test_a_stage_reports_that_its_scheduler_is_gone(project, dask_cluster):
    dask_cluster.worker(str(project))
    running = start_stage(project, 9, 1, DASK_SCHEDULER_ADDRESS=dask_cluster.address)
    wait_until(lambda: list((project / "checkpoints").rglob("job-0")))
    dask_cluster.scheduler.kill()
    code, _, errors = finish(running)
    assert code == 1
    assert f"small: the scheduler at {dask_cluster.address} is gone; finished jobs are kept" in errors
    assert "Traceback" not in errors


@pytest.mark.slow
def test_an_adaptive_cluster_without_workers_grows_with_the_jobs(project):
    """Dask adapts the number of workers to the waiting tasks, here from none to two for jobs of three seconds."""
    program = (
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=0, threads_per_worker=1, host='127.0.0.1', dashboard_address=':0') as cluster:\n"
        "        cluster.adapt(minimum=0, maximum=2, interval='200ms', target_duration='1s')\n"
        "        print(cluster.scheduler_address, flush=True)\n"
        "        print(input())\n"
    )
    (project / "adaptive.py").write_text(program)
    command = [sys.executable, "adaptive.py"]
    with subprocess.Popen(command, cwd=project, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as adaptive:
        address = adaptive.stdout.readline().strip()
        start = time.monotonic()
        code, out, errors = finish(start_stage(project, 6, 3, DASK_SCHEDULER_ADDRESS=address))
        wall = time.monotonic() - start
        adaptive.communicate("\n")
    assert (code, out.split()[5]) == (0, "old-5"), errors
    assert wall < 6 * 3, "a single worker would take longer"


@pytest.mark.slow
def test_the_progress_of_one_stage_does_not_include_that_of_another(project, dask_cluster):
    for _ in range(2):
        dask_cluster.worker(str(project))
    (project / "other").mkdir()
    other = start_stage(small_project(project / "other/project"), 5, 0.3, DASK_SCHEDULER_ADDRESS=dask_cluster.address)
    code, out, _ = finish(start_stage(project, 3, 0.3, DASK_SCHEDULER_ADDRESS=dask_cluster.address))
    assert (code, out.split()[-1]) == (0, "3")
    assert finish(other)[1].split()[-1] == "5"
