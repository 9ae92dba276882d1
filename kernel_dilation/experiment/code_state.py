"""The project's code as it was when this process started: results of other code are other results.

A process keeps the modules that it has imported, whatever is written to their files afterwards; a
module that it imports later is the newer one. So every file is noted before the first is imported.
"""

import hashlib
import sys
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("kernel_dilation", "stages", "tools")

Files = dict[str, tuple[str, int]]


def code_files() -> Files:
    """SHA-256 of every code file, and when it was last written in nanoseconds, by its path in the project."""
    paths = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("[!.]*.py")) if path.is_file())  # editors leave .#name.py
    return {path.relative_to(ROOT).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in paths}


AT_START = code_files()
elsewhere: set[str] = set()  # files that other processes imported for this one


def code_digest(files: Files) -> str:
    """Hexadecimal digest of the names and contents of code files; when they were written does not count."""
    return hashlib.sha256(repr([(name, content) for name, (content, _) in files.items()]).encode()).hexdigest()


def imported_files() -> set[str]:
    """Paths in the project of the code that this process has imported, or others for it."""
    paths = (Path(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None)))
    below = {path.relative_to(ROOT).as_posix() for path in paths if path.is_relative_to(ROOT)}
    return elsewhere | {name for name in below if name.startswith(tuple(f"{folder}/" for folder in FOLDERS))}


def refuse_rewritten_code(names: Collection[str]) -> None:
    """Refuse code files, by their path in the project, that were written to since this process started.

    Raises:
        ValueError: one was, so that nobody can say of which version a result is.
    """
    now = code_files()
    rewritten = sorted(name for name in names if now.get(name) != AT_START.get(name))
    if rewritten:
        raise ValueError(f"{rewritten[0]} was written to while it was in use, so the result is not kept; run the stage again")
