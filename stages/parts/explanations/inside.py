"""What goes on inside a network that is shown one digit: kernels, the maps of every layer, and what its filters like."""

import numpy as np

from stages.parts.experiment.settings import Saliency
from stages.parts.explanations.class_models import filter_models
from stages.parts.network import Architecture, Weights, first_maps, head_logits, last_maps, pooled

FILTERS = 8  # of the last convolution that are maximised, the first ones


def inside(weights: Weights, digit: np.ndarray, architecture: Architecture, options: Saliency) -> dict[str, np.ndarray]:
    """Arrays by name, float32, of one network and one digit (28, 28): first-layer kernels, every layer's output, maximised filters.

    `kernels` (size, size, channels); `first_maps` and `last_maps` before pooling and ReLU,
    `first_pooled` and `last_pooled` after both, (side, side, channels); `logits` (10,);
    `filters_from_black` and `filters_from_digit` (filters, 28, 28), as in `filter_models`.
    """
    first = first_maps(weights, digit[None, ..., None], architecture)
    last = last_maps(weights, first, architecture)
    pooling = architecture.arm.pooling
    arrays = {
        "first_maps": first,
        "first_pooled": pooled(first, pooling),
        "last_maps": last,
        "last_pooled": pooled(last, pooling),
        "logits": head_logits(weights, last, architecture),
    }
    filters = np.arange(min(FILTERS, architecture.channels[1]))
    return {
        "digit": digit,
        "kernels": np.asarray(weights[0])[:, :, 0],
        **{name: np.asarray(array)[0] for name, array in arrays.items()},
        "filters_from_black": filter_models(weights, filters, np.zeros_like(digit), architecture, options),
        "filters_from_digit": filter_models(weights, filters, digit, architecture, options),
    }
