"""Faithfulness of saliency maps: the network's confidence as the most salient pixels are deleted or inserted."""

from collections.abc import Callable

from kernel_dilation.explanations.imputation import impute
from kernel_dilation.map_metrics.sharpness import require_finite

import numpy as np

SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)  # of the pixels that are removed: the midpoints of five equal intervals

Confidence = Callable[[np.ndarray, np.ndarray], np.ndarray]


def removal_order(maps: np.ndarray, seed: int) -> np.ndarray:
    """Rank the pixels of each map by decreasing absolute value, ties in random order; flat indices (n, pixels).

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    sizes = np.abs(require_finite(maps)).reshape(len(maps), -1)
    shuffled = np.random.default_rng(seed).permutation(sizes.shape[1])
    return shuffled[np.argsort(-sizes[:, shuffled], axis=1, kind="stable")]


def random_order(count: int, pixels: int, seed: int) -> np.ndarray:
    """Draw a random order of the pixels for each of `count` images; flat indices (count, pixels)."""
    return np.argsort(np.random.default_rng(seed).random((count, pixels)), 1)


def remove_top_pixels(images: np.ndarray, orders: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Replace the first `share` of each image's pixels, in the given order, by values imputed from the others."""
    missing = np.zeros(orders.shape, bool)
    np.put_along_axis(missing, orders[:, : round(share * orders.shape[1])], True, 1)
    return impute(images, missing.reshape(images.shape), seed)


def deletion_and_insertion(images: np.ndarray, orders: np.ndarray, confidence: Confidence, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean confidence, 0 to 1, while the first pixels are deleted, and while they are inserted; (n,) each.

    A faithful order lies below a random one in deletion, and above it in insertion. This is ROAD (Rong
    et al. 2022), with the most relevant or the least relevant pixels removed first and filled in by
    noisy linear imputation; to blacken pixels instead would not change the black background. Both are
    areas under the curve over the share of removed pixels, by the midpoint rule at `SHARES`.

    Args:
        images: (n, height, width) float32.
        orders: (n, pixels), flat indices from the most important pixel down.
        confidence: function from images and their indices in the stack to the network's probability of
            each image's class.
    """
    areas = []
    for ranking in (orders, orders[:, ::-1]):  # the pixel inserted first is the one deleted last
        degraded = np.concatenate([remove_top_pixels(images, ranking, share, seed) for share in SHARES])
        indices = np.tile(np.arange(len(images)), len(SHARES))
        areas.append(confidence(degraded, indices).reshape(len(SHARES), -1).mean(0))
    return areas[0], areas[1]


def chance_area(images: np.ndarray, confidence: Confidence, seed: int) -> np.ndarray:
    """Return the chance level of deletion and insertion, (n,): the mean of both for one random order per image."""
    orders = random_order(len(images), images[0].size, seed)
    return np.mean(deletion_and_insertion(images, orders, confidence, seed), 0)
