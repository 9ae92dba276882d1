"""Sparse against dense kernels of the same extent."""

from kernel_dilation.analysis.sparse_vs_dense import dense_and_sparse, equal_extent_pairs, sparse_contrasts
from kernel_dilation.experiment.arms import Arm, grid_arms

import numpy as np
import pytest

ARMS = grid_arms([1, 2, 3, 4], [3, 5], ["max", "average"])
NOISE = np.random.default_rng(0).normal(size=(len(ARMS), 8))
VALUES = {arm: 95 + row - (1.0 if arm.kernel_size == 3 else 0.0) for arm, row in zip(ARMS, 0.1 * NOISE)}


def test_the_pairs_of_equal_extent_are_those_found_by_hand():
    # By hand: 5 pixels (5 at 1, 3 at 2) and 9 pixels (5 at 2, 3 at 4), for each pooling.
    names = {(dense.name, sparse.name) for dense, sparse in equal_extent_pairs(ARMS)}
    assert names == {("1-5-max", "2-3-max"), ("2-5-max", "4-3-max"), ("1-5-average", "2-3-average"), ("2-5-average", "4-3-average")}


def test_three_kernels_of_one_extent_form_three_pairs():
    # By hand: 3 taps at dilation 6, 5 at 3 and 7 at 2 all span 13 pixels.
    arms = [Arm(6, 3, "max"), Arm(3, 5, "max"), Arm(2, 7, "max")]
    assert {(dense.dilation, sparse.dilation) for dense, sparse in equal_extent_pairs(arms)} == {(2, 3), (2, 6), (3, 6)}


def test_a_contrast_is_sparse_minus_dense_block_by_block():
    # By construction: a kernel of 3 taps costs one point.
    contrasts = sparse_contrasts(VALUES, 0.5, 0.05, 1000, 0)
    assert len(contrasts) == 4
    assert {(contrast.dense, contrast.sparse) for contrast in contrasts} >= {(Arm(1, 5, "max"), Arm(2, 3, "max"))}
    assert {(contrast.pair.first, contrast.pair.second) for contrast in contrasts} == {("dense", "sparse")}
    expected = np.mean(VALUES[Arm(2, 3, "max")] - VALUES[Arm(1, 5, "max")])
    assert next(contrast for contrast in contrasts if contrast.sparse == Arm(2, 3, "max")).pair.mean_difference == pytest.approx(expected)
    assert all(contrast.pair.upper is not None and contrast.pair.upper < -0.5 for contrast in contrasts)


def test_the_table_of_dense_and_sparse_is_the_mean_over_the_contrasts():
    # By hand, over the four contrasts.
    table = dense_and_sparse(VALUES)
    dense = [Arm(1, 5, "max"), Arm(2, 5, "max"), Arm(1, 5, "average"), Arm(2, 5, "average")]
    assert table.shape == (8, 2)
    assert table[:, 0] == pytest.approx(np.mean([VALUES[arm] for arm in dense], axis=0))


def test_without_two_kernel_sizes_there_is_no_contrast():
    values = {arm: row for arm, row in VALUES.items() if arm.kernel_size == 3}
    assert sparse_contrasts(values, 0.5, 0.05, 1000, 0) == []
    with pytest.raises(ValueError, match="same extent"):
        dense_and_sparse(values)


def test_a_missing_value_is_refused_and_its_arm_is_named():
    incomplete = {**VALUES, ARMS[0]: np.full(8, np.nan)}
    with pytest.raises(ValueError, match="'1-3-max' in block 0 is missing"):
        sparse_contrasts(incomplete, 0.5, 0.05, 1000, 0)
