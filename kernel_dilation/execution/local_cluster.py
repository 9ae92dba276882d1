"""Worker processes on this machine: as many as its cores and its memory allow."""

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

TRIES = 3  # workers that a job may lose before the stage ends
WORKER_BYTES = 2 * 2**30  # that a worker is sure to have; on all of MNIST it reaches 1.5 GiB, in the default run 1.0

dask.config.set({
    "distributed.scheduler.allowed-failures": TRIES - 1,
    "distributed.admin.log-format": "%(message)s",
    # A worker that is paused never says so. It may use its whole share, and is ended where that is not enough.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
})  # fmt: skip


def wanted_workers() -> int:
    """How many worker processes to start: WORKERS, or one for each core that this process may use and has memory for.

    Raises:
        ValueError: WORKERS is not a whole number above 0.
    """
    wanted = os.environ.get("WORKERS") or str(affordable_workers())
    if not (wanted.isascii() and wanted.isdigit() and int(wanted)):
        raise ValueError(f"WORKERS must be a whole number above 0; got {wanted!r}")
    return int(wanted)


def affordable_workers() -> int:
    """One worker for each core, or as many as have memory now, if that is fewer; at least one."""
    free = min(MEMORY_LIMIT, psutil.virtual_memory().available)
    affordable = max(1, min(CPU_COUNT, free // WORKER_BYTES))
    if affordable < CPU_COUNT:
        room = f"{free / 2**30:.1f} GiB of memory have room for {affordable} of {CPU_COUNT} workers"
        print(f"{room}, {WORKER_BYTES / 2**30:.0f} GiB each; WORKERS sets another number", file=sys.stderr)
    return affordable


@contextmanager
def local_cluster(workers: int) -> Iterator[LocalCluster]:
    """Worker processes of one thread on this machine, reachable from loopback with the cluster's own certificate.

    They share the memory evenly, leave Ctrl-C to the process that started them, and end with the block.
    """
    with block_interrupts():
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", memory_limit=MEMORY_LIMIT // workers,
            dashboard_address="127.0.0.1:0", security=Security.temporary(), silence_logs="CRITICAL",
        )  # fmt: skip
    with cluster:
        try:
            yield cluster
        finally:
            kill_workers(cluster)


@contextmanager
def block_interrupts() -> Iterator[None]:
    """Let no Ctrl-C through until the block ends, and never any to the threads and processes that start in it."""
    resource_tracker.ensure_running()  # else the first process to start would, and let it through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
