"""The rule for verdicts, equivalence, and Holm's correction."""

from kernel_dilation.statistics.verdicts import decide_verdict, equivalence_p_value, holm, tost_p_values

import numpy as np
import pytest
from statsmodels.stats.weightstats import ttost_paired

NOISE = np.random.default_rng(1).normal(size=(8, 3))


@pytest.mark.parametrize(
    ("p_value", "equivalent", "expected"),
    [(0.01, False, "difference"), (0.01, True, "negligible"), (0.2, True, "equivalent"), (0.2, False, "inconclusive"), (0.05, False, "difference")],
)
def test_the_verdict_follows_the_rule(p_value, equivalent, expected):
    # By hand, from the rule.
    assert decide_verdict(p_value, equivalent, 0.05) == expected


@pytest.mark.parametrize(("equivalent", "expected"), [(False, "untestable"), (True, "equivalent")])
def test_a_test_that_no_data_could_make_significant_decides_nothing(equivalent, expected):
    assert decide_verdict(0.1, equivalent, 0.05, smallest=0.1) == expected


@pytest.mark.parametrize("p_value", [float("nan"), -0.1, 1.1])
def test_a_p_value_out_of_range_is_refused(p_value):
    with pytest.raises(ValueError, match="between 0 and 1"):
        decide_verdict(p_value, False, 0.05)


def test_tost_matches_statsmodels():
    # statsmodels 0.15, ttost_paired, of each column and a column of zeros.
    expected = [ttost_paired(column, np.zeros(8), -0.9, 0.9)[0] for column in NOISE.T]
    assert tost_p_values(NOISE, 0.9) == pytest.approx(expected)


def test_margins_for_each_block_are_subtracted_from_the_differences():
    # statsmodels 0.15, the two one-sided tests of ttost_paired, with the margins as the second sample.
    margins = np.linspace(0.5, 1.2, 8)
    lower = ttost_paired(NOISE[:, 0], -margins, 0.0, 9.0)[1][1]
    upper = ttost_paired(NOISE[:, 0], margins, -9.0, 0.0)[2][1]
    assert tost_p_values(NOISE[:, :1], margins)[0] == pytest.approx(max(lower, upper))


@pytest.mark.parametrize(("value", "expected"), [(0.0, 0.0), (0.3, 0.0), (0.5, 1.0), (-0.5, 1.0), (0.7, 1.0)])
def test_a_difference_without_variance_is_certain(value, expected):
    # By hand: inside the margin of 0.5, at it, and beyond it.
    assert tost_p_values(np.full((8, 1), value), 0.5)[0] == expected


def test_nothing_lies_within_a_margin_of_zero():
    assert tost_p_values(np.zeros((8, 1)), 0.0)[0] == 1.0


def test_a_single_block_shows_no_equivalence():
    assert tost_p_values(np.zeros((1, 2)), 0.5).tolist() == [1.0, 1.0]


def test_the_p_value_of_equivalence_is_that_of_the_worst_pair():
    assert equivalence_p_value(NOISE, 0.9) == tost_p_values(NOISE, 0.9).max()


def test_without_a_pair_there_is_no_equivalence():
    assert equivalence_p_value(np.zeros((8, 0)), 0.5) == 1.0


def test_holm_matches_r_p_adjust():
    # R 4, p.adjust(c(0.04, 0.01, 0.03, 0.005), "holm"): 0.06 0.03 0.06 0.02.
    assert holm({"a": 0.04, "b": 0.01, "c": 0.03, "d": 0.005}) == pytest.approx({"a": 0.06, "b": 0.03, "c": 0.06, "d": 0.02})


def test_holm_matches_r_p_adjust_in_order_and_never_exceeds_one():
    # R 4, p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm"): 0.05 0.08 0.09 0.09 0.09; p.adjust(c(0.6, 0.9), "holm"): 1 1.
    assert list(holm(dict(zip("abcde", [0.01, 0.02, 0.03, 0.04, 0.05]))).values()) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm({"a": 0.6, "b": 0.9}) == {"a": 1.0, "b": 1.0}


def test_holm_of_an_empty_family_is_empty():
    assert holm({}) == {}
