"""`spacing`: learn a separate real-valued dilation for each kernel.

This is dilated convolution with learnable spacings (Khalfaoui-Hassani et al. 2023) in which one number
determines the positions of all taps of a kernel. Our other deviations from the paper are described in
`interpolated_method`. Each kernel votes for the dilation to which it converges, so that a single kernel that
is trapped at a wrong dilation does not decide.
"""

from kernel_dilation.dilation_learning.interpolated_method import InterpolatedMethod, jitter_dilation
from kernel_dilation.dilation_learning.kernel_placement import regular_grid
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import MethodOptions, train_method
from kernel_dilation.experiment.dataset_names import DigitArrays

import numpy as np
import tensorflow as tf

HAS_INITIAL_DILATION = True


class Spacing(InterpolatedMethod):
    """Network whose parameters are one dilation per kernel, (channels,)."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """Initial dilation of each kernel, shifted at random away from a whole number of pixels, (channels,)."""
        return jitter_dilation(initial_dilation, self.options.channels[0], seed)

    def positions(self) -> tf.Tensor:
        """Regular grid of taps for each kernel, at its current dilation."""
        return self.parameters[:, None] * regular_grid(self.options.kernel_size)

    def dilations(self) -> np.ndarray:
        """Current dilations, (channels,), in pixels."""
        return self.parameters.numpy()


def learn_dilation(images: DigitArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """Learn one dilation per kernel; `options.rate` is Adam's initial learning rate, in pixels per step."""
    return train_method(Spacing, images, options, initial_dilation, seed)


def trainings(options: MethodOptions, training: int, validation: int) -> float:
    """Return the cost of a run in trainings of one network: each image passes through one network in each epoch."""
    return 1.0
