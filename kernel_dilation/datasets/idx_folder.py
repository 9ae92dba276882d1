"""Find the four IDX files of a data set in a folder, or explain what the folder contains instead."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from kernel_dilation.datasets.idx import KINDS, unpack

MAX_LISTED = 8  # files that an error message lists
MAX_SEARCHED = 1000  # subfolders that are searched for the four files to give a hint
OTHER_FORMATS = (
    ((".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar"), "{} is an archive; unpack it first"),
    ((".csv", ".parquet", ".npz", ".npy", ".mat", ".pkl", ".pt", ".png", ".jpg"), "{} is not in the IDX format, the only supported one"),
)


def list_spellings(name: str) -> tuple[str, ...]:
    """Return the accepted names of one of the four files: `train-images-idx3` or `train-images.idx3`, plain or gzip."""
    dotted = name.replace("-idx", ".idx")
    return name, f"{name}.gz", dotted, f"{dotted}.gz"


def find_files(folder: Path, name: str) -> list[Path]:
    """Return the files of a folder that have an accepted name of one of the four files.

    Raises:
        ValueError: there is none.
    """
    paths = [folder / spelling for spelling in list_spellings(name) if (folder / spelling).is_file()]
    if not paths:
        raise ValueError(f"{folder / name}: no such file, plain or gzip")
    return paths


def read_intact_file(folder: Path, name: str) -> tuple[Path, bytes]:
    """Return the path and the unpacked content of one of the four files; a damaged copy beside an intact one is ignored.

    Raises:
        ValueError: the file is missing, no copy is intact, or intact copies differ.
    """
    intact, faults = {}, []
    for path in find_files(folder, name):
        try:
            intact[path] = unpack(str(path), path.read_bytes(), KINDS[name])
        except (ValueError, OSError) as error:
            faults.append(str(error))
    if not intact:
        raise ValueError("; ".join(faults))
    if len(set(intact.values())) > 1:
        raise ValueError(f"{folder}: {' and '.join(path.name for path in intact)} must have the same content; remove all but one")
    return next(iter(intact.items()))


def read_four_files(folder: Path) -> dict[str, tuple[Path, bytes]]:
    """Return the path and the unpacked content of each of the four files of a folder, by its standard name.

    Raises:
        ValueError: a file is missing or damaged; if it is missing, the message lists the folder and suggests a cause.
    """
    for name in KINDS:
        try:
            find_files(folder, name)
        except ValueError as error:
            raise ValueError(f"{error}; {list_content(folder)}{guess_cause(folder)}") from None
    return {name: read_intact_file(folder, name) for name in KINDS}


def list_content(folder: Path) -> str:
    """Return a clause that lists the content of a folder, up to `MAX_LISTED` names."""
    names = sorted(f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir())
    if not names:
        return "the folder is empty"
    rest = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return f"the folder contains {', '.join(names[:MAX_LISTED])}{rest}"


def guess_cause(folder: Path) -> str:
    """Return a clause on why a folder lacks the four files, and on the remedy; empty if there is no likely cause."""
    nested = next((place for place in islice(walk_subfolders(folder), MAX_SEARCHED) if has_four_files(place)), None)
    if nested:
        return f"; the four files are in {nested}, so use that folder"
    known = tuple(spelling for name in KINDS for spelling in list_spellings(name))
    for path in sorted(folder.iterdir()):
        if path.name.endswith(known) and path.name not in known:
            return f"; {path.name} looks like a file of another data set; the four files must be named {', '.join(KINDS)}, plain or .gz"
    for suffixes, advice in OTHER_FORMATS:
        for path in sorted(folder.iterdir()):
            if path.name.lower().endswith(suffixes):
                return f"; {advice.format(path.name)}"
    return ""


def walk_subfolders(folder: Path) -> Iterator[Path]:
    """Yield all readable subfolders of a folder, at any depth."""
    for place, names, _ in os.walk(folder):
        names.sort()
        yield from (Path(place, name) for name in names)


def has_four_files(folder: Path) -> bool:
    """Return whether a folder has all four files, intact or not."""
    return all(any((folder / spelling).is_file() for spelling in list_spellings(name)) for name in KINDS)
