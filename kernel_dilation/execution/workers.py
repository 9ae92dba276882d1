"""Worker processes: each job runs in one of them, here by default or on a Dask cluster.

Where DASK_SCHEDULER_ADDRESS is set, jobs go to that scheduler, under Dask's own settings for TLS
(DASK_DISTRIBUTED__COMM__TLS__…). Else a pool is started on this machine: one process a core, or as
many as WORKERS says, reachable from loopback alone and under certificates that live as long as it.
"""

import logging
import os
import pickle
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from operator import call
from queue import SimpleQueue
from typing import IO, Any, cast
from uuid import uuid4

from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.local_cluster import local_cluster, wanted_workers
from kernel_dilation.execution.ready_workers import ReadyWorkers
from kernel_dilation.execution.worker_compatibility import UnlikeWorkerError, pack_job, topic
from kernel_dilation.experiment.code_state import elsewhere

import dask
from distributed import CancelledError, Client, Future, KilledWorker, get_worker, wait
from distributed.utils import silence_logging_cmgr

POLL_SECONDS = 0.3  # between looks at the progress
FETCH_SECONDS = 60  # for a result to come; it may be lost with its worker just then
SAY_AT_THE_END = 'text=$(cat); test -z "$text" || printf "%s\\n" "$text" >&2'
ONE_STDERR = threading.Lock()

Report = Callable[[float], Any]


class LostWorkerError(Exception):
    """A worker is gone before its job had ended, or its result was fetched."""


@contextmanager
def worker_pool(jobs: int) -> Iterator[Client]:
    """A client of the cluster that DASK_SCHEDULER_ADDRESS names, or of a pool of its own for at most `jobs` at once."""
    if dask.config.get("scheduler-address", None):
        with silence_logging_cmgr(logging.CRITICAL), Client() as client:  # what goes wrong is said by the stage
            yield client
    else:
        with local_cluster(min(jobs, wanted_workers())) as cluster, Client(cluster) as client:
            yield client


@contextmanager
def suppress_stderr() -> Iterator[None]:
    """Keep what TensorFlow logs about the machine while it is imported off stderr, unless that fails or ends the process.

    A process of its own holds the words back, for it can still say them when this one has died.
    TF_CPP_MIN_LOG_LEVEL takes effect too late (TensorFlow 2.21).
    """
    with ONE_STDERR, subprocess.Popen(["sh", "-c", SAY_AT_THE_END], stdin=subprocess.PIPE) as held_back:
        stderr = os.dup(2)
        os.dup2(cast(IO[bytes], held_back.stdin).fileno(), 2)
        try:
            yield
            held_back.kill()
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def report_progress(advance: float) -> None:
    """Tell the stage, from within a job, that it came `advance` further."""
    get_worker().log_event(topic.get(), advance)


def run_jobs(
    client: Client,
    function: Callable[..., Any],
    jobs: Mapping[str, tuple],
    checkpoints: JobCheckpoints,
    shared: Any = None,
    progress: Report = lambda advance: None,
) -> dict[str, Any]:
    """Each job's result, `function(shared, *arguments)`, by the job's name, in the order of the jobs.

    What lies on the shelf from an interrupted run is taken from there; what ends is put there.
    `shared` travels once to each worker. A job whose worker dies starts again on another.

    Args:
        progress: called in this process with what the jobs `report_progress`.

    Raises:
        ValueError: a job took several workers down with it, or a worker is unlike this process.
            Whatever the function raises comes through.
    """
    missing = {name: arguments for name, arguments in jobs.items() if name not in checkpoints}
    if missing:
        with subscribe_to_progress(client, progress) as (channel, tell):
            packages = {name: pack_job(function, arguments, channel) for name, arguments in missing.items()}
            for name, result in completed_jobs(client, packages, shared, tell):
                checkpoints[name] = result
    return {name: checkpoints[name] for name in jobs}


@contextmanager
def subscribe_to_progress(client: Client, progress: Report) -> Iterator[tuple[str, Callable[[], None]]]:
    """A topic that no other stage has, and a function that tells what came under it: in this thread, never in Dask's."""
    progress_events: SimpleQueue[float] = SimpleQueue()
    channel = f"progress-{uuid4()}"

    def tell() -> None:
        while not progress_events.empty():
            progress(progress_events.get())

    client.subscribe_topic(channel, lambda event: progress_events.put(event[1]))
    yield channel, tell
    client.unsubscribe_topic(channel)


def completed_jobs(client: Client, jobs: Mapping[str, bytes], shared: Any, tell: Callable[[], None]) -> Iterator[tuple[str, Any]]:
    """Each job's name and result, in the order in which they end; a job goes to a free worker that was asked before."""
    crew, waiting = ReadyWorkers(client), list(jobs)
    common = submit(client, bytes, pickle.dumps(shared))  # a task, so that it outlives its worker
    running: dict[Future, tuple[str, str]] = {}
    while waiting or running:
        crew.look()
        for address in crew.free(address for _, address in running.values())[: len(waiting)]:
            name = waiting.pop(0)
            job = submit(client, pickle.loads, jobs[name], workers=address)
            running[submit(client, call, job, common, workers=address)] = name, address
        crew.want(len(waiting))
        with suppress(TimeoutError, CancelledError):
            wait(list(running), timeout=POLL_SECONDS, return_when="FIRST_COMPLETED") if running else time.sleep(POLL_SECONDS)
        tell()
        for future, (name, address) in list(running.items()):
            if future.done() or address not in crew.present:
                del running[future]
                try:
                    yield name, job_result(name, future, crew)
                except UnlikeWorkerError:
                    waiting.insert(0, name)
                except LostWorkerError:
                    crew.blame(name, address)
                    waiting.insert(0, name)


def submit(client: Client, function: Callable[..., Any], *arguments: Any, **where: Any) -> Future:
    """A task of a function that Python itself has, and of bytes: a scheduler opens tasks, and may have nothing but Dask."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")  # what jobs share, once
        return client.submit(function, *arguments, pure=False, **where)


def job_result(name: str, future: Future, crew: ReadyWorkers) -> Any:
    """What a job returned.

    Raises:
        UnlikeWorkerError: the job was not run, for its worker was unlike this process, and has been mended.
        LostWorkerError: the job's worker is gone, and the result with it.
        ValueError: the scheduler is gone, or no worker is fit. Whatever the job raised comes through.
    """
    try:
        if future.status in ("pending", "lost"):
            raise LostWorkerError
        result, files = future.result(timeout=FETCH_SECONDS)
    except (LostWorkerError, KilledWorker, TimeoutError):
        raise LostWorkerError from None
    except CancelledError:
        raise ValueError(crew.lost_scheduler()) from None
    except Exception as error:
        if crew.ask_again() or isinstance(error, UnlikeWorkerError):
            raise UnlikeWorkerError from error
        if isinstance(error, ImportError):
            raise ValueError(f"{name} cannot import what it needs in its worker: {error}") from None
        raise
    elsewhere.update(files)
    return result
