"""Send jobs to worker processes as bytes, and run them there if code and packages are those of the stage."""

import pickle
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any, NamedTuple

from kernel_dilation.execution.worker_compatibility import STARTUP_TRAITS, Traits
from kernel_dilation.experiment.code_state import list_imported_files, refuse_rewritten_code

import cloudpickle
from distributed import get_worker

progress_topic: ContextVar[str] = ContextVar("progress_topic")  # under which the running job reports its progress


class IncompatibleWorkerError(Exception):
    """A worker refused a job because its code or packages differ from those of the stage."""


class JobTime(NamedTuple):
    """Time that a job took in its worker: seconds of wall time, and seconds of CPU time of the worker process."""

    wall: float
    cpu: float


def pack_job(function: Callable[..., Any], arguments: tuple, topic: str) -> bytes:
    """Return a job as bytes, which `pickle.loads` turns, in a worker, into a function of the jobs' shared data (also pickled).

    Only the worker unpacks them, so that a scheduler needs neither the project nor its packages.
    """
    return pickle.dumps(partial(run_job, cloudpickle.dumps((function, arguments)), STARTUP_TRAITS, topic))


def run_job(job: bytes, expected: Traits, topic: str, shared: bytes) -> tuple[Any, set[str], JobTime]:
    """Run a job in a worker; return its result, the code files that it may have used, and its time. The job's own exceptions propagate.

    Raises:
        IncompatibleWorkerError: this process differs from the stage's.
        ValueError: a code file has changed since the process started.
    """
    if expected != STARTUP_TRAITS:
        raise IncompatibleWorkerError(get_worker().address)
    progress_topic.set(topic)
    wall, cpu = time.perf_counter(), time.process_time()
    function, arguments = pickle.loads(job)
    result = function(pickle.loads(shared), *arguments)
    files = list_imported_files()
    refuse_rewritten_code(files)
    return result, files, JobTime(time.perf_counter() - wall, time.process_time() - cpu)
