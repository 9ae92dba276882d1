"""`gaussian`: learn one real-valued dilation, with taps that are Gaussians as wide as the dilation demands.

Interpolated taps depend on the adjacent pixels only, and a dilation between two whole numbers can be a local
minimum. Gaussian taps (Khalfaoui-Hassani et al. 2023b) depend on all pixels. Their standard deviation is tied to
the dilation, as in Shelhamer et al. (2019), so that neighbouring taps overlap equally at every dilation. As the
parameter is the logarithm of the dilation, a step changes a small dilation by less than a large one. The taps narrow
during the training, and the two candidates on either side of the final dilation are compared when each stands
alone (`stand_alone`).
"""

import math

from kernel_dilation.dilation_learning.interpolated_method import InterpolatedMethod
from kernel_dilation.dilation_learning.kernel_placement import distribute_over_candidates
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import MethodOptions, prepare_network, train_epochs
from kernel_dilation.dilation_learning.stand_alone import alone_trainings, compare_alone, outcome_of_comparison
from kernel_dilation.experiment.dataset_names import DigitArrays

import numpy as np
import tensorflow as tf

HAS_INITIAL_DILATION = True
FIRST_WIDTH, LAST_WIDTH = 0.6, 0.15  # standard deviation of a tap, as a share of the dilation, at the start and at the end
MIN_DEVIATION = 0.3  # pixels; narrower taps would jump from pixel to pixel
COMPARED = 2  # number of candidates compared in the end
ALONE_SHARE = 0.25  # epochs of each of them, as a share of those of a training


def tap_deviation(dilation: tf.Tensor, progress: tf.Tensor) -> tf.Tensor:
    """Return the standard deviation of a tap in pixels; relative to the dilation it shrinks by the same factor at every step."""
    return tf.maximum(MIN_DEVIATION, dilation * FIRST_WIDTH * (LAST_WIDTH / FIRST_WIDTH) ** progress)


def gaussian_kernel(kernel: tf.Tensor, dilation: tf.Tensor, deviation: tf.Tensor, reach: int) -> tf.Tensor:
    """Return a kernel with each tap spread over the pixels as a Gaussian, (2 reach + 1, 2 reach + 1, 1, channels).

    The shares of a tap's pixels sum to 1 over the pixels within reach.

    Args:
        kernel: (kernel_size, kernel_size, 1, channels).
        dilation: distance in pixels between the centres of neighbouring taps, ().
        deviation: standard deviation in pixels, ().
        reach: largest distance of a pixel from the centre.
    """
    steps = tf.range(kernel.shape[0], dtype=tf.float32) - kernel.shape[0] // 2
    pixels = tf.range(-reach, reach + 1, dtype=tf.float32)
    shares = tf.nn.softmax(-(((pixels - dilation * steps[:, None]) / deviation) ** 2) / 2, axis=1)
    return tf.einsum("iu,jv,ijkc->uvkc", shares, shares, kernel)


class Gaussian(InterpolatedMethod):
    """Network with the logarithm of one dilation as its only parameter."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """Logarithm of the initial dilation, (1,) float32."""
        return np.log(np.full(1, initial_dilation, np.float32))

    def dilations(self) -> np.ndarray:
        """Current dilation, (1,), in pixels."""
        return np.exp(self.parameters.numpy())

    def limits(self) -> tuple[float, float]:
        """Logarithms of the smallest and largest candidate."""
        return math.log(self.options.candidates[0]), math.log(self.options.candidates[-1])

    def kernel(self) -> tf.Tensor:
        """Kernel at the current dilation, written out pixel by pixel."""
        dilation = tf.exp(self.parameters[0])
        return gaussian_kernel(self.weights[0], dilation, tap_deviation(dilation, self.progress), self.reach)

    def candidate_weights(self) -> np.ndarray:
        """Weight of each candidate, (candidates,), by which it is the closer one on either side of the dilation."""
        return distribute_over_candidates(self.dilations(), np.ones(1), self.options.candidates)


def learn_dilation(images: DigitArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """Learn a real-valued dilation; `options.rate` is Adam's initial learning rate, in logarithms of pixels per step."""
    network = prepare_network(Gaussian, images, options, initial_dilation, seed)
    course = list(train_epochs(network, images, seed))
    distance = np.abs(np.array(options.candidates) - network.dilations())
    neighbours = [options.candidates[index] for index in sorted(distance.argsort(kind="stable")[:COMPARED])]
    weights = [variable.numpy() for variable in network.weights]
    losses = compare_alone(dict.fromkeys(neighbours, weights), images, options, ALONE_SHARE, seed)
    return outcome_of_comparison(losses, options, course)


def trainings(options: MethodOptions, training: int, validation: int) -> float:
    """Return the cost of a run in trainings of one network, for these numbers of training and validation images."""
    return 1 + alone_trainings(COMPARED, options, ALONE_SHARE, training, validation)
