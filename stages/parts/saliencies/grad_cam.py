"""`grad_cam`: the last convolution's maps, weighted by how much the class's logit wants each."""

import numpy as np
import tensorflow as tf

from stages.parts.experiment.geometry import POOL, SECOND_KERNEL_SIZE, extent
from stages.parts.experiment.settings import Saliency
from stages.parts.gradients import SIDE, in_batches, last_side, targets_of
from stages.parts.network import Architecture, Weights, first_maps, head_logits, last_maps


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Class activation at every pixel, (n, 28, 28) float32, not negative.

    Selvaraju et al. (2017), equations 1 and 2: the last convolution's rectified maps, before
    pooling, weighted by the mean of the gradient at each, summed and rectified. The gradient at a
    unit that is off counts as 0. Upsampled along lines between the places that the units look at.
    """
    targets = targets_of(classes)

    def activation(part: slice) -> tf.Tensor:
        maps = tf.nn.relu(last_maps(weights, first_maps(weights, images[part, ..., None], architecture), architecture))
        with tf.GradientTape() as tape:
            tape.watch(maps)
            value = tf.reduce_sum(targets[part] * head_logits(weights, maps, architecture))
        importance = tf.reduce_mean(tape.gradient(value, maps), (1, 2), keepdims=True)
        return tf.nn.relu(tf.reduce_sum(importance * maps, -1))

    rise = interpolation(architecture)
    return rise @ in_batches(activation, len(images)) @ rise.T


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
    return margins[0] + middle_of_pool + POOL * (margins[1] + np.arange(last_side(architecture)))
