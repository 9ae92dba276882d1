"""Spacing: every kernel learns a real-valued dilation of its own.

Dilated convolution with learnable spacings (Khalfaoui-Hassani et al. 2023), with the positions of a
kernel's taps tied to one number; how ours differs stands in `interpolated`. The kernels vote, each
for the dilation that it comes to: where one is caught at a wrong dilation, the others are not.
"""

import numpy as np
import tensorflow as tf

from stages.parts.learning.interpolated import Interpolated, near
from stages.parts.learning.learned import Learned
from stages.parts.learning.supernet import Images, Options, learned
from stages.parts.learning.taps import regular_grid


class Spacing(Interpolated):
    """Parameters: one dilation a kernel, (channels,)."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """The initial dilation, moved off the whole pixel for each kernel anew."""
        return near(initial_dilation, self.options.channels[0], seed)

    def positions(self) -> tf.Tensor:
        """A regular grid for each kernel."""
        return self.parameters[:, None] * regular_grid(self.options.kernel_size)

    def dilations(self) -> np.ndarray:
        """The dilations themselves."""
        return self.parameters.numpy()


def learned_dilation(images: Images, options: Options, initial_dilation: int, seed: int) -> Learned:
    """What most kernels come to from this start; `options.rate` is Adam's at the start, in pixels a step."""
    return learned(Spacing, images, options, initial_dilation, seed)
