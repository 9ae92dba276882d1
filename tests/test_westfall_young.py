"""Westfall and Young's step-down maximum, compared with brute-force loops and with single tests of scipy."""

from itertools import permutations, product

from kernel_dilation.statistics.rank_tests import kendall_w, omnibus_p_value
from kernel_dilation.statistics.westfall_young import permutation_p_values, sign_flip_p_values, step_down_p_values

import numpy as np
import pytest
from scipy import stats

RANDOM = np.random.default_rng(0)
PAIRED = RANDOM.normal(size=(7, 5)) + np.array([2.0, 1.0, 0.5, 0.0, 0.0])
TABLES = [RANDOM.normal(size=(3, 3)) + effect * np.arange(3) for effect in (0.0, 1.0, 3.0)]


def step_down_by_loops(observed: list[float], null: list[list[float]]) -> list[float]:
    """Return the adjusted p-values after algorithm 2.8 of Westfall and Young (1993), one statistic at a time."""
    order = sorted(range(len(observed)), key=lambda index: -observed[index])
    adjusted, largest = [0.0] * len(observed), 0.0
    for place, index in enumerate(order):
        exceeding = sum(max(row[other] for other in order[place:]) >= observed[index] - 1e-9 for row in null)
        largest = max(largest, exceeding / len(null))
        adjusted[index] = largest
    return adjusted


def absolute_t(paired: np.ndarray) -> list[float]:
    return [abs(stats.ttest_1samp(column, 0).statistic) for column in paired.T]


def test_sign_flips_match_a_loop_over_all_patterns_of_signs():
    # Oracle: |t| of scipy's ttest_1samp under each of the 2^7 patterns, and the step-down loop above.
    null = [absolute_t(PAIRED * np.array(signs)[:, None]) for signs in product((-1, 1), repeat=7)]
    assert sign_flip_p_values(PAIRED, 0) == pytest.approx(step_down_by_loops(absolute_t(PAIRED), null))


def test_permutations_match_a_loop_over_all_arrangements():
    # Oracle: Kendall's W of every one of the 6^3 arrangements, the same in all tables.
    null = []
    for orders in product(permutations(range(3)), repeat=3):
        null.append([kendall_w(np.stack([block[list(order)] for block, order in zip(table, orders)])) for table in TABLES])
    assert permutation_p_values(TABLES, 0) == pytest.approx(step_down_by_loops([kendall_w(table) for table in TABLES], null))


def test_the_p_value_of_a_single_contrast_is_that_of_the_sign_flip_test():
    # scipy 1.17, permutation_test on all patterns of signs of one sample.
    expected = stats.permutation_test((PAIRED[:, 0],), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
    assert sign_flip_p_values(PAIRED[:, :1], 0)[0] == pytest.approx(expected)


def test_the_p_value_of_a_single_table_is_that_of_the_omnibus_test():
    assert permutation_p_values(TABLES[1:2], 0)[0] == pytest.approx(omnibus_p_value(TABLES[1], 0))


def test_a_large_family_reaches_the_smallest_p_value_of_one_test():
    # By construction: 91 contrasts of ten blocks that all agree; Holm's smallest p-value would be 91 x 2/1,024 = 0.18.
    paired = 1 + 0.1 * np.random.default_rng(1).normal(size=(10, 91))
    assert sign_flip_p_values(paired, 0) == pytest.approx(np.full(91, 2 / 1024))


def test_random_patterns_agree_with_all_patterns():
    # 14 blocks are beyond the list; the p-value of one contrast is compared with all 2^14 patterns by scipy.
    column = np.random.default_rng(2).normal(0.4, 1.0, size=(14, 1))
    expected = stats.permutation_test((column[:, 0],), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
    assert sign_flip_p_values(column, 0)[0] == pytest.approx(expected, abs=0.015)


def test_random_permutations_agree_with_friedmans_test():
    # scipy 1.17: the permutation distribution of Friedman's statistic; 24^8 arrangements are drawn from, not listed.
    table = np.random.default_rng(3).normal(size=(8, 4)) + 0.4 * np.arange(4)
    assert permutation_p_values([table], 0)[0] == pytest.approx(omnibus_p_value(table, 1), abs=0.015)


@pytest.mark.parametrize(("blocks", "contrasts"), list(product((2, 4, 6), (1, 3, 6))))
def test_adjusted_p_values_are_those_of_the_single_tests_or_larger(blocks, contrasts):
    # Property: a maximum is exceeded at least as often as one statistic; and larger statistics have smaller p-values.
    paired = np.random.default_rng([blocks, contrasts]).normal(0.5, 1.0, size=(blocks, contrasts))
    single = np.array([sign_flip_p_values(paired[:, [column]], 0)[0] for column in range(contrasts)])
    adjusted = sign_flip_p_values(paired, 0)
    assert (adjusted >= single - 1e-12).all()
    assert (np.diff(adjusted[np.argsort(absolute_t(paired))]) <= 0).all()


def test_what_does_not_differ_has_the_p_value_one():
    assert sign_flip_p_values(np.zeros((8, 2)), 0).tolist() == [1.0, 1.0]
    assert sign_flip_p_values(np.ones((1, 2)), 0).tolist() == [1.0, 1.0]
    assert permutation_p_values([np.ones((4, 3))], 0).tolist() == [1.0]


def test_an_empty_family_has_no_p_values():
    assert len(sign_flip_p_values(np.zeros((8, 0)), 0)) == len(permutation_p_values([], 0)) == 0


def test_tables_of_different_shapes_cannot_be_permuted_together():
    with pytest.raises(ValueError, match=r"same blocks and treatments; got the shapes \[\(3, 3\), \(4, 3\)\]"):
        permutation_p_values([TABLES[0], np.ones((4, 3))], 0)


def test_a_drawn_null_distribution_counts_the_observed_pattern_once_more():
    # Phipson and Smyth (2010): (b + 1) / (m + 1).
    assert step_down_p_values(np.array([2.0]), np.array([[1.0], [3.0], [0.0]]), is_exact=False)[0] == pytest.approx(2 / 4)
