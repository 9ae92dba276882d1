"""Run jobs in worker processes, on this machine by default or on a Dask cluster.

If DASK_SCHEDULER_ADDRESS is set, jobs are sent to that scheduler, under Dask's own settings for TLS
(DASK_DISTRIBUTED__COMM__TLS__…). Otherwise a pool is started on this machine: one process per core, or
as many as WORKERS says, which listen on loopback only and use temporary TLS certificates.
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
from kernel_dilation.execution.job_transport import IncompatibleWorkerError, JobTime, pack_job, progress_topic
from kernel_dilation.execution.local_cluster import choose_worker_count, local_cluster
from kernel_dilation.execution.ready_workers import ReadyWorkers
from kernel_dilation.experiment.code_state import files_used_by_workers

import dask
from distributed import CancelledError, Client, Future, KilledWorker, get_worker, wait
from distributed.utils import silence_logging_cmgr

POLL_SECONDS = 0.3  # between two deliveries of progress
FETCH_SECONDS = 60  # for the transfer of a result, which may be lost with its worker at that moment
PRINT_INPUT_AT_END = 'text=$(cat); test -z "$text" || printf "%s\\n" "$text" >&2'
STDERR_LOCK = threading.Lock()

ProgressCallback = Callable[[float], Any]


class LostWorkerError(Exception):
    """A worker disappeared before its job had finished or before the result was fetched."""


@contextmanager
def worker_pool(jobs: int) -> Iterator[Client]:
    """Connect to the cluster at DASK_SCHEDULER_ADDRESS, or to a new local pool of at most `jobs` workers."""
    if dask.config.get("scheduler-address", None):
        with silence_logging_cmgr(logging.CRITICAL), Client() as client:  # the stage reports errors itself
            yield client
    else:
        with local_cluster(min(jobs, choose_worker_count())) as cluster, Client(cluster) as client:
            yield client


@contextmanager
def suppress_stderr() -> Iterator[None]:
    """Hide the messages that TensorFlow prints during its import, unless the block fails or the process dies in it.

    A separate process buffers the messages, because it can still print them after this one has died.
    TF_CPP_MIN_LOG_LEVEL takes effect too late (TensorFlow 2.21).
    """
    with STDERR_LOCK, subprocess.Popen(["sh", "-c", PRINT_INPUT_AT_END], stdin=subprocess.PIPE) as buffer:
        stderr = os.dup(2)
        os.dup2(cast(IO[bytes], buffer.stdin).fileno(), 2)
        try:
            yield
            buffer.kill()
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def report_progress(advance: float) -> None:
    """Report to the stage, from within a job, that the job advanced by `advance` units of the progress bar."""
    get_worker().log_event(progress_topic.get(), advance)


def run_jobs(
    client: Client,
    function: Callable[..., Any],
    jobs: Mapping[str, tuple],
    checkpoints: JobCheckpoints,
    shared: Any = None,
    progress: ProgressCallback = lambda advance: None,
) -> dict[str, Any]:
    """Run `function(shared, *arguments)` for each job in a worker; return the results by job name, in the order of the jobs.

    Results that an interrupted run left in the checkpoints are reused, and each new result is added to
    them. `shared` is sent to each worker once. If a worker dies, its job starts again on another.

    Args:
        progress: called in this process with each amount that a job passes to `report_progress`.

    Raises:
        ValueError: a job lost several workers, or a worker is incompatible with this process.
            Exceptions of the jobs are passed on.
    """
    missing = {name: arguments for name, arguments in jobs.items() if name not in checkpoints}
    if missing:
        with subscribe_to_progress(client, progress) as (topic, deliver_progress):
            packed = {name: pack_job(function, arguments, topic) for name, arguments in missing.items()}
            for name, result, job_time in complete_jobs(client, packed, shared, deliver_progress):
                checkpoints[name] = result
                checkpoints.record_time(name, *job_time)
    return {name: checkpoints[name] for name in jobs}


@contextmanager
def subscribe_to_progress(client: Client, progress: ProgressCallback) -> Iterator[tuple[str, Callable[[], None]]]:
    """Subscribe to a topic of this stage alone; yield it, and a function that passes on its events in the calling thread, not in Dask's."""
    progress_events: SimpleQueue[float] = SimpleQueue()
    topic = f"progress-{uuid4()}"

    def deliver_progress() -> None:
        while not progress_events.empty():
            progress(progress_events.get())

    client.subscribe_topic(topic, lambda event: progress_events.put(event[1]))
    yield topic, deliver_progress
    client.unsubscribe_topic(topic)


def complete_jobs(client: Client, jobs: Mapping[str, bytes], shared: Any, deliver_progress: Callable[[], None]) -> Iterator[tuple[str, Any, JobTime]]:
    """Send each job to a free worker that has been checked; yield names, results and times in the order in which jobs finish."""
    workers, waiting = ReadyWorkers(client), list(jobs)
    common = submit_task(client, bytes, pickle.dumps(shared))  # a task, so that it outlives its worker
    running: dict[Future, tuple[str, str]] = {}
    while waiting or running:
        workers.update()
        for address in workers.free_slots(address for _, address in running.values())[: len(waiting)]:
            name = waiting.pop(0)
            job = submit_task(client, pickle.loads, jobs[name], workers=address)
            running[submit_task(client, call, job, common, workers=address)] = name, address
        workers.announce_waiting_jobs(len(waiting))
        with suppress(TimeoutError, CancelledError):
            wait(list(running), timeout=POLL_SECONDS, return_when="FIRST_COMPLETED") if running else time.sleep(POLL_SECONDS)
        deliver_progress()
        for future, (name, address) in list(running.items()):
            if future.done() or address not in workers.addresses:
                del running[future]
                try:
                    yield name, *fetch_result(name, future, workers)
                except IncompatibleWorkerError:
                    waiting.insert(0, name)
                except LostWorkerError:
                    workers.count_loss(name, address)
                    waiting.insert(0, name)


def submit_task(client: Client, function: Callable[..., Any], *arguments: Any, **where: Any) -> Future:
    """Submit a function of the standard library with arguments in bytes: a scheduler unpacks tasks, and may have only Dask."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")  # the shared data, sent once
        return client.submit(function, *arguments, pure=False, **where)


def fetch_result(name: str, future: Future, workers: ReadyWorkers) -> tuple[Any, JobTime]:
    """Return the result of a job, and the time that it took.

    Raises:
        IncompatibleWorkerError: the job was not run, because its worker was incompatible and has been restarted.
        LostWorkerError: the job's worker has disappeared, and the result with it.
        ValueError: the scheduler is gone, or a worker is incompatible. Exceptions of the job are passed on.
    """
    try:
        if future.status in ("pending", "lost"):
            raise LostWorkerError
        result, files, job_time = future.result(timeout=FETCH_SECONDS)
    except (LostWorkerError, KilledWorker, TimeoutError):
        raise LostWorkerError from None
    except CancelledError:
        raise ValueError(workers.lost_scheduler_message()) from None
    except Exception as error:
        if workers.recheck() or isinstance(error, IncompatibleWorkerError):
            raise IncompatibleWorkerError from error
        if isinstance(error, ImportError):
            raise ValueError(f"{name} cannot import a package that it needs in its worker: {error}") from None
        raise
    files_used_by_workers.update(files)
    return result, job_time
