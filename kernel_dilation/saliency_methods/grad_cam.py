"""`grad_cam`: the last convolution's maps, weighted by how much the class's logit wants each."""

from kernel_dilation.experiment.geometry import POOL, SECOND_KERNEL_SIZE, extent
from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.model.gradients import SIDE, last_feature_side, map_batches, one_hot
from kernel_dilation.model.network import Architecture, Weights, first_features, head_logits, last_features

import numpy as np
import tensorflow as tf


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Class activation at every pixel, (n, 28, 28) float32, not negative.

    Selvaraju et al. (2017), equations 1 and 2: the last convolution's rectified maps, before
    pooling, weighted by the mean of the gradient at each, summed and rectified. The gradient at a
    unit that is off counts as 0. Upsampled along lines between the places that the units look at.
    """
    targets = one_hot(classes)

    def activation(part: slice) -> tf.Tensor:
        features = tf.nn.relu(last_features(weights, first_features(weights, images[part, ..., None], architecture), architecture))
        with tf.GradientTape() as tape:
            tape.watch(features)
            value = tf.reduce_sum(targets[part] * head_logits(weights, features, architecture))
        importance = tf.reduce_mean(tape.gradient(value, features), (1, 2), keepdims=True)
        return tf.nn.relu(tf.reduce_sum(importance * features, -1))

    rise = interpolation(architecture)
    return rise @ map_batches(activation, len(images)) @ rise.T


def interpolation(architecture: Architecture) -> np.ndarray:
    """Weights (28, side) float32 that a pixel's row gives to the rows of the last maps; ends are prolonged."""
    centres = unit_centres(architecture)
    return np.stack([np.interp(np.arange(SIDE), centres, unit) for unit in np.eye(len(centres))], 1).astype(np.float32)


def unit_centres(architecture: Architecture) -> np.ndarray:
    """Row, in pixels, at the middle of what each unit along a side of the last maps sees."""
    first, second = architecture.dilations
    if architecture.padding == "same":
        margins = 0, 0
    else:
        margins = extent(architecture.arm.kernel_size, first) // 2, extent(SECOND_KERNEL_SIZE, second) // 2
    middle_of_pool = 0 if architecture.arm.pooling == "stride" else (POOL - 1) / 2
    return margins[0] + middle_of_pool + POOL * (margins[1] + np.arange(last_feature_side(architecture)))
