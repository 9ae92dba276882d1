"""Autocorrelation of maps along their axes, and the gridding that it shows: a peak at the lag of the dilation."""

from kernel_dilation.map_metrics.sharpness import centre_and_normalise, require_finite

import numpy as np


def autocorrelations(maps: np.ndarray) -> np.ndarray:
    """Return the autocorrelation of each map (n, side, side) at every lag from 0 to side, in pixels, (n, side + 1) float64.

    It is the sample autocorrelation of Box and Jenkins (1970), chapter 2, along rows and along columns,
    averaged over both: the sum of products of pixels that lie a lag apart, after the map's mean was
    subtracted, divided by the sum of squares. It is 1 at lag 0 and 0 at lag `side`, where no pixels are
    that far apart. A constant map has zeros at every lag. Signs count.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    values = centre_and_normalise(require_finite(maps))
    side = values.shape[-1]
    lags = [
        (values[:, lag:] * values[:, : side - lag]).sum((1, 2)) + (values[:, :, lag:] * values[:, :, : side - lag]).sum((1, 2)) for lag in range(side)
    ]
    return np.stack([*lags, np.zeros(len(values))], 1) / 2


def gridding(correlations: np.ndarray, dilation: int) -> np.ndarray:
    """Return by how much the autocorrelation at the lag `dilation` exceeds the mean of those at the two lags beside it, (...).

    A map whose values recur every `dilation` pixels has a peak at this lag, and a smooth map has none.
    Digits and pooling have a lattice of their own; therefore compare networks of this dilation with
    networks of other dilations at the same lag.

    Args:
        correlations: (..., side + 1), from `autocorrelations`.

    Raises:
        ValueError: the lag, or one beside it, is not among the lags.
    """
    if not 1 <= dilation <= correlations.shape[-1] - 2:
        raise ValueError(f"the lag must be between 1 and {correlations.shape[-1] - 2} pixels; got {dilation}")
    return correlations[..., dilation] - (correlations[..., dilation - 1] + correlations[..., dilation + 1]) / 2
