"""Kernels of a network, its activations for one digit, and images that maximise its filters."""

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.explanations.class_models import maximise_filters
from kernel_dilation.model.network import Architecture, Weights, first_features, head_logits, last_features, pool

import numpy as np

FILTERS = 8  # of the last convolution, from the first on, that are maximised


def network_activations(weights: Weights, digit: np.ndarray, architecture: Architecture, options: Saliency) -> dict[str, np.ndarray]:
    """Return kernels, activations and maximised filters of one network for one digit (28, 28), as float32 arrays by name.

    `digit` is the image itself and `kernels` (size, size, channels) those of the first convolution. The
    feature maps `first_maps` and `last_maps` are taken before pooling and ReLU, `first_pooled` and
    `last_pooled` after both, each (side, side, channels). `logits` is (10,); `filters_from_black` and
    `filters_from_digit` (filters, 28, 28) come from `maximise_filters`.
    """
    first = first_features(weights, digit[None, ..., None], architecture)
    last = last_features(weights, first, architecture)
    pooling = architecture.arm.pooling
    arrays = {
        "first_maps": first,
        "first_pooled": pool(first, pooling),
        "last_maps": last,
        "last_pooled": pool(last, pooling),
        "logits": head_logits(weights, last, architecture),
    }
    filters = np.arange(min(FILTERS, architecture.channels[1]))
    return {
        "digit": digit,
        "kernels": np.asarray(weights[0])[:, :, 0],
        **{name: np.asarray(array)[0] for name, array in arrays.items()},
        "filters_from_black": maximise_filters(weights, filters, np.zeros_like(digit), architecture, options),
        "filters_from_digit": maximise_filters(weights, filters, digit, architecture, options),
    }
