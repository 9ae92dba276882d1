"""The machine and the versions that a measurement belongs to."""

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.sizes import CORES

PACKAGES = ("tensorflow", "keras", "numpy", "torch", "tf-keras-vis", "saliency", "xplique", "dvc", "distributed")
EXTENSIONS = ("avx2", "avx512f", "amx_bf16")  # of the processor, that decide how fast it multiplies


def use_few_cores() -> int:
    """Keep this process and all that it starts on at most `CORES` cores; how many they are."""
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, cores)
    return len(cores)


class Quiet:
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


def processor(cpuinfo: str) -> tuple[str, list[str]]:
    """The processor's name and those of `EXTENSIONS` that it has, from the text of /proc/cpuinfo."""
    fields: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return fields.get("model name", "unknown"), [name for name in EXTENSIONS if name in fields.get("flags", "").split()]


def versions() -> dict[str, str | None]:
    """Version of Python and of every package that takes part; null for one that is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def machine(cores_used: int) -> dict[str, Any]:
    """Processor, cores, memory, load and versions."""
    cpuinfo = Path("/proc/cpuinfo")
    name, extensions = processor(cpuinfo.read_text() if cpuinfo.exists() else "")
    return {
        "processor": name,
        "extensions": extensions,
        "cores": os.cpu_count(),
        "cores_used": cores_used,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "versions": versions(),
    }
