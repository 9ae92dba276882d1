"""The effective receptive field: how strongly each pixel moves the unit in the middle of the last map."""

from kernel_dilation.model.gradients import map_batches
from kernel_dilation.model.network import Architecture, Weights, first_features, last_features, pool

import numpy as np
import tensorflow as tf


def effective_receptive_field(weights: Weights, images: np.ndarray, architecture: Architecture, seed: int) -> np.ndarray:
    """Root mean square gradient at each pixel of the middle unit of the last pooled maps, (28, 28) float32.

    Luo et al. (2016), sections 2 and 3: the upstream gradient is 1 at the middle and 0 elsewhere;
    over channels it is drawn at random (normal, from `seed`), anew for each image. The root mean
    square is their standard deviation of the gradient, whose mean over random signs is 0.
    """
    draws = np.random.default_rng(seed).standard_normal((len(images), architecture.channels[1]), np.float32)

    def gradient(part: slice) -> tf.Tensor:
        pixels = tf.constant(images[part, ..., None])
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            features = pool(last_features(weights, first_features(weights, pixels, architecture), architecture), architecture.arm.pooling)
            middle = features.shape[1] // 2
            value = tf.reduce_sum(draws[part] * features[:, middle, middle])
        return tape.gradient(value, pixels)[..., 0]

    return np.sqrt(np.mean(map_batches(gradient, len(images)) ** 2, 0))
