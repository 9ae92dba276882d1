"""Copy the project to another folder, in which stages run with other parameters without changing this one."""

import subprocess
from collections.abc import Iterable, Mapping
from filecmp import cmp
from pathlib import Path
from shutil import copyfile
from typing import Any


def list_project_files(root: Path) -> list[str]:
    """Return the paths, relative to `root`, of all files that git tracks or does not ignore."""
    output = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True).stdout
    return [name for name in output.split("\0") if name and (root / name).is_file()]


def copy_files(root: Path, names: Iterable[str], target: Path) -> None:
    """Copy files of `root` to the same places in `target`; files with the same content are not touched."""
    for name in names:
        copy_file(root / name, target / name)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file unless the target already has the same content."""
    if not (target.is_file() and cmp(source, target, shallow=False)):
        target.parent.mkdir(parents=True, exist_ok=True)
        copyfile(source, target)


def with_changes(params: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with some values replaced; a section in the changes replaces only the values that it names."""
    return {**params, **{name: {**params[name], **value} if isinstance(value, dict) else value for name, value in changes.items()}}
