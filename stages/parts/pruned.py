"""Folders without what is no longer in the grid."""

import shutil
from collections.abc import Collection
from pathlib import Path


def keep_only(folder: Path, names: Collection[str]) -> None:
    """Delete every folder in `folder` that is not called one of `names`.

    What an arm or a method left stays on disk after it is taken out of params.yaml; DVC, for whom
    the whole of `folder` is one dependency, would take it for a change. Its cache still has it.
    """
    for leftover in folder.iterdir() if folder.is_dir() else ():
        if leftover.is_dir() and leftover.name not in names:
            shutil.rmtree(leftover)
