"""Temporary copy of the project with its own parameters, in which stages run without changing this one."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.project_copy import copy_files, list_project_files, with_changes

import yaml

OUTPUTS = ("data/", "metrics/", "plots/", "study/", "dvc.lock")  # not copied, so that the copy starts from nothing
IDENTITY = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost")


class Clone:
    """Folder of the copy, and commands that run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        for name in ("PYTHONPATH", "DASK_SCHEDULER_ADDRESS", "DATASET_MIRROR"):
            self.environment.pop(name, None)

    def run(self, *command: str, **environment: str) -> float:
        """Run a command in the copy and return the seconds that it takes.

        Raises:
            ValueError: the command fails; the message has the end of its output.
        """
        start = time.perf_counter()
        process = subprocess.run(command, cwd=self.root, env={**self.environment, **environment}, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if process.returncode:
            output = f"{process.stdout[-2000:]}\n{process.stderr[-2000:]}"
            raise ValueError(f"{' '.join(command)} failed with status {process.returncode}:\n{output}")
        return seconds

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change the parameters; values that are not named keep their defaults."""
        path = self.root / "params.yaml"
        path.write_text(yaml.safe_dump(with_changes(yaml.safe_load(path.read_text(encoding="utf-8")), changes)))


@contextmanager
def clone() -> Iterator[Clone]:
    """Copy all files that git tracks or does not ignore, except outputs, to a new repository that is deleted after the block."""
    names = [name for name in list_project_files(Path()) if not name.startswith(OUTPUTS)]
    with TemporaryDirectory(prefix="benchmark-") as folder:
        root = Path(folder) / "clone"
        copy_files(Path(), names, root)
        copy = Clone(root)
        for command in (["init", "-q"], ["add", "-A"], [*IDENTITY, "commit", "-qm", "copy"]):
            copy.run("git", *command)
        yield copy
