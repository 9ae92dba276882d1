"""Effect sizes: means with bootstrap intervals, slopes, and standardised effects."""

from collections.abc import Sequence

from kernel_dilation.statistics.block_tables import Floats, sign_patterns

import numpy as np
from scipy import stats


def mean_intervals(samples: Floats, alpha: float, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """Return the lower and upper ends, (columns,) each, of an interval for the mean of every column of (blocks, columns).

    Each interval covers its mean with probability 1 - alpha. A studentised wild bootstrap flips the
    signs of the residuals and uses the quantile of |t| (Liu 1988; Mammen 1993). It covers 95 to 96 %
    of means at a level of 95 %, as `tools/calibration/calibrate.py` shows; with 8 blocks, percentile
    intervals cover 88 %, and intervals from resampled t values 93 % if tails are heavy. Student's t is
    used for studies with too few blocks for the tail (2^blocks < 3 / alpha).

    Raises:
        ValueError: a single block, which has no variance.
    """
    blocks = len(samples)
    if blocks < 2:
        raise ValueError(f"an interval needs at least 2 blocks; got {blocks}")
    means = samples.mean(axis=0)
    errors = samples.std(axis=0, ddof=1) / np.sqrt(blocks)
    if 2**blocks < 3 / alpha:
        half = stats.t.ppf(1 - alpha / 2, blocks - 1) * errors
    else:
        half = np.quantile(_wild_t(samples - means, resamples, seed), 1 - alpha, axis=0) * errors
    return means - half, means + half


def _wild_t(residuals: Floats, resamples: int, seed: int) -> Floats:
    """Return |t| of the residuals under every pattern of signs, (patterns, columns); infinite where a pattern leaves no variance."""
    means = sign_patterns(len(residuals), resamples, seed) @ residuals / len(residuals)
    squares = (residuals**2).mean(axis=0)
    variances = np.maximum(squares - means**2, 0.0)
    variances[variances < 1e-12 * squares] = 0.0
    infinite = np.where(means == 0, 0.0, np.inf)
    return np.divide(np.abs(means), np.sqrt(variances / (len(residuals) - 1)), out=infinite, where=variances > 0)


def slopes(table: Floats, treatments: Sequence[float]) -> Floats:
    """Return the least-squares slope of each block along the treatments, (blocks,), in the table's unit per unit of treatment.

    Raises:
        ValueError: a single treatment, which has no slope.
    """
    if len(treatments) < 2:
        raise ValueError(f"a slope needs at least 2 treatments; got {len(treatments)}")
    centred = np.asarray(treatments, dtype=np.float64) - np.mean(treatments)
    return table @ centred / (centred**2).sum()


def hodges_lehmann(paired: Floats) -> Floats:
    """Return the median of the means of all pairs of blocks, (pairs,), in the differences' unit: Hodges and Lehmann (1963).

    Each block is also paired with itself. `paired` holds differences, (blocks, pairs).
    """
    first, second = np.triu_indices(len(paired))
    return np.median((paired[first] + paired[second]) / 2, axis=0)


def rank_biserial(signed_ranks: Floats) -> Floats:
    """Return the matched-pairs rank-biserial correlation, (pairs,), -1 to 1, after Kerby (2014).

    It is the share of the rank sum with positive differences minus that with negative ones, from the
    signed ranks of Wilcoxon's test, (blocks, pairs); 0 if nothing differs.
    """
    total = np.abs(signed_ranks).sum(axis=0)
    return np.divide(signed_ranks.sum(axis=0), total, out=np.zeros_like(total), where=total > 0)


def cohen_dz(paired: Floats) -> list[float | None]:
    """Return the mean difference in standard deviations of the differences, one for each pair: Cohen's d_z (1988, chapter 2).

    It is 0 if nothing differs, and None if every block differs by the same amount or if there is a
    single block with a difference.
    """
    means = paired.mean(axis=0)
    deviations = paired.std(axis=0, ddof=1) if len(paired) > 1 else np.zeros_like(means)
    constant = deviations <= 1e-9 * np.abs(means)
    return [
        (0.0 if mean == 0 else None) if is_constant else float(mean / deviation) for mean, deviation, is_constant in zip(means, deviations, constant)
    ]
