"""Outputs that are whole or not there: written under a temporary name beside the target, then renamed."""

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A temporary file name, with the suffix of `path`; the file becomes `path` if the block succeeds."""
    temporary = temporary_neighbour(path)
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        remove(temporary)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """A new, empty temporary folder; it takes the place of the whole of `path` if the block succeeds."""
    temporary = temporary_neighbour(path)
    temporary.mkdir()
    try:
        yield temporary
        remove(path)  # a folder cannot be renamed onto one that holds something
        os.replace(temporary, path)
    finally:
        remove(temporary)


def save_bytes(path: Path, content: bytes) -> None:
    """Write a file that others may be writing or reading at the same time; after a power cut it is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, temporary = tempfile.mkstemp(prefix=".partial-", suffix=f"-{path.name}", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(number)
        os.replace(temporary, path)
    finally:
        remove(Path(temporary))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name itself
    finally:
        os.close(folder)


def save_json(path: Path, value: object) -> None:
    """Write `value` as JSON, in its own order of keys.

    Raises:
        ValueError: a number that is not finite; JSON has none.
    """
    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def temporary_neighbour(path: Path) -> Path:
    """A name beside `path` that is this process's own; what a killed writer of `path` left there is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f".partial-*-{path.name}"):
        remove(leftover)
    return path.with_name(f".partial-{os.getpid()}-{path.name}")


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_stale(folder: Path, names: Collection[str]) -> None:
    """Delete everything in `folder` that is not called one of `names`.

    What an arm or a method left stays on disk after it is taken out of params.yaml; DVC, for whom
    the whole of `folder` is one dependency, would take it for a change. Its cache still has it.
    """
    for leftover in folder.iterdir() if folder.is_dir() else ():
        if leftover.name not in names:
            remove(leftover)
