"""Training with one compiled loop per epoch, on data kept in one tensor, by Adam with a one-cycle schedule."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import TypedDict

from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.experiment.parameters import IMAGE_SIDE
from kernel_dilation.model.network import Architecture, Weights, initial_weights, keras_network, logits, weight_shapes
from kernel_dilation.training.adam import Adam
from kernel_dilation.training.keras_writer import keras_bytes

import keras
import numpy as np
import tensorflow as tf

WARM_UP = 0.3  # share of the steps during which the learning rate rises
FIRST_RATE, LAST_RATE = 1 / 25, 1e-3  # as fractions of the peak: at the first step, and after the last one
EVALUATION_BATCH = 500  # digits; small enough to fit the processor's cache
COMPILED_TRAINERS = 8  # kept in each process: arms come one after another, the dilations of a race in turn
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
    """Convert images (n, 28, 28) uint8 to (n, 28, 28, 1) float32 in [0, 1]; float32 images keep their values."""
    return (tf.cast(images, tf.float32) / 255 if images.dtype == tf.uint8 else images)[..., None]


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

    @cached_property
    def network(self) -> keras.Model:
        """The Keras network whose file each trained network is written to."""
        return keras_network(self.architecture, 0)

    def start(self, weights: Weights | list[np.ndarray]) -> None:
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

    @tf.function
    def batch_logits(self, images: tf.Tensor) -> tf.Tensor:
        """Return logits (n, 10) float32 of one batch of images (n, 28, 28)."""
        return logits(self.weights, scale_pixels(images), self.architecture)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return logits (n, 10) float32 of any number of images (n, 28, 28), uint8 or scaled float32."""
        batch_logits = self.batch_logits.get_concrete_function(tf.TensorSpec((None, IMAGE_SIDE, IMAGE_SIDE), images.dtype))
        batches = [tf.constant(images[start : start + EVALUATION_BATCH]) for start in range(0, len(images), EVALUATION_BATCH)]
        return np.concatenate([batch_logits(batch) for batch in batches])


@lru_cache(maxsize=COMPILED_TRAINERS)
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
        digits: `x_train`, `y_train`, `x_validation`, `y_validation`, `x_test` as in digits.npz; images may also be scaled float32.
        seed: seed of the experiment, from which each replicate's own random numbers derive.
        replicate: number of the replicate, from 0.
        progress: called after each epoch with its number, from 1, and its mean loss.

    Raises:
        ValueError: the loss is not finite, or there are fewer training digits than one batch needs.
    """
    with ONE_AT_A_TIME:
        loop = started_trainer(architecture, schedule, digits, seed, replicate)
        history = []
        for epoch, (loss, accuracy) in enumerate(train_epochs(loop, digits, seed, replicate)):
            history.append((loss, accuracy, *mean_loss_and_accuracy(loop.predict(digits["x_validation"]), digits["y_validation"])))
            progress(epoch + 1, loss)
        loop.network.set_weights(loop.weights)
        return TrainedNetwork(network=keras_bytes(loop.network), history=np.array(history), logits=loop.predict(digits["x_test"]))


def train_and_validate(architecture: Architecture, schedule: Schedule, images: DigitArrays, seed: int) -> tuple[float, float, float]:
    """Train one network; return its validation loss, its validation accuracy, and the training loss of its first epoch.

    Losses are in nats and accuracies from 0 to 1. The training loss is that of each batch before its step.

    Args:
        images: `x_train`, `y_train`, `x_validation`, `y_validation`; images (n, 28, 28), uint8 or scaled float32.
        seed: from which the initial weights and batches are drawn.

    Raises:
        ValueError: the loss is not finite, or there are fewer training images than one batch needs.
    """
    with ONE_AT_A_TIME:
        loop = started_trainer(architecture, schedule, images, seed, 0)
        first_loss, *_ = [loss for loss, _ in train_epochs(loop, images, seed, 0)]
        return *mean_loss_and_accuracy(loop.predict(images["x_validation"]), images["y_validation"]), first_loss


def started_trainer(architecture: Architecture, schedule: Schedule, images: DigitArrays, seed: int, replicate: int) -> Trainer:
    """Return the compiled trainer with the initial weights of a replicate.

    Raises:
        ValueError: there are fewer training images than one batch needs.
    """
    check_batch_size(schedule, images)
    loop = compiled_trainer(architecture, schedule)
    loop.start(initial_weights(architecture, seed, replicate))
    return loop


def check_batch_size(schedule: Schedule, images: DigitArrays) -> None:
    """Accept a batch size that is at most the number of training images.

    Raises:
        ValueError: there are fewer training images than one batch needs.
    """
    if len(images["x_train"]) < schedule.batch_size:
        raise ValueError(f"train.batch_size must be at most the number of training digits, {len(images['x_train'])}; got {schedule.batch_size}")


def check_loss(loss: float, architecture: Architecture, schedule: Schedule, replicate: int, epoch: int) -> None:
    """Accept a finite loss of a replicate after an epoch, counted from 0.

    Raises:
        ValueError: the loss is not finite.
    """
    if not math.isfinite(loss):
        raise ValueError(
            f"training diverged: arm {architecture.arm.name}, replicate {replicate}, epoch {epoch + 1}: the loss is {loss}. "
            f"Lower train.learning_rate, now {schedule.learning_rate}."
        )


def draw_shifts(schedule: Schedule, steps: int, seed: int, replicate: int, epoch: int) -> np.ndarray:
    """Draw the shift of each batch of an epoch, (steps, 2) int32, in pixels down and right."""
    most = schedule.shift_pixels
    return np.random.default_rng((seed, replicate, epoch, 1)).integers(-most, most + 1, (steps, 2), np.int32)


def train_epochs(loop: Trainer, digits: DigitArrays, seed: int, replicate: int) -> Iterator[tuple[float, float]]:
    """Train epoch by epoch; yield the loss, in nats, and the accuracy, 0 to 1, of each, as `Trainer.epoch` returns them.

    Raises:
        ValueError: the loss is not finite.
    """
    schedule = loop.schedule
    images, labels = tf.constant(digits["x_train"]), tf.constant(digits["y_train"], tf.int32)
    steps = len(images) // schedule.batch_size
    rates = one_cycle(steps * schedule.epochs, schedule.learning_rate).reshape(schedule.epochs, steps)
    for epoch in range(schedule.epochs):
        order = batch_order(len(images), schedule.batch_size, (seed, replicate, epoch))
        shifts = draw_shifts(schedule, steps, seed, replicate, epoch)
        loss, accuracy = loop.epoch(images, labels, tf.constant(order), tf.constant(rates[epoch]), tf.constant(shifts))
        check_loss(float(loss), loop.architecture, schedule, replicate, epoch)
        yield float(loss), float(accuracy)
