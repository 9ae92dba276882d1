"""Spacing: every kernel learns a real-valued dilation of its own.

Dilated convolution with learnable spacings (Khalfaoui-Hassani et al. 2023), with the positions of a
kernel's taps tied to one number. Everything else as in `continuous`.
"""

import numpy as np
import tensorflow as tf

from stages.parts.learners.continuous import OFFSET, Continuous
from stages.parts.learned import Learned
from stages.parts.supernet import Images, Options, learned
from stages.parts.taps import candidate_shares, regular_grid


class Spacing(Continuous):
    """Parameters: one dilation a kernel, (channels,)."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """The initial dilation, moved off the whole pixel for each kernel anew."""
        offsets = np.random.default_rng((seed, 2)).uniform(-OFFSET, OFFSET, self.options.channels[0])
        return np.float32(initial_dilation + offsets)

    def positions(self) -> tf.Tensor:
        """Row and column of each tap of each kernel, from the centre."""
        return self.parameters[:, None] * regular_grid(self.options.kernel_size)

    def spacings(self) -> np.ndarray:
        """Dilation of each kernel, (channels,), in pixels."""
        return self.parameters.numpy()

    def candidate_weights(self) -> np.ndarray:
        """Each kernel has a say in proportion to its norm."""
        norms = np.sqrt((self.weights[0].numpy() ** 2).sum(axis=(0, 1, 2)))
        return candidate_shares(self.spacings(), norms, self.options.candidates)


def learned_dilation(images: Images, options: Options, initial_dilation: int, seed: int) -> Learned:
    """What most kernels come to from this start; `options.rate` is Adam's at the start, in pixels a step."""
    return learned(Spacing, images, options, initial_dilation, seed)
