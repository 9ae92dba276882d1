"""How sharp saliency maps are: numbers of a map's absolute values, whatever their scale.

Each function takes a stack of maps, (n, height, width), and gives one number a map, float64 (n,).
A map that is zero everywhere says as little as a uniform one, and is measured as such.
"""

import numpy as np


def require_finite(maps: np.ndarray) -> np.ndarray:
    """The maps themselves, float64.

    Raises:
        ValueError: a map holds NaN or an infinite number, or the array is no stack of maps.
    """
    if maps.ndim != 3:
        raise ValueError(f"maps must be a stack (n, height, width); got an array of shape {maps.shape}")
    values = np.asarray(maps, np.float64)
    faulty = ~np.isfinite(values).all((1, 2))
    if faulty.any():
        first = int(np.argmax(faulty))
        raise ValueError(f"a map must be finite; map {first} holds {values[first][~np.isfinite(values[first])][0]}")
    return values


def normalised_abs(maps: np.ndarray) -> np.ndarray:
    """Each pixel's share of its map's absolute values; a map of zeros is shared out evenly.

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    sizes = np.abs(require_finite(maps))
    largest = sizes.max((1, 2), keepdims=True)
    sizes = np.where(largest > 0, sizes, 1.0) / np.where(largest > 0, largest, 1.0)  # no sum of these overflows
    return sizes / sizes.sum((1, 2), keepdims=True)


def gini(maps: np.ndarray) -> np.ndarray:
    """Gini index of the absolute values: 0 where all are equal, 1 - 1/pixels where one has it all.

    Hurley and Rickard (2009), who find it the best of sixteen measures of sparsity.
    """
    flat = np.sort(normalised_abs(maps).reshape(len(maps), -1), 1)
    pixels = flat.shape[1]
    return (flat @ (2 * np.arange(1, pixels + 1) - pixels - 1)) / pixels


def entropy(maps: np.ndarray) -> np.ndarray:
    """Entropy of the shares in bits: 0 where one pixel has it all, log2(pixels) where all are equal. Shannon (1948)."""
    flat = normalised_abs(maps).reshape(len(maps), -1)
    return -(flat * np.log2(flat, out=np.zeros_like(flat), where=flat > 0)).sum(1)


def total_variation(maps: np.ndarray) -> np.ndarray:
    """Sum of the differences between neighbouring shares: 0 for a uniform map, 4 for one pixel off the border.

    Anisotropic, as in Rudin et al. (1992) with the sum of absolute differences along rows and columns.
    """
    parts = normalised_abs(maps)
    return np.abs(np.diff(parts, axis=1)).sum((1, 2)) + np.abs(np.diff(parts, axis=2)).sum((1, 2))


def spread(maps: np.ndarray) -> np.ndarray:
    """Root mean square distance, in pixels, of the shares from their centre: 0 for one pixel."""
    parts = normalised_abs(maps)
    rows, columns = np.indices(parts.shape[1:])
    variance = np.zeros(len(parts))
    for place in (rows, columns):
        centre = (parts * place).sum((1, 2), keepdims=True)
        variance += (parts * (place - centre) ** 2).sum((1, 2))
    return np.sqrt(variance)


def class_mean_correlation(maps: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Pearson correlation of each signed map with its mean image, -1 to 1; 0 where either is constant.

    Raises:
        ValueError: a map or a mean holds NaN or an infinite number.
    """
    first, second = (centre_and_normalise(require_finite(stack)) for stack in (maps, means))
    return (first * second).sum((1, 2))


def centre_and_normalise(maps: np.ndarray) -> np.ndarray:
    """Maps with mean 0 and norm 1; constant maps become 0."""
    largest = np.abs(maps).max((1, 2), keepdims=True)
    scaled = maps / np.where(largest > 0, largest, 1.0)
    rest = scaled - scaled.mean((1, 2), keepdims=True)
    norms = np.sqrt((rest**2).sum((1, 2), keepdims=True))
    constant = np.ptp(scaled, axis=(1, 2), keepdims=True) == 0  # rounding leaves a constant map with a rest
    return np.where(constant, 0.0, rest / np.where(norms > 0, norms, 1.0))


def sharpness_metrics(maps: np.ndarray) -> dict[str, np.ndarray]:
    """Gini index, entropy, total variation and spread of each map, by name."""
    return {"gini": gini(maps), "entropy": entropy(maps), "total_variation": total_variation(maps), "spread": spread(maps)}
