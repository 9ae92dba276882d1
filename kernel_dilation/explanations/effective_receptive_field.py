"""The effective receptive field: how strongly each pixel influences the central unit of the last feature maps."""

from kernel_dilation.model.gradients import map_batches, pixel_gradient
from kernel_dilation.model.network import Architecture, Weights, first_features, last_features, pool

import numpy as np
import tensorflow as tf


def effective_receptive_field(weights: Weights, images: np.ndarray, architecture: Architecture, seed: int) -> np.ndarray:
    """Return the root mean square gradient of the central unit with respect to each pixel, (28, 28) float32.

    Luo et al. (2016), sections 2 and 3: the upstream gradient at the last pooled feature maps is zero
    except at the central unit, where it is drawn from a normal distribution for each channel and image
    (from `seed`). The mean of the gradient over these draws is 0, so its root mean square is their
    standard deviation.

    Args:
        images: (n, 28, 28) float32 in [0, 1].
    """
    draws = np.random.default_rng(seed).standard_normal((len(images), architecture.channels[1]), np.float32)

    def gradient(part: slice) -> tf.Tensor:
        first = first_features(weights, images[part, ..., None], architecture)
        with tf.GradientTape() as tape:
            tape.watch(first)
            features = pool(last_features(weights, first, architecture), architecture.arm.pooling)
            middle = features.shape[1] // 2
            value = tf.reduce_sum(draws[part] * features[:, middle, middle])
        return pixel_gradient(weights, tape.gradient(value, first), architecture)

    return np.sqrt(np.mean(map_batches(gradient, len(images)) ** 2, 0))
