"""Baseline on textures: train a network with a fixed dilation for each candidate."""

from kernel_dilation.dilation_learning.kernel_placement import interpolate_kernel, regular_grid
from kernel_dilation.dilation_learning.method_base import DilationMethod, MethodOptions, get_method, to_tensors, train_method
from kernel_dilation.experiment.dataset_names import DigitArrays

import numpy as np
import tensorflow as tf

BATCH = 500  # images evaluated at once


class FixedDilation(DilationMethod):
    """Network whose only parameter is the dilation, which is not trained; one compiled network serves all dilations."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """The dilation itself, (1,) float32."""
        return np.full(1, initial_dilation, np.float32)

    def kernel(self) -> tf.Tensor:
        """Dilated kernel, written out pixel by pixel."""
        return interpolate_kernel(self.weights[0], self.parameters[:, None] * regular_grid(self.options.kernel_size), self.reach)

    def candidate_weights(self) -> np.ndarray:
        """1 for the dilation, 0 for all others."""
        return np.array(self.options.candidates) == self.parameters.numpy()

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Leave the dilation unchanged."""
        pass  # AutoGraph cannot parse a body that consists of a docstring only


def compute_validation_loss(images: DigitArrays, options: MethodOptions, dilation: int, seed: int) -> float:
    """Train a network at a dilation; return the mean cross-entropy of the validation images, in nats."""
    train_method(FixedDilation, images, options, dilation, seed)
    network = get_method(FixedDilation, options)
    pixels, labels = to_tensors(images, "validation")
    parts = [slice(at, at + BATCH) for at in range(0, len(labels), BATCH)]
    return float(np.average([network.mean_loss(pixels[part], labels[part]) for part in parts], weights=[len(labels[part]) for part in parts]))
