"""Noisy linear imputation of missing pixels, as in ROAD, for many images at once.

A missing pixel is the weighted mean of its neighbours, which may be missing too. This gives one banded
system of equations for each image. The bands of a stack of images are built together, and each system
is solved by LAPACK's Cholesky factorisation of a banded matrix.
"""

from functools import cache

import numpy as np
from scipy.linalg.lapack import dpbsv

SIDE_WEIGHT, CORNER_WEIGHT = 1 / 6, 1 / 12  # of a neighbour that shares a side, and of one that shares a corner
STEPS = (
    (0, 1, SIDE_WEIGHT),
    (1, 0, SIDE_WEIGHT),
    (1, 1, CORNER_WEIGHT),
    (1, -1, CORNER_WEIGHT),
)  # rows down, columns right and weight, for half of the neighbours
NOISE = 0.01  # standard deviation, in units of pixel value
STACK = 64  # images whose bands are built at once


def impute(images: np.ndarray, missing: np.ndarray, seed: int) -> np.ndarray:
    """Fill in the missing pixels of images (n, height, width) float32 from the others, and add noise to them.

    Noisy linear imputation by Rong et al. (2022), with weights 1/6 and 1/12. For the noise's standard
    deviation we take 0.01, the default of the code that the authors published. At the border, the
    weights of the existing neighbours are rescaled to sum to 1. All images receive the same noise,
    drawn from `seed`.

    Args:
        missing: (n, height, width) bool.

    Raises:
        ValueError: all pixels of an image are missing.
    """
    if missing.all((1, 2)).any():
        raise ValueError(f"at least one pixel of every image must be left; image {int(missing.all((1, 2)).argmax())} has none")
    noise = np.random.default_rng(seed).normal(0, NOISE, images.shape[1:])
    filled = np.concatenate(
        [solve_missing_pixels(images[start : start + STACK], missing[start : start + STACK]) for start in range(0, len(images), STACK)]
    )
    return np.where(missing, filled + noise, images).astype(np.float32)


@cache
def neighbours(height: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all pairs of neighbouring pixels as flat indices, the earlier pixel first, and the weight of each pair."""
    pixels = np.arange(height * width).reshape(height, width)
    firsts, seconds, weights = [], [], []
    for down, right, weight in STEPS:
        first = pixels[: height - down, max(0, -right) : width - max(0, right)]
        firsts.append(first.ravel())
        seconds.append(first.ravel() + down * width + right)
        weights.append(np.full(first.size, weight))
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(weights)


def solve_missing_pixels(images: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Set each missing pixel to the weighted mean of its neighbours; images (n, height, width) float64."""
    firsts, seconds, weights = neighbours(*images.shape[1:])
    values, absent = images.reshape(len(images), -1).astype(np.float64), missing.reshape(len(images), -1)
    known = np.where(absent, 0.0, values)
    sums = np.bincount(firsts, weights, absent.shape[1]) + np.bincount(seconds, weights, absent.shape[1])
    right = weighted_sums(known.reshape(images.shape)).reshape(known.shape)

    unknown = np.cumsum(absent, 1) - 1  # index of a missing pixel among its image's unknowns
    image, pair = np.nonzero(absent[:, firsts] & absent[:, seconds])
    column = unknown[image, firsts[pair]]
    row = unknown[image, seconds[pair]] - column
    counts, widths = absent.sum(1), np.ones(len(images), int)
    np.maximum.at(widths, image, row + 1)
    starts = np.concatenate([[0], np.cumsum(counts * widths)])
    bands = np.zeros(starts[-1])
    bands[starts[image] + column * widths[image] + row] = -weights[pair]
    image, pixel = np.nonzero(absent)
    bands[starts[image] + unknown[image, pixel] * widths[image]] = sums[pixel]

    for index in np.flatnonzero(counts):
        band = bands[starts[index] : starts[index + 1]].reshape(counts[index], widths[index]).T
        values[index, absent[index]] = dpbsv(band, right[index, absent[index]], lower=1, overwrite_ab=1)[1]
    return values.reshape(images.shape)


def weighted_sums(images: np.ndarray) -> np.ndarray:
    """Return the weighted sum of each pixel's neighbours, (n, height, width).

    The weights are 1/12 of the outer product of (1, 2, 1) with itself, without its centre.
    """
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    return (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:] - 4 * images) * CORNER_WEIGHT
