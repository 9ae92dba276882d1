"""The effective receptive field: how strongly each pixel moves the unit in the middle of the last map."""

import numpy as np
import tensorflow as tf

from stages.parts.gradients import in_batches
from stages.parts.network import Architecture, Weights, first_maps, last_maps, pooled


def effective_field(weights: Weights, images: np.ndarray, architecture: Architecture, seed: int) -> np.ndarray:
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
            maps = pooled(last_maps(weights, first_maps(weights, pixels, architecture), architecture), architecture.arm.pooling)
            middle = maps.shape[1] // 2
            value = tf.reduce_sum(draws[part] * maps[:, middle, middle])
        return tape.gradient(value, pixels)[..., 0]

    return np.sqrt(np.mean(in_batches(gradient, len(images)) ** 2, 0))
