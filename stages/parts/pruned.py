"""Folders without what is no longer in the grid."""

from collections.abc import Collection
from pathlib import Path

from stages.parts.experiment.outputs import remove


def keep_only(folder: Path, names: Collection[str]) -> None:
    """Delete everything in `folder` that is not called one of `names`.

    What an arm or a method left stays on disk after it is taken out of params.yaml; DVC, for whom
    the whole of `folder` is one dependency, would take it for a change. Its cache still has it.
    """
    for leftover in folder.iterdir() if folder.is_dir() else ():
        if leftover.name not in names:
            remove(leftover)
