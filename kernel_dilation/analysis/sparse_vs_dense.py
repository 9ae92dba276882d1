"""Sparse against dense kernels of the same extent: the effect of the gaps between the taps at a fixed reach."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import extent
from kernel_dilation.statistics.block_tables import Floats, check_table, without_rounding_error
from kernel_dilation.statistics.pairwise_comparisons import Pair, compare_pairs

import numpy as np

DENSITIES = ("dense", "sparse")  # the two treatments, in the order in which they are compared


class Contrast(NamedTuple):
    """Two arms of equal extent and their comparison, sparse minus dense; the treatments of `pair` are `DENSITIES`."""

    dense: Arm
    sparse: Arm
    pair: Pair


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


def sparse_contrasts(values: Mapping[Arm, Sequence[float]], margins: float | Floats, alpha: float, resamples: int, seed: int) -> list[Contrast]:
    """Compare sparse with dense, block by block, for every pair of arms of equal extent; Holm corrects over all of them.

    `values` has one value for each block (replicate) and arm. The result is empty if no two arms have
    the same extent.

    Raises:
        ValueError: a value that is missing or infinite.
    """
    arms = equal_extent_pairs(values)
    if not arms:
        return []
    dense, sparse = _dense_and_sparse_columns(values, arms)
    paired = without_rounding_error(sparse - dense, float(np.abs([dense, sparse]).max()))
    pairs = compare_pairs(paired, [DENSITIES] * len(arms), margins, alpha, resamples, seed)
    return [Contrast(*contrast, pair) for contrast, pair in zip(arms, pairs)]


def dense_and_sparse(values: Mapping[Arm, Sequence[float]]) -> Floats:
    """Return the means of the dense and of the sparse arms over all pairs of equal extent, (blocks, 2).

    The columns are the treatments `DENSITIES` of a comparison.

    Raises:
        ValueError: no two arms of the same extent, or a value that is missing or infinite.
    """
    arms = equal_extent_pairs(values)
    if not arms:
        raise ValueError(f"two arms must have the same extent and different kernel sizes; got {', '.join(arm.name for arm in values)}")
    return np.stack([columns.mean(axis=1) for columns in _dense_and_sparse_columns(values, arms)], axis=1)


def _dense_and_sparse_columns(values: Mapping[Arm, Sequence[float]], pairs: Sequence[tuple[Arm, Arm]]) -> list[Floats]:
    """Return the values of the dense and of the sparse arm of every pair, (blocks, pairs) each."""
    table = check_table(np.transpose(list(values.values())), [arm.name for arm in values])
    columns = {arm: table[:, column] for column, arm in enumerate(values)}
    return [np.stack([columns[pair[side]] for pair in pairs], axis=1) for side in range(len(DENSITIES))]
