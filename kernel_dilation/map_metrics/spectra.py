"""The dilation's own print: spectra of saliency maps, and the power at the frequencies of a grid."""

from kernel_dilation.map_metrics.sharpness import require_finite

import numpy as np

STEPS_NEAR = 1.5  # of 1 / side: what lies nearer belongs to a frequency, blurred as it is by a digit 20 pixels wide


def power_spectra(maps: np.ndarray) -> np.ndarray:
    """Share of each map's power at every frequency but 0, (n, side, side) float64; row and column k stand for k / side per pixel.

    From the signed maps, so that a sign that alternates counts. A constant map has no power and
    all shares 0.

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    values = require_finite(maps)
    largest = np.abs(values).max((1, 2), keepdims=True)
    power = np.abs(np.fft.fft2(values / np.where(largest > 0, largest, 1.0))) ** 2
    power[:, 0, 0] = 0.0
    constant = np.ptp(values, axis=(1, 2), keepdims=True) == 0  # rounding leaves a constant map with some power
    total = power.sum((1, 2), keepdims=True)
    return np.where(constant, 0.0, power / np.where(total > 0, total, 1.0))


def grid_frequencies(side: int, dilation: int) -> np.ndarray:
    """Mask (side, side) of the frequencies near j / dilation by k / dilation per pixel, but not near whole ones.

    A kernel dilated by d repeats its own spectrum every 1 / d per pixel. At dilation 1 there is no
    such frequency.
    """
    steps = np.arange(side)
    nearest = np.rint(steps * dilation / side)
    close = np.abs(steps - nearest * side / dilation) < STEPS_NEAR
    whole = nearest % dilation == 0
    return (close[:, None] & close[None, :]) & ~(whole[:, None] & whole[None, :])


def gridding(spectra: np.ndarray, dilation: int) -> np.ndarray:
    """Share of the power near the frequencies k / dilation, 0 to 1, for each of (..., side, side) power spectra.

    Compare a dilated network with that of dilation 1 at the same `dilation` here: digits and pooling
    have power at these frequencies too. 0 for dilation 1, which has no grid.
    """
    return spectra[..., grid_frequencies(spectra.shape[-1], dilation)].sum(-1)
