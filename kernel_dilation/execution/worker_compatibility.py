"""Whether a worker process runs the code and the packages of the stage that sends it jobs."""

import pickle
import re
import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

from kernel_dilation.execution.provenance import versions
from kernel_dilation.experiment.code_state import AT_START, code_digest, code_files, imported_files, refuse_rewritten_code

import cloudpickle
from distributed import get_worker

PACKAGES = ("tensorflow", "keras", "numpy")  # whose versions decide about the bytes of a result
REMEDIES = {"python": "start it with the same", **dict.fromkeys(PACKAGES, "install requirements.txt there")}

Traits = dict[str, str | None]

topic: ContextVar[str] = ContextVar("topic")  # under which the job that runs here tells how far it is


class UnlikeWorkerError(Exception):
    """A worker was sent a job by a stage of other code or packages, and has not run it."""


def installed_versions() -> Traits:
    """Version of Python, without its last part, and of each package that is installed here; null where it is missing."""
    return {**versions(PACKAGES), "python": "{}.{}".format(*sys.version_info)}


OWN: Traits = {"code": code_digest(AT_START), **installed_versions()}


def own_traits() -> tuple[Traits, Traits]:
    """Traits of this process, and those it would have if it started now."""
    return OWN, {"code": code_digest(code_files()), **installed_versions()}


def pack_job(function: Callable[..., Any], arguments: tuple, channel: str) -> bytes:
    """A job as bytes that `pickle.loads` makes callable in a worker, with what its jobs share, in bytes too.

    Nothing but the worker opens them, so a scheduler needs neither the project nor its packages.
    """
    return pickle.dumps(partial(run_job, cloudpickle.dumps((function, arguments)), OWN, channel))


def run_job(job: bytes, wanted: Traits, channel: str, shared: bytes) -> tuple[Any, set[str]]:
    """In a worker: what the job's function returns, and the code files that it may have used.

    Raises:
        UnlikeWorkerError: this process differs from the stage's.
        ValueError: a code file was written to meanwhile. Whatever the function raises comes through.
    """
    if wanted != OWN:
        raise UnlikeWorkerError(get_worker().address)
    topic.set(channel)
    function, arguments = pickle.loads(job)
    result = function(pickle.loads(shared), *arguments)
    used = imported_files()
    refuse_rewritten_code(used)
    return result, used


def describe_difference(answer: tuple[Traits, Traits] | Exception) -> str:
    """What a worker lacks to do this process's jobs, and the remedy, from what it answered; nothing if nothing."""
    if isinstance(answer, Exception):
        missing = re.search(r"No module named '[^']*'", str(answer))
        if missing:
            return f"cannot import this project ({missing[0]}); start it with PYTHONPATH set to a clone and with requirements.txt installed"
        return f"has other code than this stage ({answer}); bring it to the same state and start it again"
    traits = answer[0]
    if traits["code"] != OWN["code"]:
        return "has other code than this stage; bring its clone to the same state and start it again, or this stage if the code here was changed"
    unlike = [f"has {name} {traits[name]} in place of {OWN[name]}; {remedy}" for name, remedy in REMEDIES.items() if traits[name] != OWN[name]]
    return unlike[0] if unlike else ""


def is_mended_by_restart(answer: tuple[Traits, Traits] | Exception) -> bool:
    """Whether the worker would be like this process if it started anew."""
    return not isinstance(answer, Exception) and answer[0] != OWN and answer[1] == OWN
