"""`integrated_gradients`: the gradient, averaged on the way from a black image, times the image."""

import numpy as np
import tensorflow as tf

from stages.parts.experiment.settings import Saliency
from stages.parts.gradients import averaged_gradient
from stages.parts.network import Architecture, Weights, first_maps


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """What each pixel adds to the class's logit on the way from a black image, (n, 28, 28) float32, signed.

    A map sums to the logit less that of the black image. Sundararajan et al. (2017), equation 1, by
    the midpoint rule over `samples` stretches of the way. Deviation: these are shorter near black,
    where most ReLUs switch; at 16 that halves the error of equal ones.
    """
    ends = np.linspace(0, 1, options.samples + 1, dtype=np.float32) ** 2
    middles = ((ends[1:] + ends[:-1]) / 2)[:, None, None, None]
    black = weights[1]  # what the first convolution makes of a black image: its bias

    def copies(part: slice) -> tf.Tensor:
        change = first_maps(weights, images[part, ..., None], architecture) - black
        return black + middles * change[:, tf.newaxis]

    return images * averaged_gradient(weights, copies, np.diff(ends), classes, architecture)
