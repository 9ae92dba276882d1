"""Measure the time until a network reaches a test accuracy on MNIST, from initialisation to test, with all threads."""

import os
from statistics import median
from typing import Any

from benchmarks.benchmark_sizes import Sizes
from benchmarks.isolated_process import Module, own_process
from kernel_dilation.datasets.published import download_cache, download_digits

import numpy as np

MODULE = "benchmarks.training_baselines.training_recipes"
TARGETS = {"98.4": "one_epoch", "99.3": "six_epochs"}  # percent: the best of the 2019 study, and of such a network today
ABSENT = "needs all of MNIST, because 5,000 digits are too few; set DATASET_MIRROR"


def load_mnist() -> dict[str, np.ndarray]:
    """Return all of MNIST with the names of data/digits.npz.

    No digits are held back; the validation digits, which the training loop requires, are a few training digits.
    """
    train, test = download_digits("mnist", os.environ["DATASET_MIRROR"], download_cache() / "mnist")
    few = slice(0, 500)
    return {
        "x_train": train.images, "y_train": train.labels, "x_validation": train.images[few], "y_validation": train.labels[few],
        "x_test": test.images, "y_test": test.labels,
    }  # fmt: skip


def measure_time_to_accuracy(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Return median seconds and lowest accuracy over several seeds for each target, or why there are none."""
    if not os.environ.get("DATASET_MIRROR"):
        return {"absent": ABSENT, "targets": []}
    digits = load_mnist()
    rows = [measure_target(float(target), recipe, digits, sizes.accuracy_seeds, threads) for target, recipe in TARGETS.items()]
    return {"absent": "", "threads": threads, "targets": rows}


def measure_target(target: float, recipe: str, digits: dict[str, np.ndarray], seeds: int, threads: int) -> dict[str, Any]:
    """Train several networks by a recipe; return median seconds, those of the first, which is compiled, and the lowest accuracy."""
    with own_process(threads) as pool:
        Module(pool, "benchmarks.training_baselines.project")("use_threads", threads)
        seconds, percentages = zip(*(Module(pool, MODULE)("train_by_recipe", recipe, digits, seed) for seed in range(seeds)))
    return {
        "accuracy": target, "recipe": recipe.replace("_", " "), "seeds": seeds, "seconds": median(seconds), "first_seconds": seconds[0],
        "lowest_accuracy": min(percentages), "reached": min(percentages) >= target,
    }  # fmt: skip
