"""One run of learning the dilation: the jobs for worker processes, where alone TensorFlow is imported."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from kernel_dilation.dilation_learning.outcome import LearningOutcome, Row
from kernel_dilation.dilation_learning.planted_textures import generate_textures
from kernel_dilation.execution.workers import report_progress, suppress_stderr
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Learn

import numpy as np

if TYPE_CHECKING:
    from kernel_dilation.dilation_learning.method_base import MethodOptions

VALIDATION_SHARE = 3  # textures to learn from for one to validate

DigitArrays = Mapping[str, np.ndarray]


def method_options(learn: Learn, rate: float, head: Literal["flat", "average"]) -> "MethodOptions":
    """What the learners need of the parameters, with candidates in order."""
    with suppress_stderr():
        from kernel_dilation.dilation_learning.method_base import MethodOptions
        from kernel_dilation.model.network import use_one_thread

        use_one_thread()

    return MethodOptions(
        tuple(sorted(learn.candidates)), learn.kernel_size, learn.pooling, (learn.channels[0], learn.channels[1]), learn.dense,
        learn.epochs, learn.batch_size, learn.learning_rate, rate, head,
    )  # fmt: skip


def run_method(method: str, images: DigitArrays, options: "MethodOptions", initial_dilation: int, seed: int) -> LearningOutcome:
    """What the method of this name chooses from this start."""
    return import_module(f"kernel_dilation.dilation_methods.{method}").learn_dilation(images, options, initial_dilation, seed)


def resplit_digits(digits: DigitArrays, most: int, seed: int) -> dict[str, np.ndarray]:
    """The training and validation digits, shuffled and split anew by the run's seed; the test digits stay.

    So runs that agree do not agree on the accidents of one split. At most `most` digits to train with,
    and at least as many to validate as the given split has.
    """
    labels = np.concatenate([digits["y_train"], digits["y_validation"]])
    images = np.concatenate([digits["x_train"], digits["x_validation"]])
    order = np.random.default_rng([seed, 5]).permutation(len(labels))
    count = min(most, len(labels) - len(digits["y_validation"]))
    train, validation = order[:count], order[count : count + most]
    split = {"x_train": images[train], "y_train": labels[train], "x_validation": images[validation], "y_validation": labels[validation]}
    return dict(digits) | split


def learn_from_digits(digits: DigitArrays, learn: Learn, method: str, initial_dilation: int, seed: int) -> LearningOutcome:
    """What a method chooses on digits."""
    options = method_options(learn, learn.rates[method], "flat")
    split = resplit_digits(digits, learn.images, seed)
    scaled = {name: values.astype(np.float32) / 255 if name.startswith("x") else values for name, values in split.items()}
    learned = run_method(method, scaled, options, initial_dilation, seed)
    report_progress(1)
    return learned


def learn_from_textures(
    shared: object, learn: Learn, method: str, rate: float, true_dilation: int, texture: int, initial_dilation: int, seed: int
) -> LearningOutcome:
    """What a method chooses, at this rate of its own, on textures whose best dilation is known."""
    options = method_options(learn, rate, "average")
    learned = run_method(method, texture_images(learn, true_dilation, texture), options, initial_dilation, seed)
    report_progress(1)
    return learned


def texture_images(learn: Learn, true_dilation: int, texture: int) -> dict[str, np.ndarray]:
    """The textures of one planted dilation: the same for every method, start and seed of weights."""
    return generate_textures(true_dilation, texture, learn.planted_images, learn.planted_images // VALIDATION_SHARE, learn.seed)


def retrain_at(digits: DigitArrays, learn: Learn, dilation: int, seed: int) -> Row:
    """How well a network of the grid does that is trained at a chosen dilation; accuracies as shares, losses in nats."""
    options = method_options(learn, 1.0, "flat")
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
