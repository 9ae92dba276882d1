"""Seconds until a network tells so many of MNIST's test digits right: everything from weights to test, in all threads."""

import os
from statistics import median
from typing import Any

import numpy as np
import pooch

from benchmarks.processes import Module, own_process
from benchmarks.sizes import Sizes
from stages.fetch import CACHE
from stages.parts.sources import downloaded_digits

MODULE = "benchmarks.contenders.recipes"
TARGETS = {"98.4": "one_epoch", "99.3": "six_epochs"}  # percent: the best of the 2019 study, and today's for such a network
ABSENT = "needs all of MNIST: set DATASET_MIRROR; the 5,000 digits that need no network cannot reach it"


def mnist() -> dict[str, np.ndarray]:
    """All of MNIST as `digits.npz` names it; nothing is held back, so a few training digits stand for the validation that the loop asks for."""
    train, test = downloaded_digits("mnist", os.environ["DATASET_MIRROR"], pooch.os_cache(CACHE) / "mnist")
    few = slice(0, 500)
    return {
        "x_train": train.images, "y_train": train.labels, "x_validation": train.images[few], "y_validation": train.labels[few],
        "x_test": test.images, "y_test": test.labels,
    }  # fmt: skip


def accuracy(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Median seconds and lowest accuracy over some seeds for each target, or why there are none."""
    if not os.environ.get("DATASET_MIRROR"):
        return {"absent": ABSENT, "targets": []}
    digits, rows = mnist(), []
    for target, recipe in TARGETS.items():
        with own_process(threads) as pool:  # a new one, so that every recipe pays for its own compiling
            Module(pool, "benchmarks.contenders.project")("use_threads", threads)
            runs = [Module(pool, MODULE)("trained_to", recipe, digits, seed) for seed in range(sizes.accuracy_seeds)]
        rows.append({
            "accuracy": float(target), "recipe": recipe.replace("_", " "), "seeds": len(runs), "seconds": median(seconds for seconds, _ in runs),
            "first_seconds": runs[0][0], "lowest_accuracy": min(percent for _, percent in runs), "reached": all(percent >= float(target) for _, percent in runs),
        })  # fmt: skip
    return {"absent": "", "threads": threads, "targets": rows}
