"""`positions`: learn the position of every tap of every kernel.

This is dilated convolution with learnable spacings (Khalfaoui-Hassani et al. 2023), with free positions as in
the paper. Our deviations are described in `interpolated_method`. Freely moving taps need not have a common
dilation; it is defined as that of the regular grid whose taps are equally dispersed.
"""

from kernel_dilation.dilation_learning.interpolated_method import InterpolatedMethod, jitter_dilation
from kernel_dilation.dilation_learning.kernel_placement import regular_grid
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import MethodOptions, train_method
from kernel_dilation.experiment.dataset_names import DigitArrays

import numpy as np
import tensorflow as tf

HAS_INITIAL_DILATION = True


class Positions(InterpolatedMethod):
    """Network whose parameters are the row and column of each tap, (kernel_size, kernel_size, channels, 2)."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """Regular grid of taps for each kernel, at the initial dilation shifted at random away from a whole number of pixels."""
        return jitter_dilation(initial_dilation, self.options.channels[0], seed)[:, None] * regular_grid(self.options.kernel_size)

    def positions(self) -> tf.Tensor:
        """Current positions, (kernel_size, kernel_size, channels, 2), in pixels."""
        return self.parameters

    def dilations(self) -> np.ndarray:
        """Dilation of the regular grid whose taps are as dispersed as those of each kernel, (channels,), in pixels.

        Dispersion is the mean squared distance of the taps from their centre, weighted by their absolute
        values, because a tap of value 0 may be anywhere. It does not change if taps are exchanged or the
        kernel moves as a whole.
        """
        sizes = np.abs(self.weights[0].numpy()[:, :, 0, :, None])
        shares = sizes / sizes.sum(axis=(0, 1))
        positions, grid = self.parameters.numpy(), regular_grid(self.options.kernel_size)
        scatter, unit = ((shares * (places - (shares * places).sum(axis=(0, 1))) ** 2).sum(axis=(0, 1, 3)) for places in (positions, grid))
        return np.sqrt(scatter / unit)

    def limits(self) -> tuple[float, float]:
        """Smallest and largest coordinate of a tap: those of the outer taps at the largest candidate."""
        return -float(self.reach), float(self.reach)


def learn_dilation(images: DigitArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """Learn the positions of all taps; `options.rate` is Adam's initial learning rate, in pixels per step."""
    return train_method(Positions, images, options, initial_dilation, seed)


def trainings(options: MethodOptions, training: int, validation: int) -> float:
    """Return the cost of a run in trainings of one network: each image passes through one network in each epoch."""
    return 1.0
