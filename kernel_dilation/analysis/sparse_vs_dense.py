"""Sparse against dense kernels of the same extent: the effect of gaps between the taps, and of fewer taps, at a fixed reach."""

from collections.abc import Iterable
from itertools import combinations

from kernel_dilation.analysis.comparison_families import Rows, stack_intervals
from kernel_dilation.analysis.crossed_accuracy import Correct
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import extent
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.crossed_means import crossed_means, crossed_tost_p_values
from kernel_dilation.statistics.verdicts import holm

import numpy as np

DENSITIES = ("dense", "sparse")  # the two treatments, in the order in which they are compared


def equal_extent_pairs(arms: Iterable[Arm]) -> list[tuple[Arm, Arm]]:
    """Return every pair of arms with equal pooling and extent, (k - 1) d + 1, but different kernel sizes; the sparser arm is second.

    For example, kernel size 5 at dilation 1 and kernel size 3 at dilation 2 both span 5 pixels, the
    former with 25 taps and the latter with 9.
    """
    ordered = sorted(arms, key=lambda arm: (arm.pooling, arm.dilation))
    return [
        (dense, sparse)
        for dense, sparse in combinations(ordered, 2)
        if dense.pooling == sparse.pooling
        and dense.kernel_size != sparse.kernel_size
        and extent(dense.kernel_size, dense.dilation) == extent(sparse.kernel_size, sparse.dilation)
    ]


def density_stack(correct: Correct) -> Floats:
    """Return the means of the dense and of the sparse arms over all pairs of equal extent, (2, replicates, images)."""
    pairs = equal_extent_pairs(correct)
    return np.stack([np.mean([correct[pair[side]] for pair in pairs], axis=0) for side in range(len(DENSITIES))])


def contrast_rows(correct: Correct, options: Analyze) -> Rows:
    """Return one row for each pair of arms of equal extent: sparse minus dense, in percentage points, over replicates and images."""
    pairs = equal_extent_pairs(correct)
    if not pairs:
        return []
    differences = np.stack([correct[sparse] - correct[dense] for dense, sparse in pairs])
    lower, upper = stack_intervals(differences, options)
    single = differences.shape[1] < 2
    p_values = np.ones(len(pairs)) if single else crossed_means(differences).p_values()
    tost = np.ones(len(pairs)) if single else crossed_tost_p_values(differences, options.margin_points)
    corrected = holm(dict(enumerate(map(float, p_values))))
    return [
        {
            "extent": extent(dense.kernel_size, dense.dilation), "pooling": dense.pooling,
            "dense": f"k{dense.kernel_size} d{dense.dilation}", "sparse": f"k{sparse.kernel_size} d{sparse.dilation}",
            "difference": float(differences[index].mean()), "lower": float(lower[index]), "upper": float(upper[index]),
            "p_value": float(p_values[index]), "p_corrected": corrected[index], "tost_p_value": float(tost[index]),
        }
        for index, (dense, sparse) in enumerate(pairs)
    ]  # fmt: skip
