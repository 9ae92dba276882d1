"""`deconvnet`: the logit sent back through the network, rectified at each ReLU on its way down."""

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.model.gradients import image_gradient
from kernel_dilation.model.network import Architecture, Weights

import numpy as np
import tensorflow as tf


@tf.custom_gradient
def reversed_relu(values: tf.Tensor) -> tuple[tf.Tensor, object]:
    """ReLU; backwards a ReLU again, whatever the input was."""
    return tf.nn.relu(values), tf.nn.relu


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Deconvolutional reconstruction of the class's logit, (n, 28, 28) float32, signed.

    Zeiler and Fergus (2014), section 2.1; maps go back through max pooling by its switches.
    Deviation: through the hidden layer too, from one logit and not from one map. Nothing of the image
    but the switches enters: with average or no pooling, the map of a class is the same for all images.
    """
    return image_gradient(weights, images, classes, architecture, reversed_relu)
