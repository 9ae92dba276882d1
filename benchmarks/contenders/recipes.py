"""Networks and schedules that reach an accuracy on MNIST in little time, by this project's training."""

from collections.abc import Mapping

import numpy as np

from benchmarks.timing import seconds_of
from stages.parts.experiment.grid import Arm
from stages.parts.network import Architecture
from stages.parts.training import Schedule, Trained, trained

RECIPES = {
    "one_epoch": (Architecture(Arm(1, 3, "max"), channels=(16, 32), dense=64), Schedule(1, 64, 0.004)),
    "six_epochs": (Architecture(Arm(1, 5, "max"), channels=(16, 32), dense=128), Schedule(6, 64, 0.004, shift_pixels=1)),
}


def trained_to(recipe: str, digits: Mapping[str, np.ndarray], seed: int) -> tuple[float, float]:
    """Seconds to train one network, compiling and testing included, and its percentage of test digits right."""
    results: list[Trained] = []
    seconds = seconds_of(lambda: results.append(trained(*RECIPES[recipe], digits, seed, 0)))
    return seconds, float(100 * (results[0]["logits"].argmax(1) == digits["y_test"]).mean())
