"""How faithful saliency maps are: what the network says when the pixels they rank highest go, or alone stay."""

from collections.abc import Callable

from kernel_dilation.explanations.imputation import impute
from kernel_dilation.map_metrics.sharpness import require_finite

import numpy as np

SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)  # of the pixels that are removed or kept: the middles of five equal parts

Confidence = Callable[[np.ndarray, np.ndarray], np.ndarray]


def removal_order(maps: np.ndarray, seed: int) -> np.ndarray:
    """Flat pixel indices (n, pixels) of each map from the largest absolute value down, equal ones in random order.

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    sizes = np.abs(require_finite(maps)).reshape(len(maps), -1)
    shuffled = np.random.default_rng(seed).permutation(sizes.shape[1])
    return shuffled[np.argsort(-sizes[:, shuffled], axis=1, kind="stable")]


def random_order(count: int, pixels: int, seed: int) -> np.ndarray:
    """Flat pixel indices (count, pixels), each row in a random order of its own."""
    return np.argsort(np.random.default_rng(seed).random((count, pixels)), 1)


def remove_top_pixels(images: np.ndarray, orders: np.ndarray, share: float, seed: int) -> np.ndarray:
    """The images without the first `share` of the pixels in their order, which are filled in from the others."""
    missing = np.zeros(orders.shape, bool)
    np.put_along_axis(missing, orders[:, : round(share * orders.shape[1])], True, 1)
    return impute(images, missing.reshape(images.shape), seed)


def deletion_and_insertion(images: np.ndarray, orders: np.ndarray, confidence: Confidence, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean confidence, 0 to 1, while the first pixels go (deletion), and while they come back (insertion); (n,) each.

    A faithful order is below a random one in deletion, above it in insertion. ROAD, Rong et al.
    (2022): most relevant first and least relevant first, by noisy linear imputation, because a black
    pixel on black ground removes nothing. Areas under the curves over the share of pixels, by the
    midpoint rule with `SHARES`.

    Args:
        images: (n, height, width) float32.
        orders: (n, pixels), flat indices from the most important pixel down.
        confidence: the network's probability of the class of each image, from images and their
            places in the stack.
    """
    areas = []
    for ranking in (orders, orders[:, ::-1]):  # what is inserted first is deleted last
        degraded = np.concatenate([remove_top_pixels(images, ranking, share, seed) for share in SHARES])
        places = np.tile(np.arange(len(images)), len(SHARES))
        areas.append(confidence(degraded, places).reshape(len(SHARES), -1).mean(0))
    return areas[0], areas[1]


def chance_area(images: np.ndarray, confidence: Confidence, seed: int) -> np.ndarray:
    """The chance level of deletion and of insertion, (n,): the mean of both for one random order of each image."""
    orders = random_order(len(images), images[0].size, seed)
    return np.mean(deletion_and_insertion(images, orders, confidence, seed), 0)
