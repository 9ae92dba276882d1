"""A stage ends with its `dvc`, and only one process at a time works on the same stage."""

import os
import signal
import subprocess
import sys
import time

from kernel_dilation.experiment import stage_process

import psutil
import pytest
from process_sessions import list_processes, list_running, read_command, wait_for_end
from small_clusters import finish, small_project, start_module, start_stage, wait_until
from tiny_projects import clean_environment

DVC = "import os, subprocess; subprocess.run(['sh', '-c', os.environ['COMMAND']])"  # runs a command in a shell, as dvc does
STARTER = "import subprocess, sys; subprocess.Popen([sys.executable, '-m', *sys.argv[1:]])"
SHELLS = {"replaces itself": "exec {}", "waits": "{}; true"}


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path / "project")


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_a_stage_ends_with_its_workers_when_its_dvc_is_killed(project, shell):
    """The shell that starts the stage replaces itself by the stage, as most shells do, or waits for it."""
    command = SHELLS[shell].format(f"{sys.executable} -m stages.small 2 600 0")
    environment = clean_environment() | {"DVC_STAGE": "small", "COMMAND": command}
    with (project / "errors").open("w") as errors:
        dvc = subprocess.Popen([sys.executable, "-c", DVC], cwd=project, env=environment, start_new_session=True, stderr=errors)
    wait_until((project / "begun-0").exists)
    assert [process for process in list_processes(dvc.pid) if "multiprocessing.spawn" in read_command(process)]
    dvc.kill()
    dvc.wait()
    wait_for_end(dvc.pid, 20)
    assert "stages.small 2 600 0: ended because the dvc that started it is gone" in (project / "errors").read_text()


@pytest.mark.slow
def test_a_stage_without_dvc_outlives_the_process_that_started_it(project):
    """Someone starts it by hand and logs out."""
    command = [sys.executable, "-c", STARTER, "stages.small", "1", "1", "0"]
    with (project / "printed").open("w") as printed:
        starter = subprocess.Popen(command, cwd=project, env=clean_environment(), start_new_session=True, stdout=printed)
    starter.wait()
    wait_for_end(starter.pid)
    assert (project / "printed").read_text() == "old-0 1\n"


@pytest.mark.slow
def test_a_second_process_of_the_same_stage_waits_and_uses_what_the_first_has_finished(project):
    first = start_stage(project, 1, 3)
    wait_until((project / "begun-0").exists)
    second = start_stage(project, 1, 3)
    assert finish(first) == (0, "old-0 1", "")
    assert finish(second) == (0, "old-0 0", "stages.small 1 3 0: another process runs the same stage; waiting until it ends")


@pytest.mark.slow
def test_a_waiting_stage_can_be_interrupted(project):
    first = start_stage(project, 1, 600)
    wait_until((project / "begun-0").exists)
    second = start_stage(project, 1, 600)
    time.sleep(5)
    second.send_signal(signal.SIGINT)
    assert finish(second)[0] == 130
    first.send_signal(signal.SIGTERM)
    finish(first)
    wait_until(lambda: not list_running(first.pid))


def test_a_process_whose_parents_are_the_same_is_no_orphan(monkeypatch):
    parent = psutil.Process().parent()
    for ancestors in ((), (parent.pid,), (parent.pid, parent.ppid())):
        monkeypatch.setattr(stage_process, "ANCESTORS", ancestors)
        monkeypatch.setattr(os, "getsid", lambda process: 1)
        assert not stage_process.is_orphan()


@pytest.mark.parametrize("ancestors", [lambda parent: (2**22,), lambda parent: (parent, 2**22)])
def test_a_process_with_another_parent_is_an_orphan(monkeypatch, ancestors):
    monkeypatch.setattr(stage_process, "ANCESTORS", ancestors(os.getppid()))
    assert stage_process.is_orphan()


def test_a_process_that_was_adopted_from_another_session_is_an_orphan(monkeypatch):
    """`dvc` was killed before the stage could look at its parents."""
    monkeypatch.setattr(stage_process, "ANCESTORS", (os.getppid(),))
    monkeypatch.setattr(os, "getsid", lambda process: process)
    assert stage_process.is_orphan()


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["own", "persistent"])
def test_no_worker_of_a_killed_stage_or_pool_stays(project, pool):
    """The stage is killed in the middle of its jobs, or the persistent pool on which it runs them."""
    command = ["tools.with_worker_pool", sys.executable, "-m"] if pool == "persistent" else []
    running = start_module(project, *command, "stages.small", "2", "600", "0")
    wait_until((project / "begun-0").exists)
    running.kill()
    running.communicate()
    wait_for_end(running.pid, 60)
