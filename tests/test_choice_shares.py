"""Shares of right and of equal choices, with exact intervals."""

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
    """One run for each block."""
    return np.array(values)[:, None]


def test_the_interval_of_right_choices_is_that_of_clopper_and_pearson():
    # Oracle: statsmodels 0.15, proportion_confint with method "beta".
    right = column(*[True] * 9, False)
    found = right_share(right, ~right, 0.05)
    assert found.value == pytest.approx(0.9)
    assert (found.lower, found.upper) == pytest.approx(proportion_confint(9, 10, 0.05, method="beta"))


def test_runs_that_share_a_seed_count_as_one():
    # By hand: 40 runs in 10 blocks are 10 answers, not 40.
    right = np.ones((10, 4), bool)
    assert right_share(right, ~right, 0.05).lower == pytest.approx(0.025 ** (1 / 10))


def test_a_block_whose_runs_differ_counts_against_the_lower_and_for_the_upper_end():
    right = np.array([[True, True]] * 6 + [[True, False]] * 2 + [[False, False]] * 2)
    found = right_share(right, ~right, 0.05)
    assert found.value == pytest.approx(0.7)
    assert found.lower == pytest.approx(proportion_confint(6, 10, 0.05, method="beta")[0])
    assert found.upper == pytest.approx(proportion_confint(8, 10, 0.05, method="beta")[1])


def test_a_choice_that_is_neither_shown_right_nor_wrong_widens_the_interval():
    # By hand: 5 right, 3 unsettled and 2 wrong are a share of 0.65; ends from 5 and from 8 of 10.
    found = right_share(column(*[True] * 5, *[False] * 5), column(*[False] * 8, *[True] * 2), 0.05)
    assert found.value == pytest.approx(0.65)
    assert found.lower == pytest.approx(proportion_confint(5, 10, 0.05, method="beta")[0])
    assert found.upper == pytest.approx(proportion_confint(8, 10, 0.05, method="beta")[1])


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (np.ones((0, 1), bool), np.ones((0, 1), bool), "tables of blocks and runs"),
        (np.ones((2, 1), bool), np.zeros((3, 1), bool), "of one shape"),
        (np.ones((2, 1), bool), np.ones((2, 1), bool), "both right and wrong"),
    ],
)
def test_choices_that_cannot_be_counted_are_refused(right, wrong, message):
    with pytest.raises(ValueError, match=message):
        right_share(right, wrong, 0.05)


def test_agreement_is_the_share_of_pairs_that_agree():
    # By hand, Simpson (1949): 3, 2 and 1 of 6 choose alike: (3 * 2 + 2 * 1 + 0) / (6 * 5).
    assert same_share(column(1, 1, 1, 2, 2, 5), 0.05).value == pytest.approx(8 / 30)


def test_agreement_counts_pairs_of_different_blocks_alone():
    # By hand: of the 4 pairs between (1, 2) and (1, 1) two agree; the pairs within a block do not count.
    assert same_share(np.array([[1, 2], [1, 1]]), 0.05).value == pytest.approx(0.5)


def test_the_ends_of_agreement_are_those_of_the_commonest_choice():
    # By hand, from statsmodels' exact interval for 8 of 10: its square, and U^2 + (1 - U)^2.
    lower, upper = proportion_confint(8, 10, 0.05, method="beta")
    found = same_share(column(*[3] * 8, 1, 2), 0.05)
    assert (found.lower, found.upper) == pytest.approx((lower**2, upper**2 + (1 - upper) ** 2))


def test_blocks_that_disagree_within_lower_both_ends_as_they_should():
    """By hand: in 8 of 10 blocks both runs choose 3, in 9 at least one."""
    found = same_share(np.array([[3, 3]] * 8 + [[3, 1], [2, 2]]), 0.05)
    lower, upper = proportion_confint(8, 10, 0.05, method="beta")[0], proportion_confint(9, 10, 0.05, method="beta")[1]
    assert (found.lower, found.upper) == pytest.approx((lower**2, upper**2 + (1 - upper) ** 2))


@pytest.mark.parametrize("blocks", [4, 9])
def test_the_interval_of_agreement_holds_for_every_distribution_of_choices(blocks):
    # Oracle: all outcomes of the multinomial distribution, enumerated, over a grid of three probabilities.
    outcomes = [counts for counts in product(range(blocks + 1), repeat=3) if sum(counts) == blocks]
    ends = [same_share(column(*np.repeat([1, 2, 3], counts)), 0.1) for counts in outcomes]
    ways = np.array([factorial(blocks) / np.prod([factorial(count) for count in counts]) for counts in outcomes])
    shares = [np.array([first, second, 20 - first - second]) / 20 for first, second in product(range(21), repeat=2) if first + second <= 20]
    for each in shares:
        chances, truth = ways * np.prod(each ** np.array(outcomes), axis=1), (each**2).sum()
        below = sum(chance for chance, found in zip(chances, ends) if truth < found.lower - 1e-9)
        above = sum(chance for chance, found in zip(chances, ends) if truth > found.upper + 1e-9)
        assert max(below, above) <= 0.05


def test_the_step_of_the_proof_holds_where_it_is_used():
    # Closed form: P(Bin(n, p) >= m) / p^2 rises with p up to the exact lower end if p f(p) / F(p) >= 2 there.
    for blocks, level in product(range(3, 101), (0.001, 0.025, 0.1)):
        commonest = np.arange(3, blocks + 1)
        lower = stats.beta.ppf(level, commonest, blocks - commonest + 1)
        assert (lower * stats.beta.pdf(lower, commonest, blocks - commonest + 1) / level >= 2).all()


def test_a_single_block_agrees_with_nothing():
    with pytest.raises(ValueError, match=r"at least 2 blocks .*\(1, 3\)"):
        same_share([[1, 2, 3]], 0.05)


def test_a_choice_is_shown_right_by_tests_of_the_ratio_against_every_other():
    # Oracle: scipy 1.17, ttest_rel of the loss against 1.05 times that of each other candidate, one-sided.
    worst = max(stats.ttest_rel(LOSSES[:, 1], 1.05 * LOSSES[:, other], alternative="less").pvalue for other in (0, 2))
    assert not shown_within_margin(LOSSES, 0.05, worst * 0.999)[1]
    assert shown_within_margin(LOSSES, 0.05, worst * 1.001)[1]


def test_a_choice_is_shown_wrong_by_the_same_tests_the_other_way():
    # Oracle: scipy 1.17, ttest_rel, one-sided, corrected for two others.
    best = min(stats.ttest_rel(LOSSES[:, 2], 1.17 * LOSSES[:, other], alternative="greater").pvalue for other in (0, 1))
    assert not shown_beyond_margin(LOSSES, 0.17, 2 * best * 0.999)[2]
    assert shown_beyond_margin(LOSSES, 0.17, 2 * best * 1.001)[2]


def test_no_choice_is_shown_both_right_and_wrong():
    for share in (0.0, 0.02, 0.1, 0.3):
        assert not (shown_within_margin(LOSSES, share, 0.05) & shown_beyond_margin(LOSSES, share, 0.05)).any()


def test_choices_are_put_into_the_rows_of_their_blocks():
    assert choices_by_block([1, 0, 1, 0], [5, 3, 6, 4]).tolist() == [[3, 4], [5, 6]]
    with pytest.raises(ValueError, match=r"as many runs; got \{0: 1, 1: 2\}"):
        choices_by_block([0, 1, 1], [1, 2, 3])
