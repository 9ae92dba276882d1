"""Copies of the project in which stages run with other parameters, while nothing here changes."""

import subprocess
from collections.abc import Iterable, Mapping
from filecmp import cmp
from pathlib import Path
from shutil import copyfile
from typing import Any


def project_files(root: Path) -> list[str]:
    """Paths, relative to `root`, of all files there that git tracks or does not ignore."""
    listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (root / name).is_file()]


def copy_files(root: Path, names: Iterable[str], target: Path) -> None:
    """Bring files of `root` to the same places in `target`; what is the same already stays untouched."""
    for name in names:
        copy_file(root / name, target / name)


def copy_file(source: Path, target: Path) -> None:
    """Bring a file to another place, unless it lies there already."""
    if not (target.is_file() and cmp(source, target, shallow=False)):
        target.parent.mkdir(parents=True, exist_ok=True)
        copyfile(source, target)


def with_changes(params: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with the changes in place of what they name, section by section."""
    return {**params, **{name: {**params[name], **value} if isinstance(value, dict) else value for name, value in changes.items()}}
