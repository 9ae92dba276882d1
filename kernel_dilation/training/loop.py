"""Training with one compiled loop per epoch, on data kept in one tensor, by Adam with a one-cycle schedule."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TypedDict

from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.experiment.parameters import IMAGE_SIDE
from kernel_dilation.model.network import Architecture, Weights, initial_seed, keras_network, logits, weight_shapes
from kernel_dilation.training.adam import Adam
from kernel_dilation.training.keras_writer import keras_bytes

import numpy as np
import tensorflow as tf

WARM_UP = 0.3  # share of the steps during which the learning rate rises
FIRST_RATE, LAST_RATE = 1 / 25, 1e-3  # as fractions of the peak: at the first step, and after the last one
EVALUATION_BATCH = 500  # digits; small enough to fit the processor's cache
ONE_AT_A_TIME = Lock()  # a compiled trainer has the variables of one network only

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Schedule:
    """Number of epochs, batch size, peak learning rate, and largest random shift of the images in pixels."""

    epochs: int
    batch_size: int
    learning_rate: float
    shift_pixels: int = 0


class TrainedNetwork(TypedDict):
    """One trained network, as a plain dictionary that can be unpickled without TensorFlow."""

    network: bytes  # content of its .keras file
    history: np.ndarray  # (epochs, 4) float64: loss, accuracy, validation loss, validation accuracy
    logits: np.ndarray  # (n_test, 10) float32


def one_cycle(steps: int, peak: float) -> np.ndarray:
    """Return the learning rate of each step, (steps,) float32, which rises linearly and falls along a cosine.

    After Smith and Topin (2019), but with constant momentum.
    """
    rising = max(1, round(WARM_UP * steps))
    up = np.linspace(FIRST_RATE, 1, rising, endpoint=False)
    down = LAST_RATE + (1 - LAST_RATE) * (1 + np.cos(np.pi * np.arange(steps - rising) / max(1, steps - rising))) / 2
    return (peak * np.concatenate([up, down])).astype(np.float32)


def batch_order(digits: int, batch_size: int, seed: tuple[int, ...]) -> np.ndarray:
    """Draw the digits of each batch, (steps, batch_size) int32 indices; digits that fill no batch are left out."""
    steps = digits // batch_size
    return np.random.default_rng(seed).permutation(digits)[: steps * batch_size].reshape(steps, batch_size).astype(np.int32)


def scale_pixels(images: tf.Tensor) -> tf.Tensor:
    """Convert images (n, 28, 28) uint8 to (n, 28, 28, 1) float32 in [0, 1]."""
    return tf.cast(images, tf.float32)[..., None] / 255


def shift_batch(images: tf.Tensor, shift: tf.Tensor, most: int) -> tf.Tensor:
    """Shift a batch of images (n, 28, 28, 1) by the same `shift`, in pixels down and right, filling with black.

    `most` is the largest shift in any direction.
    """
    if most == 0:
        return images
    padded = tf.pad(images, ((0, 0), (most, most), (most, most), (0, 0)))
    return tf.slice(padded, (0, most - shift[0], most - shift[1], 0), tf.shape(images))


class Trainer:
    """A compiled training loop for one architecture, reused for every network of it."""

    def __init__(self, architecture: Architecture, schedule: Schedule) -> None:
        self.architecture, self.schedule = architecture, schedule
        self.weights = [tf.Variable(tf.zeros(shape)) for shape in weight_shapes(architecture)]
        self.adam = Adam(self.weights)

    def start(self, weights: Weights) -> None:
        """Set the initial weights and reset the optimiser."""
        for variable, value in zip(self.weights, weights):
            variable.assign(value)
        self.adam.reset()

    @tf.function(reduce_retracing=True)
    def epoch(self, images: tf.Tensor, labels: tf.Tensor, order: tf.Tensor, rates: tf.Tensor, shifts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Train for one epoch; return its mean loss (nats) and accuracy (0 to 1), taken on each batch before its step.

        Args:
            order: (steps, batch_size), indices of the digits in each batch.
            rates: (steps,), learning rates.
            shifts: (steps, 2), pixels by which the images of each batch are shifted down and right.
        """
        loss, accuracy = tf.constant(0.0), tf.constant(0.0)
        for step in tf.range(tf.shape(order)[0]):
            batch = tf.gather(labels, order[step])
            inputs = shift_batch(scale_pixels(tf.gather(images, order[step])), shifts[step], self.schedule.shift_pixels)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self.weights)
                outputs = logits(self.weights, inputs, self.architecture)
                batch_loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch, outputs))
            self.adam.descend(tape.gradient(batch_loss, self.weights), rates[step])
            loss += batch_loss
            accuracy += tf.reduce_mean(tf.cast(tf.argmax(outputs, 1, tf.int32) == batch, tf.float32))
        steps = tf.cast(tf.shape(order)[0], tf.float32)
        return loss / steps, accuracy / steps

    @tf.function(input_signature=[tf.TensorSpec((None, IMAGE_SIDE, IMAGE_SIDE), tf.uint8)])
    def batch_logits(self, images: tf.Tensor) -> tf.Tensor:
        """Return logits (n, 10) float32 of one batch of images (n, 28, 28) uint8."""
        return logits(self.weights, scale_pixels(images), self.architecture)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return logits (n, 10) float32 of any number of images (n, 28, 28) uint8."""
        return np.concatenate([self.batch_logits(images[start : start + EVALUATION_BATCH]) for start in range(0, len(images), EVALUATION_BATCH)])


@lru_cache(maxsize=1)  # arms come one after another
def compiled_trainer(architecture: Architecture, schedule: Schedule) -> Trainer:
    """Return the compiled trainer of an architecture and schedule, built once per process."""
    return Trainer(architecture, schedule)


def mean_loss_and_accuracy(outputs: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return the mean cross-entropy, in nats, and the accuracy, 0 to 1, of logits (n, 10) for labels (n,)."""
    shifted_outputs = outputs.astype(np.float64) - outputs.max(1, keepdims=True)
    losses = np.log(np.exp(shifted_outputs).sum(1)) - shifted_outputs[np.arange(len(labels)), labels]
    return float(losses.mean()), float((outputs.argmax(1) == labels).mean())


def ignore_progress(epoch: int, loss: float) -> None:
    """Report nothing; the default where no progress is shown."""


def train_network(
    architecture: Architecture, schedule: Schedule, digits: DigitArrays, seed: int, replicate: int, progress: Progress = ignore_progress
) -> TrainedNetwork:
    """Train one replicate of an arm; return its .keras file, its history and its test logits.

    Args:
        digits: `x_train`, `y_train`, `x_validation`, `y_validation`, `x_test` as in digits.npz.
        seed: seed of the experiment, from which each replicate's own random numbers derive.
        replicate: number of the replicate, from 0.
        progress: called after each epoch with its number, from 1, and its mean loss.

    Raises:
        ValueError: the loss is not finite, or there are fewer training digits than one batch needs.
    """
    if len(digits["x_train"]) < schedule.batch_size:
        raise ValueError(f"train.batch_size must be at most the number of training digits, {len(digits['x_train'])}; got {schedule.batch_size}")
    with ONE_AT_A_TIME:
        loop = compiled_trainer(architecture, schedule)
        network = keras_network(architecture, initial_seed(seed, replicate))
        loop.start([variable.value for variable in network.weights])
        history = train_epochs(loop, digits, seed, replicate, progress)
        for variable, value in zip(network.weights, loop.weights):
            variable.assign(value)
        return TrainedNetwork(network=keras_bytes(network), history=history, logits=loop.predict(digits["x_test"]))


def train_epochs(loop: Trainer, digits: DigitArrays, seed: int, replicate: int, progress: Progress) -> np.ndarray:
    """Train for all epochs; return the history (epochs, 4) float64, columns as in `TrainedNetwork`.

    Raises:
        ValueError: the loss is not finite.
    """
    schedule, history = loop.schedule, []
    images, labels = tf.constant(digits["x_train"]), tf.constant(digits["y_train"], tf.int32)
    steps = len(images) // schedule.batch_size
    rates = one_cycle(steps * schedule.epochs, schedule.learning_rate).reshape(schedule.epochs, steps)
    for epoch in range(schedule.epochs):
        order = batch_order(len(images), schedule.batch_size, (seed, replicate, epoch))
        shifts = np.random.default_rng((seed, replicate, epoch, 1)).integers(-schedule.shift_pixels, schedule.shift_pixels + 1, (steps, 2), np.int32)
        loss, accuracy = loop.epoch(images, labels, tf.constant(order), tf.constant(rates[epoch]), tf.constant(shifts))
        if not math.isfinite(loss):
            raise ValueError(
                f"training diverged: arm {loop.architecture.arm.name}, replicate {replicate}, epoch {epoch + 1}: the loss is {float(loss)}. "
                f"Lower train.learning_rate, now {schedule.learning_rate}."
            )
        history.append((float(loss), float(accuracy), *mean_loss_and_accuracy(loop.predict(digits["x_validation"]), digits["y_validation"])))
        progress(epoch + 1, float(loss))
    return np.array(history)
