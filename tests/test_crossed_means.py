"""Means over replicates crossed with images, compared with statsmodels, a loop and analytic values."""

from kernel_dilation.statistics.crossed_means import box_epsilon, crossed_means, crossed_tost_p_values, quasi_f, quasi_f_p_value

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

RANDOM = np.random.default_rng(0)


def layout(treatments: int, replicates: int, images: int) -> np.ndarray:
    """Return values (treatments, replicates, images) with a random part of each axis and of each pair of axes."""
    shape = (treatments, replicates, images)
    parts = [(1, replicates, 1), (1, 1, images), (treatments, replicates, 1), (treatments, 1, images), shape]
    return sum(RANDOM.normal(size=part) for part in parts) + np.arange(treatments)[:, None, None] * 0.5


def mean_squares(values: np.ndarray, names: tuple[str, ...]) -> dict[str, float]:
    """Return the mean squares by statsmodels' analysis of variance; `Residual` is the interaction of all factors."""
    index = pd.MultiIndex.from_product([range(size) for size in values.shape], names=names)
    frame = pd.Series(values.ravel(), index, name="value").reset_index()
    table = anova_lm(ols(f"value ~ ({' + '.join(f'C({name})' for name in names)}) ** {len(names) - 1}", frame).fit())
    return {str(name).replace("C(", "").replace(")", ""): float(square) for name, square in table["mean_sq"].items()}


def test_the_standard_error_is_that_of_the_two_way_analysis_of_variance():
    # statsmodels 0.15, anova_lm: (MS_R + MS_I - MS_RI) / (R n), and Satterthwaite's degrees of freedom by hand.
    values = layout(1, 5, 7)[0]
    squares = mean_squares(values, ("replicate", "image"))
    by_replicate, by_image, residual = (squares[name] / 35 for name in ("replicate", "image", "Residual"))
    variance = by_replicate + by_image - residual
    estimate = crossed_means(values)
    assert float(estimate.mean) == pytest.approx(values.mean())
    assert float(estimate.error) == pytest.approx(np.sqrt(variance))
    assert float(estimate.degrees) == pytest.approx(variance**2 / (by_replicate**2 / 4 + by_image**2 / 6 + residual**2 / 24))


def test_the_quasi_f_is_that_of_the_three_way_analysis_of_variance():
    # statsmodels 0.15, anova_lm: MS_T / (MS_TR + MS_TI - MS_TRI), and Satterthwaite's degrees of freedom by hand.
    values = layout(3, 5, 6)
    squares = mean_squares(values, ("treatment", "replicate", "image"))
    with_replicate, with_image, residual = (squares[name] for name in ("treatment:replicate", "treatment:image", "Residual"))
    denominator = with_replicate + with_image - residual
    degrees = denominator**2 / (with_replicate**2 / 8 + with_image**2 / 10 + residual**2 / 40)
    assert quasi_f(values) == pytest.approx((squares["treatment"] / denominator, 2, degrees))


def test_epsilon_is_one_for_equal_variances_and_the_reciprocal_for_a_single_direction():
    # Analytic: tr(S)^2 / (k tr(S^2)).
    assert box_epsilon(3 * np.eye(4)) == pytest.approx(1.0)
    assert box_epsilon(np.diag([5.0, 0.0, 0.0, 0.0])) == pytest.approx(1 / 4)
    assert box_epsilon(np.diag([1.0, 3.0])) == pytest.approx(16 / (2 * 10))


def test_fewer_degrees_of_freedom_do_not_change_the_quasi_f():
    # By construction: the p-value lies between those of epsilon 1 and of epsilon 1/2, its bounds for three treatments.
    values = layout(3, 5, 6) + 2 * np.arange(3)[:, None, None]
    statistic, *degrees = quasi_f(values)
    bounds = [stats.f.sf(statistic, *(epsilon * value for value in degrees)) for epsilon in (1, 1 / 2)]
    assert bounds[0] <= quasi_f_p_value(values) <= bounds[1]


def test_for_two_treatments_the_quasi_f_is_the_t_of_the_difference():
    values = layout(2, 6, 9)
    assert quasi_f_p_value(values) == pytest.approx(float(crossed_means(values[1] - values[0]).p_values()))


def test_without_variance_between_images_only_replicates_count():
    # By construction: every image has the value of its replicate, so the interval is Student's t over replicates.
    replicates = RANDOM.normal(size=6)
    lower, upper = crossed_means(np.repeat(replicates[:, None], 4, axis=1)).interval(0.05)
    expected = stats.t.interval(0.95, 5, replicates.mean(), stats.sem(replicates))
    assert (float(lower), float(upper)) == pytest.approx(expected)


def test_a_value_without_images_has_students_t_interval_over_replicates():
    replicates = RANDOM.normal(size=(2, 6, 1))
    lower, upper = crossed_means(replicates).interval(0.1)
    expected = [stats.t.interval(0.9, 5, row.mean(), stats.sem(row)) for row in replicates[..., 0]]
    assert np.stack([lower, upper], 1) == pytest.approx(np.array(expected))
    assert crossed_means(replicates).p_values() == pytest.approx([stats.ttest_1samp(row, 0).pvalue for row in replicates[..., 0]])


def test_with_gaps_the_variance_is_summed_over_clusters():
    # Oracle: a loop over replicates and images after Cameron, Gelbach and Miller (2011), without the cell term.
    values = layout(1, 4, 6)[0]
    values[:2, 3:], values[2:, :3] = np.nan, np.nan
    mean, cells = np.nanmean(values), 12
    rows = sum(np.nansum(row - mean) ** 2 for row in values) / cells**2 * 4 / 3
    columns = sum(np.nansum(column - mean) ** 2 for column in values.T) / cells**2 * 6 / 5
    estimate = crossed_means(values)
    assert float(estimate.mean) == pytest.approx(mean)
    assert float(estimate.error) == pytest.approx(np.sqrt(rows + columns))


def test_equivalence_is_the_larger_of_two_one_sided_t_tests():
    # Student's t of scipy on values whose images do not vary.
    replicates = RANDOM.normal(0.2, 0.1, size=8)
    expected = max(stats.ttest_1samp(replicates, -0.5, alternative="greater").pvalue, stats.ttest_1samp(replicates, 0.5, alternative="less").pvalue)
    assert float(crossed_tost_p_values(replicates[:, None], 0.5)) == pytest.approx(expected)


def test_values_that_do_not_vary_are_certain():
    constant = np.stack([np.zeros((3, 4)), np.ones((3, 4))])
    assert crossed_means(constant).p_values().tolist() == [1.0, 0.0]
    assert crossed_tost_p_values(constant, 0.5).tolist() == [0.0, 1.0]
    assert quasi_f_p_value(np.stack([np.zeros((3, 4)), np.ones((3, 4))])) == 0.0
    assert quasi_f_p_value(np.zeros((2, 3, 4))) == 1.0


def test_a_single_replicate_has_no_interval_and_no_test():
    with pytest.raises(ValueError, match="at least 2 replicates; got 1"):
        crossed_means(np.ones((1, 4)))
    assert quasi_f_p_value(np.ones((2, 1, 4))) == 1.0


def test_a_replicate_without_values_is_refused():
    with pytest.raises(ValueError, match="a value of at least one image"):
        crossed_means(np.array([[1.0, 2.0], [np.nan, np.nan]]))
