"""Folders with the four IDX files of a data set: which file is which, which one is whole, and what a folder holds instead."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from kernel_dilation.datasets.idx import KINDS, unpack

MOST_LISTED = 8  # files that a refusal names
MOST_SEARCHED = 1000  # folders below one's own in which a refusal looks for the four files
OTHER_FORMATS = (
    ((".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar"), "{} is an archive: unpack it first"),
    ((".csv", ".parquet", ".npz", ".npy", ".mat", ".pkl", ".pt", ".png", ".jpg"), "{} is not in the IDX format, the only one that is read"),
)


def spellings(name: str) -> tuple[str, ...]:
    """The names under which one of the four files is found: `train-images-idx3` or `train-images.idx3`, plain or gzip."""
    dotted = name.replace("-idx", ".idx")
    return name, f"{name}.gz", dotted, f"{dotted}.gz"


def candidate_files(folder: Path, name: str) -> list[Path]:
    """The files of a folder that are one of the four by their names.

    Raises:
        ValueError: there is none.
    """
    found = [folder / spelling for spelling in spellings(name) if (folder / spelling).is_file()]
    if not found:
        raise ValueError(f"{folder / name}: no such file, plain or gzip")
    return found


def read_whole_file(folder: Path, name: str) -> tuple[Path, bytes]:
    """The path and the unpacked content of one of the four files; a damaged file beside a whole one is passed over.

    Raises:
        ValueError: there is no such file, none is whole, or two are and differ.
    """
    whole, faults = {}, []
    for path in candidate_files(folder, name):
        try:
            whole[path] = unpack(str(path), path.read_bytes(), KINDS[name])
        except (ValueError, OSError) as error:
            faults.append(str(error))
    if not whole:
        raise ValueError("; ".join(faults))
    if len(set(whole.values())) > 1:
        raise ValueError(f"{folder}: {' and '.join(path.name for path in whole)} must have the same content, or only one of them may be there")
    return next(iter(whole.items()))


def read_four_files(folder: Path) -> dict[str, tuple[Path, bytes]]:
    """The path and the unpacked content of each of the four files of a folder, by its standard name.

    Raises:
        ValueError: a file is missing (the message lists what the folder holds, and guesses what was meant) or damaged.
    """
    for name in KINDS:
        try:
            candidate_files(folder, name)
        except ValueError as error:
            raise ValueError(f"{error}; {listing(folder)}{guess_cause(folder)}") from None
    return {name: read_whole_file(folder, name) for name in KINDS}


def listing(folder: Path) -> str:
    """What a folder holds, in a few words."""
    names = sorted(f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir())
    if not names:
        return "the folder is empty"
    rest = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return f"the folder holds {', '.join(names[:MOST_LISTED])}{rest}"


def guess_cause(folder: Path) -> str:
    """What somebody may have meant who gave a folder without the four files: a clause, or nothing."""
    nested = next((place for place in islice(folders_below(folder), MOST_SEARCHED) if has_four_files(place)), None)
    if nested:
        return f"; the four files are in {nested}: give that folder"
    known = tuple(spelling for name in KINDS for spelling in spellings(name))
    for path in sorted(folder.iterdir()):
        if path.name.endswith(known) and path.name not in known:
            return f"; {path.name} looks like a file of another data set: the four must be named {', '.join(KINDS)}, plain or .gz"
    for suffixes, advice in OTHER_FORMATS:
        for path in sorted(folder.iterdir()):
            if path.name.lower().endswith(suffixes):
                return f"; {advice.format(path.name)}"
    return ""


def folders_below(folder: Path) -> Iterator[Path]:
    """Every folder below one, as far as they can be read."""
    for place, names, _ in os.walk(folder):
        names.sort()
        yield from (Path(place, name) for name in names)


def has_four_files(folder: Path) -> bool:
    """Whether a folder has all four files, whole or not."""
    return all(any((folder / spelling).is_file() for spelling in spellings(name)) for name in KINDS)
