"""Processes end with all that they started."""

import signal
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from kernel_dilation.experiment.cli_errors import INTERRUPTED

import psutil
from distributed import LocalCluster

GRACE_SECONDS = 5  # for what was interrupted to end by itself


def descendants(process: psutil.Process) -> list[psutil.Process]:
    """What a process has started, directly or not, and what still runs; the youngest first."""
    return process.children(recursive=True)[::-1]


def send_signal(processes: Iterable[psutil.Process], number: int) -> None:
    """Send a signal to those of the processes that are still there."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def kill_workers(cluster: LocalCluster) -> None:
    """Kill the worker processes of a pool, whatever they are at; Dask itself would wait for their jobs."""
    for nanny in cluster.workers.values():
        nanny.close_gracefully()  # and start no other
        with suppress(psutil.NoSuchProcess):
            worker = psutil.Process(nanny.pid)
            send_signal([*descendants(worker), worker], signal.SIGKILL)


def terminate_command(command: subprocess.Popen, signals: Iterable[int]) -> None:
    """Send signals to a command and all that it started, one after the other, until nothing of it is left."""
    process = psutil.Process(command.pid)
    left = [*descendants(process), process]
    for number in signals:
        send_signal(left, number)
        _, left = psutil.wait_procs(left, GRACE_SECONDS)


def exit_status(command: list[str], environment: Mapping[str, str], folder: Path = Path()) -> int:
    """Exit status of a command, run in a folder; that of an interruption, if this process is interrupted, once nothing is left of the command.

    Ctrl-C in a terminal reaches the command by itself, a signal to this process alone does not.
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
