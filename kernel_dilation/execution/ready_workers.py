"""The workers of a cluster that are ready for a stage's jobs; each is checked before it gets its first job."""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from kernel_dilation.execution.local_cluster import MAX_ATTEMPTS
from kernel_dilation.execution.worker_compatibility import describe_difference, is_compatible_after_restart, read_traits

from distributed import Client, Future
from tqdm import tqdm

UPDATE_SECONDS = 1  # between two looks at the cluster
ANSWER_SECONDS = 60  # within which a worker must describe itself; it is slow to answer while it imports TensorFlow
FIRST_MESSAGE_SECONDS, MESSAGE_SECONDS = 5, 60  # without a worker before the first message, and between messages
MAX_NAMED = 3  # workers in one message


def print_message(sentence: str) -> None:
    """Print a line on stderr without disturbing a progress bar."""
    tqdm.write(sentence, file=sys.stderr)


def read_worker_timeout() -> float:
    """Return how many seconds a stage waits while it has no worker: WORKER_TIMEOUT, or infinity if that is not set.

    Raises:
        ValueError: WORKER_TIMEOUT is not a number above 0.
    """
    text = os.environ.get("WORKER_TIMEOUT") or "inf"
    with suppress(ValueError):
        if float(text) > 0:
            return float(text)
    raise ValueError(f"WORKER_TIMEOUT must be a number of seconds above 0; got {text!r}")


class ReadyWorkers:
    """The workers of a cluster that are ready for jobs; incompatible ones are restarted, or end the stage with a message."""

    def __init__(self, client: Client) -> None:
        self.client, self.scheduler = client, client.scheduler.address
        self.timeout = read_worker_timeout()
        self.threads: dict[str, int] = {}  # by address, of each worker that is ready
        self.peak_count = 0  # largest number of workers that were ready at the same time
        self.addresses: set[str] = set()  # of all workers, ready or not
        self._losses: Counter[str] = Counter()  # workers that each job has lost
        self._compatible: set[str] = set()  # addresses of workers that passed the check
        self._paused: set[str] = set()
        self._placeholders: list[Future] = []
        self._last_update = -float("inf")
        self._without_worker_since = time.monotonic()
        self._last_message = self._without_worker_since - MESSAGE_SECONDS + FIRST_MESSAGE_SECONDS

    def update(self) -> None:
        """Find out which workers are ready, at most once a second.

        Raises:
            ValueError: a worker is incompatible, none came in time, or the scheduler is gone.
        """
        if time.monotonic() < self._last_update + UPDATE_SECONDS:
            return
        workers = self._list_workers()
        self._check({address: worker for address, worker in workers.items() if address not in self._compatible})
        self.addresses = set(workers)
        running = {address for address, worker in workers.items() if worker["status"] == "running"}
        self.threads = {address: workers[address]["nthreads"] for address in sorted(running & self._compatible)}
        self.peak_count = max(self.peak_count, len(self.threads))
        self._report_paused({address for address, worker in workers.items() if worker["status"] == "paused"})
        self._report_waiting()
        self._last_update = time.monotonic()

    def recheck(self) -> bool:
        """Check every worker again, and return whether one had to be restarted.

        Raises:
            ValueError: a worker is incompatible.
        """
        self._compatible = set()
        return self._check(self._list_workers())

    def _list_workers(self) -> dict[str, Any]:
        """Ask the scheduler for all workers, and return what it knows of each, by address.

        `Client.scheduler_info` does not serve: a periodic update that knows no workers may replace its answer
        before the caller, on a busy machine, gets to read it.

        Raises:
            ValueError: the scheduler is gone.
        """
        if self.client.status == "running":
            with suppress(OSError):
                return self.client.sync(self.client.scheduler.identity, n_workers=-1)["workers"]
        raise ValueError(self.lost_scheduler_message())

    def _check(self, workers: Mapping[str, Any]) -> bool:
        """Compare workers with this process, restart those that a restart makes compatible, and return whether there was one.

        Raises:
            ValueError: a worker is incompatible, and a restart would not change that.
        """
        answers = self._query_traits(list(workers))
        outdated = [address for address, answer in answers.items() if is_compatible_after_restart(answer) and workers[address]["nanny"]]
        faults = {address: fault for address, answer in answers.items() if address not in outdated and (fault := describe_difference(answer))}
        if faults:
            more = f" (and {len(faults) - MAX_NAMED} more workers differ)" if len(faults) > MAX_NAMED else ""
            raise ValueError("; ".join(f"the worker at {address} {fault}" for address, fault in list(faults.items())[:MAX_NAMED]) + more)
        if outdated:
            print_message(f"{len(outdated)} worker{'s' * (len(outdated) > 1)} started before the code was changed; restarting")
            with suppress(OSError, TimeoutError):  # another stage may be restarting them, too
                self.client.restart_workers(outdated)
        self._compatible |= answers.keys() - set(outdated)
        return bool(outdated)

    def _query_traits(self, addresses: list[str]) -> dict[str, Any]:
        """Return the traits that each worker reports, or the exception that it raised; a worker that has disappeared is left out."""
        if not addresses:
            return {}
        try:
            answers = self.client.sync(self.client.run, read_traits, workers=addresses, on_error="return", callback_timeout=ANSWER_SECONDS)
        except TimeoutError:
            print_message(f"no answer from {' or '.join(addresses[:MAX_NAMED])} within {ANSWER_SECONDS} seconds; asking again")
            return {}
        return {address: answer for address, answer in answers.items() if not isinstance(answer, OSError)}

    def announce_waiting_jobs(self, count: int) -> None:
        """Make the number of waiting jobs visible to an adaptive cluster, as tasks that no worker can take.

        The jobs themselves wait in this process: a job queued behind one that kills its worker would be
        counted as having killed it, too.
        """
        del self._placeholders[count:]
        missing = count - len(self._placeholders)
        self._placeholders += [self.client.submit(int, pure=False, resources={"another worker": 1}) for _ in range(missing)]

    def free_slots(self, busy: Iterable[str]) -> list[str]:
        """Return the address of a ready worker once for each of its threads that runs no job.

        Args:
            busy: the address of the worker of each running job.
        """
        slots = [address for address, threads in self.threads.items() for _ in range(threads)]
        for address in busy:
            if address in slots:
                slots.remove(address)
        return slots

    def _report_paused(self, paused: set[str]) -> None:
        """Explain, once for each paused worker, why Dask gives it no jobs."""
        for address in sorted(paused - self._paused):
            print_message(
                f"the worker at {address} is paused because it is close to its memory limit;"
                " start fewer workers there, or raise `dask worker --memory-limit`"
            )
        self._paused = paused

    def _report_waiting(self) -> None:
        """Print from time to time that no worker is ready.

        Raises:
            ValueError: none has been ready for longer than WORKER_TIMEOUT.
        """
        now = time.monotonic()
        if self.threads:
            self._without_worker_since, self._last_message = now, now - MESSAGE_SECONDS + FIRST_MESSAGE_SECONDS
            return
        waited = now - self._without_worker_since
        if waited > self.timeout:
            raise ValueError(f"no worker at {self.scheduler} for {waited:.0f} seconds; WORKER_TIMEOUT={self.timeout:g} allows no more")
        if now - self._last_message > MESSAGE_SECONDS:
            print_message(f"no worker {'is left' if self.peak_count else 'yet'} at {self.scheduler}; have been waiting for {waited:.0f} seconds")
            self._last_message = now

    def count_loss(self, job: str, address: str) -> None:
        """Record that a worker died while it ran a job, unless it was stopped on request.

        Raises:
            ValueError: the job has lost `MAX_ATTEMPTS` workers.
        """
        events = [event for _, event in self.client.get_events(address)]
        if any(event.get("action") == "remove-worker" and event["expected"] for event in events):
            return
        self._losses[job] += 1
        if self._losses[job] >= MAX_ATTEMPTS:
            raise ValueError(f"{job} ended {MAX_ATTEMPTS} worker processes in succession; the last was at {address}{self._memory_advice(address)}")

    def _memory_advice(self, address: str) -> str:
        """Return a clause on whether memory was, or may have been, the reason for a worker's death, and on the remedy."""
        needed = [event["rss"] / 2**30 for _, event in self.client.get_events("worker-restart-memory") if event["worker"] == address]
        cause = f" and needed {needed[-1]:.1f} GiB of memory, more than its share" if needed else ". If it ran out of memory"
        if self.peak_count <= 1:
            return f"{cause}; use a machine with more memory" if needed else f"{cause}, use a machine with more memory"
        return f"{cause}{';' if needed else ','} try WORKERS={self.peak_count // 2}, or on a cluster fewer workers on each machine"

    def lost_scheduler_message(self) -> str:
        """Message for a connection to the scheduler that has ended."""
        return f"the scheduler at {self.scheduler} is gone; finished jobs are kept, so start the stage again once a scheduler is running"
