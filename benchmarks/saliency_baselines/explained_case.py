"""The trained network and digits that this project and every baseline explain, each digit for its own class."""

from functools import cache
from typing import NamedTuple

from benchmarks.benchmark_sizes import BATCH, EXPLAINED_DILATION
from benchmarks.training_baselines.project import architecture_of
from kernel_dilation.datasets.published import load_packaged_digits
from kernel_dilation.model.network import Architecture, keras_network
from kernel_dilation.training.loop import Schedule, compiled_trainer, train_epochs

import keras
import numpy as np
import tensorflow as tf


class ExplainedCase(NamedTuple):
    """The network in both of its forms, images (n, 28, 28) float32 in [0, 1], and classes (n,)."""

    model: keras.Model
    weights: list[tf.Tensor]
    architecture: Architecture
    images: np.ndarray
    classes: np.ndarray


@cache
def explained_case() -> ExplainedCase:
    """Train a network for two epochs; return it with the packaged digits in random order."""
    architecture = architecture_of(EXPLAINED_DILATION, "first")
    images, labels = load_packaged_digits()
    order = np.random.default_rng(0).permutation(len(images))
    digits = {"x_train": images, "y_train": labels}
    loop, network = compiled_trainer(architecture, Schedule(2, BATCH, 0.004)), keras_network(architecture, 0)
    loop.start([variable.value for variable in network.weights])
    for _ in train_epochs(loop, digits, 0, 0):
        pass
    network.set_weights([weight.numpy() for weight in loop.weights])
    weights = [tf.constant(weight) for weight in network.get_weights()]
    return ExplainedCase(network, weights, architecture, images[order].astype(np.float32) / 255, labels[order].astype(int))
