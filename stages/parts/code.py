"""The project's code as it was when this process started: results of other code are other results.

A process keeps the modules that it has imported, whatever is written to their files afterwards; a
module that it imports later is the newer one. So every file is noted before the first is imported.
"""

import hashlib
import sys
from collections.abc import Collection
from pathlib import Path

CODE = Path(__file__).parents[1]

Files = dict[str, tuple[str, int]]


def code_files() -> Files:
    """SHA-256 of every code file, and when it was last written in nanoseconds, by its path below `stages`."""
    paths = (path for path in sorted(CODE.rglob("*.py")) if not path.name.startswith(".") and path.is_file())  # editors leave .#lock.py
    return {path.relative_to(CODE).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in paths}


AT_START = code_files()
elsewhere: set[str] = set()  # files that other processes imported for this one


def code_digest(files: Files) -> str:
    """Hexadecimal digest of the names and contents of code files; when they were written does not count."""
    return hashlib.sha256(repr([(name, content) for name, (content, _) in files.items()]).encode()).hexdigest()


def imported_files() -> set[str]:
    """Paths below `stages` of the code that this process has imported, or others for it."""
    paths = (Path(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None)))
    return elsewhere | {path.relative_to(CODE).as_posix() for path in paths if path.is_relative_to(CODE)}


def refuse_rewritten_code(names: Collection[str]) -> None:
    """Refuse code files, by their path below `stages`, that were written to since this process started.

    Raises:
        ValueError: one was, so that nobody can say of which version a result is.
    """
    now = code_files()
    rewritten = sorted(name for name in names if now.get(name) != AT_START.get(name))
    if rewritten:
        raise ValueError(f"stages/{rewritten[0]} was written to while it was in use, so the result is not kept; run the stage again")
