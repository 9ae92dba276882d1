"""The reference on textures: networks whose dilation is held fixed, one trained for each candidate."""

from kernel_dilation.dilation_learning.kernel_placement import interpolated_kernel, regular_grid
from kernel_dilation.dilation_learning.method_base import DilationMethod, ImageArrays, MethodOptions, compiled_method, to_tensors, train_method

import numpy as np
import tensorflow as tf

BATCH = 500  # images evaluated at once


class FixedDilation(DilationMethod):
    """Parameters: the dilation, which does not move. One compiled network serves all dilations."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """The dilation itself."""
        return np.full(1, initial_dilation, np.float32)

    def kernel(self) -> tf.Tensor:
        """The dilated kernel."""
        return interpolated_kernel(self.weights[0], self.parameters[:, None] * regular_grid(self.options.kernel_size), self.reach)

    def candidate_weights(self) -> np.ndarray:
        """1 for the dilation, 0 for all others."""
        return np.array(self.options.candidates) == self.parameters.numpy()

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Stay."""
        pass  # AutoGraph cannot read a body that is a docstring alone


def validation_loss(images: ImageArrays, options: MethodOptions, dilation: int, seed: int) -> float:
    """Mean cross-entropy, in nats, of the validation images under a network trained at this dilation."""
    train_method(FixedDilation, images, options, dilation, seed)
    network = compiled_method(FixedDilation, options)
    pixels, labels = to_tensors(images, "validation")
    parts = [slice(at, at + BATCH) for at in range(0, len(labels), BATCH)]
    return float(np.average([network.mean_loss(pixels[part], labels[part]) for part in parts], weights=[len(labels[part]) for part in parts]))
