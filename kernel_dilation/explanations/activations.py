"""What goes on inside a network that is shown one digit: kernels, the maps of every layer, and what its filters like."""

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.explanations.class_models import maximise_filters
from kernel_dilation.model.network import Architecture, Weights, first_features, head_logits, last_features, pool

import numpy as np

FILTERS = 8  # of the last convolution that are maximised, the first ones


def network_activations(weights: Weights, digit: np.ndarray, architecture: Architecture, options: Saliency) -> dict[str, np.ndarray]:
    """Arrays by name, float32, of one network and one digit (28, 28): first-layer kernels, every layer's output, maximised filters.

    `kernels` (size, size, channels); `first_maps` and `last_maps` before pooling and ReLU,
    `first_pooled` and `last_pooled` after both, (side, side, channels); `logits` (10,);
    `filters_from_black` and `filters_from_digit` (filters, 28, 28), as in `maximise_filters`.
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
