"""`gradient`: the derivative of the class's logit with respect to each pixel."""

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.model.gradients import image_gradient
from kernel_dilation.model.network import Architecture, Weights

import numpy as np


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Return the gradient of each image's class logit at every pixel, (n, 28, 28) float32, signed.

    Simonyan et al. (2013), section 3. They show absolute values; the sign is kept here.
    """
    return image_gradient(weights, images, classes, architecture)
