"""Which digits `data.dataset` may name: data sets that are known, and folders."""

import os
from pathlib import Path

from kernel_dilation.experiment.parameter_messages import did_you_mean

IMAGE_SIDE, CLASSES = 28, 10  # pixels, and kinds of digits, of every data set this experiment reads
PUBLISHED = {"mnist5k": (5_000, 0), "mnist": (60_000, 10_000), "fashion_mnist": (60_000, 10_000), "kmnist": (60_000, 10_000)}  # digits to train, test
DATASETS = tuple(PUBLISHED)
DATASET = f"one of {', '.join(DATASETS)}, or the path of a folder that exists"


def dataset(name: str) -> str:
    """The name itself, if it is a known data set or a folder that exists."""
    if name not in DATASETS:
        dataset_folder(name)
    return name


def dataset_folder(name: str) -> Path:
    """The folder that `data.dataset` names, `~` and `~user` spelled out.

    Raises:
        ValueError: there is none.
    """
    try:
        folder = Path(name).expanduser()
    except RuntimeError:
        raise ValueError(f"must be {DATASET}; the home folder that ~ stands for is not known here, so write it out") from None
    if name.strip() and os.path.isdir(folder):  # unlike Path's, it is false for what cannot be a path
        return folder
    found = "; there is a file of that name" if os.path.isfile(folder) else did_you_mean(name, DATASETS)
    raise ValueError(f"must be {DATASET}{found}")
