"""A temporary copy of the project with parameters of its own: stages run there, and nothing here changes."""

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

OUTPUTS = ("data/", "metrics/", "plots/", "study/", "dvc.lock")  # what a fresh start does not have
IDENTITY = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost")


class Clone:
    """The copy's folder, and commands in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        for name in ("PYTHONPATH", "DASK_SCHEDULER_ADDRESS", "DATASET_MIRROR"):
            self.environment.pop(name, None)

    def run(self, *command: str, **environment: str) -> float:
        """Seconds that the command takes in the copy.

        Raises:
            ValueError: it fails; the message has its last words.
        """
        start = time.perf_counter()
        done = subprocess.run(command, cwd=self.root, env={**self.environment, **environment}, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if done.returncode:
            raise ValueError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return seconds

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change the parameters; what a section does not name stays."""
        path = self.root / "params.yaml"
        path.write_text(yaml.safe_dump(with_changes(yaml.safe_load(path.read_text(encoding="utf-8")), changes)))


@contextmanager
def clone() -> Iterator[Clone]:
    """A copy of all files that git tracks or does not ignore, outputs excepted, as a repository of its own; it ends with the block."""
    names = [name for name in list_project_files(Path()) if not name.startswith(OUTPUTS)]
    with TemporaryDirectory(prefix="benchmark-") as folder:
        root = Path(folder) / "clone"
        copy_files(Path(), names, root)
        copy = Clone(root)
        for command in (["init", "-q"], ["add", "-A"], [*IDENTITY, "commit", "-qm", "copy"]):
            copy.run("git", *command)
        yield copy
