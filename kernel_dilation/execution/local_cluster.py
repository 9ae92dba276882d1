"""A pool of worker processes on this machine, as many as its cores and memory allow."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

from kernel_dilation.execution.process_termination import kill_workers

import dask
import psutil
from dask.system import CPU_COUNT
from distributed import LocalCluster, Security
from distributed.system import MEMORY_LIMIT

MAX_ATTEMPTS = 3  # a job that loses so many workers ends the stage
WORKER_BYTES = 2 * 2**30  # reserved for each worker, which needs up to 1.5 GiB on all of MNIST and 1.0 GiB in the default run

dask.config.set({
    "distributed.scheduler.allowed-failures": MAX_ATTEMPTS - 1,
    "distributed.admin.log-format": "%(message)s",
    # Dask would pause a worker without any message. A worker may use its whole share instead, and is stopped when it needs more.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
})  # fmt: skip
# When a pool ends in the middle of its work, Dask logs every connection that it loses. The stage itself says what happened.
logging.getLogger("distributed").setLevel(logging.CRITICAL)


def choose_worker_count() -> int:
    """Return the number of worker processes to start: WORKERS, or one for each usable core as far as memory allows.

    Raises:
        ValueError: WORKERS is not a whole number above 0.
    """
    wanted = os.environ.get("WORKERS") or str(count_affordable_workers())
    if not (wanted.isascii() and wanted.isdigit() and int(wanted)):
        raise ValueError(f"WORKERS must be a whole number above 0; got {wanted!r}")
    return int(wanted)


def count_affordable_workers() -> int:
    """Return the smaller of the number of usable cores and the number of workers that fit in free memory, but at least 1."""
    free = min(MEMORY_LIMIT, psutil.virtual_memory().available)
    affordable = max(1, min(CPU_COUNT, free // WORKER_BYTES))
    if affordable < CPU_COUNT:
        room = f"{free / 2**30:.1f} GiB of free memory are enough for {affordable} instead of {CPU_COUNT} workers"
        print(f"{room} of {WORKER_BYTES / 2**30:.0f} GiB each; set WORKERS to start another number", file=sys.stderr)
    return affordable


@contextmanager
def local_cluster(workers: int) -> Iterator[LocalCluster]:
    """Start single-threaded worker processes on loopback, with temporary TLS certificates, for as long as the block lasts.

    Workers share the memory evenly and ignore Ctrl-C, which the process that started them handles.

    Raises:
        ValueError: the processes cannot be started, for example because no disk has room for the certificates.
    """
    try:
        with block_interrupts():
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", memory_limit=MEMORY_LIMIT // workers,
                dashboard_address="127.0.0.1:0", security=Security.temporary(), silence_logs="CRITICAL",
            )  # fmt: skip
    except RuntimeError as error:
        raise ValueError(f"the worker processes cannot be started: {error}") from error
    with cluster:
        try:
            yield cluster
        finally:
            kill_workers(cluster)


@contextmanager
def block_interrupts() -> Iterator[None]:
    """Hold back SIGINT inside the `with` statement, and permanently in threads and processes started there."""
    resource_tracker.ensure_running()  # otherwise the first process to start would start it and unblock the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
