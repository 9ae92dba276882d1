"""Agreement of the maps of networks that differ in their seed alone."""

from kernel_dilation.map_metrics.similarity import normalised_ranks, rank_correlation, structural_similarity, structure_moments

import numpy as np


def replicate_agreement(maps: np.ndarray) -> dict[str, np.ndarray]:
    """Compute the similarity of each replicate's maps to those of the next one, and of the last to the first, (replicates, n) by name.

    `agreement_spearman` is the rank correlation and `agreement_ssim` the structural similarity of the
    absolute values. Each replicate occurs in two pairs only: averages over all pairs would repeat each
    replicate in nearly every value, and an interval over replicates would be too narrow. For a single
    replicate both are NaN.

    Args:
        maps: (replicates, n, height, width) of the same images.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    sizes = np.abs(maps)
    if len(maps) < 2:
        return {name: np.full(maps.shape[:2], np.nan) for name in ("agreement_spearman", "agreement_ssim")}
    ranks, moments = normalised_ranks(sizes), structure_moments(sizes)
    following = tuple(np.roll(array, -1, 0) for array in moments)
    return {
        "agreement_spearman": rank_correlation(ranks, np.roll(ranks, -1, 0)),
        "agreement_ssim": structural_similarity(moments, following),
    }
