"""Tests on ranks within blocks, compared with textbooks, R and scipy."""

from itertools import permutations, product

from kernel_dilation.statistics.block_tables import differences
from kernel_dilation.statistics.rank_tests import (
    iman_davenport,
    kendall_w,
    omnibus_p_value,
    signed_ranks,
    smallest_p_value,
    trend_p_value,
    wilcoxon_p_values,
)

import numpy as np
import pytest
from scipy import stats

# Conover (1999), Practical Nonparametric Statistics, section 5.8: twelve homeowners rank four grasses.
GRASSES = np.array(
    [
        [4, 3, 2, 1],
        [4, 2, 3, 1],
        [3, 1.5, 1.5, 4],
        [3, 1, 2, 4],
        [4, 2, 1, 3],
        [2, 2, 2, 4],
        [1, 3, 2, 4],
        [2, 4, 1, 3],
        [3.5, 1, 2, 3.5],
        [4, 1, 3, 2],
        [4, 2, 3, 1],
        [3.5, 1, 2, 3.5],
    ]
)
# Hollander and Wolfe (1973), page 140, as in the example of R's friedman.test: three methods of rounding first base.
ROUNDING_TIMES = np.array(
    [
        *([5.40, 5.50, 5.55], [5.85, 5.70, 5.75], [5.20, 5.60, 5.50], [5.55, 5.50, 5.40], [5.90, 5.85, 5.70], [5.45, 5.55, 5.60]),
        *([5.40, 5.40, 5.35], [5.45, 5.50, 5.35], [5.25, 5.15, 5.00], [5.85, 5.80, 5.70], [5.25, 5.20, 5.10], [5.65, 5.55, 5.45]),
        *([5.60, 5.35, 5.45], [5.05, 5.00, 4.95], [5.50, 5.50, 5.40], [5.45, 5.55, 5.50], [5.55, 5.55, 5.35], [5.45, 5.50, 5.55]),
        *([5.50, 5.45, 5.25], [5.65, 5.60, 5.40], [5.70, 5.65, 5.55], [6.30, 6.30, 6.25]),
    ]
)
NOISE = np.random.default_rng(0).normal(size=(8, 4))


def test_iman_davenport_matches_conovers_grasses():
    # Conover (1999), section 5.8: T1 = 8.0973 (Friedman's chi-squared, with ties) and T2 = 3.1922.
    assert kendall_w(GRASSES) * 12 * 3 == pytest.approx(8.0973, abs=5e-5)
    assert iman_davenport(GRASSES) == pytest.approx(3.1922, abs=5e-5)


def test_friedman_matches_r_on_rounding_times():
    # R 4, friedman.test(RoundingTimes): chi-squared 11.143, df 2, p-value 0.003805 by chi-squared.
    assert kendall_w(ROUNDING_TIMES) * 22 * 2 == pytest.approx(11.143, abs=5e-4)
    assert omnibus_p_value(ROUNDING_TIMES, 0) == pytest.approx(0.0038, abs=0.0015)


def test_kendall_w_matches_friedmans_chi_squared_of_scipy():
    # scipy 1.17, friedmanchisquare.
    assert kendall_w(NOISE) * 8 * 3 == pytest.approx(stats.friedmanchisquare(*NOISE.T).statistic)


def test_iman_davenport_is_the_analysis_of_variance_of_the_ranks():
    # Oracle: F of a two-way analysis of variance, computed from sums of squares.
    ranks = stats.rankdata(NOISE, axis=1)
    treatment = 8 * ((ranks.mean(axis=0) - 2.5) ** 2).sum()
    error = ((ranks - ranks.mean(axis=0)) ** 2).sum()
    assert iman_davenport(NOISE) == pytest.approx((treatment / 3) / (error / 21))


def test_blocks_that_agree_completely_have_no_finite_f():
    assert iman_davenport(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])) is None


def test_the_omnibus_test_of_few_blocks_is_exact():
    # Oracle: all 6^3 arrangements of three blocks of three, by brute force.
    table = np.array([[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [1.0, 2.0, 3.0]])
    observed = (table.sum(axis=0) ** 2).sum()
    arrangements = product(permutations([1, 2, 3]), repeat=3)
    share = np.mean([(np.sum(blocks, axis=0) ** 2).sum() >= observed for blocks in arrangements])
    assert omnibus_p_value(table, 0) == pytest.approx(share)


def test_the_omnibus_test_of_many_blocks_approaches_the_f_distribution():
    # Oracle: F of Iman and Davenport, to which the permutation p-value converges as the number of blocks grows.
    table = np.random.default_rng(2).normal([0.0, 0.15, 0.3], size=(60, 3))
    statistic = iman_davenport(table)
    assert statistic is not None
    assert omnibus_p_value(table, 0) == pytest.approx(stats.f.sf(statistic, 2, 118), abs=0.015)


def test_page_matches_hollander_and_wolfes_cotton():
    # Hollander and Wolfe (1973), the strength of cotton under five amounts of potash: L = 158. Page's (1963) table
    # for 3 blocks of 5: the one-sided p-value is at most 0.01 for L >= 155, and at most 0.001 for L >= 160.
    cotton = np.array([[7.46, 7.17, 7.76, 8.14, 7.63], [7.68, 7.57, 7.73, 8.15, 8.00], [7.21, 7.80, 7.74, 7.87, 7.93]])
    assert (stats.rankdata(cotton, axis=1).sum(axis=0) * [1, 2, 3, 4, 5]).sum() == 158
    p_value = trend_p_value(cotton, [36, 54, 72, 108, 144], 0)
    assert p_value is not None
    assert 0.001 < p_value / 2 < 0.01


def test_the_two_sided_page_test_matches_brute_force():
    # Oracle: all 6^3 arrangements, by brute force; twice the smaller one-sided share.
    table = np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0], [2.0, 3.0, 1.0]])
    observed = (table.sum(axis=0) * [1, 2, 3]).sum()
    scores = [(np.sum(blocks, axis=0) * [1, 2, 3]).sum() for blocks in product(permutations([1, 2, 3]), repeat=3)]
    expected = 2 * min(np.mean(np.array(scores) <= observed), np.mean(np.array(scores) >= observed))
    assert trend_p_value(table, [1, 2, 3], 0) == pytest.approx(expected)


def test_page_with_ties_matches_brute_force():
    # Oracle: all 6^3 arrangements of the tied ranks, by brute force.
    table = np.array([[1.0, 2.0, 2.0], [1.0, 2.0, 3.0], [1.0, 1.0, 2.0]])
    ranks = stats.rankdata(table, axis=1)
    observed = (ranks.sum(axis=0) * [1, 2, 3]).sum()
    scores = np.array([(np.sum(blocks, axis=0) * [1, 2, 3]).sum() for blocks in product(*map(permutations, ranks))])
    assert trend_p_value(table, [1, 2, 3], 0) == pytest.approx(2 * np.mean(scores >= observed - 1e-9))


def test_the_trend_follows_the_treatments_and_not_the_order_of_the_columns():
    shuffled = NOISE[:, [2, 0, 3, 1]]
    assert trend_p_value(shuffled, [3, 1, 8, 2], 0) == trend_p_value(NOISE, [1, 2, 3, 8], 0)


def test_a_falling_trend_is_as_significant_as_a_rising_one():
    table = NOISE + 0.5 * np.arange(4)
    assert trend_p_value(table, [1, 2, 3, 4], 0) == pytest.approx(trend_p_value(-table, [1, 2, 3, 4], 0))
    assert trend_p_value(table, [1, 2, 3, 4], 0) < 0.05


def test_treatments_that_are_names_have_no_trend():
    assert trend_p_value(NOISE, ["max", "average", "stride", "none"], 0) is None


def test_wilcoxon_matches_r_on_the_depression_scores():
    # R 4, example of wilcox.test (Hollander and Wolfe 1973, page 29): V = 40, one-sided p-value 0.01953.
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    paired = (before - after)[:, np.newaxis]
    assert signed_ranks(paired)[signed_ranks(paired) > 0].sum() == 40
    assert wilcoxon_p_values(paired, 0)[0] == pytest.approx(2 * 0.01953, abs=5e-5)


def test_wilcoxon_matches_scipy_for_every_pair():
    # scipy 1.17, wilcoxon(method="exact").
    paired = differences(NOISE)
    assert wilcoxon_p_values(paired, 0) == pytest.approx(stats.wilcoxon(paired, axis=0, method="exact").pvalue)


def test_wilcoxon_with_ties_and_zeros_matches_brute_force():
    # Oracle: all 2^5 patterns of signs of the ranks 1.5, 1.5, 3 and 4 and of the zero, which is not ranked.
    ranks = np.array([0.0, 1.5, -1.5, 3.0, 4.0])
    sums = np.array([np.dot(signs, np.abs(ranks)) for signs in product([-1, 1], repeat=5)])
    paired = np.array([[0.0], [1.0], [-1.0], [2.0], [5.0]])
    assert signed_ranks(paired)[:, 0].tolist() == ranks.tolist()
    assert wilcoxon_p_values(paired, 0)[0] == pytest.approx(np.mean(np.abs(sums) >= ranks.sum()))


def test_wilcoxon_of_many_blocks_approaches_scipys_exact_p_value():
    # scipy 1.17, wilcoxon(method="exact"), against 9,999 random patterns of signs.
    paired = np.random.default_rng(3).normal(0.4, 1.0, size=(25, 1))
    assert wilcoxon_p_values(paired, 0)[0] == pytest.approx(stats.wilcoxon(paired[:, 0], method="exact").pvalue, abs=0.01)


def test_the_smallest_p_value_of_wilcoxon_is_two_over_two_to_the_blocks():
    # By hand: all 8 blocks agree.
    assert wilcoxon_p_values(np.arange(1.0, 9.0)[:, np.newaxis], 0)[0] == smallest_p_value(8) == 2 / 2**8


def test_six_pairs_can_be_significant_under_holm_with_at_least_eight_blocks():
    # By hand: 6 * 2 / 2^8 = 0.047 and 6 * 2 / 2^7 = 0.094.
    assert 6 * smallest_p_value(8) < 0.05 < 6 * smallest_p_value(7)


def test_two_treatments_are_compared_by_wilcoxons_test():
    table = NOISE[:, :2]
    assert omnibus_p_value(table, 0) == wilcoxon_p_values(differences(table), 0)[0] == trend_p_value(table, [1, 2], 0)


@pytest.mark.parametrize(
    "table", [np.ones((8, 4)), np.ones((8, 2)), np.ones((1, 4)), NOISE[:1], NOISE[:, :1], np.tile(np.arange(8.0)[:, np.newaxis], 3)]
)
def test_with_nothing_to_compare_the_p_values_are_one_and_the_agreement_is_zero(table):
    treatments = list(range(table.shape[1]))
    assert omnibus_p_value(table, 0) == 1.0
    assert trend_p_value(table, treatments, 0) == 1.0
    assert kendall_w(table) == 0.0


def test_a_tie_hidden_by_rounding_error_is_a_tie():
    # By hand: 0.1 + 0.2 is 0.3 in decimal arithmetic, so that all values of a block are tied.
    assert kendall_w(np.tile([0.3, 0.1 + 0.2, 0.3], (8, 1))) == 0.0


def test_the_same_seed_gives_the_same_p_value():
    assert omnibus_p_value(NOISE, 5) == omnibus_p_value(NOISE, 5)
