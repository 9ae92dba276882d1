"""Positions: every tap of every kernel learns where it lies.

Dilated convolution with learnable spacings (Khalfaoui-Hassani et al. 2023), free as in the paper;
how ours differs stands in `interpolated_method`. Taps that go each its own way need not have one dilation:
what stands for it is that of the regular grid whose taps scatter as far.
"""

from kernel_dilation.dilation_learning.interpolated_method import InterpolatedMethod, jittered_starts
from kernel_dilation.dilation_learning.kernel_placement import regular_grid
from kernel_dilation.dilation_learning.method_base import ImageArrays, MethodOptions, train_method
from kernel_dilation.dilation_learning.outcome import LearningOutcome

import numpy as np
import tensorflow as tf


class Positions(InterpolatedMethod):
    """Parameters: row and column of each tap, (kernel_size, kernel_size, channels, 2)."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """A regular grid at the initial dilation, moved off the whole pixel for each kernel anew."""
        return jittered_starts(initial_dilation, self.options.channels[0], seed)[:, None] * regular_grid(self.options.kernel_size)

    def positions(self) -> tf.Tensor:
        """The parameters themselves."""
        return self.parameters

    def dilations(self) -> np.ndarray:
        """Dilation of the regular grid whose taps scatter as far as those of each kernel, (channels,).

        By the mean square distance of the taps from their centre, each counted by its size, since a tap
        of no size may lie anywhere. It stays the same if taps swap places or the kernel moves as a whole.
        """
        sizes = np.abs(self.weights[0].numpy()[:, :, 0, :, None])
        shares = sizes / sizes.sum(axis=(0, 1))
        positions, grid = self.parameters.numpy(), regular_grid(self.options.kernel_size)
        scatter, unit = ((shares * (places - (shares * places).sum(axis=(0, 1))) ** 2).sum(axis=(0, 1, 3)) for places in (positions, grid))
        return np.sqrt(scatter / unit)

    def limits(self) -> tuple[float, float]:
        """No tap lies further from the centre than the widest kernel reaches."""
        return -float(self.reach), float(self.reach)


def learn_dilation(images: ImageArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """What the taps of most kernels come to from this start; `options.rate` is Adam's at the start, in pixels a step."""
    return train_method(Positions, images, options, initial_dilation, seed)
