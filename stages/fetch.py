"""Fetch the digits of one data set, check them and split them: `python -m stages.fetch`.

Reads data/source and `data` of params.yaml. Writes data/digits.npz and metrics/fetch.json.
"""

import hashlib
import math
import os
from pathlib import Path

from kernel_dilation.datasets.idx import Digits, parse_digits
from kernel_dilation.datasets.idx_folder import read_four_files
from kernel_dilation.datasets.published import download_cache, download_digits, load_packaged_digits
from kernel_dilation.experiment.atomic_write import atomic_file, save_json
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameters import CLASSES, parse_settings
from kernel_dilation.experiment.paths import DIGITS, METRICS, PARAMETERS, SOURCE

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

SHOWN_HASH_DIGITS = 12  # of a hexadecimal hash


def read_digits(source: Path, mirror: str, cache: Path) -> tuple[str, Digits, Digits | None]:
    """Return the name of the located data set, its training digits, and its test digits or None if it has none.

    The name of a user's folder is its last part and the beginning of the SHA-256 digest of its four unpacked files.

    Raises:
        ValueError: the digits cannot be obtained or break a rule.
    """
    if not source.is_dir():
        raise ValueError(f"{source}, which the stage locate writes, is missing; run `dvc repro fetch`")
    located = next(source.iterdir())
    if located.is_dir():
        contents = {name: content for name, (_, content) in read_four_files(located).items()}
        digest = hashlib.sha256(b"".join(contents.values())).hexdigest()
        return f"{located.name} (SHA-256 {digest[:SHOWN_HASH_DIGITS]})", *parse_digits(contents)
    if located.name == "mnist5k":
        return located.name, load_packaged_digits(), None
    return located.name, *download_digits(located.name, mirror, cache / located.name)


def split_digits(train: Digits, test: Digits | None, validation_share: float, test_share: float, seed: int) -> dict[str, Digits]:
    """Return the digits as `train`, `validation` and `test`, stratified by class.

    Raises:
        ValueError: there are too few digits to split.
    """
    if test is None:
        train, test = hold_back(train, test_share, seed)
    train, validation = hold_back(train, validation_share, seed)
    splits = {"train": train, "validation": validation, "test": test}
    for name, digits in splits.items():
        check_classes(name, digits)
    return splits


def hold_back(digits: Digits, share: float, seed: int) -> tuple[Digits, Digits]:
    """Return the digits that are kept and those that are held back, which are the same share of each class.

    Raises:
        ValueError: there are too few digits for that share.
    """
    try:
        kept, held = train_test_split(np.arange(len(digits.labels)), test_size=share, random_state=seed, stratify=digits.labels)
    except ValueError as error:
        raise ValueError(f"a share of {share} of {len(digits.labels):,} digits cannot be held back: {error}") from None
    return Digits(digits.images[kept], digits.labels[kept]), Digits(digits.images[held], digits.labels[held])


def check_classes(split: str, digits: Digits) -> None:
    """Accept a split in which every class occurs.

    Raises:
        ValueError: a class is missing.
    """
    missing = sorted(set(range(CLASSES)) - set(digits.labels.tolist()))
    if missing:
        raise ValueError(f"every class must occur in every split; {split} has no digit of class {', '.join(map(str, missing))}")


def describe_splits(dataset: str, splits: dict[str, Digits]) -> dict[str, object]:
    """Return the content of metrics/fetch.json: counts, moments of the training pixels in [0, 1], SHA-256 digest of all arrays."""
    mean, deviation = compute_pixel_moments(splits["train"].images)
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


def compute_pixel_moments(images: NDArray[np.uint8]) -> tuple[float, float]:
    """Return mean and standard deviation of pixels scaled to [0, 1], from exact sums and thus the same on every machine."""
    mean = int(images.sum(dtype=np.uint64)) / images.size
    mean_square = int(np.square(images, dtype=np.uint16).sum(dtype=np.uint64)) / images.size
    return mean / 255, math.sqrt(mean_square - mean**2) / 255


@exit_with_message("fetch")
def main() -> None:
    """Fetch, split and describe the located digits, and write them."""
    settings = parse_settings(PARAMETERS.read_bytes())
    dataset, train, test = read_digits(SOURCE, os.environ.get("DATASET_MIRROR", ""), download_cache())
    splits = split_digits(train, test, settings.data.validation_share, settings.data.test_share, settings.data.seed)
    arrays = {f"{letter}_{name}": array for name, digits in splits.items() for letter, array in zip("xy", digits)}
    with atomic_file(DIGITS) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)
    save_json(METRICS / "fetch.json", describe_splits(dataset, splits))
    counts = ", ".join(f"{len(digits.labels)} {name}" for name, digits in splits.items())
    print(f"fetch: {counts} digits of {dataset} written to {DIGITS} and described in {METRICS / 'fetch.json'}")


if __name__ == "__main__":
    main()
