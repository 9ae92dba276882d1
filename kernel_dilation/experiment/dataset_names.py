"""The data sets that `data.dataset` may name, known ones and folders, and what all of them have in common."""

import os
from collections.abc import Mapping
from pathlib import Path

from kernel_dilation.experiment.parameter_messages import suggest_correction

import numpy as np

IMAGE_SIDE, CLASSES = 28, 10  # pixels and number of classes of every data set that this experiment reads
# Numbers of training and test digits:
PUBLISHED = {"mnist5k": (5_000, 0), "mnist": (60_000, 10_000), "fashion_mnist": (60_000, 10_000), "kmnist": (60_000, 10_000)}
DATASETS = tuple(PUBLISHED)
DATASET = f"one of {', '.join(DATASETS)}, or the path of an existing folder"

DigitArrays = Mapping[str, np.ndarray]  # `x_train`, `y_train`, … : images (n, 28, 28) and labels (n,) of each split


def check_dataset(name: str) -> str:
    """Return the name itself if it is a known data set or an existing folder.

    Raises:
        ValueError: it is neither.
    """
    if name not in DATASETS:
        dataset_folder(name)
    return name


def dataset_folder(name: str) -> Path:
    """Return the folder that `data.dataset` names, with `~` and `~user` expanded.

    Raises:
        ValueError: it does not exist.
    """
    try:
        folder = Path(name).expanduser()
    except RuntimeError:
        raise ValueError(f"must be {DATASET}; the home folder that ~ stands for is unknown on this machine, so write the path out") from None
    if name.strip() and os.path.isdir(folder):  # unlike `Path.is_dir`, it is false for a text that cannot be a path
        return folder
    hint = "; this is the path of a file" if os.path.isfile(folder) else suggest_correction(name, DATASETS)
    raise ValueError(f"must be {DATASET}{hint}")
