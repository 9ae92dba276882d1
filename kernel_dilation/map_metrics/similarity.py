"""How alike saliency maps are: for the noise floor between networks, and for sanity checks.

Stacks of maps are (..., height, width) and are compared one with one; numbers come back as (...).
"""

import numpy as np
from scipy.stats import rankdata

DEVIATION, RADIUS = 1.5, 5  # pixels: the Gaussian window of SSIM, 11 x 11
STABLE_MEAN, STABLE_VARIANCE = 0.01, 0.03  # K1 and K2 of SSIM


def normalised_ranks(maps: np.ndarray) -> np.ndarray:
    """Rank of each pixel within its map, equal values sharing their mean rank, centred and scaled to norm 1; float32.

    A constant map gives 0. Made once for each map, `rank_correlation` of any two is a product.

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    flat = flatten_finite(maps)
    centred = rankdata(flat, axis=-1) - (flat.shape[-1] + 1) / 2
    norms = np.sqrt((centred**2).sum(-1, keepdims=True))
    return (centred / np.where(norms > 0, norms, 1.0)).reshape(maps.shape).astype(np.float32)


def rank_correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Spearman's correlation of the maps whose `normalised_ranks` these are, -1 to 1; 0 where one is constant. Spearman (1904)."""
    return (first * second).sum((-2, -1), dtype=np.float64)


def top_pixels(maps: np.ndarray, share: float) -> np.ndarray:
    """Mask of the `share` of pixels with the largest values in each map; of equal ones the earlier in reading order.

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    flat = flatten_finite(maps)
    count = max(1, round(share * flat.shape[-1]))
    largest = np.argsort(-flat, axis=-1, kind="stable")[..., :count]
    mask = np.zeros(flat.shape, bool)
    np.put_along_axis(mask, largest, True, -1)
    return mask.reshape(maps.shape)


def top_overlap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Share of the pixels that two masks of `top_pixels` have in common, 0 to 1; by chance the share itself."""
    return (first & second).sum((-2, -1)) / first.sum((-2, -1))


def structure_moments(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Maps scaled to a largest absolute value of 1, their local means and their local mean squares: what SSIM needs of one map.

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    flat = flatten_finite(maps)
    largest = np.abs(flat).max(-1)[..., None, None]
    scaled = np.asarray(maps, np.float32) / np.where(largest > 0, largest, 1.0).astype(np.float32)
    return scaled, gaussian_means(scaled), gaussian_means(scaled**2)


def structural_similarity(first: tuple[np.ndarray, ...], second: tuple[np.ndarray, ...]) -> np.ndarray:
    """SSIM of the maps whose `structure_moments` these are, -1 to 1; 1 for equal maps, two of zeros too.

    Wang et al. (2004), equation 13, with the Gaussian window of section III-C and a range of 2, from
    -1 to 1; the mean is over windows that lie within the map. For absolute maps: of a signed map and
    its negative both factors are negative, and their product is not.
    """
    (values_1, mean_1, square_1), (values_2, mean_2, square_2) = first, second
    covariance = gaussian_means(values_1 * values_2) - mean_1 * mean_2
    variances = square_1 - mean_1**2 + square_2 - mean_2**2
    stable_mean, stable_variance = (2 * STABLE_MEAN) ** 2, (2 * STABLE_VARIANCE) ** 2
    luminance = (2 * mean_1 * mean_2 + stable_mean) / (mean_1**2 + mean_2**2 + stable_mean)
    return (luminance * (2 * covariance + stable_variance) / (variances + stable_variance)).mean((-2, -1), dtype=np.float64)


def gaussian_means(maps: np.ndarray) -> np.ndarray:
    """Gaussian means of every window that lies within the map, (..., height - 10, width - 10) float32."""
    height, width = maps.shape[-2:]
    return window_weights(height) @ maps @ window_weights(width).T


def window_weights(side: int) -> np.ndarray:
    """Weights (side - 10, side) float32 by which a line's pixels enter each window along it."""
    offsets = np.arange(side) - (np.arange(side - 2 * RADIUS) + RADIUS)[:, None]
    weights = np.where(np.abs(offsets) <= RADIUS, np.exp(-(offsets**2) / (2 * DEVIATION**2)), 0.0)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def flatten_finite(maps: np.ndarray) -> np.ndarray:
    """The maps as (..., pixels).

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    if not np.isfinite(maps).all():
        raise ValueError(f"a map must be finite; got {maps[~np.isfinite(maps)][0]} at {tuple(map(int, np.argwhere(~np.isfinite(maps))[0]))}")
    return maps.reshape(*maps.shape[:-2], -1)
