"""Which test digits are explained."""

import numpy as np


def select_digits(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Indices (count,) of test digits, classes in turn: the first ten are one of each class, where each occurs.

    More digits keep those that fewer had. The order within a class is drawn from `seed`.

    Raises:
        ValueError: there are fewer labels (n,) than that.
    """
    if count > len(labels):
        raise ValueError(f"saliency.images must be at most the number of test digits, {len(labels)}; got {count}")
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    counts = np.bincount(labels)
    turn = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)  # how many of its class come before
    return by_class[np.argsort(turn, kind="stable")][:count]


def class_mean_images(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The mean image of each class, (classes, 28, 28) float32 in [0, 1], of images (n, 28, 28) uint8."""
    return np.stack([images[labels == label].mean(0) / 255 for label in range(labels.max() + 1)]).astype(np.float32)
