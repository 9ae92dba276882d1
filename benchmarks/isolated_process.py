"""Contenders in processes of their own, so that no library's threads stand in another's way."""

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
    """Let whatever is imported next compute in so many threads, on the processor or on the GPU."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if not graphics:
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def absence(module: str) -> str:
    """Why the module cannot be imported here, in words; nothing if it can."""
    try:
        with suppress_stderr():
            import_module(module)
    except (ImportError, OSError) as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return ""


def call(module: str, function: str, *arguments: Any) -> Any:
    """What the function of a module gives."""
    return getattr(import_module(module), function)(*arguments)


def call_seconds(module: str, function: str, *arguments: Any) -> float:
    """Seconds that the function of a module takes."""
    return seconds_of(partial(call, module, function, *arguments))


class Module:
    """A module in a process of a pool: its functions are called by name, and only there is it imported."""

    def __init__(self, pool: ProcessPoolExecutor, name: str) -> None:
        self.pool, self.name = pool, name
        self.absence = pool.submit(absence, name).result()

    def __call__(self, function: str, *arguments: Any) -> Any:
        """What the function gives."""
        return self.pool.submit(call, self.name, function, *arguments).result()

    def seconds(self, function: str, *arguments: Any) -> float:
        """Seconds that the function takes, there."""
        return self.pool.submit(call_seconds, self.name, function, *arguments).result()


@contextmanager
def own_process(threads: int, graphics: bool = False) -> Iterator[ProcessPoolExecutor]:
    """A process that lives as long as the block and computes in so many threads."""
    with ProcessPoolExecutor(1, get_context("spawn"), prepare, (threads, graphics)) as pool:
        yield pool
