"""Splits of the training and validation digits that are drawn anew for each run, so that no result hangs on one split."""

from collections.abc import Sequence

from kernel_dilation.experiment.dataset_names import DigitArrays

import numpy as np


def resplit_digits(digits: DigitArrays, max_training: int | None, seed: int | Sequence[int]) -> dict[str, np.ndarray]:
    """Shuffle the training and validation digits and split them again by a seed; keep the test digits.

    Runs with different seeds then vary in their digits as well as in their weights, so that intervals
    over them cover both, and agreement between them cannot be due to peculiarities of one split. The
    sizes are those of the given split.

    Args:
        digits: `x_train`, `y_train`, `x_validation`, `y_validation` and any others, as in digits.npz.
        max_training: largest number of training digits, and of validation digits; None for no limit.
        seed: one number or several that identify the run.
    """
    labels = np.concatenate([digits["y_train"], digits["y_validation"]])
    images = np.concatenate([digits["x_train"], digits["x_validation"]])
    order = np.random.default_rng([*np.atleast_1d(seed).tolist(), 5]).permutation(len(labels))
    most = len(labels) if max_training is None else max_training
    count = min(most, len(digits["y_train"]))
    train, validation = order[:count], order[count : count + most]
    split = {"x_train": images[train], "y_train": labels[train], "x_validation": images[validation], "y_validation": labels[validation]}
    return dict(digits) | split
