"""The network whose first dilation is learned, and its training, which all methods share.

A method defines its parameters, the features that the first convolution computes under them, and how they are
updated. Everything behind the first convolution and the training of the weights are the same for every
method, and the same as in a network of the grid.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, TypeVar

from kernel_dilation.dilation_learning.kernel_placement import convolve_wide_kernel
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.model.network import Architecture, draw_weights, head_logits, initial_seed, last_features
from kernel_dilation.training.adam import Adam
from kernel_dilation.training.loop import batch_order, one_cycle

import numpy as np
import tensorflow as tf

FORWARD_PASS = 1 / 3  # cost of an image's forward pass, as a share of forward and backward pass: the backward pass costs about twice as much
INITIAL_ADVANTAGE = 3.0  # logit of the initial dilation, in nats: its weight is 20 times that of any other


@dataclass(frozen=True)
class MethodOptions:
    """Candidates, architecture and schedule of a run."""

    candidates: tuple[int, ...]
    kernel_size: int
    pooling: str
    channels: tuple[int, int]
    dense: int
    epochs: int
    batch_size: int
    learning_rate: float  # of the weights: the peak of their one-cycle schedule
    rate: float  # of the dilation's own parameters
    head: Literal["flat", "average"] = "flat"  # `average` averages the last features over all places, as textures need


def build_candidate_architecture(options: MethodOptions, dilation: int) -> Architecture:
    """Return the architecture of the network in which a candidate stands alone."""
    arm = Arm(dilation, options.kernel_size, options.pooling)
    return Architecture(arm, channels=options.channels, dense=options.dense, head=options.head)


class DilationMethod:
    """Network of one method with its compiled training loop; `reset` prepares it for a run."""

    def __init__(self, options: MethodOptions) -> None:
        self.options = options
        self.architecture = build_candidate_architecture(options, options.candidates[0])
        self.reach = options.kernel_size // 2 * max(options.candidates)
        self.weights = [tf.Variable(value) for value in self.initial_weights(0)]
        self.parameters = tf.Variable(self.initial_parameters(options.candidates[0], 0))
        self.weight_optimiser, self.parameter_optimiser = Adam(self.weights), Adam([self.parameters])
        self.rate = tf.Variable(0.0)  # learning rate of the parameters
        self.progress = tf.Variable(0.0)  # share of the training that is completed

    def initial_weights(self, seed: int) -> list[np.ndarray]:
        """Initial weights of a network of the grid with this seed."""
        return draw_weights(self.architecture, seed)

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """The method's own parameters, float32, before the first step."""
        raise NotImplementedError

    def kernel(self) -> tf.Tensor:
        """The first kernel as the parameters have it now, (2 reach + 1, 2 reach + 1, 1, channels)."""
        raise NotImplementedError

    def first_features(self, images: tf.Tensor) -> tf.Tensor:
        """Return the features of the first convolution, (n, 28, 28, channels), of (n, 28, 28, 1) images under the current parameters."""
        return convolve_wide_kernel(images, self.kernel()) + self.weights[1]

    def candidate_weights(self) -> np.ndarray:
        """Weight that the parameters give to each candidate, (candidates,), summing to 1."""
        raise NotImplementedError

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Update the parameters, given their gradient on the training batch and a batch of validation images."""
        raise NotImplementedError

    def losses(self, first: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Return the cross-entropy of each image, (n,) in nats, from the features of the first convolution."""
        last = last_features(self.weights, first, self.architecture)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, head_logits(self.weights, last, self.architecture))

    @tf.function(reduce_retracing=True)
    def train_epoch(self, training: tuple, validation: tuple, orders: tuple, rates: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
        """Train for one epoch and return the mean loss, in nats.

        Args:
            training: images and labels.
            validation: images and labels.
            orders: indices of the training and of the validation images of each step, (steps, batch_size) each.
            rates: learning rate of the weights at each step, (steps,).
            shares: share of the training completed before each step, (steps,).
        """
        total = tf.constant(0.0)
        for step in tf.range(tf.shape(rates)[0]):
            self.progress.assign(shares[step])
            images, labels = (tf.gather(values, orders[0][step]) for values in training)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch([*self.weights, self.parameters])
                loss = tf.reduce_mean(self.losses(self.first_features(images), labels))
            *gradients, parameter_gradient = tape.gradient(loss, [*self.weights, self.parameters], unconnected_gradients="zero")
            self.weight_optimiser.descend(gradients, rates[step])
            self.update_dilation_parameters(parameter_gradient, *(tf.gather(values, orders[1][step]) for values in validation))
            total += loss
        return total / tf.cast(tf.shape(rates)[0], tf.float32)

    @tf.function(reduce_retracing=True)
    def mean_loss(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Return the mean cross-entropy of the images, in nats, under the current parameters."""
        return tf.reduce_mean(self.losses(self.first_features(images), labels))

    def reset(self, rate: float, initial_dilation: int, seed: int) -> None:
        """Set initial dilation, weights and learning rate of the parameters, and clear the state of both optimisers."""
        self.rate.assign(rate)
        for variable, value in zip(self.weights, self.initial_weights(seed)):
            variable.assign(value)
        self.parameters.assign(self.initial_parameters(initial_dilation, seed))
        self.weight_optimiser.reset()
        self.parameter_optimiser.reset()


Method = TypeVar("Method", bound=DilationMethod)


@cache
def build_method(method: type[Method], options: MethodOptions) -> Method:
    """Build and compile a method's network, once per process."""
    return method(options)


def get_method(method: type[Method], options: MethodOptions) -> Method:
    """Return the compiled network for these options, which is shared by all rates of the dilation's own parameters."""
    return build_method(method, replace(options, rate=0.0))  # type: ignore[arg-type]  # mypy does not accept a class as hashable


def to_tensors(images: DigitArrays, part: str) -> tuple[tf.Tensor, tf.Tensor]:
    """Return images (n, 28, 28, 1) float32 and labels (n,) int32 of the `train` or `validation` part."""
    return tf.constant(images[f"x_{part}"][..., None], tf.float32), tf.constant(images[f"y_{part}"], tf.int32)


def train_method(method: type[DilationMethod], images: DigitArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """Run a method from an initial dilation.

    Args:
        images: `x_train`, `y_train`, `x_validation`, `y_validation`; images (n, 28, 28) float32.
        seed: of the initial weights and the batches.

    Raises:
        ValueError: the initial dilation is not a candidate, there are fewer images than a batch has, or
            the loss is not finite.
    """
    network = prepare_network(method, images, options, initial_dilation, seed)
    return LearningOutcome(options.candidates, np.array(list(train_epochs(network, images, seed))))


def prepare_network(method: type[Method], images: DigitArrays, options: MethodOptions, initial_dilation: int, seed: int) -> Method:
    """Return a method's compiled network, ready for a run.

    Raises:
        ValueError: the initial dilation is not a candidate, or there are fewer images than a batch has.
    """
    if initial_dilation not in options.candidates:
        raise ValueError(f"the initial dilation must be one of the candidates {list(options.candidates)}; got {initial_dilation}")
    check_batch_size(images, options)
    network = get_method(method, options)
    network.reset(options.rate, initial_dilation, initial_seed(seed, 0))
    return network


def check_batch_size(images: DigitArrays, options: MethodOptions) -> None:
    """Accept batches that are no larger than the training images are many.

    Raises:
        ValueError: there are fewer images than a batch has.
    """
    count = len(images["x_train"])
    if count < options.batch_size:
        raise ValueError(f"learn.batch_size must be at most the number of training images, {count}; got {options.batch_size}")


def check_finite(loss: float, place: str, options: MethodOptions) -> None:
    """Accept a finite loss.

    Raises:
        ValueError: it is not finite; the message says in which `place` of the training, and what to change.
    """
    if not math.isfinite(loss):
        raise ValueError(f"learning diverged {place}: the loss is {loss}; lower learn.learning_rate, which is {options.learning_rate}")


def train_epochs(network: DilationMethod, images: DigitArrays, seed: int) -> Iterator[np.ndarray]:
    """Train a network and yield the weight of each candidate, (candidates,) float64, after each epoch.

    Raises:
        ValueError: the loss is not finite.
    """
    options, training, validation = network.options, to_tensors(images, "train"), to_tensors(images, "validation")
    steps = len(training[1]) // options.batch_size
    shape = options.epochs, steps
    rates = one_cycle(math.prod(shape), options.learning_rate).reshape(shape)
    shares = np.linspace(0, 1, math.prod(shape), endpoint=False, dtype=np.float32).reshape(shape)
    for epoch in range(options.epochs):
        order = batch_order(len(training[1]), options.batch_size, (seed, epoch))
        drawn = np.random.default_rng((seed, epoch, 1)).integers(len(validation[1]), size=order.shape, dtype=np.int32)
        loss = network.train_epoch(
            training, validation, (tf.constant(order), tf.constant(drawn)), tf.constant(rates[epoch]), tf.constant(shares[epoch])
        )
        check_finite(float(loss), f"in epoch {epoch + 1}", options)
        yield network.candidate_weights().astype(np.float64)
