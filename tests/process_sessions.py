"""Processes in a session of their own, all of which can be listed and killed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
from small_clusters import wait_until


def list_processes(session: int) -> list[psutil.Process]:
    """Return the running processes in the session of a process; zombies do not count."""
    running = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                running.append(process)
    return running


def read_command(process: psutil.Process) -> str:
    """Return the command line of a process; empty if the process has ended."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def list_running(session: int) -> list[str]:
    """Return the commands of the running processes in the session of a process."""
    return [read_command(process) for process in list_processes(session)]


def start_session(root: Path, environment: dict[str, str], *command: str) -> subprocess.Popen[str]:
    """Start a Python module in a session of its own; its output goes to the file `output.txt` in the project."""
    with (root / "output.txt").open("w") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *command], cwd=root, env=environment, start_new_session=True, stdout=output, stderr=subprocess.STDOUT, text=True
        )


def kill_processes(processes: list[psutil.Process]) -> None:
    """Kill processes, those that still exist."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)


def wait_for_end(session: int, seconds: float = 60) -> None:
    """Wait until no process of a session is running."""
    try:
        wait_until(lambda: not list_processes(session), seconds)
    except AssertionError:
        left = list_running(session)
        kill_processes(list_processes(session))
        raise AssertionError(f"these processes stayed for {seconds} seconds: {left}") from None
