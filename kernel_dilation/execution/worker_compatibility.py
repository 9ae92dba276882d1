"""Check that a worker process has the same code and packages as the stage that sends it jobs."""

import re
import sys

from kernel_dilation.execution.machine_and_versions import find_versions
from kernel_dilation.experiment.code_state import STARTUP_FILES, digest_code, read_code_files

PACKAGES = ("tensorflow", "keras", "numpy")  # their versions affect the bytes of a result
REMEDIES = {"python": "start it with the same version", **dict.fromkeys(PACKAGES, "install requirements.txt there")}

Traits = dict[str, str | None]


def read_installed_versions() -> Traits:
    """Return the version of Python, without its micro part, and of each package; null for one that is not installed."""
    return {**find_versions(PACKAGES), "python": "{}.{}".format(*sys.version_info)}


STARTUP_TRAITS: Traits = {"code": digest_code(STARTUP_FILES), **read_installed_versions()}


def read_traits() -> tuple[Traits, Traits]:
    """Return the traits of this process, and those that it would have if it started now."""
    return STARTUP_TRAITS, {"code": digest_code(read_code_files()), **read_installed_versions()}


def describe_difference(answer: tuple[Traits, Traits] | Exception) -> str:
    """Return how a worker differs from this process, and the remedy, to follow the worker's name; empty if it does not differ.

    Args:
        answer: what `read_traits` returned or raised in the worker.
    """
    if isinstance(answer, Exception):
        missing = re.search(r"No module named '[^']*'", str(answer))
        if missing:
            return f"cannot import this project ({missing[0]}); start it with PYTHONPATH set to a clone and with requirements.txt installed"
        return f"has different code from this stage ({answer}); bring its clone to the same state and start it again"
    traits = answer[0]
    if traits["code"] != STARTUP_TRAITS["code"]:
        return "has different code from this stage; bring its clone to the same state and start it again, or this stage if the code here was changed"
    for name, remedy in REMEDIES.items():
        if traits[name] != STARTUP_TRAITS[name]:
            return f"has {name} {traits[name]} instead of {STARTUP_TRAITS[name]}; {remedy}"
    return ""


def is_compatible_after_restart(answer: tuple[Traits, Traits] | Exception) -> bool:
    """Return whether the worker differs from this process now, and would not if it were restarted."""
    return not isinstance(answer, Exception) and answer[0] != STARTUP_TRAITS and answer[1] == STARTUP_TRAITS
