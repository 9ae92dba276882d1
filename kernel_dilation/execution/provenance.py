"""The machine and the versions that a measurement belongs to."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

EXTENSIONS = ("avx2", "avx512f", "amx_bf16")  # of the processor, that decide how fast it multiplies


def processor(cpuinfo: str) -> tuple[str, list[str]]:
    """The processor's name and those of `EXTENSIONS` that it has, from the text of /proc/cpuinfo."""
    fields: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return fields.get("model name", "unknown"), [name for name in EXTENSIONS if name in fields.get("flags", "").split()]


def versions(packages: Iterable[str]) -> dict[str, str | None]:
    """Version of Python and of every package; null for one that is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def provenance(cores_used: int, packages: Iterable[str]) -> dict[str, Any]:
    """Processor, cores, memory, system, and versions of these packages."""
    cpuinfo = Path("/proc/cpuinfo")
    name, extensions = processor(cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else "")
    return {
        "processor": name,
        "extensions": extensions,
        "cores": os.cpu_count(),
        "cores_used": cores_used,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "versions": versions(packages),
    }
