"""A stage works only while its `dvc` is running, and only one process at a time works on the same stage.

If `dvc` is killed, its stage continues and could later replace or delete what another `dvc repro` has written. A
stage therefore ends, without cleaning up, as soon as the process that started it is gone.
"""

import fcntl
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from kernel_dilation.experiment.paths import UNFINISHED

import psutil

WATCH_SECONDS = 0.1  # between two looks at the processes that started this one
ORPHANED = 129  # exit status, like that of a program whose terminal has disappeared
MODULE = "stages."  # with which the module of every stage begins


def read_program() -> str:
    """Return the command line of this stage, such as `stages.train 2-3-max`; empty if this process is no stage."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return " ".join([spec.name, *sys.argv[1:]]) if spec and spec.name.startswith(MODULE) else ""


def list_ancestors() -> tuple[int, ...]:
    """Return the identifier of the process that started this stage for `dvc`, and of those above it up to `dvc`; empty without `dvc`.

    `dvc` starts a shell, which usually replaces itself by the stage.
    """
    ancestors: list[int] = []
    for process in psutil.Process().parents() if read_program() and "DVC_STAGE" in os.environ else ():
        ancestors.append(process.pid)
        try:
            command = " ".join(process.cmdline())
        except psutil.Error:  # it has just ended, or belongs to another user
            break
        if f"-m {MODULE}" not in command:
            break
    return tuple(ancestors)


ANCESTORS = list_ancestors()


def is_orphan() -> bool:
    """Return whether `dvc` started this stage and is gone.

    A process that adopted the stage before it could look at its ancestors belongs to another session than the stage and `dvc`.
    """
    try:
        parents = [psutil.Process(child).ppid() for child in (os.getpid(), *ANCESTORS[:-1])] if ANCESTORS else []
        return tuple(parents) != ANCESTORS or (bool(ANCESTORS) and os.getsid(ANCESTORS[-1]) != os.getsid(0))
    except (psutil.NoSuchProcess, ProcessLookupError):
        return True


def end_orphan() -> None:
    """End this process at once if it is a stage whose `dvc` is gone."""
    if is_orphan():
        os.write(2, f"\n{read_program()}: ended because the dvc that started it is gone\n".encode())
        os._exit(ORPHANED)


def watch_ancestors() -> None:
    """End this process soon after its `dvc` is gone."""
    while True:
        end_orphan()
        time.sleep(WATCH_SECONDS)


@contextmanager
def guard_stage() -> Iterator[None]:
    """End this process when its `dvc` is gone, and wait while another process runs the same stage; without effect in other programs."""
    if not read_program():
        yield
        return
    end_orphan()
    if ANCESTORS:
        threading.Thread(target=watch_ancestors, daemon=True).start()
    UNFINISHED.mkdir(parents=True, exist_ok=True)
    with (UNFINISHED / f"{re.sub(r'[^0-9A-Za-z.-]', '_', read_program())}.lock").open("a") as file:
        lock_file(file)
        yield


def lock_file(file: TextIOWrapper) -> None:
    """Lock a file until this process closes it or ends; while another process holds the lock, say so and wait."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"{read_program()}: another process runs the same stage; waiting until it ends", file=sys.stderr)
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        return  # some network file systems have no locks
