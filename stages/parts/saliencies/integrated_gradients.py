"""`integrated_gradients`: the gradient, averaged on the way from a black image, times the image."""

from functools import lru_cache

import numpy as np
import tensorflow as tf

from stages.parts.experiment.settings import CLASSES, Saliency
from stages.parts.gradients import SIDE, Graph, compiled, images_at_once, in_batches, mean_gradient, targets_of
from stages.parts.network import Architecture, Weights, first_maps


@lru_cache(maxsize=4)  # arms come one after another
def scaled_gradient_graph(architecture: Architecture) -> Graph:
    """Compiled: weights, images, the factors by which their copies are scaled, shares and targets to mean gradients."""

    def gradient(weights: Weights, images: tf.Tensor, factors: tf.Tensor, shares: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        black = weights[1]  # what the first convolution makes of a black image: its bias
        change = first_maps(weights, images, architecture) - black
        return mean_gradient(weights, black + factors * change[:, tf.newaxis], shares, targets, architecture)

    return compiled(gradient, architecture, (None, SIDE, SIDE, 1), (None, 1, 1, 1), (None,), (None, CLASSES))


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """What each pixel adds to the class's logit on the way from a black image, (n, 28, 28) float32, signed.

    A map sums to the logit less that of the black image. Sundararajan et al. (2017), equation 1, by
    the midpoint rule over `samples` stretches of the way. Deviation: these are shorter near black,
    where most ReLUs switch; at 16 that halves the error of equal ones.
    """
    ends = np.linspace(0, 1, options.samples + 1, dtype=np.float32) ** 2
    middles = ((ends[1:] + ends[:-1]) / 2)[:, None, None, None]
    shares, targets = np.diff(ends), targets_of(classes)
    graph = scaled_gradient_graph(architecture)

    def gradient(part: slice) -> tf.Tensor:
        return graph(weights, images[part, ..., None], middles, shares, targets[part])

    return images * in_batches(gradient, len(images), images_at_once(options.samples))
