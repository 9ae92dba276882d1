"""Training by Keras's `Model.fit`, with its defaults, on this project's Keras network."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from benchmarks.benchmark_sizes import BATCH, EPOCH_IMAGES, RATE
from benchmarks.timing import epoch_seconds
from benchmarks.training_baselines.project import architecture_of, use_threads
from kernel_dilation.datasets.published import load_packaged_digits
from kernel_dilation.model.network import keras_network

import keras
import numpy as np

__all__ = ["initial_weights", "network_logits", "training_seconds", "use_threads"]


@cache
def compile_network(dilation: int, dilate: str) -> keras.Model:
    """Compile the network with the optimiser, loss and metric that the other baselines use too."""
    network = keras_network(architecture_of(dilation, dilate), 0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(RATE), loss, metrics=["accuracy"])
    network.make_train_function()
    return network


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return the packaged digits, images (n, 28, 28, 1) float32 in [0, 1], and their classes (n,) int32."""
    images, labels = load_packaged_digits()
    return images[..., None].astype(np.float32) / 255, labels.astype(np.int32)


def record_ends(step: Callable[..., Any], ends: list[float]) -> Callable[..., Any]:
    """Wrap a training step so that the time of each end is recorded; a callback would slow `fit` down."""

    def recorded_step(*arguments: Any) -> Any:
        result = step(*arguments)
        ends.append(time.perf_counter())
        return result

    return recorded_step


def training_seconds(dilation: int, dilate: str, steps: int) -> float:
    """Measure the seconds for an epoch of `EPOCH_IMAGES` images, extrapolated from `steps` batches."""
    network, (images, labels) = compile_network(dilation, dilate), digits()
    ends: list[float] = []
    step = network.train_function
    network.train_function = record_ends(step, ends)
    start = time.perf_counter()
    network.fit(images[: steps * BATCH], labels[: steps * BATCH], BATCH, verbose=0)
    total = time.perf_counter() - start
    network.train_function = step
    return epoch_seconds(total, ends, EPOCH_IMAGES / BATCH)


def initial_weights(dilation: int, dilate: str) -> list[np.ndarray]:
    """Return kernels and biases of a new network, from the input up."""
    return keras_network(architecture_of(dilation, dilate), 0).get_weights()


def network_logits(dilation: int, dilate: str, count: int) -> np.ndarray:
    """Return the logits (count, 10) of the first digits by a new network."""
    return np.asarray(keras_network(architecture_of(dilation, dilate), 0)(digits()[0][:count]))
