"""How much a class model resembles the mean image of its own class, and of the other classes."""

from kernel_dilation.map_metrics.sharpness import centre_and_normalise, require_finite

import numpy as np
from scipy.ndimage import gaussian_filter

SMOOTHING = 1.0  # pixels: standard deviation of the Gaussian that smooths absolute values


def correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of each of (n, height, width) images with each of (m, height, width), (n, m); 0 where one is constant.

    Raises:
        ValueError: an image contains NaN or an infinite number.
    """
    images, others = (centre_and_normalise(require_finite(stack)) for stack in (first, second))
    return np.tensordot(images, others, ((1, 2), (1, 2)))


def own_less_others(matrix: np.ndarray) -> np.ndarray:
    """Return each diagonal entry of a square matrix minus the mean of the other entries of its row, (n,)."""
    own = np.diag(matrix)
    return own - (matrix.sum(1) - own) / (len(matrix) - 1)


def smooth_sizes(maps: np.ndarray) -> np.ndarray:
    """Return the absolute values of maps (n, height, width), smoothed by a Gaussian of `SMOOTHING` pixels.

    They show strokes whose sign alternates, as edges do, and which cancel in a correlation of signed values.
    """
    return gaussian_filter(np.abs(require_finite(maps)), (0, SMOOTHING, SMOOTHING))


def class_mean_metrics(models: np.ndarray, means: np.ndarray) -> dict[str, np.ndarray]:
    """Compute the correlations of class models with class-mean images, (classes,) by name.

    `class_mean_correlation` is that of the signed model with the mean of its own class, -1 to 1.
    `class_mean_contrast` is the same minus its mean over the other classes: a model that resembles
    digits in general, and not its own, is at 0. `class_mean_contrast_unsigned` is this contrast for
    smoothed absolute values.

    Args:
        models, means: (classes, height, width).

    Raises:
        ValueError: a class model or a mean image contains NaN or an infinite number.
    """
    signed = correlations(models, means)
    return {
        "class_mean_correlation": np.diag(signed).copy(),
        "class_mean_contrast": own_less_others(signed),
        "class_mean_contrast_unsigned": own_less_others(correlations(smooth_sizes(models), means)),
    }


def start_similarity(starts: np.ndarray) -> np.ndarray:
    """Return the mean correlation of each class model with those of the same class from other starts, (classes,); NaN for one start.

    It is the floor under every comparison of single class models: where it is low, a class model is one
    of many optima.

    Args:
        starts: (starts, classes, height, width), of which the first is compared with the others.

    Raises:
        ValueError: a class model contains NaN or an infinite number.
    """
    if len(starts) < 2:
        return np.full(starts.shape[1], np.nan)
    return np.mean([np.diag(correlations(starts[0], other)) for other in starts[1:]], 0)
