"""The state of the project's code when this process started, because a result belongs to one version of the code.

A process keeps the modules that it has imported even if their files are changed afterwards, but a module
that it imports later is the newer version. Therefore all files are recorded before the first is imported.
"""

import hashlib
import sys
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("kernel_dilation", "stages", "tools")

Files = dict[str, tuple[str, int]]


def read_code_files() -> Files:
    """Return the SHA-256 digest of each code file and its time of modification in nanoseconds, by its path in the project."""
    paths = (
        path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("[!.]*.py")) if path.is_file()
    )  # editors leave files such as .#name.py
    return {path.relative_to(ROOT).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in paths}


STARTUP_FILES = read_code_files()
files_used_by_workers: set[str] = set()  # code files that workers imported for this process


def digest_code(files: Files) -> str:
    """Return a hexadecimal digest of the names and contents of code files, regardless of their times of modification."""
    return hashlib.sha256(repr([(name, content) for name, (content, _) in files.items()]).encode()).hexdigest()


def list_imported_files() -> set[str]:
    """Return the paths in the project of the code files that this process, or a worker on its behalf, has imported."""
    paths = (Path(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None)))
    imported = {path.relative_to(ROOT).as_posix() for path in paths if path.is_relative_to(ROOT)}
    return files_used_by_workers | {name for name in imported if name.startswith(tuple(f"{folder}/" for folder in FOLDERS))}


def refuse_rewritten_code(names: Collection[str]) -> None:
    """Refuse code files, given by their paths in the project, that have been written to since this process started.

    Raises:
        ValueError: there is one, so that a result cannot be attributed to one version of the code.
    """
    current = read_code_files()
    rewritten = sorted(name for name in names if current.get(name) != STARTUP_FILES.get(name))
    if rewritten:
        raise ValueError(f"{rewritten[0]} was changed while it was in use, so the result is not kept; run the stage again")
