"""Write outputs atomically: under a temporary name beside the target, then renamed."""

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from kernel_dilation.experiment.stage_process import end_orphan


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary file name with the suffix of `path`; the file is renamed to `path` if the block succeeds."""
    temporary = temporary_neighbour(path)
    try:
        with name_full_disk(path):
            yield temporary
        end_orphan()
        os.replace(temporary, path)
    finally:
        remove(temporary)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield a new, empty temporary folder; it replaces all of `path` if the block succeeds.

    Until then `path` is complete. For a moment it is absent, because a folder cannot be renamed to one that is not empty.
    """
    temporary = temporary_neighbour(path)
    replaced = temporary.with_name(f".partial-{os.getpid()}-old-{path.name}")
    temporary.mkdir()
    try:
        with name_full_disk(path):
            yield temporary
        end_orphan()
        if os.path.lexists(path):
            os.replace(path, replaced)
        os.replace(temporary, path)
    finally:
        remove(replaced)
        remove(temporary)


def save_bytes(path: Path, content: bytes) -> None:
    """Write a file that other processes may be reading or writing; after a power failure it is complete or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, temporary = tempfile.mkstemp(prefix=".partial-", suffix=f"-{path.name}", dir=path.parent)
    try:
        with name_full_disk(path), os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(number)
        end_orphan()
        os.replace(temporary, path)
    finally:
        remove(Path(temporary))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # makes the new name durable
    finally:
        os.close(folder)


@contextmanager
def name_full_disk(path: Path) -> Iterator[None]:
    """Add the path of the output to an error of writing that names no file, as when a disk is full.

    Raises:
        OSError: the same error, with the path.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def save_json(path: Path, value: object) -> None:
    """Write `value` as JSON, with its keys in their own order.

    Raises:
        ValueError: a number that is not finite, which JSON cannot represent.
    """
    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def temporary_neighbour(path: Path) -> Path:
    """Return a name beside `path` that only this process uses, after deleting what a killed writer of `path` left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f".partial-*-{path.name}"):
        remove(leftover)
    return path.with_name(f".partial-{os.getpid()}-{path.name}")


def remove(path: Path) -> None:
    """Delete a file or a folder if it exists."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_stale(folder: Path, names: Collection[str]) -> None:
    """Delete everything in `folder` whose name is not in `names`.

    The outputs of an arm or a method stay on disk after it is removed from params.yaml. DVC treats
    `folder` as one dependency and would see them as a change; its cache still has them.
    """
    for leftover in folder.iterdir() if folder.is_dir() else ():
        if leftover.name not in names:
            remove(leftover)
