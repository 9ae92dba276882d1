"""Experts: every dilation has a kernel of its own; each image sees one of them, and the best is kept.

Three things tie a mixture to its start or to a blend of dilations, and none of them is here. Kernels
are not shared, so none is shaped by another's dilation. Losses are mixed, not maps: every image of a
batch passes one dilation alone, drawn by weight (Guo et al. 2020), so that no sum of two dilations can
stand in for a third. And weights follow the validation losses by exponentiated gradient (Kivinen and
Warmuth 1997; Nayman et al. 2019, XNAS), where a small weight does not slow its own growth. At first all
dilations are drawn equally often, and old losses, and with them the start, are forgotten.
"""

from kernel_dilation.dilation_learning.method_base import START_ADVANTAGE, DilationMethod, ImageArrays, MethodOptions, train_method
from kernel_dilation.dilation_learning.outcome import LearningOutcome
from kernel_dilation.model.network import convolve

import keras
import numpy as np
import tensorflow as tf

EVEN_UNTIL, DRAWN_FROM = 0.3, 0.6  # share of the training up to which all are drawn alike; from which by weight alone
MEMORY = 0.9  # how much of the weights' logarithm is kept from one comparison to the next
PACE = 8  # steps of the kernels for one comparison of all candidates
GOLDEN = 0.6180339887498949  # its multiples are spread evenly over the unit interval


class Experts(DilationMethod):
    """Parameters: one logit a candidate. The first weight holds one kernel a candidate."""

    def initial_weights(self, seed: int) -> list[np.ndarray]:
        """Weights as a network of the grid starts with, and a first kernel drawn for each candidate."""
        weights = super().initial_weights(seed)
        seeds = [seed + 10 + index for index in range(len(self.options.candidates))]
        kernels = [keras.initializers.GlorotUniform(own)(weights[0].shape) for own in seeds]
        return [np.stack(kernels), *weights[1:]]

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """A lead for the initial dilation."""
        return np.array([START_ADVANTAGE * (candidate == initial_dilation) for candidate in self.options.candidates], np.float32)

    def counts(self, images: tf.Tensor) -> tf.Tensor:
        """How many of these images each candidate sees, (candidates,) int32: at least one, the others by weight.

        Systematic sampling: each count is its expectation, rounded up or down.
        """
        candidates = len(self.options.candidates)
        even = tf.clip_by_value((DRAWN_FROM - self.progress) / (DRAWN_FROM - EVEN_UNTIL), 0.0, 1.0)
        shares = even / candidates + (1 - even) * tf.nn.softmax(self.parameters)
        free = images - candidates
        ends = tf.cast(tf.floor(tf.cumsum(shares)[:-1] * tf.cast(free, tf.float32) + self.weight_steps.steps_done * GOLDEN % 1.0), tf.int32)
        ends = tf.minimum(ends, free)  # the shares' sum may be rounded to more than 1
        return 1 + tf.concat([ends, [free]], 0) - tf.concat([[0], ends], 0)

    def candidate_features(self, index: int, images: tf.Tensor) -> tf.Tensor:
        """What the convolution of one candidate makes of the images."""
        return convolve(images, self.weights[0][index], self.weights[1], self.options.candidates[index], "same")

    def first_features(self, images: tf.Tensor) -> tf.Tensor:
        """What each image's own candidate makes of it."""
        ends = tf.concat([[0], tf.cumsum(self.counts(tf.shape(images)[0]))], 0)
        return tf.concat([self.candidate_features(index, images[ends[index] : ends[index + 1]]) for index in range(len(self.options.candidates))], 0)

    def candidate_weights(self) -> np.ndarray:
        """The softmax itself."""
        return tf.nn.softmax(self.parameters).numpy()

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Compare all candidates on the same validation images, once in `PACE` steps."""
        if self.weight_steps.steps_done % PACE == 0.0:
            candidates = len(self.options.candidates)
            first = tf.concat([self.candidate_features(index, images) for index in range(candidates)], 0)
            losses = tf.reduce_mean(tf.reshape(self.losses(first, tf.tile(labels, [candidates])), (candidates, -1)), axis=1)
            self.parameters.assign(MEMORY * self.parameters - self.rate * (losses - tf.reduce_mean(losses)))


def learn_dilation(images: ImageArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """What the experts choose from this start; `options.rate` is that of the exponentiated gradient, in 1 / nats."""
    return train_method(Experts, images, options, initial_dilation, seed)
