"""Sharpness metrics of saliency maps, computed from absolute values and independent of their scale.

Each metric takes a stack of maps (n, height, width) and returns one number per map, float64 (n,). The
shares of a map are its absolute values divided by their sum. A map of zeros carries as little
information as a uniform map, and is treated as one.
"""

import numpy as np


def require_finite(maps: np.ndarray) -> np.ndarray:
    """Return the maps unchanged, as float64, if all of their values are finite.

    Raises:
        ValueError: a map contains NaN or an infinite number, or the array is not a stack of maps.
    """
    if maps.ndim != 3:
        raise ValueError(f"maps must be a stack (n, height, width); got an array of shape {maps.shape}")
    values = np.asarray(maps, np.float64)
    faulty = ~np.isfinite(values).all((1, 2))
    if faulty.any():
        first = int(np.argmax(faulty))
        raise ValueError(f"a map must be finite; map {first} contains {values[first][~np.isfinite(values[first])][0]}")
    return values


def normalised_abs(maps: np.ndarray) -> np.ndarray:
    """Return the shares of each map; those of a map of zeros are equal.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    sizes = np.abs(require_finite(maps))
    largest = sizes.max((1, 2), keepdims=True)
    sizes = np.where(largest > 0, sizes, 1.0) / np.where(largest > 0, largest, 1.0)  # values of at most 1, whose sum cannot overflow
    return sizes / sizes.sum((1, 2), keepdims=True)


def gini(maps: np.ndarray) -> np.ndarray:
    """Return the Gini index of the absolute values: 0 if all are equal, 1 - 1/pixels if only one is not zero.

    Hurley and Rickard (2009), who find that it meets their criteria best among sixteen measures of sparsity.
    """
    flat = np.sort(normalised_abs(maps).reshape(len(maps), -1), 1)
    pixels = flat.shape[1]
    return (flat @ (2 * np.arange(1, pixels + 1) - pixels - 1)) / pixels


def entropy(maps: np.ndarray) -> np.ndarray:
    """Return the entropy of the shares, in bits: 0 if only one pixel is not zero, log2(pixels) if all are equal.

    Shannon (1948).
    """
    flat = normalised_abs(maps).reshape(len(maps), -1)
    return -(flat * np.log2(flat, out=np.zeros_like(flat), where=flat > 0)).sum(1)


def total_variation(maps: np.ndarray) -> np.ndarray:
    """Return the total variation of the shares: 0 for a uniform map, 4 for a single pixel away from the border.

    After Rudin et al. (1992), in the anisotropic form: the sum of absolute differences along rows and columns.
    """
    shares = normalised_abs(maps)
    return np.abs(np.diff(shares, axis=1)).sum((1, 2)) + np.abs(np.diff(shares, axis=2)).sum((1, 2))


def spread(maps: np.ndarray) -> np.ndarray:
    """Return the root mean square distance, in pixels, of the shares from their centroid: 0 for a single pixel."""
    shares = normalised_abs(maps)
    rows, columns = np.indices(shares.shape[1:])
    variance = np.zeros(len(shares))
    for positions in (rows, columns):
        centre = (shares * positions).sum((1, 2), keepdims=True)
        variance += (shares * (positions - centre) ** 2).sum((1, 2))
    return np.sqrt(variance)


def centre_and_normalise(maps: np.ndarray) -> np.ndarray:
    """Centre each map to mean 0 and scale it to norm 1; constant maps become 0."""
    largest = np.abs(maps).max((1, 2), keepdims=True)
    scaled = maps / np.where(largest > 0, largest, 1.0)
    centred = scaled - scaled.mean((1, 2), keepdims=True)
    norms = np.sqrt((centred**2).sum((1, 2), keepdims=True))
    constant = np.ptp(scaled, axis=(1, 2), keepdims=True) == 0  # after rounding, a constant map is not exactly 0
    return np.where(constant, 0.0, centred / np.where(norms > 0, norms, 1.0))


def sharpness_metrics(maps: np.ndarray) -> dict[str, np.ndarray]:
    """Compute Gini index, entropy, total variation and spread of each map, by name."""
    return {"gini": gini(maps), "entropy": entropy(maps), "total_variation": total_variation(maps), "spread": spread(maps)}
