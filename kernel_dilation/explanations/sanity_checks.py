"""How stable saliency maps are under a small change of the image, and how much they owe to what the network learned."""

from collections.abc import Iterator, Sequence

from kernel_dilation.map_metrics.sharpness import require_finite
from kernel_dilation.map_metrics.similarity import normalised_ranks, rank_correlation

import numpy as np

CHANGE = 0.02  # largest change of a pixel, in units of pixel value
CHANGES = 4  # random changes of each image


def perturb_images(images: np.ndarray, seed: int) -> np.ndarray:
    """Copies (changes, n, height, width) float32 of the images, each pixel moved by up to `CHANGE`; the same moves for each image."""
    moves = np.random.default_rng(seed).uniform(-CHANGE, CHANGE, (CHANGES, 1, *images.shape[1:]))
    return (images + moves).astype(np.float32)


def max_sensitivity(maps: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """The largest norm of a map's change, relative to the map's norm, (n,); NaN for a map of zeros, which has none.

    Yeh et al. (2019), definition 2, estimated by sampling; relative, so that methods compare.

    Args:
        maps: (n, height, width), of the images.
        changed: (changes, n, height, width), of `perturb_images`.

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    norms = np.sqrt((require_finite(maps) ** 2).sum((1, 2)))
    distances = [np.sqrt((require_finite(other - maps) ** 2).sum((1, 2))) for other in changed]
    return np.divide(np.max(distances, 0), norms, out=np.full(len(maps), np.nan), where=norms > 0)


def randomise_layers(weights: Sequence[np.ndarray], seed: Sequence[int]) -> Iterator[list[np.ndarray]]:
    """The network with its last layer drawn anew, then its last two, down to all four: one for each of `metric_tables.LAYERS`.

    Cascading randomisation, Adebayo et al. (2018), section 3.1. Kernels are Glorot-uniform, biases
    0, as before training.
    """
    generator, network = np.random.default_rng(seed), [np.asarray(weight) for weight in weights]
    for kernel in range(len(network) - 2, -1, -2):
        shape = network[kernel].shape
        limit = np.sqrt(6 / (np.prod(shape[:-2]) * (shape[-2] + shape[-1])))
        network[kernel] = generator.uniform(-limit, limit, shape).astype(np.float32)
        network[kernel + 1] = np.zeros_like(network[kernel + 1])
        yield list(network)


def randomization_similarity(maps: np.ndarray, randomized: np.ndarray) -> np.ndarray:
    """Spearman's correlation of the absolute maps before and after randomisation, (n,); 0 where one is constant.

    Adebayo et al. (2018), section 2.2. Near 1 a map does not depend on what was randomised.

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    return rank_correlation(normalised_ranks(np.abs(maps)), normalised_ranks(np.abs(randomized)))
