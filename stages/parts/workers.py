"""Worker processes: each job runs in one of them, here by default or on a Dask cluster.

Where DASK_SCHEDULER_ADDRESS is set, jobs go to that scheduler, under Dask's own settings for TLS
(DASK_DISTRIBUTED__COMM__TLS__…). Else a pool is started on this machine: one process a core, or as
many as WORKERS says, reachable from loopback alone and under certificates that live as long as it.
"""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, Security, get_worker, wait

from stages.parts.unfinished import Shelf

TOPIC = "progress"  # of the events that tell the stage how far a job is
PATIENCE_SECONDS = 60  # for the first worker of a cluster
POLL_SECONDS = 0.3  # between looks at the progress
TRIES = 3  # workers that a job may lose before the stage ends

dask.config.set({"distributed.scheduler.allowed-failures": TRIES - 1, "distributed.admin.log-format": "%(message)s"})


def wanted_workers() -> int:
    """How many worker processes to start: WORKERS, or one for each core that this process may use.

    Raises:
        ValueError: WORKERS is not a whole number above 0.
    """
    wanted = os.environ.get("WORKERS") or str(len(os.sched_getaffinity(0)))
    if not wanted.isdigit() or int(wanted) < 1:
        raise ValueError(f"WORKERS must be a whole number above 0; got {wanted!r}")
    return int(wanted)


def local_cluster(workers: int) -> LocalCluster:
    """Worker processes of one thread on this machine, reachable from loopback with the cluster's own certificate."""
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
        security=Security.temporary(), silence_logs="CRITICAL",
    )  # fmt: skip


@contextmanager
def worker_pool(jobs: int) -> Iterator[Client]:
    """A client of the cluster that DASK_SCHEDULER_ADDRESS names, or of a pool of its own for at most `jobs` at once."""
    if dask.config.get("scheduler-address", None):
        with Client() as client:
            joined(client)
            yield client
    else:
        with local_cluster(min(jobs, wanted_workers())) as cluster, Client(cluster) as client:
            yield client


@contextmanager
def quiet_start() -> Iterator[None]:
    """Keep what TensorFlow logs about the machine while it is imported off stderr; what fails, still raises.

    TF_CPP_MIN_LOG_LEVEL takes effect too late for it (TensorFlow 2.21).
    """
    stderr = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def joined(client: Client) -> None:
    """Wait until the cluster has a worker.

    Raises:
        ValueError: none joins in time.
    """
    try:
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
    except TimeoutError:
        raise ValueError(f"no worker joined the scheduler at {client.scheduler.address} within {PATIENCE_SECONDS} seconds; start one there") from None


def report(advance: float) -> None:
    """Tell the stage, from within a job, that it came `advance` further."""
    get_worker().log_event(TOPIC, advance)


def results(
    client: Client,
    function: Callable[..., Any],
    jobs: Mapping[str, tuple],
    shelf: Shelf,
    shared: Any = None,
    progress: Callable[[float], Any] = lambda advance: None,
) -> dict[str, Any]:
    """Each job's result, `function(shared, *arguments)`, by the job's name, in the order of the jobs.

    What lies on the shelf from an interrupted run is taken from there; what ends is put there.
    `shared` travels once to each worker. A job whose worker dies starts again on another.

    Args:
        progress: called in this process with what the jobs `report`.

    Raises:
        ValueError: a job took `TRIES` workers down with it. Whatever the function raises comes through.
    """
    missing = {name: arguments for name, arguments in jobs.items() if name not in shelf}
    if missing:
        for name, result in ended(client, function, missing, shared, progress):
            shelf[name] = result
    return {name: shelf[name] for name in jobs}


def ended(
    client: Client, function: Callable[..., Any], jobs: Mapping[str, tuple], shared: Any, progress: Callable[[float], Any]
) -> Iterator[tuple[str, Any]]:
    """Each job's name and result, in the order in which they end.

    No more jobs are handed out than workers can run at once: a job that only waits beside one that
    kills its worker would be blamed with it. Progress is told from this thread, never from Dask's.
    """
    told: SimpleQueue[float] = SimpleQueue()
    client.subscribe_topic(TOPIC, lambda event: told.put(event[1]))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")  # once; a task, so that it outlives its worker
        common = client.submit(lambda value: value, shared, pure=False)
    client.replicate(common)
    waiting = list(jobs)
    running: dict[Future, str] = {}
    while waiting or running:
        while waiting and len(running) < max(1, sum(client.nthreads().values())):
            name = waiting.pop(0)
            running[client.submit(function, common, *jobs[name], pure=False)] = name
        with suppress(TimeoutError):
            wait(list(running), timeout=POLL_SECONDS, return_when="FIRST_COMPLETED")
        while not told.empty():
            progress(told.get())
        for future in [future for future in running if future.done()]:
            name = running.pop(future)
            yield name, outcome(name, future)


def outcome(name: str, future: Future) -> Any:
    """What a job returned.

    Raises:
        ValueError: the job took `TRIES` workers down with it. Whatever it raised comes through.
    """
    try:
        return future.result()
    except KilledWorker as death:
        last = death.last_worker.address
        raise ValueError(f"{name} ended {TRIES} worker processes, one after the other; the last was at {last}") from None
