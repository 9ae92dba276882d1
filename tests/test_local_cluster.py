"""Worker processes on this machine: their number, memory, termination and code."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from kernel_dilation.execution import local_cluster

import pytest
from process_sessions import list_running
from small_clusters import finish, small_project, start_module, start_stage, wait_until
from tiny_projects import clean_environment

HOLD = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path / "project")


@pytest.fixture
def pool_environment(project):
    """Environment variables of stages that use a persistent pool of one worker."""
    command = [sys.executable, "-m", "tools.with_worker_pool", sys.executable, "-c", HOLD]
    environment = clean_environment() | {"WORKERS": "1"}
    with subprocess.Popen(command, cwd=project, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pool:
        yield json.loads(pool.stdout.readline())
        pool.stdin.close()


def edit_code(project: Path) -> None:
    (project / "kernel_dilation/answer.py").write_text("ANSWER = 'new'\n")


@pytest.mark.slow
def test_a_persistent_pool_runs_the_current_code_after_an_edit(project, pool_environment):
    assert finish(start_stage(project, 1, **pool_environment))[1].split()[0] == "old-0"
    edit_code(project)
    code, out, errors = finish(start_stage(project, 1, **pool_environment))
    assert (code, out.split()[0]) == (0, "new-0")
    assert errors == "1 worker started before the code was changed; restarting"


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["persistent", "own"])
def test_code_that_is_edited_during_a_stage_invalidates_the_result(project, request, pool):
    environment = request.getfixturevalue("pool_environment") if pool == "persistent" else {}
    running = start_stage(project, 2, 1.5, **environment)
    wait_until((project / "begun-0").exists)
    edit_code(project)
    code, out, errors = finish(running)
    assert (code, out) == (1, "")
    assert errors == "small: kernel_dilation/answer.py was changed while it was in use, so the result is not kept; run the stage again"
    assert not list((project / "checkpoints").rglob("job-*"))


@pytest.mark.slow
def test_an_edit_of_the_stage_itself_invalidates_the_result(project):
    running = start_stage(project, 1, 1.5)
    wait_until((project / "begun-0").exists)
    (project / "stages/small.py").write_text((project / "stages/small.py").read_text() + "\n# edited\n")
    code, _, errors = finish(running)
    assert (code, errors[:40]) == (1, "small: stages/small.py was changed while")


@pytest.mark.slow
def test_code_that_a_stage_does_not_use_may_be_edited_during_it(project):
    running = start_stage(project, 1, 1.5)
    wait_until((project / "begun-0").exists)
    (project / "kernel_dilation/presentation/figure_style.py").write_text("\n")
    assert finish(running)[0] == 0


def count_workers_under(wrapper: list[str]) -> tuple[int, str]:
    """Return the number of workers that a process under a wrapper command chooses, and its stderr."""
    program = "from kernel_dilation.execution.local_cluster import choose_worker_count; print(choose_worker_count())"
    environment = {name: value for name, value in os.environ.items() if name != "WORKERS"}
    done = subprocess.run([*wrapper, sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout), done.stderr


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot keep a process on a core")
def test_there_are_no_more_workers_than_usable_cores():
    assert count_workers_under(["taskset", "-c", str(min(os.sched_getaffinity(0)))]) == (1, "")


@pytest.mark.skipif(local_cluster.CPU_COUNT < 2, reason="on a single core there is one worker anyway")
@pytest.mark.parametrize("gib", [1, 3])
def test_there_are_no_more_workers_than_memory_allows_but_at_least_one(gib):
    """The limit is RLIMIT_RSS, which Dask reads like the memory limit of a container."""
    number, errors = count_workers_under(["sh", "-c", f'ulimit -m {gib * 2**20}; exec "$@"', "sh"])
    assert number == 1
    room = f"{gib}.0 GiB of free memory are enough for 1 instead of {local_cluster.CPU_COUNT} workers of 2 GiB each"
    assert errors == f"{room}; set WORKERS to start another number\n"


def run_with_memory(project: Path, mib: int, *arguments: str) -> tuple[int, str, str]:
    """Run the small stage with a limited amount of memory, set by RLIMIT_RSS."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_RSS, (mib * 2**20, mib * 2**20))

    command = [sys.executable, "-m", "stages.small", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = clean_environment() | {"WORKERS": "1"}
    return finish(subprocess.Popen(command, cwd=project, env=environment, preexec_fn=limit, start_new_session=True, **pipes))


@pytest.mark.slow
def test_a_worker_close_to_its_memory_limit_is_not_paused(project):
    """A worker uses 100 to 170 MiB; with the 770 of the first job this exceeds Dask's 80 %, yet the second job must start."""
    code, out, errors = run_with_memory(project, 1000, "2", "2", "770")
    assert (code, out.split()[:2]) == (0, ["old-0", "old-1"]), errors


@pytest.mark.slow
def test_a_worker_that_needs_too_much_memory_is_reported_with_the_remedy(project):
    code, _, errors = run_with_memory(project, 600, "2", "2", "600")
    assert code == 1
    assert re.fullmatch(
        r"small: job-0 ended 3 worker processes in succession; the last was at tls://\S+ and needed 0.\d GiB of memory, more than its share; "
        r"use a machine with more memory",
        errors,
    )


def interrupt(running: subprocess.Popen[str], number: int, whole_group: bool) -> tuple[int, str]:
    """Interrupt a stage or a pool; return its exit status and stderr. Ctrl-C in a terminal reaches the whole group."""
    (os.killpg if whole_group else os.kill)(running.pid, number)
    code, _, errors = finish(running)
    wait_until(lambda: not list_running(running.pid), 10)
    return code, errors


@pytest.mark.slow
@pytest.mark.parametrize(("number", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_an_interrupted_stage_reports_that_and_leaves_no_process(project, number, whole_group):
    running = start_stage(project, 4, 30)
    wait_until((project / "begun-0").exists)
    assert interrupt(running, number, whole_group) == (130, "small: interrupted")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.2, 0.9, 1.9])
def test_a_stage_that_is_interrupted_during_its_start_reports_that_and_leaves_no_process(project, seconds):
    running = start_stage(project, 4, 30)
    time.sleep(seconds)
    code, errors = interrupt(running, signal.SIGINT, True)
    assert code in (130, -signal.SIGINT)
    assert errors in ("small: interrupted", "interrupted", "")


@pytest.mark.slow
@pytest.mark.parametrize(("number", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_an_interrupted_persistent_pool_ends_with_its_command_and_leaves_no_process(project, number, whole_group):
    running = start_module(project, "tools.with_worker_pool", sys.executable, "-m", "stages.small", "4", "30", "0")
    wait_until((project / "begun-0").exists)
    assert interrupt(running, number, whole_group) == (130, "small: interrupted")


def run_suppressed(body: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process whose stderr is suppressed after it has written `words`."""
    start = "import os, signal\nfrom kernel_dilation.execution.workers import suppress_stderr\n"
    program = f"{start}with suppress_stderr():\n    os.write(2, b'words')\n    {body}\n"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


def test_messages_during_a_successful_import_are_hidden():
    assert run_suppressed("pass").stderr == ""


def test_messages_before_a_process_dies_in_an_import_are_shown():
    """This happens if TensorFlow was built for another processor."""
    process = run_suppressed("os.kill(os.getpid(), signal.SIGILL)")
    assert process.returncode == -signal.SIGILL
    assert process.stderr == "words\n"


def test_messages_before_a_failed_import_are_shown():
    process = run_suppressed("import no_such_module")
    assert process.stderr.startswith("words\n")
    assert process.stderr.endswith("ModuleNotFoundError: No module named 'no_such_module'\n")
