"""Sparse against dense kernels of the same extent: what the gaps between the taps do, the reach held fixed."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import extent
from kernel_dilation.statistics.blocks import Floats, check_table, without_rounding_error
from kernel_dilation.statistics.pairs import Pair, compare_pairs

import numpy as np


def equal_extent_pairs(arms: Iterable[Arm]) -> list[tuple[Arm, Arm]]:
    """Every pair of arms with the same pooling and extent, (k - 1) d + 1, but other kernel sizes; the sparser second.

    Kernel 5 at dilation 1 and kernel 3 at dilation 2 both span 5 pixels, the one with 25 taps and
    the other with 9.
    """
    ordered = sorted(arms, key=lambda arm: (arm.pooling, arm.dilation))
    return [
        (dense, sparse)
        for dense, sparse in combinations(ordered, 2)
        if dense.pooling == sparse.pooling
        and dense.kernel_size != sparse.kernel_size
        and extent(dense.kernel_size, dense.dilation) == extent(sparse.kernel_size, sparse.dilation)
    ]


def sparse_contrasts(values: Mapping[Arm, Sequence[float]], margins: float | Floats, alpha: float, resamples: int, seed: int) -> list[Pair]:
    """Sparse less dense for every pair of equal extent, block by block, under the arms' names; one family for Holm.

    `values` has one value for each block (replicate) and arm. Empty if no two arms have the same extent.

    Raises:
        ValueError: a value that is missing or infinite.
    """
    contrasts = equal_extent_pairs(values)
    if not contrasts:
        return []
    dense, sparse = _sides(values, contrasts)
    paired = without_rounding_error(sparse - dense, float(np.abs([dense, sparse]).max()))
    return compare_pairs(paired, [(first.name, second.name) for first, second in contrasts], margins, alpha, resamples, seed)


def dense_and_sparse(values: Mapping[Arm, Sequence[float]]) -> Floats:
    """Mean over the pairs of equal extent of the dense and of the sparse arm in each block, (blocks, 2).

    A table of the two treatments `dense` and `sparse` for a `comparison`.

    Raises:
        ValueError: no two arms of the same extent, or a value that is missing or infinite.
    """
    contrasts = equal_extent_pairs(values)
    if not contrasts:
        raise ValueError(f"two arms must have the same extent and other kernel sizes; got {', '.join(arm.name for arm in values)}")
    return np.stack([side.mean(axis=1) for side in _sides(values, contrasts)], axis=1)


def _sides(values: Mapping[Arm, Sequence[float]], contrasts: Sequence[tuple[Arm, Arm]]) -> list[Floats]:
    """Values of the dense and of the sparse arm of every contrast, (blocks, contrasts) each."""
    table = check_table(np.transpose(list(values.values())), [arm.name for arm in values])
    columns = {arm: table[:, column] for column, arm in enumerate(values)}
    return [np.stack([columns[contrast[side]] for contrast in contrasts], axis=1) for side in range(2)]
