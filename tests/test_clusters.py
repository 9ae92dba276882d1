"""Clusters as users have them: schedulers and workers that are processes of their own, unlike the stage or gone in mid-run."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tools.project_copy import with_changes

import pytest
import yaml
from small_clusters import cluster, free_port, said, small_project, stage, until
from tiny_projects import clean_environment, copied_project, tiny_params


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path / "project")


@pytest.fixture
def dask_cluster(tmp_path):
    with cluster(tmp_path / "elsewhere") as made:
        yield made


@pytest.mark.slow
def test_the_lines_of_the_readme_run_as_they_stand(tmp_path):
    block = re.search(r"```\n(dask scheduler .*?)```", Path("README.md").read_text(), re.DOTALL)[1]
    lines = block.replace("8786", str(free_port())).splitlines()
    assert len(lines) == 3
    assert lines[-1].endswith("dvc repro")
    copied_project(tmp_path)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(with_changes(tiny_params(), {"dilations": [2]})))
    script = "\n".join([*lines, "code=$?", "echo ended >&2", "kill %1 %2", "wait", "exit $code"]).replace("dvc repro", "dvc repro train@2-3-max")
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=clean_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "data/networks/2-3-max/history.csv").exists()
    assert "Traceback" not in done.stderr.partition("ended\n")[0]


@pytest.mark.slow
def test_a_worker_that_cannot_import_the_project_is_refused(project, dask_cluster):
    dask_cluster.worker("")
    code, _, words = said(stage(project, 2, DASK_SCHEDULER_ADDRESS=dask_cluster.address))
    assert code == 1
    assert re.fullmatch(
        r"tried: the worker at tcp://127.0.0.1:\d+ cannot import this project \(No module named 'stages'\); start it with PYTHONPATH.*", words
    )


@pytest.mark.slow
def test_a_worker_of_other_code_is_refused(project, dask_cluster, tmp_path):
    other = small_project(tmp_path / "other")
    (other / "kernel_dilation/tried.py").write_text("ANSWER = 'other'\n")
    dask_cluster.worker(str(other))
    code, _, words = said(stage(project, 2, DASK_SCHEDULER_ADDRESS=dask_cluster.address))
    assert code == 1
    assert re.match(r"tried: the worker at tcp://127.0.0.1:\d+ has other code than this stage; bring its clone to the same state", words)


@pytest.mark.slow
@pytest.mark.parametrize("package", ["tensorflow", "keras", "numpy"])
def test_a_worker_with_another_version_of_a_package_is_refused(project, dask_cluster, tmp_path, package):
    """The version is what the package's metadata say; those that come first on the path count."""
    metadata = tmp_path / f"{package}-0.1.dist-info/METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1\n")
    dask_cluster.worker(f"{project}:{tmp_path}")
    code, _, words = said(stage(project, 2, DASK_SCHEDULER_ADDRESS=dask_cluster.address))
    assert code == 1
    assert re.search(rf"worker at tcp://127.0.0.1:\d+ has {package} 0.1 in place of [\d.]+; install requirements.txt there$", words)


@pytest.mark.slow
def test_a_worker_that_joins_late_is_asked_before_it_gets_a_job(project, dask_cluster):
    dask_cluster.worker(str(project))
    running = stage(project, 30, 0.5, DASK_SCHEDULER_ADDRESS=dask_cluster.address)
    until(lambda: list((project / "shelf").rglob("job-0")))
    dask_cluster.worker("")
    code, out, words = said(running)
    assert (code, out) == (1, "")
    assert "cannot import this project" in words


@pytest.mark.slow
def test_a_stage_says_that_no_worker_is_left_and_goes_on_when_one_returns(project, dask_cluster):
    worker = dask_cluster.worker(str(project), "--no-nanny")
    running = stage(project, 3, 1, DASK_SCHEDULER_ADDRESS=dask_cluster.address)
    until(lambda: list((project / "shelf").rglob("job-0")))
    worker.send_signal(signal.SIGKILL)
    left = time.monotonic()
    line = next(line for line in running.stderr if "no worker" in line)
    assert time.monotonic() - left < 30
    assert line.startswith(f"no worker is left at {dask_cluster.address}; waiting for one since")
    dask_cluster.worker(str(project), "--no-nanny")
    code, out, _ = said(running)
    assert (code, out.split()[:3]) == (0, ["old-0", "old-1", "old-2"])


@pytest.mark.slow
def test_a_stage_waits_for_its_first_worker_as_long_as_the_user_lets_it(project, dask_cluster):
    code, _, words = said(stage(project, 1, DASK_SCHEDULER_ADDRESS=dask_cluster.address, WORKER_TIMEOUT="2"))
    assert code == 1
    assert re.fullmatch(rf"tried: no worker at {dask_cluster.address} for [23] seconds; WORKER_TIMEOUT=2 allows no more", words)


@pytest.mark.parametrize("limit", ["soon", "0", "-1", "nan"])
def test_a_limit_of_waiting_that_is_none_is_refused(project, dask_cluster, limit):
    code, _, words = said(stage(project, 1, DASK_SCHEDULER_ADDRESS=dask_cluster.address, WORKER_TIMEOUT=limit))
    assert (code, words) == (1, f"tried: WORKER_TIMEOUT must be a number of seconds above 0; got '{limit}'")


@pytest.mark.slow
def test_a_stage_whose_scheduler_is_gone_says_so(project, dask_cluster):
    dask_cluster.worker(str(project))
    running = stage(project, 9, 1, DASK_SCHEDULER_ADDRESS=dask_cluster.address)
    until(lambda: list((project / "shelf").rglob("job-0")))
    dask_cluster.scheduler.kill()
    code, _, words = said(running)
    assert code == 1
    assert f"tried: the scheduler at {dask_cluster.address} is gone; what ended is kept" in words
    assert "Traceback" not in words


@pytest.mark.slow
def test_an_adaptive_cluster_without_workers_grows_to_the_jobs(project):
    """Dask lets such a cluster grow by the tasks that wait; from none to two workers, for jobs of three seconds."""
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
        code, out, words = said(stage(project, 6, 3, DASK_SCHEDULER_ADDRESS=address))
        wall = time.monotonic() - start
        adaptive.communicate("\n")
    assert (code, out.split()[5]) == (0, "old-5"), words
    assert wall < 6 * 3, "one worker alone takes longer"


@pytest.mark.slow
def test_the_progress_of_one_stage_does_not_count_that_of_another(project, dask_cluster):
    for _ in range(2):
        dask_cluster.worker(str(project))
    (project / "other").mkdir()
    other = stage(small_project(project / "other/project"), 5, 0.3, DASK_SCHEDULER_ADDRESS=dask_cluster.address)
    code, out, _ = said(stage(project, 3, 0.3, DASK_SCHEDULER_ADDRESS=dask_cluster.address))
    assert (code, out.split()[-1]) == (0, "3")
    assert said(other)[1].split()[-1] == "5"
