"""`deconvnet`: the class's logit propagated back to the pixels, and rectified at each ReLU."""

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.model.gradients import image_gradient
from kernel_dilation.model.network import Architecture, Weights

import numpy as np
import tensorflow as tf


@tf.custom_gradient
def reversed_relu(values: tf.Tensor) -> tuple[tf.Tensor, object]:
    """ReLU whose gradient is itself a ReLU of the upstream gradient, whatever the input."""
    return tf.nn.relu(values), tf.nn.relu


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Return the deconvolutional reconstruction of each image's class logit, (n, 28, 28) float32, signed.

    Zeiler and Fergus (2014), section 2.1; max pooling is inverted by its switches. Deviation: the
    reconstruction starts from a logit instead of one feature map, and so passes the hidden layer too.
    The image enters through the switches alone: with average pooling or subsampling, a class has the
    same map for all images.
    """
    return image_gradient(weights, images, classes, architecture, reversed_relu)
