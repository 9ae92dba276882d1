"""Power spectra of maps."""

from kernel_dilation.map_metrics.sharpness import require_finite

import numpy as np


def power_spectra(maps: np.ndarray) -> np.ndarray:
    """Return the share of each map's power at every frequency except 0, (n, side, side) float64.

    Row and column k stand for k / side cycles per pixel. The spectrum is that of the signed map, so
    alternating signs count. A constant map has no power, and its shares are all 0.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    values = require_finite(maps)
    largest = np.abs(values).max((1, 2), keepdims=True)
    power = np.abs(np.fft.fft2(values / np.where(largest > 0, largest, 1.0))) ** 2
    power[:, 0, 0] = 0.0
    constant = np.ptp(values, axis=(1, 2), keepdims=True) == 0  # after rounding, a constant map has some power
    total = power.sum((1, 2), keepdims=True)
    return np.where(constant, 0.0, power / np.where(total > 0, total, 1.0))
