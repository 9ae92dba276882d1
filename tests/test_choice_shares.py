"""Shares of right choices and agreement between runs, with exact intervals."""

from itertools import product
from math import factorial

from kernel_dilation.dilation_selection.choice_shares import (
    choices_by_block,
    right_share,
    same_share,
    shown_beyond_margin,
    shown_within_margin,
)

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

LOSSES = np.random.default_rng(1).normal([1.0, 1.02, 1.2], 0.02, (12, 3))


def column(*values: bool) -> np.ndarray:
    """Return the values as a table with one run per block."""
    return np.array(values)[:, None]


def test_the_interval_of_right_choices_is_that_of_clopper_and_pearson():
    # Oracle: statsmodels 0.15, proportion_confint with method "beta".
    right = column(*[True] * 9, False)
    share = right_share(right, ~right, 0.05)
    assert share.value == pytest.approx(0.9)
    assert (share.lower, share.upper) == pytest.approx(proportion_confint(9, 10, 0.05, method="beta"))


def test_runs_with_the_same_seed_count_as_one_outcome():
    # By hand: 40 runs in 10 blocks are 10 independent outcomes, not 40.
    right = np.ones((10, 4), bool)
    assert right_share(right, ~right, 0.05).lower == pytest.approx(0.025 ** (1 / 10))


def test_a_block_whose_runs_differ_lowers_the_lower_end_and_raises_the_upper():
    # Oracle: statsmodels 0.15; all runs are right in 6 blocks, and at least one run in 8.
    right = np.array([[True, True]] * 6 + [[True, False]] * 2 + [[False, False]] * 2)
    share = right_share(right, ~right, 0.05)
    assert share.value == pytest.approx(0.7)
    assert share.lower == pytest.approx(proportion_confint(6, 10, 0.05, method="beta")[0])
    assert share.upper == pytest.approx(proportion_confint(8, 10, 0.05, method="beta")[1])


def test_a_choice_shown_neither_right_nor_wrong_widens_the_interval():
    # By hand: 5 right, 3 undecided and 2 wrong choices give a share of 0.65, with ends from 5 and from 8 of 10.
    share = right_share(column(*[True] * 5, *[False] * 5), column(*[False] * 8, *[True] * 2), 0.05)
    assert share.value == pytest.approx(0.65)
    assert share.lower == pytest.approx(proportion_confint(5, 10, 0.05, method="beta")[0])
    assert share.upper == pytest.approx(proportion_confint(8, 10, 0.05, method="beta")[1])


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (np.ones((0, 1), bool), np.ones((0, 1), bool), "tables of blocks and runs"),
        (np.ones((2, 1), bool), np.zeros((3, 1), bool), "the same shape"),
        (np.ones((2, 1), bool), np.ones((2, 1), bool), "both right and wrong"),
    ],
)
def test_tables_of_choices_that_do_not_match_are_refused(right, wrong, message):
    with pytest.raises(ValueError, match=message):
        right_share(right, wrong, 0.05)


def test_agreement_is_the_share_of_pairs_that_agree():
    # By hand, after Simpson (1949): three choices made by 3, 2 and 1 of 6 runs give (3 * 2 + 2 * 1 + 0) / (6 * 5).
    assert same_share(column(1, 1, 1, 2, 2, 5), 0.05).value == pytest.approx(8 / 30)


def test_agreement_counts_only_pairs_of_different_blocks():
    # By hand: two of the 4 pairs between (1, 2) and (1, 1) agree; pairs within a block do not count.
    assert same_share(np.array([[1, 2], [1, 1]]), 0.05).value == pytest.approx(0.5)


def test_the_ends_of_agreement_follow_from_the_most_frequent_choice():
    # By hand, from the exact interval (L, U) of statsmodels 0.15 for 8 of 10: L^2 and U^2 + (1 - U)^2.
    lower, upper = proportion_confint(8, 10, 0.05, method="beta")
    share = same_share(column(*[3] * 8, 1, 2), 0.05)
    assert (share.lower, share.upper) == pytest.approx((lower**2, upper**2 + (1 - upper) ** 2))


def test_a_block_whose_runs_differ_counts_only_in_the_upper_end_of_agreement():
    # By hand: both runs choose dilation 3 in 8 of 10 blocks, and at least one run in 9.
    share = same_share(np.array([[3, 3]] * 8 + [[3, 1], [2, 2]]), 0.05)
    lower, upper = proportion_confint(8, 10, 0.05, method="beta")[0], proportion_confint(9, 10, 0.05, method="beta")[1]
    assert (share.lower, share.upper) == pytest.approx((lower**2, upper**2 + (1 - upper) ** 2))


@pytest.mark.parametrize("blocks", [4, 9])
def test_the_interval_of_agreement_is_valid_for_every_distribution_of_choices(blocks):
    # Oracle: enumeration of all outcomes of the multinomial distribution, on a grid of three probabilities.
    outcomes = [counts for counts in product(range(blocks + 1), repeat=3) if sum(counts) == blocks]
    ends = [same_share(column(*np.repeat([1, 2, 3], counts)), 0.1) for counts in outcomes]
    multiplicities = np.array([factorial(blocks) / np.prod([factorial(count) for count in counts]) for counts in outcomes])
    shares = [np.array([first, second, 20 - first - second]) / 20 for first, second in product(range(21), repeat=2) if first + second <= 20]
    for each in shares:
        chances, truth = multiplicities * np.prod(each ** np.array(outcomes), axis=1), (each**2).sum()
        below = sum(chance for chance, share in zip(chances, ends) if truth < share.lower - 1e-9)
        above = sum(chance for chance, share in zip(chances, ends) if truth > share.upper + 1e-9)
        assert max(below, above) <= 0.05


def test_the_monotonicity_in_the_proof_holds_up_to_the_lower_end():
    # Closed form: P(Bin(n, p) >= m) / p^2 increases with p up to the exact lower end if p f(p) / F(p) >= 2 there.
    for blocks, level in product(range(3, 101), (0.001, 0.025, 0.1)):
        commonest = np.arange(3, blocks + 1)
        lower = stats.beta.ppf(level, commonest, blocks - commonest + 1)
        assert (lower * stats.beta.pdf(lower, commonest, blocks - commonest + 1) / level >= 2).all()


def test_agreement_of_a_single_block_is_refused():
    with pytest.raises(ValueError, match=r"at least 2 blocks .*\(1, 3\)"):
        same_share([[1, 2, 3]], 0.05)


def test_a_choice_is_shown_right_by_tests_of_the_loss_ratio_to_every_other():
    # Oracle: scipy 1.17, ttest_rel of the loss against 1.05 times that of each other candidate, one-sided.
    worst = max(stats.ttest_rel(LOSSES[:, 1], 1.05 * LOSSES[:, other], alternative="less").pvalue for other in (0, 2))
    assert not shown_within_margin(LOSSES, 0.05, worst * 0.999)[1]
    assert shown_within_margin(LOSSES, 0.05, worst * 1.001)[1]


def test_a_choice_is_shown_wrong_by_the_same_tests_in_the_opposite_direction():
    # Oracle: scipy 1.17, ttest_rel, one-sided, corrected for two other candidates.
    best = min(stats.ttest_rel(LOSSES[:, 2], 1.17 * LOSSES[:, other], alternative="greater").pvalue for other in (0, 1))
    assert not shown_beyond_margin(LOSSES, 0.17, 2 * best * 0.999)[2]
    assert shown_beyond_margin(LOSSES, 0.17, 2 * best * 1.001)[2]


def test_no_choice_is_shown_both_right_and_wrong():
    for share in (0.0, 0.02, 0.1, 0.3):
        assert not (shown_within_margin(LOSSES, share, 0.05) & shown_beyond_margin(LOSSES, share, 0.05)).any()


def test_choices_are_sorted_into_the_rows_of_their_blocks():
    assert choices_by_block([1, 0, 1, 0], [5, 3, 6, 4]).tolist() == [[3, 4], [5, 6]]
    with pytest.raises(ValueError, match=r"the same number of runs; got \{0: 1, 1: 2\}"):
        choices_by_block([0, 1, 1], [1, 2, 3])
