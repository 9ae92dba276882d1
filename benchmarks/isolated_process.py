"""Run contenders in separate processes, so that the threads of one library do not affect another."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from benchmarks.timing import seconds_of
from kernel_dilation.execution.workers import suppress_stderr


def prepare(threads: int, graphics: bool) -> None:
    """Set the number of threads, and whether the GPU is used, for libraries that are imported later."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if not graphics:
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def explain_absence(module: str) -> str:
    """Return why a module cannot be imported, or an empty text if it can."""
    try:
        with suppress_stderr():
            import_module(module)
    except (ImportError, OSError) as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return ""


def call(module: str, function: str, *arguments: Any) -> Any:
    """Call a function of a module, both given by name, and return its result."""
    return getattr(import_module(module), function)(*arguments)


def call_seconds(module: str, function: str, *arguments: Any) -> float:
    """Call a function of a module, both given by name, and return the seconds that it takes."""
    return seconds_of(partial(call, module, function, *arguments))


class Module:
    """A module that is imported only in the process of a pool, where its functions are called by name."""

    def __init__(self, pool: ProcessPoolExecutor, name: str) -> None:
        self.pool, self.name = pool, name
        self.absence = pool.submit(explain_absence, name).result()

    def __call__(self, function: str, *arguments: Any) -> Any:
        """Call a function of the module and return its result."""
        return self.pool.submit(call, self.name, function, *arguments).result()

    def seconds(self, function: str, *arguments: Any) -> float:
        """Call a function of the module and return the seconds that it takes in its process."""
        return self.pool.submit(call_seconds, self.name, function, *arguments).result()


@contextmanager
def own_process(threads: int, graphics: bool = False) -> Iterator[ProcessPoolExecutor]:
    """Start a process with a limited number of threads for as long as the block lasts."""
    with ProcessPoolExecutor(1, get_context("spawn"), prepare, (threads, graphics)) as pool:
        yield pool
