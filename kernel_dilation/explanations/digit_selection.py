"""Selection of the test digits to explain, and the mean image of each class."""

import numpy as np


def select_digits(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Select test digits that alternate between classes; return their indices (count,).

    If every class occurs, the first ten digits are one of each class. A larger `count` extends the
    selection of a smaller one. The order within a class is drawn from `seed`.

    Args:
        labels: (n,), class of each test digit.

    Raises:
        ValueError: `count` exceeds the number of labels.
    """
    if count > len(labels):
        raise ValueError(f"saliency.images must be at most the number of test digits, {len(labels)}; got {count}")
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    counts = np.bincount(labels)
    rank = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)  # number of earlier digits of the same class
    return by_class[np.argsort(rank, kind="stable")][:count]


def class_mean_images(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the mean image of each class, (classes, 28, 28) float32 in [0, 1], of images (n, 28, 28) uint8."""
    return np.stack([images[labels == label].mean(0) / 255 for label in range(labels.max() + 1)]).astype(np.float32)
