"""`guided_backprop`: the gradient, passed back through each ReLU only where both the ReLU's input and the incoming gradient are positive."""

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.model.gradients import image_gradient
from kernel_dilation.model.network import Architecture, Weights

import numpy as np
import tensorflow as tf


@tf.custom_gradient
def guided_relu(values: tf.Tensor) -> tuple[tf.Tensor, object]:
    """ReLU that passes the gradient back only where gradient and input are both positive."""
    rectified = tf.nn.relu(values)
    return rectified, lambda upstream: tf.where(rectified > 0, tf.nn.relu(upstream), 0.0)


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Return the guided gradient of each image's class logit at every pixel, (n, 28, 28) float32, signed.

    Springenberg et al. (2015), section 3.4 and figure 1.
    """
    return image_gradient(weights, images, classes, architecture, guided_relu)
