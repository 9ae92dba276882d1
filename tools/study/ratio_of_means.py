"""Ratios of two means over the same replicates, with their confidence interval."""

from typing import NamedTuple

from kernel_dilation.statistics.block_tables import Floats

import numpy as np
from scipy import stats


class Ratio(NamedTuple):
    """A ratio of means and the ends of its confidence interval."""

    value: float
    lower: float
    upper: float


def ratio_of_means(numerator: Floats, denominator: Floats, alpha: float) -> Ratio:
    """Return the ratio of two means over the same replicates, (replicates,) each, with an interval that covers 1 - alpha.

    The interval contains the ratios r for which a t test does not reject that numerator - r * denominator
    has the mean 0 (Fieller 1954). With 10 replicates it covers 95 %, where a percentile bootstrap covers
    about 90 %. Its ends are infinite where the denominator is not shown to differ from 0, and all are NaN
    where its mean is 0.
    """
    above, below, replicates = numerator.mean(), denominator.mean(), len(denominator)
    if not below:
        return Ratio(np.nan, np.nan, np.nan)
    quantile = stats.t.ppf(1 - alpha / 2, replicates - 1)
    (above_above, above_below), (_, below_below) = np.cov(numerator, denominator) * quantile**2 / replicates
    square, linear, constant = below**2 - below_below, above * below - above_below, above**2 - above_above
    if square <= 0:
        return Ratio(float(above / below), -np.inf, np.inf)
    half = np.sqrt(max(linear**2 - square * constant, 0.0))
    return Ratio(float(above / below), float((linear - half) / square), float((linear + half) / square))
