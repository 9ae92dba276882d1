"""Taps that lie between pixels: what the methods share whose dilation, or dilations, are real numbers.

Interpolation lets a tap feel the pixels next to it alone, so that the gradient says nothing of
dilations further off (He et al. 2017; Khalfaoui-Hassani et al. 2023). So taps begin wide, as in
Khalfaoui-Hassani et al. (2023b), and are narrowed to one pixel as training goes on, and they begin
with steps as long as a pixel, which shrink to nothing. The steps are Adam's, where He et al. took
plain gradient descent: they are then as long whatever the scale of the gradient.
"""

import math

from kernel_dilation.dilation_learning.kernel_placement import candidate_shares, interpolated_kernel
from kernel_dilation.dilation_learning.method_base import DilationMethod

import numpy as np
import tensorflow as tf

WIDEST = 4.0  # pixels that a tap reaches to either side at the start
NARROW_FROM = 0.8  # share of the training after which it reaches one
OFFSET = 0.25  # largest distance from the initial dilation: at whole pixels the interpolation has no gradient


def tap_width(progress: tf.Tensor) -> tf.Tensor:
    """How far a tap reaches to either side, in pixels, falling by the same factor at every step."""
    return tf.maximum(1.0, WIDEST ** (1 - progress / NARROW_FROM))


def jittered_starts(initial_dilation: int, count: int, seed: int) -> np.ndarray:
    """So many dilations next to the initial one, (count,) float32, none of them whole."""
    return (initial_dilation + np.random.default_rng((seed, 2)).uniform(-OFFSET, OFFSET, count)).astype(np.float32)


class InterpolatedMethod(DilationMethod):
    """A method says where the taps lie, and which dilation each kernel's taps come to."""

    def positions(self) -> tf.Tensor:
        """Row and column of each tap, from the centre, in pixels, (kernel_size, kernel_size, channels or 1, 2)."""
        raise NotImplementedError

    def dilations(self) -> np.ndarray:
        """Dilation of each kernel, (channels or 1,), in pixels."""
        raise NotImplementedError

    def limits(self) -> tuple[float, float]:
        """Least and largest value of a parameter."""
        return float(self.options.candidates[0]), float(self.options.candidates[-1])

    def kernel(self) -> tf.Tensor:
        """The kernel at the positions of now."""
        return interpolated_kernel(self.weights[0], self.positions(), self.reach, tap_width(self.progress))

    def candidate_weights(self) -> np.ndarray:
        """Each kernel has a say in proportion to its norm, and shares it out among the candidates next to its dilation."""
        norms = np.sqrt((self.weights[0].numpy() ** 2).sum(axis=(0, 1, 2)))
        dilations = np.broadcast_to(self.dilations(), norms.shape)
        return candidate_shares(dilations, norms, self.options.candidates)

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """A step of Adam with the training batch's gradient, within the limits."""
        self.parameter_steps.descend([gradient], self.rate * (1 + tf.cos(math.pi * self.progress)) / 2)
        self.parameters.assign(tf.clip_by_value(self.parameters, *self.limits()))
