"""`grad_cam`: the last convolution's feature maps, weighted by their mean gradients."""

from functools import lru_cache

from kernel_dilation.experiment.geometry import POOL, SECOND_KERNEL_SIZE, extent, pooling_window
from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE, Saliency
from kernel_dilation.model.gradients import IMAGES_SHAPE, Graph, compile_graph, map_batches, one_hot
from kernel_dilation.model.network import Architecture, Weights, first_features, head_logits, last_features

import numpy as np
import tensorflow as tf


@lru_cache(maxsize=4)  # arms come one after another
def activation_graph(architecture: Architecture) -> Graph:
    """Compile the function from weights, images and one-hot classes to the class activation at the last feature maps, (n, side, side)."""

    def activation(weights: Weights, images: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        features = tf.nn.relu(last_features(weights, first_features(weights, images, architecture), architecture))
        with tf.GradientTape() as tape:
            tape.watch(features)
            value = tf.reduce_sum(targets * head_logits(weights, features, architecture))
        importance = tf.reduce_mean(tape.gradient(value, features), (1, 2), keepdims=True)
        return tf.nn.relu(tf.reduce_sum(importance * features, -1))

    return compile_graph(activation, architecture, IMAGES_SHAPE, (None, CLASSES))


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Return the class activation at every pixel, (n, 28, 28) float32, not negative.

    Selvaraju et al. (2017), equations 1 and 2: the last convolution's rectified feature maps, before
    pooling, are weighted by their mean gradients, summed and rectified. The gradient at an inactive
    unit counts as 0. The result is interpolated linearly between the centres of the units' receptive
    fields.
    """
    graph, targets, upsampling = activation_graph(architecture), one_hot(classes), interpolation_weights(architecture)
    activations = map_batches(lambda part: graph(weights, images[part, ..., None], targets[part]), len(images))
    return upsampling @ activations @ upsampling.T


def interpolation_weights(architecture: Architecture) -> np.ndarray:
    """Return the weight of each row of the last feature maps in each row of pixels, (28, side) float32.

    Beyond the outermost centres, the nearest row counts alone.
    """
    centres = unit_centres(architecture)
    return np.stack([np.interp(np.arange(IMAGE_SIDE), centres, unit) for unit in np.eye(len(centres))], 1).astype(np.float32)


def unit_centres(architecture: Architecture) -> np.ndarray:
    """Return the centres, in pixels, of the receptive fields of the units along one side of the last feature maps."""
    first, second = architecture.dilations
    if architecture.padding == "same":
        margins = 0, 0
    else:
        margins = extent(architecture.arm.kernel_size, first) // 2, extent(SECOND_KERNEL_SIZE, second) // 2
    middle_of_pool = (pooling_window(architecture.arm.pooling) - 1) / 2
    return margins[0] + middle_of_pool + POOL * (margins[1] + np.arange(architecture.feature_sides[1]))
