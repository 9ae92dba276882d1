"""Continuous: one real-valued dilation, whose taps are interpolated between pixels.

He et al. (2017): the dilation follows its own gradient at a rate of its own. The interpolation lets
a tap feel the pixels next to it alone, so the gradient says nothing of dilations further off. So the
taps begin wide (Khalfaoui-Hassani et al. 2023b) and are narrowed to one pixel as training goes on,
and the dilation begins with steps as long as a pixel, which shrink to nothing. By Adam, where He et
al. took plain gradient descent: the steps are then as long whatever the scale of the gradient.
"""

import math

import numpy as np
import tensorflow as tf

from stages.parts.learned import Learned
from stages.parts.supernet import Images, Options, Supernet, learned
from stages.parts.taps import candidate_shares, interpolated_kernel, regular_grid

WIDEST = 4.0  # pixels that a tap reaches to either side at the start
NARROW_FROM = 0.8  # share of the training after which it reaches one
OFFSET = 0.25  # largest distance from the initial dilation: at whole pixels the interpolation has no gradient


def tap_width(progress: tf.Tensor) -> tf.Tensor:
    """How far a tap reaches to either side, in pixels, falling by the same factor at every step."""
    return tf.maximum(1.0, WIDEST ** (1 - progress / NARROW_FROM))


class Continuous(Supernet):
    """Parameters: one dilation."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """The initial dilation, moved off the whole pixel."""
        return np.float32(initial_dilation + np.random.default_rng((seed, 2)).uniform(-OFFSET, OFFSET, 1))

    def positions(self) -> tf.Tensor:
        """Row and column of each tap, from the centre."""
        return self.parameters[:, None] * regular_grid(self.options.kernel_size)

    def kernel(self) -> tf.Tensor:
        """The kernel at the positions of now."""
        return interpolated_kernel(self.weights[0], self.positions(), self.reach, tap_width(self.progress))

    def candidate_weights(self) -> np.ndarray:
        return candidate_shares(self.parameters.numpy(), np.ones(1), self.options.candidates)

    def follow(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """A step of Adam with the training batch's gradient, no further than the candidates go."""
        self.parameter_steps.descend([gradient], self.options.rate * (1 + tf.cos(math.pi * self.progress)) / 2)
        self.parameters.assign(tf.clip_by_value(self.parameters, *self.limits()))

    def limits(self) -> tuple[float, float]:
        """Least and largest value of a parameter."""
        return float(self.options.candidates[0]), float(self.options.candidates[-1])


def learned_dilation(images: Images, options: Options, initial_dilation: int, seed: int) -> Learned:
    """What the real-valued dilation comes to from this start; `options.rate` is Adam's at the start, in pixels a step."""
    return learned(Continuous, images, options, initial_dilation, seed)
