"""Effects and their intervals, compared with R, with brute force and with results by hand."""

from itertools import product

from kernel_dilation.statistics.effect_sizes import cohen_dz, hodges_lehmann, mean_intervals, rank_biserial, slopes
from kernel_dilation.statistics.rank_tests import signed_ranks

import numpy as np
import pytest
from scipy import stats

# Student's (1908) sleep data, as in R's `sleep`: extra hours of sleep of ten patients under two drugs.
FIRST = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
SECOND = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
SLEEP = (SECOND - FIRST)[:, np.newaxis]


def test_the_interval_is_the_studentised_wild_bootstrap_by_brute_force():
    # Oracle: a loop over all 2^7 patterns of signs, with t from numpy's standard deviation.
    sample = np.array([0.3, 1.1, -0.4, 0.9, 2.2, 0.1, 0.6])
    residuals = sample - sample.mean()
    scores = []
    for signs in product([-1, 1], repeat=7):
        flipped = residuals * signs
        scores.append(abs(flipped.mean()) / (flipped.std(ddof=1) / np.sqrt(7)))
    half = np.quantile(scores, 0.95) * sample.std(ddof=1) / np.sqrt(7)
    lower, upper = mean_intervals(sample[:, np.newaxis], 0.05, 2000, 0)
    assert (lower[0], upper[0]) == pytest.approx((sample.mean() - half, sample.mean() + half))


def test_the_interval_of_many_normal_values_approaches_students_t():
    # scipy 1.17, ttest_1samp(...).confidence_interval, which is exact for normal values; the sample consists of normal quantiles.
    sample = stats.norm.ppf((np.arange(40) + 0.5) / 40)[:, np.newaxis]
    expected = stats.ttest_1samp(sample[:, 0], 0).confidence_interval(0.95)
    lower, upper = mean_intervals(sample, 0.05, 20_000, 0)
    assert (lower[0], upper[0]) == pytest.approx((expected.low, expected.high), rel=0.02)


def test_the_interval_of_few_blocks_is_students_t():
    # scipy 1.17, ttest_1samp(...).confidence_interval.
    expected = stats.ttest_1samp(SLEEP[:4, 0], 0).confidence_interval(0.95)
    lower, upper = mean_intervals(SLEEP[:4], 0.05, 2000, 0)
    assert (lower[0], upper[0]) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("blocks", [6, 8, 20])
def test_the_interval_has_its_nominal_coverage(blocks):
    # Analytic: 95 %, within three standard errors of a share of 2,000 studies.
    samples = np.random.default_rng(blocks).standard_t(3, size=(blocks, 2000))
    lower, upper = mean_intervals(samples, 0.05, 500, 0)
    assert np.mean((lower <= 0) & (upper >= 0)) == pytest.approx(0.95, abs=0.015)


def test_the_interval_of_a_constant_is_the_constant():
    lower, upper = mean_intervals(np.full((8, 1), 2.5), 0.05, 2000, 0)
    assert (lower[0], upper[0]) == (2.5, 2.5)


def test_two_equally_frequent_values_have_a_finite_interval():
    # Two of the 2^6 patterns of signs leave no variance, so that their t is infinite.
    lower, upper = mean_intervals(np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]]), 0.05, 2000, 0)
    assert np.isfinite([lower, upper]).all()
    assert lower[0] < 0.5 < upper[0]


def test_the_interval_of_a_single_block_is_refused():
    with pytest.raises(ValueError, match="at least 2 blocks; got 1"):
        mean_intervals(np.ones((1, 2)), 0.05, 2000, 0)


def test_the_slope_is_that_of_least_squares():
    # numpy 2.4, polyfit, for treatments that are not evenly spaced.
    table = np.random.default_rng(0).normal(size=(3, 4))
    expected = [np.polyfit([1, 2, 4, 8], row, 1)[0] for row in table]
    assert slopes(table, [1, 2, 4, 8]) == pytest.approx(expected)


def test_the_slope_of_one_treatment_is_refused():
    with pytest.raises(ValueError, match="at least 2 treatments; got 1"):
        slopes(np.ones((3, 1)), [1])


def test_hodges_lehmann_matches_r_on_the_depression_scores():
    # R 4, wilcox.test(x, y, paired = TRUE, conf.int = TRUE) of Hollander and Wolfe's scores: (pseudo)median 0.46.
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    assert hodges_lehmann((before - after)[:, np.newaxis])[0] == pytest.approx(0.46, abs=5e-4)


def test_rank_biserial_is_the_positive_minus_the_negative_share_of_the_rank_sum():
    # By hand: of the ranks 1, 2, 3 and 4, 2 is negative: (8 - 2) / 10.
    assert rank_biserial(signed_ranks(np.array([[1.0], [-2.0], [3.0], [4.0]])))[0] == pytest.approx(0.6)


def test_rank_biserial_of_no_difference_is_zero():
    assert rank_biserial(np.zeros((5, 1)))[0] == 0.0


def test_cohen_dz_matches_r_on_the_sleep_data():
    # R 4, t.test(extra ~ group, sleep, paired = TRUE): t = 4.0621 with ten pairs, and d_z = t / sqrt(10).
    assert cohen_dz(SLEEP)[0] == pytest.approx(4.0621 / np.sqrt(10), abs=5e-5)


def test_cohen_dz_without_variance_is_zero_or_undefined():
    assert cohen_dz(np.array([[0.0, 0.3], [0.0, 0.3]])) == [0.0, None]
    assert cohen_dz(np.array([[0.0, 0.3]])) == [0.0, None]
