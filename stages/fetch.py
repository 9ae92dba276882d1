"""fetch: the digits of one data set, checked and split, as arrays.

Takes `data` of params.yaml; leaves data/digits.npz and metrics/fetch.json.
"""

import hashlib
import math
import os
from pathlib import Path

import numpy as np
import pooch
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from stages.parts.experiment.outputs import replacing, save_json
from stages.parts.experiment.refusals import plain_refusals
from stages.parts.experiment.settings import CLASSES, DATASETS, Data, checked_settings
from stages.parts.idx import Digits
from stages.parts.sources import downloaded_digits, folder_digits, packaged_digits

DIGITS = Path("data/digits.npz")
METRICS = Path("metrics/fetch.json")
CACHE = "kernel-dilation"  # the folder of downloads among the user's caches: it outlives a clone and serves all


def split_digits(data: Data, mirror: str, cache: Path) -> dict[str, Digits]:
    """The digits of the data set as `train`, `validation` and `test`; the shares are of each class.

    Raises:
        ValueError: the digits cannot be had or break a rule, or are too few to split.
    """
    if data.dataset == "mnist5k":
        train, test = held_back(packaged_digits(), data.test_share, data.seed)
    elif data.dataset in DATASETS:
        train, test = downloaded_digits(data.dataset, mirror, cache / data.dataset)
    else:
        train, test = folder_digits(Path(data.dataset).expanduser())
    train, validation = held_back(train, data.validation_share, data.seed)
    splits = {"train": train, "validation": validation, "test": test}
    for name, digits in splits.items():
        check_classes(name, digits)
    return splits


def held_back(digits: Digits, share: float, seed: int) -> tuple[Digits, Digits]:
    """The digits that are kept and the share that is held back, as large in every class.

    Raises:
        ValueError: too few digits for that share.
    """
    try:
        kept, held = train_test_split(np.arange(len(digits.labels)), test_size=share, random_state=seed, stratify=digits.labels)
    except ValueError as error:
        raise ValueError(f"a share of {share} of {len(digits.labels)} digits cannot be held back: {error}") from None
    return Digits(digits.images[kept], digits.labels[kept]), Digits(digits.images[held], digits.labels[held])


def check_classes(split: str, digits: Digits) -> None:
    """Accept a split in which every class occurs.

    Raises:
        ValueError: one does not.
    """
    missing = sorted(set(range(CLASSES)) - set(digits.labels.tolist()))
    if missing:
        raise ValueError(f"every class must occur in every split; {split} has no digit of class {', '.join(map(str, missing))}")


def description(dataset: str, splits: dict[str, Digits]) -> dict[str, object]:
    """What metrics/fetch.json says: counts, moments of the training pixels in [0, 1], SHA-256 of all arrays."""
    mean, deviation = pixel_moments(splits["train"].images)
    content = hashlib.sha256()
    for digits in splits.values():
        content.update(digits.images.tobytes())
        content.update(digits.labels.tobytes())
    return {
        "dataset": dataset,
        "digits": {name: len(digits.labels) for name, digits in splits.items()},
        "digits_by_class": {name: np.bincount(digits.labels, minlength=CLASSES).tolist() for name, digits in splits.items()},
        "pixel_mean": mean,
        "pixel_standard_deviation": deviation,
        "sha256": content.hexdigest(),
    }


def pixel_moments(images: NDArray[np.uint8]) -> tuple[float, float]:
    """Mean and standard deviation of pixels scaled to [0, 1], from exact sums: the same on every machine."""
    mean = int(images.sum(dtype=np.uint64)) / images.size
    mean_square = int(np.square(images, dtype=np.uint16).sum(dtype=np.uint64)) / images.size
    return mean / 255, math.sqrt(mean_square - mean**2) / 255


@plain_refusals("fetch")
def main() -> None:
    """Fetch, describe and write the digits that params.yaml names."""
    settings = checked_settings(Path("params.yaml").read_text(encoding="utf-8"))
    splits = split_digits(settings.data, os.environ.get("DATASET_MIRROR", ""), pooch.os_cache(CACHE))
    metrics = description(settings.data.dataset, splits)
    arrays = {f"{letter}_{name}": array for name, digits in splits.items() for letter, array in zip("xy", digits)}
    with replacing(DIGITS) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)
    save_json(METRICS, metrics)
    counts = ", ".join(f"{len(digits.labels)} {name}" for name, digits in splits.items())
    print(f"fetch: {counts} digits of {settings.data.dataset} written to {DIGITS} and described in {METRICS}")


if __name__ == "__main__":
    main()
