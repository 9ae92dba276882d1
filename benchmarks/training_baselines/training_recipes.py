"""Networks and schedules with which this project's training reaches a given accuracy on MNIST quickly."""

from collections.abc import Mapping

from benchmarks.timing import seconds_of
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.model.network import Architecture
from kernel_dilation.training.loop import Schedule, TrainedNetwork, train_network

import numpy as np

RECIPES = {
    "one_epoch": (Architecture(Arm(1, 3, "max"), channels=(16, 32), dense=64), Schedule(1, 64, 0.004)),
    "six_epochs": (Architecture(Arm(1, 5, "max"), channels=(16, 32), dense=128), Schedule(6, 64, 0.004, shift_pixels=1)),
}


def train_by_recipe(recipe: str, digits: Mapping[str, np.ndarray], seed: int) -> tuple[float, float]:
    """Train one network; return the seconds, including compilation and testing, and the test accuracy in percent."""
    results: list[TrainedNetwork] = []
    seconds = seconds_of(lambda: results.append(train_network(*RECIPES[recipe], digits, seed, 0)))
    return seconds, float(100 * (results[0]["logits"].argmax(1) == digits["y_test"]).mean())
