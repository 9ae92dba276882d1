"""Continuous: one real-valued dilation, whose taps are interpolated between pixels.

He et al. (2017): the dilation follows its own gradient at a rate of its own; how ours differs stands
in `interpolated`.
"""

import numpy as np
import tensorflow as tf

from stages.parts.learning.interpolated import Interpolated, near
from stages.parts.learning.learned import Learned
from stages.parts.learning.supernet import Images, Options, learned
from stages.parts.learning.taps import regular_grid


class Continuous(Interpolated):
    """Parameters: one dilation."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """The initial dilation, moved off the whole pixel."""
        return near(initial_dilation, 1, seed)

    def positions(self) -> tf.Tensor:
        """The same regular grid for every kernel."""
        return self.parameters[:, None] * regular_grid(self.options.kernel_size)

    def dilations(self) -> np.ndarray:
        """The one dilation."""
        return self.parameters.numpy()


def learned_dilation(images: Images, options: Options, initial_dilation: int, seed: int) -> Learned:
    """What the real-valued dilation comes to from this start; `options.rate` is Adam's at the start, in pixels a step."""
    return learned(Continuous, images, options, initial_dilation, seed)
