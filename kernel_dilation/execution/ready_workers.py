"""The workers of a cluster that are fit for a stage's jobs: each is asked before it gets one."""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from kernel_dilation.execution.local_cluster import TRIES
from kernel_dilation.execution.worker_compatibility import describe_difference, is_mended_by_restart, own_traits

from distributed import Client, Future
from tqdm import tqdm

LOOK_SECONDS = 1  # between looks at who is there
ANSWER_SECONDS = 60  # for a worker to say what it is; while it imports TensorFlow it is slow to answer
FIRST_WORD_SECONDS, WORD_SECONDS = 5, 60  # of waiting for a worker before it is said, and said again
NAMED = 3  # workers in one message


def say(sentence: str) -> None:
    """Print a line on stderr that no progress bar runs into."""
    tqdm.write(sentence, file=sys.stderr)


def patience() -> float:
    """Seconds for which a stage waits while it has no worker: WORKER_TIMEOUT, or for ever.

    Raises:
        ValueError: WORKER_TIMEOUT is no number above 0.
    """
    text = os.environ.get("WORKER_TIMEOUT") or "inf"
    with suppress(ValueError):
        if float(text) > 0:
            return float(text)
    raise ValueError(f"WORKER_TIMEOUT must be a number of seconds above 0; got {text!r}")


class ReadyWorkers:
    """Who of a cluster's workers is ready; what is wrong with the others is said, mended or refused."""

    def __init__(self, client: Client) -> None:
        self.client, self.scheduler = client, client.scheduler.address
        self.patience = patience()
        self.threads: dict[str, int] = {}  # of each worker that is ready
        self.most = 0  # workers that were ready at once
        self.present: set[str] = set()  # all workers, ready or not
        self._blamed: Counter[str] = Counter()
        self._like: set[str] = set()  # addresses that gave the right answer
        self._paused: set[str] = set()
        self._wanted: list[Future] = []
        self._looked = -float("inf")
        self._alone_since = time.monotonic()
        self._said = self._alone_since - WORD_SECONDS + FIRST_WORD_SECONDS

    def look(self) -> None:
        """See who is there, at most once a second.

        Raises:
            ValueError: a worker is unfit, none came in time, or the scheduler is gone.
        """
        if time.monotonic() < self._looked + LOOK_SECONDS:
            return
        if self.client.status != "running":
            raise ValueError(self.lost_scheduler())
        workers = self.client.scheduler_info()["workers"]
        self._ask({address: worker for address, worker in workers.items() if address not in self._like})
        self.present = set(workers)
        running = {address for address, worker in workers.items() if worker["status"] == "running"}
        self.threads = {address: workers[address]["nthreads"] for address in sorted(running & self._like)}
        self.most = max(self.most, len(self.threads))
        self._tell_of_paused({address for address, worker in workers.items() if worker["status"] == "paused"})
        self._wait_for_one()
        self._looked = time.monotonic()

    def ask_again(self) -> bool:
        """Ask every worker anew; whether one had to be mended.

        Raises:
            ValueError: a worker is unfit.
        """
        self._like = set()
        return self._ask(self.client.scheduler_info()["workers"])

    def _ask(self, workers: Mapping[str, Any]) -> bool:
        """Ask workers what they are, and start those anew whom that makes fit; whether there was one.

        Raises:
            ValueError: a worker is unfit.
        """
        answers = self._answers(list(workers))
        mended = [address for address, answer in answers.items() if is_mended_by_restart(answer) and workers[address]["nanny"]]
        unlike = {address: what for address, answer in answers.items() if address not in mended and (what := describe_difference(answer))}
        if unlike:
            more = f" (and {len(unlike) - NAMED} more workers differ)" if len(unlike) > NAMED else ""
            raise ValueError("; ".join(f"the worker at {address} {what}" for address, what in list(unlike.items())[:NAMED]) + more)
        if mended:
            say(f"{len(mended)} worker{'s' * (len(mended) > 1)} started before the code was changed; restarting")
            with suppress(OSError, TimeoutError):  # another stage may be at it
                self.client.restart_workers(mended)
        self._like |= answers.keys() - set(mended)
        return bool(mended)

    def _answers(self, addresses: list[str]) -> dict[str, Any]:
        """What each worker answers, an exception included; one that is gone meanwhile answers nothing."""
        if not addresses:
            return {}
        try:
            answers = self.client.sync(self.client.run, own_traits, workers=addresses, on_error="return", callback_timeout=ANSWER_SECONDS)
        except TimeoutError:
            say(f"no answer from {' or '.join(addresses[:NAMED])} within {ANSWER_SECONDS} seconds; asking again")
            return {}
        return {address: answer for address, answer in answers.items() if not isinstance(answer, OSError)}

    def want(self, more: int) -> None:
        """Let an adaptive cluster know how many jobs wait: so many tasks that no worker can take stand for them.

        The jobs themselves wait here, for a job behind one that kills its worker would be blamed with it.
        """
        del self._wanted[more:]
        self._wanted += [self.client.submit(int, pure=False, resources={"another worker": 1}) for _ in range(more - len(self._wanted))]

    def free(self, busy: Iterable[str]) -> list[str]:
        """Addresses of ready workers, each as often as it has threads beside the jobs that run at the busy ones."""
        places = [address for address, threads in self.threads.items() for _ in range(threads)]
        for address in busy:
            if address in places:
                places.remove(address)
        return places

    def _tell_of_paused(self, paused: set[str]) -> None:
        """Say once of a worker that Dask gives it no job, and why."""
        for address in sorted(paused - self._paused):
            say(f"the worker at {address} is paused: it is near its limit of memory; start fewer there, or raise `dask worker --memory-limit`")
        self._paused = paused

    def _wait_for_one(self) -> None:
        """Say what is waited for while no worker is ready.

        Raises:
            ValueError: for longer than the user's limit.
        """
        now = time.monotonic()
        if self.threads:
            self._alone_since, self._said = now, now - WORD_SECONDS + FIRST_WORD_SECONDS
            return
        waited = now - self._alone_since
        if waited > self.patience:
            raise ValueError(f"no worker at {self.scheduler} for {waited:.0f} seconds; WORKER_TIMEOUT={self.patience:g} allows no more")
        if now - self._said > WORD_SECONDS:
            say(f"no worker {'is left' if self.most else 'yet'} at {self.scheduler}; waiting for one since {waited:.0f} seconds")
            self._said = now

    def blame(self, job: str, address: str) -> None:
        """Note that a worker ended while it ran a job, unless it was asked to.

        Raises:
            ValueError: the job has lost `TRIES` workers.
        """
        events = [event for _, event in self.client.get_events(address)]
        if any(event.get("action") == "remove-worker" and event["expected"] for event in events):
            return
        self._blamed[job] += 1
        if self._blamed[job] >= TRIES:
            raise ValueError(f"{job} ended {TRIES} worker processes, one after the other; the last was at {address}{self._want_of_memory(address)}")

    def _want_of_memory(self, address: str) -> str:
        """Whether the worker there was stopped for its memory, or may have been, and what helps then."""
        needed = [event["rss"] / 2**30 for _, event in self.client.get_events("worker-restart-memory") if event["worker"] == address]
        cause = f" and needed {needed[-1]:.1f} GiB of memory, more than its share" if needed else ". If that was for want of memory"
        if self.most <= 1:
            return f"{cause}; a single worker needs a machine with more" if needed else f"{cause}, a single worker needs a machine with more"
        return f"{cause}, try WORKERS={self.most // 2}, or on a cluster fewer workers on each machine"

    def lost_scheduler(self) -> str:
        """What to say when the connection to the scheduler has ended."""
        return f"the scheduler at {self.scheduler} is gone; what ended is kept, so start the stage again where there is one"
