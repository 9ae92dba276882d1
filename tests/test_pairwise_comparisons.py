"""The comparison of treatments in pairs."""

from kernel_dilation.statistics.block_tables import differences
from kernel_dilation.statistics.effect_sizes import mean_intervals
from kernel_dilation.statistics.pairwise_comparisons import compare_pairs
from kernel_dilation.statistics.verdicts import holm

import numpy as np
import pytest

TABLE = np.random.default_rng(0).normal([0.0, 1.0, 3.0], size=(8, 3))
NAMES = [(1, 2), (1, 3), (2, 3)]


def test_every_pair_has_the_results_of_its_own_column():
    # Oracle: the individual statistics of the pair's column, which have tests of their own.
    paired = differences(TABLE)
    pair = compare_pairs(paired, NAMES, 0.5, 0.05, 2000, 0)[1]
    lower, upper = mean_intervals(paired, 0.05, 2000, 0)
    assert (pair.first, pair.second) == (1, 3)
    assert pair.mean_difference == pytest.approx((TABLE[:, 2] - TABLE[:, 0]).mean())
    assert (pair.lower, pair.upper) == (lower[1], upper[1])
    assert pair.probability_above > 0.99


def test_holm_corrects_over_all_pairs():
    # Oracle: `holm`, which is tested against R.
    pairs = compare_pairs(differences(TABLE), NAMES, 0.5, 0.05, 2000, 0)
    expected = holm({name: pair.wilcoxon_p_value for name, pair in zip(NAMES, pairs)})
    assert [pair.corrected_p_value for pair in pairs] == list(expected.values())


def test_a_single_block_has_no_interval_and_p_values_of_one():
    pair = compare_pairs(np.array([[2.0]]), [("max", "average")], 0.5, 0.05, 2000, 0)[0]
    assert (pair.lower, pair.upper, pair.cohen_dz) == (None, None, None)
    assert (pair.wilcoxon_p_value, pair.corrected_p_value, pair.tost_p_value) == (1.0, 1.0, 1.0)


def test_without_pairs_there_are_no_results():
    assert compare_pairs(np.zeros((8, 0)), [], 0.5, 0.05, 2000, 0) == []
