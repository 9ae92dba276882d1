"""Common parts of the methods that learn real-valued dilations, with kernel taps interpolated between pixels.

With bilinear interpolation a tap depends on the adjacent pixels only, so that the gradient carries no
information about more distant dilations (He et al. 2017; Khalfaoui-Hassani et al. 2023). Taps are therefore
wide at first, as in Khalfaoui-Hassani et al. (2023b), and narrow to one pixel during training. The initial
steps are about one pixel long and shrink to zero. They are Adam's steps rather than those of plain gradient
descent as in He et al. (2017), so that their length does not depend on the scale of the gradient.
"""

import math

from kernel_dilation.dilation_learning.kernel_placement import distribute_over_candidates, interpolate_kernel
from kernel_dilation.dilation_learning.method_base import DilationMethod

import numpy as np
import tensorflow as tf

MAX_TAP_WIDTH = 4.0  # pixels that a tap extends to either side at the start
NARROW_FROM = 0.8  # share of the training after which it extends one pixel
MAX_JITTER = 0.25  # pixels from the initial dilation, because interpolation has no gradient at whole pixels


def tap_width(progress: tf.Tensor) -> tf.Tensor:
    """Return how far a tap extends to either side, in pixels; the width shrinks by the same factor at every step."""
    return tf.maximum(1.0, MAX_TAP_WIDTH ** (1 - progress / NARROW_FROM))


def jitter_dilation(initial_dilation: int, count: int, seed: int) -> np.ndarray:
    """Return random dilations close to the initial one, (count,) float32, none of them a whole number."""
    return (initial_dilation + np.random.default_rng((seed, 2)).uniform(-MAX_JITTER, MAX_JITTER, count)).astype(np.float32)


class InterpolatedMethod(DilationMethod):
    """Base class of methods that define the positions of the taps and the dilation of each kernel."""

    def positions(self) -> tf.Tensor:
        """Row and column of each tap relative to the centre, in pixels, (kernel_size, kernel_size, channels or 1, 2)."""
        raise NotImplementedError

    def dilations(self) -> np.ndarray:
        """Dilation of each kernel, (channels or 1,), in pixels."""
        raise NotImplementedError

    def limits(self) -> tuple[float, float]:
        """Smallest and largest allowed value of a parameter."""
        return float(self.options.candidates[0]), float(self.options.candidates[-1])

    def kernel(self) -> tf.Tensor:
        """Kernel at the current positions, written out pixel by pixel."""
        return interpolate_kernel(self.weights[0], self.positions(), self.reach, tap_width(self.progress))

    def candidate_weights(self) -> np.ndarray:
        """Weight of each candidate: each kernel votes, by its norm, for the candidates on either side of its dilation."""
        norms = np.sqrt((self.weights[0].numpy() ** 2).sum(axis=(0, 1, 2)))
        dilations = np.broadcast_to(self.dilations(), norms.shape)
        return distribute_over_candidates(dilations, norms, self.options.candidates)

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Make a step of Adam with the gradient on the training batch, and clip the parameters to their limits."""
        self.parameter_optimiser.descend([gradient], self.rate * (1 + tf.cos(math.pi * self.progress)) / 2)
        self.parameters.assign(tf.clip_by_value(self.parameters, *self.limits()))
