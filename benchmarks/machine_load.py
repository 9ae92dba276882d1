"""Restrict the measurements to a few cores, and measure the load that other processes cause."""

import os
import time
from pathlib import Path

from benchmarks.benchmark_sizes import CORES


def limit_cores() -> int:
    """Restrict this process and its children to at most `CORES` cores, and return their number."""
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, cores)
    return len(cores)


class BackgroundLoad:
    """Processor time used by other processes since this object was created, which makes a benchmark unreliable."""

    def __init__(self) -> None:
        self.wall, self.busy, self.own = time.time(), busy_seconds(Path("/proc/stat").read_text()), own_seconds()

    def others_share(self) -> float:
        """Return the processor time of other processes as a share of the time of all cores; running child processes count as others."""
        others = busy_seconds(Path("/proc/stat").read_text()) - self.busy - (own_seconds() - self.own)
        return max(0.0, others) / ((time.time() - self.wall) * (os.cpu_count() or 1))


def own_seconds() -> float:
    """Return the processor seconds of this process and of its finished child processes."""
    return sum(os.times()[:4])


def busy_seconds(stat: str) -> float:
    """Return the processor seconds of all processes from the text of /proc/stat: the sum of user, nice and system time."""
    return sum(int(ticks) for ticks in stat.split()[1:4]) / os.sysconf("SC_CLK_TCK")
