from tools.study.ratio_of_means import ratio_of_means

import numpy as np
import pytest
from scipy import stats


def test_the_interval_covers_the_ratio_in_95_percent_of_studies():
    """Oracle: simulation. The parts of a sum of two have the mean 0.5 and the standard deviation 0.2; 4,000 studies, standard error 0.34 %."""
    random = np.random.default_rng(0)
    parts = random.normal(0.5, 0.2, (4000, 10))
    sums = parts + random.normal(0.5, 0.2, (4000, 10))
    ratios = [ratio_of_means(*study, 0.05) for study in zip(parts, sums)]
    assert np.mean([ratio.lower <= 0.5 <= ratio.upper for ratio in ratios]) == pytest.approx(0.95, abs=0.0115)


def test_at_the_ends_of_the_interval_a_t_test_just_rejects():
    """Oracle: scipy.stats.ttest_1samp."""
    random = np.random.default_rng(2)
    numerator, denominator = random.normal(0.3, 0.1, 8), random.normal(1.0, 0.2, 8)
    ratio = ratio_of_means(numerator, denominator, 0.05)
    assert ratio.value == pytest.approx(numerator.mean() / denominator.mean())
    for end in (ratio.lower, ratio.upper):
        assert stats.ttest_1samp(numerator - end * denominator, 0).pvalue == pytest.approx(0.05)


def test_a_ratio_whose_denominator_may_be_zero_has_no_finite_interval():
    ratio = ratio_of_means(np.array([0.1, 0.2, 0.3]), np.array([-1.0, 1.0, 1.0]), 0.05)
    assert ratio == (pytest.approx(0.6), -np.inf, np.inf)
    assert np.isnan(ratio_of_means(np.zeros(3), np.zeros(3), 0.05)).all()


def test_a_constant_ratio_has_an_interval_of_no_width():
    denominator = np.array([1.0, 2.0, 4.0, 3.0])
    assert ratio_of_means(1.5 * denominator, denominator, 0.05) == pytest.approx((1.5, 1.5, 1.5))
