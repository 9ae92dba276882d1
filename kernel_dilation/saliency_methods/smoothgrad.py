"""`smoothgrad`: the gradient, averaged over noisy copies of the image."""

from functools import lru_cache

from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE, Saliency
from kernel_dilation.model.gradients import IMAGES_SHAPE, Graph, compile_graph, images_per_batch, map_batches, mean_gradient, one_hot
from kernel_dilation.model.network import Architecture, Weights, first_features

import numpy as np
import tensorflow as tf


@lru_cache(maxsize=4)  # arms come one after another
def noisy_gradient_graph(architecture: Architecture) -> Graph:
    """Compile the function from weights, images and noise to mean gradients.

    The noise comes as its standard deviation for each image, and as the first feature maps of unit noise;
    `shares` and `targets` are those of `mean_gradient`.
    """

    def gradient(weights: Weights, images: tf.Tensor, deviations: tf.Tensor, noise: tf.Tensor, shares: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        copies = first_features(weights, images, architecture)[:, tf.newaxis] + deviations * noise
        return mean_gradient(weights, copies, shares, targets, architecture)

    side = architecture.feature_sides[0]
    noise_shape = (None, side, side, architecture.channels[0])
    return compile_graph(gradient, architecture, IMAGES_SHAPE, (None, 1, 1, 1, 1), noise_shape, (None,), (None, CLASSES))


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Return the gradient of each image's class logit, averaged over noisy copies, (n, 28, 28) float32, signed.

    The noise is Gaussian; its standard deviation is `noise_share` of the image's range of values.
    Smilkov et al. (2017), section 3. Deviation: all images receive the same `samples` fields of noise,
    so that a map does not depend on the other images of the batch.
    """
    fields = np.random.default_rng(options.seed).standard_normal((options.samples, IMAGE_SIDE, IMAGE_SIDE, 1), np.float32)
    noise = first_features(weights, fields, architecture) - weights[1]  # the convolution is linear apart from its bias
    deviations = options.noise_share * np.ptp(images, axis=(1, 2))[:, None, None, None, None]

    shares, targets = np.full(options.samples, 1 / options.samples, np.float32), one_hot(classes)
    graph = noisy_gradient_graph(architecture)

    def gradient(part: slice) -> tf.Tensor:
        return graph(weights, images[part, ..., None], deviations[part], noise, shares, targets[part])

    return map_batches(gradient, len(images), images_per_batch(options.samples))
