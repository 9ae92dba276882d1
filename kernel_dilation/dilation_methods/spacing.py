"""Spacing: every kernel learns a real-valued dilation of its own.

Dilated convolution with learnable spacings (Khalfaoui-Hassani et al. 2023), with the positions of a
kernel's taps tied to one number; how ours differs stands in `interpolated_method`. The kernels vote, each
for the dilation that it comes to: where one is caught at a wrong dilation, the others are not.
"""

from kernel_dilation.dilation_learning.interpolated_method import InterpolatedMethod, jittered_starts
from kernel_dilation.dilation_learning.kernel_placement import regular_grid
from kernel_dilation.dilation_learning.method_base import ImageArrays, MethodOptions, train_method
from kernel_dilation.dilation_learning.outcome import LearningOutcome

import numpy as np
import tensorflow as tf


class Spacing(InterpolatedMethod):
    """Parameters: one dilation a kernel, (channels,)."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """The initial dilation, moved off the whole pixel for each kernel anew."""
        return jittered_starts(initial_dilation, self.options.channels[0], seed)

    def positions(self) -> tf.Tensor:
        """A regular grid for each kernel."""
        return self.parameters[:, None] * regular_grid(self.options.kernel_size)

    def dilations(self) -> np.ndarray:
        """The dilations themselves."""
        return self.parameters.numpy()


def learn_dilation(images: ImageArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """What most kernels come to from this start; `options.rate` is Adam's at the start, in pixels a step."""
    return train_method(Spacing, images, options, initial_dilation, seed)
