"""Means over replicates crossed with images: intervals and tests that generalise to new networks and new images.

All networks are tested on the same images, so a value x_ri of replicate r and image i has a part of the
replicate, a part of the image and a residual, all of them random. An interval over replicates alone holds
for these images only (Clark 1973). The variance of the mean over R replicates and n images is estimated from
the two-way layout as V = MS_R / (R n) + MS_I / (R n) - MS_RI / (R n), which is unbiased (Searle, Casella and
McCulloch 1992, chapter 4; Owen 2007 bootstraps the first two terms), with the degrees of freedom of
Satterthwaite (1946).
"""

from dataclasses import dataclass

from kernel_dilation.statistics.block_tables import Floats

import numpy as np
from scipy import linalg, stats


@dataclass(frozen=True)
class CrossedMeans:
    """Means over replicates and images, with their standard errors and degrees of freedom; all of one shape."""

    mean: Floats
    error: Floats
    degrees: Floats

    def interval(self, alpha: float) -> tuple[Floats, Floats]:
        """Return the lower and upper ends of intervals that cover the true means with probability 1 - alpha."""
        half = stats.t.ppf(1 - alpha / 2, self.degrees) * self.error
        return self.mean - half, self.mean + half

    def p_values(self) -> Floats:
        """Return the two-sided p-values of "the true mean is 0"; 1 for a mean of exactly 0."""
        return np.asarray(2 * stats.t.sf(np.abs(self._t(self.mean)), self.degrees))

    def one_sided_p_values(self) -> Floats:
        """Return the p-values of "the true mean is 0 or less"."""
        return np.asarray(stats.t.sf(self._t(self.mean), self.degrees))

    def _t(self, distance: Floats) -> Floats:
        """Return the distance in standard errors; infinite where these are 0 and the distance is not."""
        certain = np.where(distance > 0, np.inf, np.where(distance < 0, -np.inf, 0.0))
        return np.divide(distance, self.error, out=certain, where=self.error > 0)


def crossed_means(values: Floats) -> CrossedMeans:
    """Return the means of values (..., replicates, images) over both axes.

    The variance is never taken to be smaller than that over replicates or images alone, which the
    subtraction can undercut in small samples. With a single image (or no images at all, as for values of a
    network as a whole) it is that over replicates. Where a cell is missing (NaN), because each replicate
    measured other images, the residual is not subtracted: the first two terms alone are the expectation of
    Owen's (2007) pigeonhole bootstrap and somewhat too large.

    Raises:
        ValueError: a single replicate, or one without any value.
    """
    replicates, images = values.shape[-2:]
    counts = (~np.isnan(values)).sum(axis=-1)
    if replicates < 2:
        raise ValueError(f"an interval needs at least 2 replicates; got {replicates}")
    if not counts.all():
        raise ValueError("every replicate must have a value of at least one image; one has none")
    if images == 1:
        return CrossedMeans(*_one_way(values[..., 0]))
    complete = counts.min() == images
    mean, *parts = _two_way(values) if complete else _two_way_with_gaps(values)
    by_replicate, by_image, residual = parts
    variance = np.maximum(by_replicate + by_image - residual, np.maximum(by_replicate, by_image))
    spread = by_replicate**2 / (replicates - 1) + by_image**2 / (images - 1) + residual**2 / ((replicates - 1) * (images - 1))
    degrees = np.divide(variance**2, spread, out=np.full_like(variance, replicates - 1), where=spread > 0)
    return CrossedMeans(mean, np.sqrt(variance), np.maximum(degrees, 1.0))


def crossed_tost_p_values(values: Floats, margin: float | Floats) -> Floats:
    """Return the p-values of "the true mean is the margin or more away from 0", by two one-sided t tests (Schuirmann 1987).

    Args:
        values: (..., replicates, images).
        margin: one number, or one for each value, so that the uncertainty of a relative margin counts too.
    """
    return np.maximum(crossed_means(values + margin).one_sided_p_values(), crossed_means(margin - values).one_sided_p_values())


def _one_way(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean, standard error and degrees of freedom of values (..., replicates)."""
    replicates = values.shape[-1]
    mean = values.mean(axis=-1)
    return mean, values.std(axis=-1, ddof=1) / np.sqrt(replicates), np.full_like(mean, replicates - 1)


def _two_way(values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the mean and the mean squares of replicates, images and residual, each divided by the number of cells."""
    replicates, images = values.shape[-2:]
    rows, columns = values.mean(axis=-1), values.mean(axis=-2)
    mean = rows.mean(axis=-1)
    squares = ((values - rows[..., None] - columns[..., None, :] + mean[..., None, None]) ** 2).sum(axis=(-2, -1))
    residual = squares / ((replicates - 1) * (images - 1)) / (replicates * images)
    return mean, rows.var(axis=-1, ddof=1) / replicates, columns.var(axis=-1, ddof=1) / images, residual


def _two_way_with_gaps(values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the same for values with gaps: variances over clusters (Cameron, Gelbach and Miller 2011), and no residual."""
    replicates = values.shape[-2]
    cells = (~np.isnan(values)).sum(axis=(-2, -1))
    mean = np.nansum(values, axis=(-2, -1)) / cells
    deviations = np.nan_to_num(values - mean[..., None, None])
    used = (~np.isnan(values)).any(axis=-2).sum(axis=-1)
    by_replicate = (deviations.sum(axis=-1) ** 2).sum(axis=-1) / cells**2 * replicates / (replicates - 1)
    by_image = (deviations.sum(axis=-2) ** 2).sum(axis=-1) / cells**2 * used / np.maximum(used - 1, 1)
    return mean, by_replicate, by_image, np.zeros_like(mean)


def quasi_f_p_value(stack: Floats) -> float:
    """Return the p-value of "no treatment differs", 0 to 1, for a complete stack (treatments, replicates, images).

    It is that of `quasi_f`, whose degrees of freedom are multiplied by Box's epsilon, estimated as by
    Greenhouse and Geisser (1959), because treatments may differ in spread. The p-value is 1 for a single
    treatment or replicate, or if all treatments have the same mean.
    """
    treatments, replicates, images = stack.shape
    if treatments < 2 or replicates < 2:
        return 1.0
    statistic, *degrees = quasi_f(stack)
    contrasts = np.tensordot(linalg.helmert(treatments), stack, axes=1)
    covariance = np.cov(contrasts.mean(axis=2)) / replicates + np.cov(contrasts.mean(axis=1)) / images
    epsilon = box_epsilon(np.atleast_2d(covariance))
    return float(stats.f.sf(statistic, *(epsilon * value for value in degrees)))


def quasi_f(stack: Floats) -> tuple[float, float, float]:
    """Return the quasi-F of a stack (treatments, replicates, images), and its two degrees of freedom.

    Treatments are fixed, replicates and images random. A difference then varies with both, so the mean square
    of the treatments is compared with MS_TR + MS_TI - MS_TRI (Satterthwaite 1946), as Clark (1973) proposed
    for subjects crossed with items. For two treatments it is the square of the t of `crossed_means`.
    """
    treatments, replicates, images = stack.shape
    mean, *parts = _two_way(np.tensordot(linalg.helmert(treatments), stack, axes=1))
    by_replicate, by_image, residual = (float(part.mean()) for part in parts)
    variance = max(by_replicate + by_image - residual, by_replicate, by_image)
    effect = float((mean**2).mean())
    if variance == 0:
        return (np.inf if effect else 0.0), treatments - 1, (treatments - 1) * (replicates - 1)
    spread = by_replicate**2 / (replicates - 1) + by_image**2 / (images - 1) + residual**2 / ((replicates - 1) * (images - 1))
    return effect / variance, treatments - 1, (treatments - 1) * variance**2 / spread


def box_epsilon(covariance: Floats) -> float:
    """Return Box's epsilon of orthonormal contrasts with that covariance: 1 where they vary alike, down to 1 / contrasts."""
    squares = float((covariance**2).sum())
    return float(np.trace(covariance) ** 2 / (len(covariance) * squares)) if squares else 1.0
