"""Gridding artefacts: power spectra of saliency maps, and their power at the frequencies of the dilation's grid."""

from kernel_dilation.map_metrics.sharpness import require_finite

import numpy as np

STEPS_NEAR = 1.5  # in steps of 1 / side: how near to a frequency counts as at it; a digit 20 pixels wide blurs the spectrum


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


def grid_frequencies(side: int, dilation: int) -> np.ndarray:
    """Return the mask (side, side) of frequencies near (j, k) / dilation cycles per pixel, except where both are integers.

    The spectrum of a kernel dilated by d repeats every 1 / d cycles per pixel. At dilation 1 there are
    no such frequencies.
    """
    steps = np.arange(side)
    nearest = np.rint(steps * dilation / side)
    is_near = np.abs(steps - nearest * side / dilation) < STEPS_NEAR
    is_integer = nearest % dilation == 0
    return (is_near[:, None] & is_near[None, :]) & ~(is_integer[:, None] & is_integer[None, :])


def gridding(spectra: np.ndarray, dilation: int) -> np.ndarray:
    """Return the share of power at the frequencies of the dilation's grid, 0 to 1, for power spectra (..., side, side).

    Digits and pooling have power at these frequencies too. Therefore compare a dilated network with one
    of dilation 1 at the same `dilation` argument. The share is 0 for dilation 1, which has no grid.
    """
    return spectra[..., grid_frequencies(spectra.shape[-1], dilation)].sum(-1)
