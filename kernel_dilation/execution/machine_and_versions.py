"""Provenance of a result: the machine and the versions of the packages that produced it."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

EXTENSIONS = ("avx2", "avx512f", "amx_bf16")  # instruction sets that determine how fast matrices are multiplied


def parse_processor(cpuinfo: str) -> tuple[str, list[str]]:
    """Return the processor's name and its instruction sets among `EXTENSIONS`, from the text of /proc/cpuinfo."""
    fields: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return fields.get("model name", "unknown"), [name for name in EXTENSIONS if name in fields.get("flags", "").split()]


def find_versions(packages: Iterable[str]) -> dict[str, str | None]:
    """Return the version of Python and of each package; null for one that is not installed."""
    versions: dict[str, str | None] = {"python": platform.python_version()}
    for package in packages:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    return versions


def collect_provenance(cores_used: int, packages: Iterable[str]) -> dict[str, Any]:
    """Return processor, cores, memory in GiB, operating system, and versions of Python and of the packages."""
    cpuinfo = Path("/proc/cpuinfo")
    name, extensions = parse_processor(cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else "")
    return {
        "processor": name,
        "extensions": extensions,
        "cores": os.cpu_count(),
        "cores_used": cores_used,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "versions": find_versions(packages),
    }
