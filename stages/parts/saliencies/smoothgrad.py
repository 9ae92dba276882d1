"""`smoothgrad`: the gradient, averaged over noisy copies of the image."""

import numpy as np
import tensorflow as tf

from stages.parts.experiment.settings import Saliency
from stages.parts.gradients import SIDE, averaged_gradient
from stages.parts.network import Architecture, Weights, first_maps


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Mean gradient of the class's logit over `samples` copies with Gaussian noise, (n, 28, 28) float32, signed.

    The noise's standard deviation is `noise_share` of the image's range. Smilkov et al. (2017),
    section 3. Deviation: every image meets the same `samples` fields of noise, so that its map does
    not depend on the images beside it.
    """
    fields = np.random.default_rng(options.seed).standard_normal((options.samples, SIDE, SIDE, 1), np.float32)
    noise = first_maps(weights, fields, architecture) - weights[1]  # linear but for the bias
    deviations = options.noise_share * np.ptp(images, axis=(1, 2))[:, None, None, None, None]

    def copies(part: slice) -> tf.Tensor:
        return first_maps(weights, images[part, ..., None], architecture)[:, tf.newaxis] + deviations[part] * noise

    equal = np.full(options.samples, 1 / options.samples, np.float32)
    return averaged_gradient(weights, copies, equal, classes, architecture)
