"""Terminate processes together with all their descendants."""

import signal
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from kernel_dilation.experiment.cli_errors import INTERRUPTED

import psutil
from distributed import LocalCluster

GRACE_SECONDS = 5  # for an interrupted process to end by itself


def list_descendants(process: psutil.Process) -> list[psutil.Process]:
    """Return the running processes that a process has started, directly or indirectly, youngest first."""
    return process.children(recursive=True)[::-1]


def send_signal(processes: Iterable[psutil.Process], number: int) -> None:
    """Send a signal to those of the processes that still exist."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def kill_workers(cluster: LocalCluster) -> None:
    """Kill the worker processes of a pool without waiting for their jobs, as Dask itself would."""
    for nanny in cluster.workers.values():
        nanny.close_gracefully()  # so that it does not start another worker
        with suppress(psutil.NoSuchProcess):
            worker = psutil.Process(nanny.pid)
            send_signal([*list_descendants(worker), worker], signal.SIGKILL)


def terminate_command(command: subprocess.Popen, signals: Iterable[int]) -> None:
    """Send signals, one after the other, to a command and its descendants until none of them is left."""
    process = psutil.Process(command.pid)
    remaining = [*list_descendants(process), process]
    for number in signals:
        send_signal(remaining, number)
        _, remaining = psutil.wait_procs(remaining, GRACE_SECONDS)


def run_command(command: list[str], environment: Mapping[str, str], folder: Path = Path()) -> int:
    """Run a command in a folder and return its exit status, or `INTERRUPTED` if this process is interrupted.

    In that case nothing of the command is left running. Ctrl-C in a terminal also reaches the command
    itself; a signal sent to this process alone does not.
    """
    with subprocess.Popen(command, env=dict(environment), cwd=folder) as process:
        try:
            return process.wait()
        except KeyboardInterrupt as interrupt:
            if signal.SIGTERM not in interrupt.args:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE_SECONDS)
            if process.poll() is None:
                terminate_command(process, (signal.SIGINT, signal.SIGKILL))
            return INTERRUPTED
