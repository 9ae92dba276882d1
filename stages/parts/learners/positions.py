"""Positions: every tap of every kernel learns where it lies.

Dilated convolution with learnable spacings (Khalfaoui-Hassani et al. 2023), free as in the paper.
The dilation of a kernel is that of the regular grid which fits the positions of its taps best.
Everything else as in `spacing`.
"""

import numpy as np
import tensorflow as tf

from stages.parts.learners.spacing import Spacing
from stages.parts.supernet import Images, Learned, Options, learned
from stages.parts.taps import regular_grid


class Positions(Spacing):
    """Parameters: row and column of each tap, (kernel_size, kernel_size, channels, 2)."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """A regular grid at the initial dilation, moved off the whole pixel for each kernel anew."""
        return super().initial_parameters(initial_dilation, seed)[:, None] * regular_grid(self.options.kernel_size)

    def positions(self) -> tf.Tensor:
        """Row and column of each tap, from the centre."""
        return self.parameters

    def spacings(self) -> np.ndarray:
        """Dilation of the regular grid nearest to the taps of each kernel, (channels,), by least squares, among the candidates' range."""
        grid = regular_grid(self.options.kernel_size)
        fitted = (self.parameters.numpy() * grid).sum(axis=(0, 1, 3)) / (grid**2).sum()
        return np.clip(fitted, self.options.candidates[0], self.options.candidates[-1])

    def follow(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """A step of Adam with the training batch's gradient, no further than the widest kernel goes."""
        self.parameter_steps.descend([gradient], self.options.rate)
        self.parameters.assign(tf.clip_by_value(self.parameters, -float(self.reach), float(self.reach)))


def learned_dilation(images: Images, options: Options, initial_dilation: int, seed: int) -> Learned:
    """What the taps of most kernels come to from this start; `options.rate` is Adam's, in pixels a step."""
    return learned(Positions, images, options, initial_dilation, seed)
