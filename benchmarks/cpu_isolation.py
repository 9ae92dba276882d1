"""The part of the machine that is measured on, and who else uses it."""

import os
import time
from pathlib import Path

from benchmarks.sizes import CORES

PACKAGES = ("tensorflow", "keras", "numpy", "torch", "tf-keras-vis", "saliency", "xplique", "dvc", "distributed")


def use_few_cores() -> int:
    """Keep this process and all that it starts on at most `CORES` cores; how many they are."""
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, cores)
    return len(cores)


class BackgroundLoad:
    """How much of the machine others used since this was made: a benchmark beside other work tells little."""

    def __init__(self) -> None:
        self.wall, self.busy, self.own = time.time(), busy_seconds(Path("/proc/stat").read_text()), own_seconds()

    def others_share(self) -> float:
        """Processor time of others, as a share of all cores' time. Processes that still run are others'."""
        others = busy_seconds(Path("/proc/stat").read_text()) - self.busy - (own_seconds() - self.own)
        return max(0.0, others) / ((time.time() - self.wall) * (os.cpu_count() or 1))


def own_seconds() -> float:
    """Processor seconds of this process and of all that it started and that have ended."""
    return sum(os.times()[:4])


def busy_seconds(stat: str) -> float:
    """Processor seconds in which any process ran, from the text of /proc/stat: user, nice and system."""
    return sum(int(ticks) for ticks in stat.split()[1:4]) / os.sysconf("SC_CLK_TCK")
