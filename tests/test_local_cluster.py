"""Worker processes on this machine: their number, their memory, their end, and the code that they run."""

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

import psutil
import pytest
from small_clusters import said, small_project, stage, started, until
from tiny_projects import clean_environment

HOLD = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path / "project")


@pytest.fixture
def warm(project):
    """The environment of stages beside a warm pool of one worker."""
    command = [sys.executable, "-m", "tools.with_worker_pool", sys.executable, "-c", HOLD]
    environment = clean_environment() | {"WORKERS": "1"}
    with subprocess.Popen(command, cwd=project, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pool:
        yield json.loads(pool.stdout.readline())
        pool.stdin.close()


def edit(project: Path) -> None:
    (project / "kernel_dilation/tried.py").write_text("ANSWER = 'new'\n")


@pytest.mark.slow
def test_code_that_is_edited_while_a_pool_is_warm_runs_as_it_is_now(project, warm):
    assert said(stage(project, 1, **warm))[1].split()[0] == "old-0"
    edit(project)
    code, out, words = said(stage(project, 1, **warm))
    assert (code, out.split()[0]) == (0, "new-0")
    assert words == "1 worker started before the code was changed; restarting"


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["warm", "own"])
def test_code_that_is_edited_while_a_stage_runs_leaves_no_result(project, request, pool):
    environment = request.getfixturevalue("warm") if pool == "warm" else {}
    running = stage(project, 2, 1.5, **environment)
    until((project / "begun-0").exists)
    edit(project)
    code, out, words = said(running)
    assert (code, out) == (1, "")
    assert words == "tried: kernel_dilation/tried.py was written to while it was in use, so the result is not kept; run the stage again"
    assert not list((project / "shelf").rglob("job-*"))


@pytest.mark.slow
def test_code_of_the_stage_itself_that_is_edited_while_it_runs_leaves_no_result(project):
    running = stage(project, 1, 1.5)
    until((project / "begun-0").exists)
    (project / "stages/tried.py").write_text((project / "stages/tried.py").read_text() + "\n# another\n")
    code, _, words = said(running)
    assert (code, words[:46]) == (1, "tried: stages/tried.py was written to while it")


@pytest.mark.slow
def test_code_that_a_stage_does_not_use_may_be_edited_meanwhile(project):
    running = stage(project, 1, 1.5)
    until((project / "begun-0").exists)
    (project / "kernel_dilation/presentation/figure_style.py").write_text("\n")
    assert said(running)[0] == 0


def workers_where(wrapper: list[str]) -> tuple[int, str]:
    """How many workers a process starts that is wrapped so, and what it says."""
    program = "from kernel_dilation.execution.local_cluster import wanted_workers; print(wanted_workers())"
    environment = {name: value for name, value in os.environ.items() if name != "WORKERS"}
    done = subprocess.run([*wrapper, sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout), done.stderr


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot keep a process on a core")
def test_there_are_no_more_workers_than_cores_that_may_be_used():
    assert workers_where(["taskset", "-c", str(min(os.sched_getaffinity(0)))]) == (1, "")


@pytest.mark.skipif(local_cluster.CPU_COUNT < 2, reason="a single core takes one worker")
@pytest.mark.parametrize("gib", [1, 3])
def test_there_are_no_more_workers_than_memory_allows_but_one(gib):
    """RLIMIT_RSS, which Dask reads as it reads the limit of a container."""
    number, words = workers_where(["sh", "-c", f'ulimit -m {gib * 2**20}; exec "$@"', "sh"])
    assert number == 1
    assert words == f"{gib}.0 GiB of memory have room for 1 of {local_cluster.CPU_COUNT} workers, 2 GiB each; WORKERS sets another number\n"


def with_memory(project: Path, mib: int, *arguments: str) -> tuple[int, str, str]:
    """What the stage comes to with this much memory, by RLIMIT_RSS."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_RSS, (mib * 2**20, mib * 2**20))

    command = [sys.executable, "-m", "stages.tried", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = clean_environment() | {"WORKERS": "1"}
    return said(subprocess.Popen(command, cwd=project, env=environment, preexec_fn=limit, start_new_session=True, **pipes))


@pytest.mark.slow
def test_a_worker_near_its_limit_of_memory_is_not_paused(project):
    """A worker has 100 to 170 MiB; with the 770 of the first job that is over Dask's 80 %, and the second must begin."""
    code, out, words = with_memory(project, 1000, "2", "2", "770")
    assert (code, out.split()[:2]) == (0, ["old-0", "old-1"]), words


@pytest.mark.slow
def test_a_worker_that_takes_too_much_memory_is_reported_with_what_helps(project):
    code, _, words = with_memory(project, 600, "2", "2", "600")
    assert code == 1
    assert re.fullmatch(
        r"tried: job-0 ended 3 worker processes, one after the other; the last was at tls://\S+ and needed 0.\d GiB of memory, more than its share; "
        r"a single worker needs a machine with more",
        words,
    )


def left_over(group: int) -> list[str]:
    """Processes of the session that a command began, those excepted that have ended and that nobody asked about."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
    return found


def interrupted(running: subprocess.Popen[str], number: int, whole_group: bool) -> tuple[int, str]:
    """Exit status and words of a stage or a pool that is interrupted; Ctrl-C in a terminal reaches the whole group."""
    (os.killpg if whole_group else os.kill)(running.pid, number)
    code, _, words = said(running)
    until(lambda: not left_over(running.pid), 10)
    return code, words


@pytest.mark.slow
@pytest.mark.parametrize(("number", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_an_interrupted_stage_says_so_and_leaves_no_process(project, number, whole_group):
    running = stage(project, 4, 30)
    until((project / "begun-0").exists)
    assert interrupted(running, number, whole_group) == (130, "tried: interrupted")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.2, 0.9, 1.9])
def test_a_stage_that_is_interrupted_while_it_starts_says_so_and_leaves_no_process(project, seconds):
    running = stage(project, 4, 30)
    time.sleep(seconds)
    code, words = interrupted(running, signal.SIGINT, True)
    assert code in (130, -signal.SIGINT)
    assert words in ("tried: interrupted", "interrupted", "")


@pytest.mark.slow
@pytest.mark.parametrize(("number", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_an_interrupted_warm_pool_ends_with_its_command_and_leaves_no_process(project, number, whole_group):
    running = started(project, "tools.with_worker_pool", sys.executable, "-m", "stages.tried", "4", "30", "0")
    until((project / "begun-0").exists)
    assert interrupted(running, number, whole_group) == (130, "tried: interrupted")


def imported_quietly(body: str) -> subprocess.CompletedProcess[str]:
    """A process that does something while TensorFlow's words are held back."""
    start = "import os, signal\nfrom kernel_dilation.execution.workers import suppress_stderr\n"
    program = f"{start}with suppress_stderr():\n    os.write(2, b'words')\n    {body}\n"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


def test_what_is_written_during_an_import_is_not_shown_if_it_succeeds():
    assert imported_quietly("pass").stderr == ""


def test_what_is_written_before_a_process_dies_in_an_import_is_shown():
    """As when TensorFlow was built for another processor."""
    done = imported_quietly("os.kill(os.getpid(), signal.SIGILL)")
    assert done.returncode == -signal.SIGILL
    assert done.stderr == "words\n"


def test_what_is_written_before_an_import_fails_is_shown():
    done = imported_quietly("import no_such_module")
    assert done.stderr.startswith("words\n")
    assert done.stderr.endswith("ModuleNotFoundError: No module named 'no_such_module'\n")
