"""`experts`: give every dilation a kernel of its own, process each image at one dilation, and select the best.

Three properties can bind a mixture to its initial dilation or to a blend of dilations; this method avoids all
of them. First, kernels are not shared, so that no kernel is shaped by another dilation. Second, losses are mixed
rather than feature maps: each image of a batch is processed at a single dilation, so that a blend of two
dilations cannot mimic a third. Training one candidate at a time follows Guo et al. (2020), who sample the
candidates uniformly; sampling them in proportion to their weights, after a uniform first phase, is our own
choice. Third, the weights follow the validation losses by exponentiated gradient (Kivinen and Warmuth 1997;
XNAS, Nayman et al. 2019), under which a small weight can grow as fast as a large one. Old losses are forgotten
gradually, and with them the advantage of the initial dilation.
"""

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import FORWARD_PASS, INITIAL_ADVANTAGE, DilationMethod, MethodOptions, train_method
from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.model.network import convolve

import keras
import numpy as np
import tensorflow as tf

HAS_INITIAL_DILATION = True
UNIFORM_UNTIL, WEIGHTED_FROM = 0.3, 0.6  # shares of the training: uniform sampling before, sampling by weight alone after; blended between
MEMORY = 0.9  # factor by which the logits decay from one comparison to the next
STEPS_PER_UPDATE = 8  # steps of the kernels for each comparison of all candidates
GOLDEN_RATIO = 0.6180339887498949  # its multiples are evenly distributed modulo 1


class Experts(DilationMethod):
    """Network with one logit and one first-layer kernel for each candidate dilation."""

    def initial_weights(self, seed: int) -> list[np.ndarray]:
        """Initial weights of a network of the grid, with a separately drawn first kernel for each candidate."""
        weights = super().initial_weights(seed)
        seeds = [seed + 10 + index for index in range(len(self.options.candidates))]
        kernels = [keras.initializers.GlorotUniform(kernel_seed)(weights[0].shape) for kernel_seed in seeds]
        return [np.stack(kernels), *weights[1:]]

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """Logits with an advantage for the initial dilation, (candidates,) float32."""
        return np.array([INITIAL_ADVANTAGE * (candidate == initial_dilation) for candidate in self.options.candidates], np.float32)

    def allocate_images(self, images: tf.Tensor) -> tf.Tensor:
        """Return how many of `images` images each candidate processes, (candidates,) int32, each at least 1.

        The others are distributed by systematic sampling, so that each count is its expectation rounded up or down.
        """
        candidates = len(self.options.candidates)
        uniform = tf.clip_by_value((WEIGHTED_FROM - self.progress) / (WEIGHTED_FROM - UNIFORM_UNTIL), 0.0, 1.0)
        shares = uniform / candidates + (1 - uniform) * tf.nn.softmax(self.parameters)
        free = images - candidates
        ends = tf.cast(tf.floor(tf.cumsum(shares)[:-1] * tf.cast(free, tf.float32) + self.weight_optimiser.steps_done * GOLDEN_RATIO % 1.0), tf.int32)
        ends = tf.minimum(ends, free)  # rounding may make the sum of the shares exceed 1
        return 1 + tf.concat([ends, [free]], 0) - tf.concat([[0], ends], 0)

    def candidate_features(self, index: int, images: tf.Tensor) -> tf.Tensor:
        """Return the features of the images under the convolution of one candidate, (n, 28, 28, channels)."""
        return convolve(images, self.weights[0][index], self.weights[1], self.options.candidates[index], "same")

    def first_features(self, images: tf.Tensor) -> tf.Tensor:
        """Return the features of each image under the candidate to which it is allocated, (n, 28, 28, channels)."""
        ends = tf.concat([[0], tf.cumsum(self.allocate_images(tf.shape(images)[0]))], 0)
        return tf.concat([self.candidate_features(index, images[ends[index] : ends[index + 1]]) for index in range(len(self.options.candidates))], 0)

    def candidate_weights(self) -> np.ndarray:
        """Weight of each candidate, (candidates,)."""
        return tf.nn.softmax(self.parameters).numpy()

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Compare all candidates on the same validation images, once every `STEPS_PER_UPDATE` steps."""
        if self.weight_optimiser.steps_done % STEPS_PER_UPDATE == 0.0:
            candidates = len(self.options.candidates)
            first = tf.concat([self.candidate_features(index, images) for index in range(candidates)], 0)
            losses = tf.reduce_mean(tf.reshape(self.losses(first, tf.tile(labels, [candidates])), (candidates, -1)), axis=1)
            self.parameters.assign(MEMORY * self.parameters - self.rate * (losses - tf.reduce_mean(losses)))


def learn_dilation(images: DigitArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """Select the best expert; `options.rate` is the learning rate of the exponentiated gradient, in 1 / nats."""
    return train_method(Experts, images, options, initial_dilation, seed)


def trainings(options: MethodOptions, training: int, validation: int) -> float:
    """Return the cost of a run in trainings of one network: the batches of the kernels, and the comparisons of all candidates."""
    return 1 + FORWARD_PASS * len(options.candidates) / STEPS_PER_UPDATE
