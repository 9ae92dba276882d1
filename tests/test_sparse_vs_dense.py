"""Sparse against dense kernels of the same extent."""

from kernel_dilation.analysis.sparse_vs_dense import contrast_rows, density_stack, equal_extent_pairs
from kernel_dilation.experiment.arms import Arm, grid_arms
from kernel_dilation.experiment.parameters import parse_settings

import numpy as np
import pytest
from changed_parameters import changed

ARMS = grid_arms([1, 2, 3, 4], [3, 5], ["max", "average"])
OPTIONS = parse_settings(changed(analyze__resamples=1000)).analyze
NOISE = np.random.default_rng(0).normal(size=(len(ARMS), 8, 20))
VALUES = {arm: 95 + values - (1.0 if arm.kernel_size == 3 else 0.0) for arm, values in zip(ARMS, 0.1 * NOISE)}  # (replicates, images)


def test_the_pairs_of_equal_extent_are_those_found_by_hand():
    # By hand: 5 pixels (5 at 1, 3 at 2) and 9 pixels (5 at 2, 3 at 4), for each pooling.
    names = {(dense.name, sparse.name) for dense, sparse in equal_extent_pairs(ARMS)}
    assert names == {("1-5-max", "2-3-max"), ("2-5-max", "4-3-max"), ("1-5-average", "2-3-average"), ("2-5-average", "4-3-average")}


def test_three_kernels_of_one_extent_form_three_pairs():
    # By hand: 3 taps at dilation 6, 5 at 3 and 7 at 2 all span 13 pixels.
    arms = [Arm(6, 3, "max"), Arm(3, 5, "max"), Arm(2, 7, "max")]
    assert {(dense.dilation, sparse.dilation) for dense, sparse in equal_extent_pairs(arms)} == {(2, 3), (2, 6), (3, 6)}


def test_a_contrast_is_sparse_minus_dense():
    # By construction: a kernel of 3 taps costs one point, which is beyond the margin of half a point.
    rows = contrast_rows(VALUES, OPTIONS)
    assert {(row["pooling"], row["dense"], row["sparse"], row["extent"]) for row in rows} == {
        (pooling, *pair) for pooling in ("max", "average") for pair in (("k5 d1", "k3 d2", 5), ("k5 d2", "k3 d4", 9))
    }
    first = next(row for row in rows if row["pooling"] == "max" and row["sparse"] == "k3 d2")
    assert first["difference"] == pytest.approx(np.mean(VALUES[Arm(2, 3, "max")] - VALUES[Arm(1, 5, "max")]))
    assert all(row["upper"] < -0.5 and row["p_corrected"] < 0.001 and row["tost_p_value"] > 0.5 for row in rows)


def test_dense_and_sparse_are_means_over_the_contrasts():
    # By hand, over the four contrasts.
    stack = density_stack(VALUES)
    dense = [Arm(1, 5, "max"), Arm(2, 5, "max"), Arm(1, 5, "average"), Arm(2, 5, "average")]
    assert stack.shape == (2, 8, 20)
    assert stack[0] == pytest.approx(np.mean([VALUES[arm] for arm in dense], axis=0))


def test_without_two_kernel_sizes_there_is_no_contrast():
    assert contrast_rows({arm: values for arm, values in VALUES.items() if arm.kernel_size == 3}, OPTIONS) == []


def test_a_single_replicate_has_differences_without_tests():
    rows = contrast_rows({arm: values[:1] for arm, values in VALUES.items()}, OPTIONS)
    assert all(row["lower"] == row["difference"] == row["upper"] and row["p_value"] == 1 for row in rows)
