"""Copies of the project with tiny parameters."""

import os
import subprocess
import sys
from pathlib import Path

from tools.project_copy import copy_files, list_project_files, with_changes

import yaml

TINY = {
    "dilations": [1, 2],
    "kernel_sizes": [3],
    "poolings": ["max"],
    "network": {"channels": [4, 4], "dense": 8},
    "train": {"replicates": 2, "epochs": 1},
    "saliency": {"methods": ["gradient", "occlusion"], "images": 10, "steps": 5},
    "mark": {"replicates": 1, "images": 64, "explained_images": 10, "epochs": 1},
    "learn": {
        "methods": ["mixture", "continuous"], "replicates": 1, "candidates": [1, 2], "initial_dilations": [1, 2], "channels": [2, 2], "dense": 4,
        "images": 64, "epochs": 1, "batch_size": 16, "planted_images": 64, "worlds": ["digits", "textures-2"], "selection": [1, 2],
        "race": {"least_rounds": 2, "most_rounds": 3, "alpha": 0.05, "zone": 0.02},
    },
    "analyze": {"resamples": 100},
}  # fmt: skip


def tiny_params() -> dict:
    """Return the default parameters with tiny sizes."""
    return with_changes(yaml.safe_load(Path("params.yaml").read_text()), TINY)


def copied_project(target: Path) -> None:
    """Copy every file that git tracks or does not ignore, except outputs, and commit the copy as a new repository."""
    copy_files(Path(), [name for name in list_project_files(Path()) if not name.startswith(("metrics/", "plots/", "study/", "dvc.lock"))], target)
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", "clone"]):
        subprocess.run(["git", *command], cwd=target, check=True)


def clean_environment() -> dict[str, str]:
    """Return environment variables for commands in a copy: two workers, this Python, and no path of this project."""
    environment = {**os.environ, "WORKERS": "2", "DVC_NO_ANALYTICS": "1", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)
    return environment
