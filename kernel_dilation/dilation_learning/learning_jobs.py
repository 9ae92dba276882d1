"""Jobs that learn a dilation in worker processes; TensorFlow is imported only there."""

from collections.abc import Iterable
from importlib import import_module
from itertools import product
from typing import TYPE_CHECKING, Literal

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome, Row
from kernel_dilation.dilation_learning.planted_textures import generate_textures
from kernel_dilation.execution.workers import report_progress, suppress_stderr
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.experiment.parameters import Learn

import numpy as np

if TYPE_CHECKING:
    from kernel_dilation.dilation_learning.method_base import MethodOptions

NO_RATE = float("nan")  # of a method whose dilation has no parameters of its own
TRAINING_PER_VALIDATION = 3  # number of training textures for each validation texture

Jobs = dict[str, tuple]  # arguments of each job, by its name


def planted_jobs(learn: Learn, method: str, dilations: Iterable[int], textures: int, seeds: Iterable[int]) -> Jobs:
    """Return one job of `learn_from_textures` for each planted dilation, set of textures, seed and initial dilation."""
    runs = product(dilations, range(textures), seeds, learn.initial_dilations)
    return {
        f"{method}-{true}-{texture}-{seed}-{initial}": (learn, method, learn.rates.get(method, NO_RATE), true, texture, initial, seed)
        for true, texture, seed, initial in runs
    }


def build_options(learn: Learn, rate: float, head: Literal["flat", "average"]) -> "MethodOptions":
    """Return the options of a method from the parameters, with the candidates in ascending order.

    Args:
        rate: learning rate of the dilation's own parameters.
        head: `flat` as in the networks of the grid, or `average` for textures.
    """
    with suppress_stderr():
        from kernel_dilation.dilation_learning.method_base import MethodOptions
        from kernel_dilation.model.network import use_one_thread

        use_one_thread()

    return MethodOptions(
        tuple(sorted(learn.candidates)), learn.kernel_size, learn.pooling, (learn.channels[0], learn.channels[1]), learn.dense,
        learn.epochs, learn.batch_size, learn.learning_rate, rate, head,
    )  # fmt: skip


def run_method(method: str, images: DigitArrays, options: "MethodOptions", initial_dilation: int, seed: int) -> LearningOutcome:
    """Run a method, given by its name, from an initial dilation."""
    return import_module(f"kernel_dilation.dilation_methods.{method}").learn_dilation(images, options, initial_dilation, seed)


def resplit_digits(digits: DigitArrays, max_training: int, seed: int) -> dict[str, np.ndarray]:
    """Shuffle the training and validation digits and split them again with the seed of a run; keep the test digits.

    Agreement between runs can then not be due to peculiarities of one split. The new split has at most
    `max_training` training digits, and the validation digits are the next `max_training` at most.
    """
    labels = np.concatenate([digits["y_train"], digits["y_validation"]])
    images = np.concatenate([digits["x_train"], digits["x_validation"]])
    order = np.random.default_rng([seed, 5]).permutation(len(labels))
    count = min(max_training, len(labels) - len(digits["y_validation"]))
    train, validation = order[:count], order[count : count + max_training]
    split = {"x_train": images[train], "y_train": labels[train], "x_validation": images[validation], "y_validation": labels[validation]}
    return dict(digits) | split


def learn_from_digits(digits: DigitArrays, learn: Learn, method: str, initial_dilation: int, seed: int) -> LearningOutcome:
    """Learn the dilation on digits with one method."""
    options = build_options(learn, learn.rates.get(method, NO_RATE), "flat")
    split = resplit_digits(digits, learn.images, seed)
    scaled = {name: values.astype(np.float32) / 255 if name.startswith("x") else values for name, values in split.items()}
    outcome = run_method(method, scaled, options, initial_dilation, seed)
    report_progress(1)
    return outcome


def learn_from_textures(
    shared: object, learn: Learn, method: str, rate: float, true_dilation: int, texture: int, initial_dilation: int, seed: int
) -> LearningOutcome:
    """Learn the dilation with one method, at the given rate, on textures whose best dilation is known.

    `shared`, the data that all jobs share, is not used.
    """
    options = build_options(learn, rate, "average")
    outcome = run_method(method, draw_textures(learn, true_dilation, texture), options, initial_dilation, seed)
    report_progress(1)
    return outcome


def draw_textures(learn: Learn, true_dilation: int, texture: int) -> dict[str, np.ndarray]:
    """Return textures with a planted dilation, which are the same for every method, initial dilation and seed of the weights."""
    return generate_textures(true_dilation, texture, learn.planted_images, learn.planted_images // TRAINING_PER_VALIDATION, learn.seed)


def retrain_at_dilation(digits: DigitArrays, learn: Learn, dilation: int, seed: int) -> Row:
    """Train a network of the grid at a chosen dilation; return its validation loss, in nats, and accuracies, as shares."""
    options = build_options(learn, 1.0, "flat")
    from kernel_dilation.model.network import Architecture
    from kernel_dilation.training.loop import Schedule, train_network

    architecture = Architecture(Arm(dilation, learn.kernel_size, learn.pooling), channels=options.channels, dense=learn.dense)
    result = train_network(
        architecture, Schedule(learn.epochs, learn.batch_size, learn.learning_rate), resplit_digits(digits, learn.images, seed), seed, 0
    )
    report_progress(1)
    return {
        "validation_loss": float(result["history"][-1, 2]),
        "validation_accuracy": float(result["history"][-1, 3]),
        "accuracy": float((result["logits"].argmax(1) == digits["y_test"]).mean()),
    }
