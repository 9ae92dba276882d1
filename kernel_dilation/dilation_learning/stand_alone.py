"""Compare candidate dilations by the validation losses of networks that stand alone.

While candidates are trained together, neither their weights nor their losses show how good each is by itself
(Wang et al. 2021). Methods therefore end with this comparison. Each candidate is trained for a part of a training,
as a network of its own, from the weights that the method gives it. All candidates see the same images in the same
order, and are then compared on all validation images, so that what is common to them cancels in the differences.
The batches are smaller than those of a training, so that the few images suffice for more steps.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import FORWARD_PASS, MethodOptions, build_candidate_architecture, check_finite, to_tensors
from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.model.network import first_features, head_logits, last_features, weight_shapes
from kernel_dilation.training.adam import Adam
from kernel_dilation.training.loop import EVALUATION_BATCH, batch_order

import numpy as np
import tensorflow as tf

BATCH_SHARE = 0.25  # batch size, as a share of that of a training
RATE_SHARE = 0.5  # initial learning rate, as a share of the peak of a training

Weights = list[np.ndarray]  # kernel and bias of each of the four layers, as in a network of the grid


class StandAloneNetwork:
    """Network of a single candidate; one compiled loop serves all candidates."""

    def __init__(self, options: MethodOptions) -> None:
        self.architectures = [build_candidate_architecture(options, candidate) for candidate in options.candidates]
        self.weights = [tf.Variable(tf.zeros(shape)) for shape in weight_shapes(self.architectures[0])]
        self.optimiser = Adam(self.weights)

    def start(self, weights: Weights) -> None:
        """Set the weights, and clear the state of the optimiser."""
        for variable, value in zip(self.weights, weights):
            variable.assign(value)
        self.optimiser.reset()

    def losses(self, candidate: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Return the cross-entropy of each image, (n,) in nats, under the candidate with this index."""
        convolutions = [lambda architecture=architecture: first_features(self.weights, images, architecture) for architecture in self.architectures]
        last = last_features(self.weights, tf.switch_case(candidate, convolutions), self.architectures[0])
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, head_logits(self.weights, last, self.architectures[0]))

    @tf.function(reduce_retracing=True)
    def train(self, candidate: tf.Tensor, images: tf.Tensor, labels: tf.Tensor, order: tf.Tensor, rates: tf.Tensor) -> tf.Tensor:
        """Train on the images of each step, whose indices are `order` (steps, batch_size); return the loss of the last step, in nats."""
        loss = tf.constant(0.0)
        for step in tf.range(tf.shape(rates)[0]):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self.weights)
                loss = tf.reduce_mean(self.losses(candidate, tf.gather(images, order[step]), tf.gather(labels, order[step])))
            self.optimiser.descend(tape.gradient(loss, self.weights), rates[step])
        return loss

    @tf.function(reduce_retracing=True)
    def batch_losses(self, candidate: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Return the cross-entropy of each image of a batch, (n,) in nats."""
        return self.losses(candidate, images, labels)

    def mean_loss(self, candidate: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> float:
        """Return the mean cross-entropy, in nats, of any number of images."""
        parts = [slice(start, start + EVALUATION_BATCH) for start in range(0, len(labels), EVALUATION_BATCH)]
        return float(np.concatenate([self.batch_losses(candidate, images[part], labels[part]) for part in parts]).astype(np.float64).mean())


@cache
def get_stand_alone_network(options: MethodOptions) -> StandAloneNetwork:
    """Return the compiled network for these options, which is built once per process."""
    return StandAloneNetwork(options)


def alone_batch_size(options: MethodOptions) -> int:
    """Return the number of images in a batch of a candidate that stands alone, at least 1."""
    return max(1, round(BATCH_SHARE * options.batch_size))


def alone_order(images: int, options: MethodOptions, share: float, seed: int) -> np.ndarray:
    """Draw the images of each step, (steps, batch_size) int32 indices, the same for every candidate.

    Args:
        images: number of training images.
        share: epochs of each candidate, as a share of those of a training.
    """
    size, epochs = alone_batch_size(options), share * options.epochs
    steps = max(1, round(images // size * epochs))
    return np.concatenate([batch_order(images, size, (seed, epoch, 4)) for epoch in range(math.ceil(epochs))])[:steps]


def compare_alone(starts: dict[int, Weights], images: DigitArrays, options: MethodOptions, share: float, seed: int) -> dict[int, float]:
    """Train each candidate alone and return its mean cross-entropy of all validation images, in nats.

    The learning rate falls from its initial value to zero along a cosine.

    Args:
        starts: initial weights of each candidate that is compared, by its dilation.
        images: `x_train`, `y_train`, `x_validation`, `y_validation`; images (n, 28, 28) float32.
        share: epochs of each candidate, as a share of those of a training.
        seed: of the batches.

    Raises:
        ValueError: the loss is not finite.
    """
    training, validation = to_tensors(images, "train"), to_tensors(images, "validation")
    order = alone_order(len(training[1]), options, share, seed)
    rates = RATE_SHARE * options.learning_rate * (1 + np.cos(np.pi * np.arange(len(order)) / len(order))) / 2
    network, losses = get_stand_alone_network(replace(options, rate=0.0)), {}
    for dilation, weights in starts.items():
        candidate = tf.constant(options.candidates.index(dilation))
        network.start(weights)
        loss = network.train(candidate, *training, tf.constant(order), tf.constant(rates, tf.float32))
        check_finite(float(loss), f"at dilation {dilation}", options)
        losses[dilation] = network.mean_loss(candidate, *validation)
    return losses


def alone_trainings(candidates: int, options: MethodOptions, share: float, training: int, validation: int) -> float:
    """Return the cost of comparing this number of candidates, in trainings of one network on the training images.

    It counts the images of all steps and, as the forward pass alone, all validation images.
    """
    images = alone_order(training, options, share, 0).size
    return candidates * (images + FORWARD_PASS * validation) / (training * options.epochs)


def outcome_of_comparison(losses: dict[int, float], options: MethodOptions, course: Sequence[np.ndarray]) -> LearningOutcome:
    """Return the outcome of a run that ends with the choice of the least loss, of the smaller dilation if two tie.

    Args:
        losses: loss of each candidate compared, by its dilation.
        course: weight of each candidate, (candidates,), after each epoch; the choice replaces the last.
    """
    chosen = min(sorted(losses), key=losses.__getitem__)
    weights = np.array([*course[:-1], np.array(options.candidates) == chosen], np.float64)
    compared_all = tuple(losses[candidate] for candidate in options.candidates) if len(losses) == len(options.candidates) else None
    return LearningOutcome(options.candidates, weights, compared_all)
