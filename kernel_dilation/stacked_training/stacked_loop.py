"""Training of several replicates of one arm at once, each on its own digits, in one compiled loop per epoch.

Every replicate has the initial weights, batches and learning rates that `training.loop` would give it alone, so
the networks are the same but for rounding.
"""

from collections.abc import Iterator, Sequence

from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.experiment.parameters import IMAGE_SIDE
from kernel_dilation.model.network import Architecture, initial_weights, keras_network
from kernel_dilation.stacked_training.stacked_network import check_grouped_convolutions, stacked_logits
from kernel_dilation.training.adam import Adam
from kernel_dilation.training.keras_writer import keras_bytes
from kernel_dilation.training.loop import (
    EVALUATION_BATCH,
    Progress,
    Schedule,
    TrainedNetwork,
    batch_order,
    check_batch_size,
    check_loss,
    draw_shifts,
    ignore_progress,
    mean_loss_and_accuracy,
    one_cycle,
    scale_pixels,
)

import numpy as np
import tensorflow as tf


def shift_each(images: tf.Tensor, shifts: tf.Tensor, most: int) -> tf.Tensor:
    """Shift the images of each network by its own shift, in pixels down and right, filling with black.

    Args:
        images: (networks, n, 28, 28).
        shifts: (networks, 2).
        most: largest shift in any direction.
    """
    if most == 0:
        return images
    padded = tf.pad(images, ((0, 0), (0, 0), (most, most), (most, most)))
    rows, columns = (most - shifts[:, axis, tf.newaxis] + tf.range(IMAGE_SIDE) for axis in (0, 1))
    return tf.gather(tf.gather(padded, rows, axis=2, batch_dims=1), columns, axis=3, batch_dims=1)


class StackedTrainer:
    """A compiled training loop for several networks of one architecture."""

    def __init__(self, architecture: Architecture, schedule: Schedule, initial: Sequence[Sequence[np.ndarray]]) -> None:
        """Begin with the given initial weights, eight arrays for each network."""
        self.architecture, self.schedule = architecture, schedule
        self.weights = [tf.Variable(np.stack(arrays)) for arrays in zip(*initial, strict=True)]
        self.adam = Adam(self.weights)

    @tf.function
    def epoch(self, images: tf.Tensor, labels: tf.Tensor, orders: tf.Tensor, rates: tf.Tensor, shifts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Train for one epoch; return each network's mean loss (nats) and accuracy (0 to 1), taken on each batch before its step.

        Args:
            images: (networks, n, 28, 28), the training digits of each network.
            labels: (networks, n).
            orders: (steps, networks, batch_size), indices of the digits in each batch.
            rates: (steps,), learning rates.
            shifts: (steps, networks, 2), pixels by which the images of each batch are shifted down and right.
        """
        losses, accuracies = tf.zeros(labels.shape[0]), tf.zeros(labels.shape[0])
        for step in tf.range(tf.shape(orders)[0]):
            batch = tf.gather(labels, orders[step], batch_dims=1)
            pixels = scale_pixels(tf.gather(images, orders[step], batch_dims=1))[..., 0]
            inputs = shift_each(pixels, shifts[step], self.schedule.shift_pixels)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self.weights)
                outputs = stacked_logits(self.weights, inputs, self.architecture)
                batch_losses = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch, outputs), 1)
            self.adam.descend(tape.gradient(batch_losses, self.weights), rates[step])
            losses += batch_losses
            accuracies += tf.reduce_mean(tf.cast(tf.argmax(outputs, 2, tf.int32) == batch, tf.float32), 1)
        steps = tf.cast(tf.shape(orders)[0], tf.float32)
        return losses / steps, accuracies / steps

    @tf.function(reduce_retracing=True)
    def batch_logits(self, images: tf.Tensor) -> tf.Tensor:
        """Return logits (networks, n, 10) float32 of one batch of images (networks, n, 28, 28) uint8."""
        return stacked_logits(self.weights, scale_pixels(images)[..., 0], self.architecture)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return logits (networks, n, 10) float32 of any number of images (networks, n, 28, 28) uint8."""
        networks, count = images.shape[:2]
        size = max(1, EVALUATION_BATCH // networks)  # as much memory as one network needs
        return np.concatenate([self.batch_logits(tf.constant(images[:, start : start + size])) for start in range(0, count, size)], 1)


def train_networks(
    architecture: Architecture,
    schedule: Schedule,
    splits: Sequence[DigitArrays],
    seed: int,
    replicates: Sequence[int],
    progress: Progress = ignore_progress,
) -> list[TrainedNetwork]:
    """Train several replicates of an arm at once; return what `training.loop.train_network` returns of each.

    Args:
        splits: the digits of each replicate, as `train_network` takes them; all have equally many.
        seed: seed of the experiment, from which each replicate's own random numbers derive.
        replicates: numbers of the replicates, from 0.
        progress: called after each epoch with its number, from 1, and the mean loss of all replicates.

    Raises:
        ValueError: a loss is not finite, there are fewer training digits than one batch needs, or this machine cannot train networks together.
    """
    check_batch_size(schedule, splits[0])
    check_grouped_convolutions()
    loop = StackedTrainer(architecture, schedule, [initial_weights(architecture, seed, replicate) for replicate in replicates])
    validation, test = (np.stack([split[name] for split in splits]) for name in ("x_validation", "x_test"))
    epochs = []
    for epoch, trained in enumerate(train_epochs(loop, splits, seed, replicates)):
        validated = [mean_loss_and_accuracy(outputs, split["y_validation"]) for outputs, split in zip(loop.predict(validation), splits)]
        epochs.append(np.hstack([trained, validated]))
        progress(epoch + 1, float(trained[:, 0].mean()))
    networks = zip(separate_files(loop), np.stack(epochs, 1), loop.predict(test), strict=True)
    return [TrainedNetwork(network=content, history=history, logits=logits) for content, history, logits in networks]


def train_epochs(loop: StackedTrainer, splits: Sequence[DigitArrays], seed: int, replicates: Sequence[int]) -> Iterator[np.ndarray]:
    """Train epoch by epoch; yield (networks, 2) float64 for each: loss, in nats, and accuracy, 0 to 1, as `StackedTrainer.epoch` returns them.

    Raises:
        ValueError: a loss is not finite.
    """
    schedule = loop.schedule
    images = tf.constant(np.stack([split["x_train"] for split in splits]))
    labels = tf.constant(np.stack([split["y_train"] for split in splits]), tf.int32)
    steps = images.shape[1] // schedule.batch_size
    rates = one_cycle(steps * schedule.epochs, schedule.learning_rate).reshape(schedule.epochs, steps)
    for epoch in range(schedule.epochs):
        orders = np.stack([batch_order(images.shape[1], schedule.batch_size, (seed, replicate, epoch)) for replicate in replicates], 1)
        shifts = np.stack([draw_shifts(schedule, steps, seed, replicate, epoch) for replicate in replicates], 1)
        trained = loop.epoch(images, labels, tf.constant(orders), tf.constant(rates[epoch]), tf.constant(shifts))
        losses, accuracies = (np.asarray(column, np.float64) for column in trained)
        for replicate, loss in zip(replicates, losses):
            check_loss(float(loss), loop.architecture, schedule, replicate, epoch)
        yield np.stack([losses, accuracies], 1)


def separate_files(loop: StackedTrainer) -> Iterator[bytes]:
    """Yield the content of each network's .keras file."""
    network = keras_network(loop.architecture, 0)
    for weights in zip(*(variable.numpy() for variable in loop.weights), strict=True):
        network.set_weights(weights)
        yield keras_bytes(network)
