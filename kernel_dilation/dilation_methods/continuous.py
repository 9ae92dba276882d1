"""Continuous: one real-valued dilation, whose taps are interpolated between pixels.

He et al. (2017): the dilation follows its own gradient at a rate of its own; how ours differs stands
in `interpolated_method`.
"""

from kernel_dilation.dilation_learning.interpolated_method import InterpolatedMethod, jittered_starts
from kernel_dilation.dilation_learning.kernel_placement import regular_grid
from kernel_dilation.dilation_learning.method_base import ImageArrays, MethodOptions, train_method
from kernel_dilation.dilation_learning.outcome import LearningOutcome

import numpy as np
import tensorflow as tf


class Continuous(InterpolatedMethod):
    """Parameters: one dilation."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """The initial dilation, moved off the whole pixel."""
        return jittered_starts(initial_dilation, 1, seed)

    def positions(self) -> tf.Tensor:
        """The same regular grid for every kernel."""
        return self.parameters[:, None] * regular_grid(self.options.kernel_size)

    def dilations(self) -> np.ndarray:
        """The one dilation."""
        return self.parameters.numpy()


def learn_dilation(images: ImageArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """What the real-valued dilation comes to from this start; `options.rate` is Adam's at the start, in pixels a step."""
    return train_method(Continuous, images, options, initial_dilation, seed)
