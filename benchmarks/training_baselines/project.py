"""Training by this project's compiled loop, as in its `train` stage, but with a chosen number of threads."""

import time
from functools import cache

from benchmarks.benchmark_sizes import BATCH, CHANNELS, DENSE, EPOCH_IMAGES, RATE
from kernel_dilation.datasets.published import load_packaged_digits
from kernel_dilation.execution.workers import suppress_stderr
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.model.network import Architecture, initial_weights, keras_network
from kernel_dilation.stacked_training.stacked_loop import StackedTrainer
from kernel_dilation.training.loop import Schedule, Trainer, batch_order

import numpy as np
import tensorflow as tf


def use_threads(threads: int) -> list[str]:
    """Let TensorFlow use `threads` threads; return the names of the GPUs that it finds."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    with suppress_stderr():  # TensorFlow reports a missing GPU as an error
        graphics = tf.config.list_physical_devices("GPU")
    for device in graphics:
        tf.config.experimental.set_memory_growth(device, True)
    return [tf.config.experimental.get_device_details(device).get("device_name", device.name) for device in graphics]


def architecture_of(dilation: int, dilate: str) -> Architecture:
    """Return the architecture that every baseline trains."""
    return Architecture(Arm(dilation, 3, "max"), dilate, "same", CHANNELS, DENSE)


@cache
def initial_trainer(dilation: int, dilate: str) -> Trainer:
    """Return a trainer before its first step."""
    trainer = Trainer(architecture_of(dilation, dilate), Schedule(1, BATCH, RATE))
    trainer.start([weight.value for weight in keras_network(trainer.architecture, 0).weights])
    return trainer


@cache
def digits() -> tuple[tf.Tensor, tf.Tensor]:
    """Return the packaged digits, images (n, 28, 28) uint8, and their classes (n,) int32, as tensors."""
    images, labels = load_packaged_digits()
    return tf.constant(images), tf.constant(labels, tf.int32)


def training_seconds(dilation: int, dilate: str, steps: int) -> float:
    """Measure the seconds for `EPOCH_IMAGES` images, extrapolated from `steps` batches."""
    trainer, (images, labels) = initial_trainer(dilation, dilate), digits()
    start = time.perf_counter()
    order = batch_order(len(images), BATCH, (0,))[:steps]
    rates, shifts = np.full(steps, RATE, np.float32), np.zeros((steps, 2), np.int32)
    loss, _ = trainer.epoch(images, labels, tf.constant(order), tf.constant(rates), tf.constant(shifts))
    float(loss)  # waits for the result, also on a GPU
    return (time.perf_counter() - start) * EPOCH_IMAGES / (steps * BATCH)


@cache
def initial_stack(dilation: int, dilate: str, networks: int) -> StackedTrainer:
    """Return a trainer of several networks before its first step."""
    architecture = architecture_of(dilation, dilate)
    return StackedTrainer(architecture, Schedule(1, BATCH, RATE), [initial_weights(architecture, 0, network) for network in range(networks)])


@cache
def digits_of_each(networks: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the packaged digits once for each network, as tensors that are there before the clock starts."""
    images, labels = (array.numpy() for array in digits())
    return tf.constant(np.stack([images] * networks)), tf.constant(np.stack([labels] * networks))


def seconds_together(dilation: int, dilate: str, steps: int, networks: int) -> float:
    """Measure the seconds for `EPOCH_IMAGES` images and one network if several are trained as one program, extrapolated from `steps` batches."""
    trainer, (images, labels) = initial_stack(dilation, dilate, networks), digits_of_each(networks)
    start = time.perf_counter()
    orders = np.stack([batch_order(labels.shape[1], BATCH, (network,))[:steps] for network in range(networks)], 1)
    rates, shifts = np.full(steps, RATE, np.float32), np.zeros((steps, networks, 2), np.int32)
    losses, _ = trainer.epoch(images, labels, tf.constant(orders), tf.constant(rates), tf.constant(shifts))
    losses.numpy()  # waits for the result
    return (time.perf_counter() - start) * EPOCH_IMAGES / (steps * BATCH * networks)


def matmul_seconds(side: int) -> float:
    """Measure the seconds for the product of two square float32 matrices of this side."""
    left, right = tf.random.stateless_normal((2, side, side), (0, 0))
    start = time.perf_counter()
    tf.matmul(left, right).numpy()
    return time.perf_counter() - start
