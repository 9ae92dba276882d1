"""Sensitivity of saliency maps to small changes of the image, and their dependence on the learned weights."""

from collections.abc import Iterator, Sequence

from kernel_dilation.map_metrics.sharpness import require_finite
from kernel_dilation.map_metrics.similarity import normalised_ranks, rank_correlation
from kernel_dilation.model.random_taps import tap_mask

import numpy as np

CHANGE = 0.02  # largest change of a pixel, in units of pixel value
CHANGES = 4  # perturbed copies of each image


def perturb_images(images: np.ndarray, seed: int) -> np.ndarray:
    """Return copies of the images with uniform noise of up to `CHANGE`, (changes, n, height, width) float32.

    All images receive the same noise, drawn from `seed`.
    """
    noise = np.random.default_rng(seed).uniform(-CHANGE, CHANGE, (CHANGES, 1, *images.shape[1:]))
    return (images + noise).astype(np.float32)


def max_sensitivity(maps: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """Return the largest norm of a map's change relative to the norm of the map, (n,); NaN for maps of zeros.

    Yeh et al. (2019), definition 2, estimated by sampling. Deviation: the change is divided by the
    norm of the map, so that methods can be compared.

    Args:
        maps: (n, height, width), maps of the images.
        changed: (changes, n, height, width), maps of the images of `perturb_images`.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    return relative_changes(require_finite(maps), np.stack([require_finite(other) for other in changed])).max(0)


def output_sensitivity(maps: np.ndarray, changed: np.ndarray, logits: np.ndarray, changed_logits: np.ndarray) -> np.ndarray:
    """Return the relative change of a map as a share of the sum of its own and that of the logits, (n,), 0 to 1.

    0: the map does not change; 1/2: as much as the logits; near 1: far more. NaN for maps or logits of zeros, and where neither
    changes. A network whose logits move more under the same change of the image may well draw another map, which
    `max_sensitivity` counts against it. This compares the same changes as relative output stability (Agarwal et al. 2022,
    equation 3), with norms in place of pixel-wise shares of the map, which are infinite where it is 0, and with the change of the
    logits relative to their norm, so that networks with larger logits can be compared. Deviation: theirs is the largest ratio of
    the two, whose mean over images is that of the few whose logits happen to move least. Here both changes are root mean
    squares over the copies, and their share is bounded.

    Args:
        maps, changed: as in `max_sensitivity`.
        logits: (n, 10), of the images; changed_logits: (changes, n, 10), of the images of `perturb_images`.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    changes = relative_changes(require_finite(maps), np.stack([require_finite(other) for other in changed])), relative_changes(logits, changed_logits)
    of_maps, of_logits = (np.sqrt((change**2).mean(0)) for change in changes)
    total = of_maps + of_logits
    return np.divide(of_maps, total, out=np.full(total.shape, np.nan), where=total > 0)


def relative_changes(values: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """Return the norm of each change relative to the norm of the value, (changes, n) float64; NaN for values of zeros.

    Args:
        values: (n, ...); changed: (changes, n, ...).
    """
    flat, others = values.reshape(len(values), -1), changed.reshape(*changed.shape[:2], -1)
    norms = np.sqrt((flat**2).sum(-1))
    distances = np.sqrt(((others - flat) ** 2).sum(-1))
    return np.divide(distances, norms, out=np.full(distances.shape, np.nan), where=norms > 0)


def randomise_layers(weights: Sequence[np.ndarray], seed: Sequence[int]) -> Iterator[list[np.ndarray]]:
    """Yield the network with its last layer randomised, then its last two layers, down to all four.

    There is one network for each of `metric_tables.LAYERS`. Cascading randomisation, Adebayo et al.
    (2018), section 3.1. Kernels are redrawn Glorot-uniform and biases are 0, as before training; a
    kernel keeps its taps where they are.

    Args:
        weights: the network's eight arrays, from the input up.
    """
    generator, network = np.random.default_rng(seed), [np.asarray(weight) for weight in weights]
    for kernel in range(len(network) - 2, -1, -2):
        shape = network[kernel].shape
        taps = tap_mask(network[kernel]) if len(shape) == 4 else np.ones(1)
        limit = np.sqrt(6 / (taps.sum() * (shape[-2] + shape[-1])))
        network[kernel] = (taps * generator.uniform(-limit, limit, shape)).astype(np.float32)
        network[kernel + 1] = np.zeros_like(network[kernel + 1])
        yield list(network)


def map_similarity(maps: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation of the absolute values of two stacks of maps, (n,); 0 where one is constant.

    Adebayo et al. (2018), section 2.2. Applied to the maps before and after randomisation, a value near 1
    means that the map does not depend on the randomised weights.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    return rank_correlation(normalised_ranks(np.abs(maps)), normalised_ranks(np.abs(others)))
