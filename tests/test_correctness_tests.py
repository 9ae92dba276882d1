"""Tests over the test images."""

from kernel_dilation.analysis.correctness_tests import cochran_p_values, mcnemar_pairs

import numpy as np
import pytest
from mlxtend.evaluate import cochrans_q
from scipy import stats

# One replicate, 300 images, and three networks that classify 90, 85 and 75 % of them correctly.
CORRECT = (np.random.default_rng(0).random((1, 300, 3)) < [0.90, 0.85, 0.75]).astype(bool)


def discordant(only_first, only_second, both=20) -> np.ndarray:
    """Return one replicate of two networks with these numbers of images that only one of them, or both, classify correctly."""
    rows = [[True, False]] * only_first + [[False, True]] * only_second + [[True, True]] * both
    return np.array([rows])


def test_cochran_matches_mlxtend():
    # mlxtend 0.25, cochrans_q: targets of one, and predictions that are one where the network is correct.
    expected = cochrans_q(np.ones(300, int), *CORRECT[0].T.astype(int))[1]
    assert cochran_p_values(CORRECT)[0] == pytest.approx(expected)


def test_cochran_is_friedmans_test_of_correctness():
    # scipy 1.17, friedmanchisquare with its correction for ties.
    assert cochran_p_values(CORRECT)[0] == pytest.approx(stats.friedmanchisquare(*CORRECT[0].T.astype(int)).pvalue)


def test_every_replicate_has_its_own_p_value():
    both = np.concatenate([CORRECT, CORRECT[:, :, ::-1][:, ::-1]])
    assert cochran_p_values(both) == pytest.approx([cochran_p_values(CORRECT)[0]] * 2)


def test_cochran_of_networks_that_agree_is_one():
    assert cochran_p_values(np.ones((2, 50, 3), bool)) == [1.0, 1.0]


def test_cochran_of_two_networks_is_mcnemars_exact_test():
    assert cochran_p_values(discordant(1, 7)) == [mcnemar_pairs(discordant(1, 7), [1, 2])[0].p_value]


def test_mcnemar_matches_the_binomial_by_hand():
    # By hand: 1 and 7 of 8 discordant images give 2 (1 + 8) / 2^8.
    (pair,) = mcnemar_pairs(discordant(1, 7), [1, 2])
    assert (pair.only_first, pair.only_second) == (1, 7)
    assert pair.p_value == pytest.approx(18 / 256)


def test_mcnemar_matches_scipys_binomial_test():
    # scipy 1.17, binomtest(86, 236): the discordant ratings of Agresti (1990), page 350, as in R's mcnemar.test.
    (pair,) = mcnemar_pairs(discordant(86, 150), [1, 2])
    assert pair.p_value == pytest.approx(stats.binomtest(86, 236).pvalue)


def test_pairs_of_one_replicate_are_corrected_by_holm():
    # By hand: the smallest of three p-values is multiplied by three.
    pairs = mcnemar_pairs(CORRECT, [1, 2, 4])
    assert [(pair.first, pair.second) for pair in pairs] == [(1, 2), (1, 4), (2, 4)]
    smallest = min(pairs, key=lambda pair: pair.p_value)
    assert smallest.holm_p_value == pytest.approx(3 * smallest.p_value)


@pytest.mark.parametrize(("only_first", "only_second"), [(0, 0), (5, 5)])
def test_networks_with_equally_many_errors_do_not_differ(only_first, only_second):
    assert mcnemar_pairs(discordant(only_first, only_second), [1, 2])[0].p_value == 1.0


def test_a_single_network_has_no_pairs_and_a_p_value_of_one():
    assert mcnemar_pairs(CORRECT[:, :, :1], [1]) == []
    assert cochran_p_values(CORRECT[:, :, :1]) == [1.0]


@pytest.mark.parametrize("correct", [CORRECT[0], CORRECT.astype(float)])
def test_an_array_that_is_not_boolean_with_three_axes_is_refused(correct):
    with pytest.raises(ValueError, match="true or false for replicates, images and treatments"):
        cochran_p_values(correct)


def test_treatments_that_do_not_match_the_last_axis_are_refused():
    with pytest.raises(ValueError, match="got 3 for 2 treatments"):
        mcnemar_pairs(CORRECT, [1, 2])
