"""`continuous`: learn one real-valued dilation, with taps interpolated between pixels.

As in He et al. (2017), the dilation follows its own gradient at a learning rate of its own. Our deviations
from the paper are described in `interpolated_method`.
"""

from kernel_dilation.dilation_learning.interpolated_method import InterpolatedMethod, jitter_dilation
from kernel_dilation.dilation_learning.kernel_placement import regular_grid
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import MethodOptions, train_method
from kernel_dilation.experiment.dataset_names import DigitArrays

import numpy as np
import tensorflow as tf

HAS_INITIAL_DILATION = True


class Continuous(InterpolatedMethod):
    """Network with one dilation as its only parameter."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """Initial dilation, shifted away from a whole number of pixels, (1,)."""
        return jitter_dilation(initial_dilation, 1, seed)

    def positions(self) -> tf.Tensor:
        """Regular grid of taps at the current dilation, the same for every kernel."""
        return self.parameters[:, None] * regular_grid(self.options.kernel_size)

    def dilations(self) -> np.ndarray:
        """Current dilation, (1,), in pixels."""
        return self.parameters.numpy()


def learn_dilation(images: DigitArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """Learn a real-valued dilation; `options.rate` is Adam's initial learning rate, in pixels per step."""
    return train_method(Continuous, images, options, initial_dilation, seed)


def trainings(options: MethodOptions, training: int, validation: int) -> float:
    """Return the cost of a run in trainings of one network: each image passes through one network in each epoch."""
    return 1.0
