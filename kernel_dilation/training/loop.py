"""Training: one compiled loop an epoch, from data held as one tensor, with Adam on a one-cycle schedule."""

import io
import json
import math
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TypedDict

from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.model.network import Architecture, Weights, keras_network, logits
from kernel_dilation.training.adam import Adam

import keras
import numpy as np
import tensorflow as tf

WARM_UP = 0.3  # share of the steps on which the learning rate rises
FIRST_RATE, LAST_RATE = 1 / 25, 1e-3  # of the peak, at the first and after the last step
EVALUATION_BATCH = 500  # digits; small enough to stay in the cache
ONE_AT_A_TIME = Lock()  # a compiled trainer holds one network's variables

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a network is trained."""

    epochs: int
    batch_size: int
    learning_rate: float
    shift_pixels: int = 0


class TrainedNetwork(TypedDict):
    """One trained network; a plain dictionary, so that who receives it needs no TensorFlow."""

    network: bytes  # its .keras file
    history: np.ndarray  # (epochs, 4) float64: loss, accuracy, validation loss, validation accuracy
    logits: np.ndarray  # (n_test, 10) float32


def one_cycle(steps: int, peak: float) -> np.ndarray:
    """Learning rate of each of `steps` steps, float32: up along a line, down along a cosine.

    After Smith and Topin (2019), with Adam's momentum held fixed.
    """
    rising = max(1, round(WARM_UP * steps))
    up = np.linspace(FIRST_RATE, 1, rising, endpoint=False)
    down = LAST_RATE + (1 - LAST_RATE) * (1 + np.cos(np.pi * np.arange(steps - rising) / max(1, steps - rising))) / 2
    return (peak * np.concatenate([up, down])).astype(np.float32)


def batch_order(digits: int, batch_size: int, seed: tuple[int, ...]) -> np.ndarray:
    """Indices of the digits in each batch, (steps, batch_size) int32; what fills no batch waits for the next epoch."""
    steps = digits // batch_size
    return np.random.default_rng(seed).permutation(digits)[: steps * batch_size].reshape(steps, batch_size).astype(np.int32)


def initial_seed(seed: int, replicate: int) -> int:
    """Seed of the initial weights: the same for one replicate in every arm."""
    return int(np.random.default_rng((seed, replicate)).integers(2**31 - 8))


def scale_pixels(images: tf.Tensor) -> tf.Tensor:
    """Images (n, 28, 28) uint8 as (n, 28, 28, 1) float32 in [0, 1]."""
    return tf.cast(images, tf.float32)[..., None] / 255


def shift_batch(images: tf.Tensor, shift: tf.Tensor, most: int) -> tf.Tensor:
    """The images (n, 28, 28, 1), a batch moved as one by `shift` pixels down and right; black moves in."""
    if most == 0:
        return images
    padded = tf.pad(images, ((0, 0), (most, most), (most, most), (0, 0)))
    return tf.slice(padded, (0, most - shift[0], most - shift[1], 0), tf.shape(images))


class Trainer:
    """A compiled training loop for one architecture; its variables are set anew for every network."""

    def __init__(self, architecture: Architecture, schedule: Schedule) -> None:
        self.architecture, self.schedule = architecture, schedule
        self.weights = [tf.Variable(tf.zeros(weight.shape)) for weight in keras_network(architecture, 0).weights]
        self.adam = Adam(self.weights)

    def start(self, weights: Weights) -> None:
        """Begin with these weights and forget every earlier gradient."""
        for variable, value in zip(self.weights, weights):
            variable.assign(value)
        self.adam.reset()

    @tf.function(reduce_retracing=True)
    def epoch(self, images: tf.Tensor, labels: tf.Tensor, order: tf.Tensor, rates: tf.Tensor, shifts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Mean loss and accuracy over one pass, measured on each batch before its step."""
        loss, right = tf.constant(0.0), tf.constant(0.0)
        for step in tf.range(tf.shape(order)[0]):
            batch = tf.gather(labels, order[step])
            inputs = shift_batch(scale_pixels(tf.gather(images, order[step])), shifts[step], self.schedule.shift_pixels)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self.weights)
                outputs = logits(self.weights, inputs, self.architecture)
                batch_loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch, outputs))
            self.adam.descend(tape.gradient(batch_loss, self.weights), rates[step])
            loss += batch_loss
            right += tf.reduce_mean(tf.cast(tf.argmax(outputs, 1, tf.int32) == batch, tf.float32))
        steps = tf.cast(tf.shape(order)[0], tf.float32)
        return loss / steps, right / steps

    @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.uint8)])
    def batch_logits(self, images: tf.Tensor) -> tf.Tensor:
        """Ten logits an image."""
        return logits(self.weights, scale_pixels(images), self.architecture)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Logits (n, 10) float32 of images (n, 28, 28) uint8."""
        return np.concatenate([self.batch_logits(images[at : at + EVALUATION_BATCH]) for at in range(0, len(images), EVALUATION_BATCH)])


@lru_cache(maxsize=1)  # arms come one after another
def compiled_trainer(architecture: Architecture, schedule: Schedule) -> Trainer:
    """The compiled trainer of an architecture, made once in a process."""
    return Trainer(architecture, schedule)


def mean_loss_and_accuracy(outputs: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Cross-entropy in nats and share of right answers of logits (n, 10) against labels (n,)."""
    shifted_outputs = outputs.astype(np.float64) - outputs.max(1, keepdims=True)
    losses = np.log(np.exp(shifted_outputs).sum(1)) - shifted_outputs[np.arange(len(labels)), labels]
    return float(losses.mean()), float((outputs.argmax(1) == labels).mean())


def ignore_progress(epoch: int, loss: float) -> None:
    """Nobody wants to know."""


def train_network(
    architecture: Architecture, schedule: Schedule, digits: DigitArrays, seed: int, replicate: int, progress: Progress = ignore_progress
) -> TrainedNetwork:
    """Replicate `replicate` of an arm, trained: its Keras file, its history and its test logits.

    Args:
        digits: `x_train`, `y_train`, `x_validation`, `y_validation`, `x_test` as in digits.npz.
        progress: called after each epoch with its number, from 1, and its mean loss.

    Raises:
        ValueError: the loss is not finite, or there are fewer digits than a batch holds.
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
    """Train for every epoch; history (epochs, 4) float64, columns as in `TrainedNetwork`."""
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


def keras_bytes(network: keras.Model) -> bytes:
    """The network's .keras file, the same bytes for the same weights: no date, no address in memory."""
    with tempfile.TemporaryDirectory() as folder:
        network.save(Path(folder) / "network.keras")
        with zipfile.ZipFile(Path(folder) / "network.keras") as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
    entries["metadata.json"] = json.dumps({"keras_version": keras.__version__, "date_saved": "1980-01-01@00:00:00"}).encode()
    entries["config.json"] = renumber_objects(entries["config.json"])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # dated 1980, the earliest that a zip file can say
    return packed.getvalue()


def renumber_objects(config: bytes) -> bytes:
    """A Keras configuration whose shared objects are numbered as they come; Keras takes their addresses in memory."""
    numbers: dict[bytes, int] = {}
    return re.sub(rb'(?<="shared_object_id": )\d+', lambda match: b"%d" % numbers.setdefault(match[0], len(numbers)), config)
