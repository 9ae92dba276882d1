"""Similarity metrics of saliency maps, for the noise floor between networks and for sanity checks.

Two stacks (..., height, width) are compared map by map; the similarities have the shape (...). Ranks are those
of pandas, which every stage imports anyway; importing scipy.stats would take two fifths of the start of a stage.
"""

import numpy as np
import pandas as pd

DEVIATION, RADIUS = 1.5, 5  # pixels: standard deviation and radius of SSIM's Gaussian window, 11 x 11
STABLE_MEAN, STABLE_VARIANCE = 0.01, 0.03  # K1 and K2 of SSIM


def normalised_ranks(maps: np.ndarray) -> np.ndarray:
    """Return each pixel's rank within its map, centred and scaled to norm 1, float32; tied values share their mean rank.

    A constant map becomes 0. With ranks computed once per map, `rank_correlation` of any two maps is a
    mere product.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    flat = flatten_finite(maps)
    ranks = pd.DataFrame(flat.reshape(-1, flat.shape[-1])).rank(axis=1).to_numpy()
    centred = ranks.reshape(flat.shape) - (flat.shape[-1] + 1) / 2
    norms = np.sqrt((centred**2).sum(-1, keepdims=True))
    return (centred / np.where(norms > 0, norms, 1.0)).reshape(maps.shape).astype(np.float32)


def rank_correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation, -1 to 1, of maps given by their `normalised_ranks`; 0 where one is constant.

    Spearman (1904).
    """
    return (first * second).sum((-2, -1), dtype=np.float64)


def top_pixels(maps: np.ndarray, share: float) -> np.ndarray:
    """Return the mask of the `share` of pixels with the largest values in each map.

    Ties go to the earlier pixel in reading order.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    flat = flatten_finite(maps)
    count = max(1, round(share * flat.shape[-1]))
    largest = np.argsort(-flat, axis=-1, kind="stable")[..., :count]
    mask = np.zeros(flat.shape, bool)
    np.put_along_axis(mask, largest, True, -1)
    return mask.reshape(maps.shape)


def top_overlap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the share of pixels that two masks of `top_pixels` have in common, 0 to 1.

    Its chance level is the `share` of `top_pixels`.
    """
    return (first & second).sum((-2, -1)) / first.sum((-2, -1))


def structure_moments(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the terms of SSIM that depend on a single map.

    They are the map scaled to a largest absolute value of 1, its local means and its local mean squares.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    flat = flatten_finite(maps)
    largest = np.abs(flat).max(-1)[..., None, None]
    scaled = np.asarray(maps, np.float32) / np.where(largest > 0, largest, 1.0).astype(np.float32)
    return scaled, gaussian_means(scaled), gaussian_means(scaled**2)


def structural_similarity(first: tuple[np.ndarray, ...], second: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return the structural similarity (SSIM), -1 to 1, of maps given by their `structure_moments`; 1 for equal maps.

    Wang et al. (2004), equation 13, with the Gaussian window of section III-C and a dynamic range of 2
    (from -1 to 1), averaged over the windows that lie within the map. It is meant for absolute maps: for
    a signed map and its negative, both factors can be negative and their product positive.
    """
    (values_1, mean_1, square_1), (values_2, mean_2, square_2) = first, second
    covariance = gaussian_means(values_1 * values_2) - mean_1 * mean_2
    variances = square_1 - mean_1**2 + square_2 - mean_2**2
    stable_mean, stable_variance = (2 * STABLE_MEAN) ** 2, (2 * STABLE_VARIANCE) ** 2
    luminance = (2 * mean_1 * mean_2 + stable_mean) / (mean_1**2 + mean_2**2 + stable_mean)
    return (luminance * (2 * covariance + stable_variance) / (variances + stable_variance)).mean((-2, -1), dtype=np.float64)


def gaussian_means(maps: np.ndarray) -> np.ndarray:
    """Return the Gaussian-weighted mean of every window within the map, (..., height - 10, width - 10) float32."""
    height, width = maps.shape[-2:]
    return window_weights(height) @ maps @ window_weights(width).T


def window_weights(side: int) -> np.ndarray:
    """Return the weights of a line's pixels in each window along it, (side - 10, side) float32."""
    offsets = np.arange(side) - (np.arange(side - 2 * RADIUS) + RADIUS)[:, None]
    weights = np.where(np.abs(offsets) <= RADIUS, np.exp(-(offsets**2) / (2 * DEVIATION**2)), 0.0)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def flatten_finite(maps: np.ndarray) -> np.ndarray:
    """Return the maps as (..., pixels), if all of their values are finite.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    if not np.isfinite(maps).all():
        raise ValueError(f"a map must be finite; got {maps[~np.isfinite(maps)][0]} at {tuple(map(int, np.argwhere(~np.isfinite(maps))[0]))}")
    return maps.reshape(*maps.shape[:-2], -1)
