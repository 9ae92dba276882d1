"""Read the files of earlier stages, and refuse those that are damaged, incomplete or of another arm.

A folder of results has a file SHA256SUMS, which names the folder and the digest of each of its files, in the
format of the program sha256sum. A single file is checked for the content that its readers need.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from kernel_dilation.experiment.atomic_write import atomic_folder
from kernel_dilation.experiment.dataset_names import CLASSES, IMAGE_SIDE
from kernel_dilation.experiment.paths import DIGITS

import numpy as np
import pandas as pd

CHECKSUMS = "SHA256SUMS"
IMAGE = (IMAGE_SIDE, IMAGE_SIDE)
DIGIT_SHAPES: dict[str, tuple[int | str, ...]] = {
    f"{letter}_{split}": (split, *shape) for split in ("train", "validation", "test") for letter, shape in (("x", IMAGE), ("y", ()))
}
DAMAGED = (ValueError, KeyError, EOFError, OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)  # of files that numpy reads

Shape = tuple[int | str, ...]  # a name stands for a length that all arrays of the file with this name share


@contextmanager
def folder_with_checksums(path: Path) -> Iterator[Path]:
    """Yield a new, empty temporary folder; with the checksums of all files in it, it replaces all of `path` if the block succeeds."""
    with atomic_folder(path) as temporary:
        yield temporary
        files = sorted(file for file in temporary.rglob("*") if file.is_file())
        lines = [f"{digest_file(file)}  {path.name}/{file.relative_to(temporary).as_posix()}\n" for file in files]
        (temporary / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def digest_file(path: Path) -> str:
    """Return the hexadecimal SHA-256 digest of a file, which is read only once by each process unless it changes."""
    state = path.stat()
    return digest_content(path.absolute(), state.st_size, state.st_mtime_ns)


@cache
def digest_content(path: Path, size: int, modified: int) -> str:
    """Return the hexadecimal SHA-256 digest of a file of this size and time of modification in nanoseconds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_of_results(path: Path) -> Path:
    """Return the folder with the checksums of a file, which is the file's own folder or the one above."""
    own = path.parent
    return own.parent if (own.parent / CHECKSUMS).exists() and not (own / CHECKSUMS).exists() else own


def recorded_name(path: Path, folder: Path) -> str:
    """Return the name by which the checksums of a folder of results list a file in it."""
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def intact(path: Path) -> Path:
    """Return the path itself, of a file in a folder that `folder_with_checksums` has written.

    Raises:
        ValueError: the content is not the one that was written under this name in this folder.
        OSError: the file or the checksums are missing.
    """
    folder = folder_of_results(path)
    lines = (folder / CHECKSUMS).read_bytes().splitlines()
    if f"{digest_file(path)}  {recorded_name(path, folder)}".encode() not in lines:
        raise damage(path, f"its content is not the one that {folder / CHECKSUMS} records", folder)
    return path


def intact_or_absent(path: Path) -> Path:
    """Return the path itself, of a file as in `intact` or of one that was never written.

    Raises:
        ValueError: the file is not the one that was written, or it was written and is missing.
        OSError: the checksums are missing.
    """
    folder = folder_of_results(path)
    recorded = f"  {recorded_name(path, folder)}\n".encode() in (folder / CHECKSUMS).read_bytes()
    if recorded and not path.exists():
        raise damage(path, f"it is missing, although {folder / CHECKSUMS} records it", folder)
    return intact(path) if path.exists() else path


def damage(path: Path, fault: object, remove: Path | None = None) -> ValueError:
    """Return the error for a damaged file, with the remedy."""
    return ValueError(f"{path} is damaged or belongs elsewhere: {fault}; delete {remove or path} and run `dvc repro`, which writes it again")


def read_arrays(path: Path, shapes: Mapping[str, Shape], kinds: str) -> dict[str, np.ndarray]:
    """Return the named arrays of an .npz file; nothing is unpickled.

    Args:
        shapes: of each array.
        kinds: the kinds of number that the arrays may have, as in `numpy.dtype.kind`.

    Raises:
        ValueError: the file is damaged, or an array is missing or has another shape or type or a number that is not finite.
        OSError: the file is missing or cannot be read.
    """
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in shapes}
        except DAMAGED as error:
            raise damage(path, str(error).strip("'\"").splitlines()[0] if str(error) else type(error).__name__) from None
        except AttributeError:
            raise damage(path, "it holds a single array instead of several") from None
    lengths: dict[int | str, int] = {}
    for name, shape in shapes.items():
        array = arrays[name]
        fits = array.ndim == len(shape) and all(
            lengths.setdefault(key, size) == size if isinstance(key, str) else key == size for key, size in zip(shape, array.shape)
        )
        if not fits or array.dtype.kind not in kinds:
            wanted = ", ".join(str(lengths.get(key, key)) for key in shape)
            raise damage(path, f"{name} must be an array ({wanted}) of kind {' or '.join(kinds)}; got {array.shape} of {array.dtype}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise damage(path, f"{name} has numbers that are not finite")
    return arrays


def read_digit_arrays(path: Path = DIGITS) -> dict[str, np.ndarray]:
    """Return images (n, 28, 28) and labels (n,), uint8, of each split as `x_train`, `y_train`, ….

    Raises:
        ValueError: the file is damaged, has no digits in a split or has a label that is no class.
        OSError: the file is missing.
    """
    digits = read_arrays(path, DIGIT_SHAPES, "u")
    for name, array in digits.items():
        if not len(array) or (name.startswith("y_") and array.max() >= CLASSES) or array.dtype != np.uint8:
            raise damage(path, f"{name} must hold at least one digit as bytes, and its labels must be below {CLASSES}")
    return digits


def read_columns(path: Path, columns: Collection[str], rows: int | None = None) -> pd.DataFrame:
    """Return the table of a CSV file.

    Args:
        rows: their number, if it is known.

    Raises:
        ValueError: the file is damaged, or has other columns or another number of rows.
        OSError: the file is missing.
    """
    content = path.read_bytes()
    if not content.endswith(b"\n"):
        raise damage(path, "it ends within a line")
    try:
        table = pd.read_csv(io.BytesIO(content))
    except ValueError as error:
        raise damage(path, str(error).splitlines()[0]) from None
    if set(table.columns) != set(columns):
        raise damage(path, f"its columns must be {', '.join(columns)}; got {', '.join(map(str, table.columns))}")
    if rows is not None and len(table) != rows:
        raise damage(path, f"it must have {rows} rows; got {len(table)}")
    return table


def require_entries(path: Path, table: pd.DataFrame, kinds: Mapping[str, str], may_be_missing: bool = False) -> None:
    """Accept a table whose columns have entries of these kinds, as in `numpy.dtype.kind`, and finite numbers.

    Args:
        may_be_missing: accept missing numbers.

    Raises:
        ValueError: an entry is missing, of another type or not finite.
    """
    for column, kind in kinds.items():
        entries = table[column]
        if entries.dtype.kind not in kind or (not may_be_missing and entries.isna().any()) or entries.isin([np.inf, -np.inf]).any():
            raise damage(path, f"`{column}` has an entry that is missing or of another type, or a number that is not finite")


def read_json(path: Path, types: Mapping[str, type]) -> dict[str, Any]:
    """Return the content of a JSON file that holds an object.

    Args:
        types: of the values, by their key.

    Raises:
        ValueError: the file is damaged, or lacks one of the keys or has a value of another type there.
        OSError: the file is missing.
    """
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise damage(path, error) from None
    if not isinstance(content, dict) or any(not isinstance(content.get(key), kind) for key, kind in types.items()):
        raise damage(path, f"it must be an object with {', '.join(f'{key} ({kind.__name__})' for key, kind in types.items())}")
    return content
