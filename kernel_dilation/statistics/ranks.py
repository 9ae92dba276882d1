"""Tests on ranks within blocks: do the treatments differ, is there a trend, which pairs differ."""

from collections.abc import Callable, Sequence
from math import factorial

from kernel_dilation.statistics.blocks import Floats, Treatment, differences, is_numeric, sign_patterns, without_rounding_error

import numpy as np
from scipy import stats

PERMUTATIONS = 9_999  # of each test; studies with fewer possible ones are enumerated, and their p-values exact


def within_ranks(table: Floats) -> Floats:
    """Ranks within each block, (blocks, treatments): 1 the lowest, ties share their mean rank."""
    scale = float(np.abs(table).max())
    return np.asarray(stats.rankdata(without_rounding_error(table, scale), axis=1), dtype=np.float64)


def kendall_w(table: Floats) -> float:
    """Kendall's coefficient of concordance, 0 to 1, corrected for ties: how far the blocks agree on the order.

    The sum of squares of the rank means over its largest possible value (Kendall and Babington
    Smith 1939). 0 where there is no order to agree on: one block, one treatment, nothing but ties.
    """
    centred = within_ranks(table) - (table.shape[1] + 1) / 2
    total = (centred**2).sum()
    if len(table) < 2 or total == 0:
        return 0.0
    return float(len(table) * (centred.mean(axis=0) ** 2).sum() / total)


def iman_davenport(table: Floats) -> float | None:
    """The F statistic of Iman and Davenport (1980): the two-way analysis of variance of the ranks.

    Friedman's chi-squared is W b (k - 1), and F is (b - 1) W / (1 - W), for b blocks and k
    treatments. None where the blocks agree wholly, so that F is infinite.
    """
    agreement = kendall_w(table)
    return None if agreement >= 1 - 1e-12 else (len(table) - 1) * agreement / (1 - agreement)


def omnibus_p_value(table: Floats, seed: int, permutations: int = PERMUTATIONS) -> float:
    """p-value of "no treatment differs from another", 0 to 1.

    From three treatments on the test of Friedman in the form of Iman and Davenport, whose null
    distribution is taken from permutations within blocks and not from F: at 8 blocks of 4, F would
    raise a false alarm in 5.8 % of studies at a level of 5 %, and in 0.21 % at one of 0.1 %. Given
    the ties, F grows with the sum of squares of the rank sums, which therefore stands for it. For
    two treatments, where Friedman's test sees no more than signs, Wilcoxon's signed-rank test.
    1 where there is nothing to compare: one block, one treatment, nothing but ties.
    """
    blocks, treatments = table.shape
    if blocks < 2 or treatments < 2:
        return 1.0
    if treatments == 2:
        return float(wilcoxon_p_values(differences(table), seed, permutations)[0])
    return _permutation_p_value(within_ranks(table), lambda sums: (sums**2).sum(axis=-1), seed, permutations)


def trend_p_value(table: Floats, treatments: Sequence[Treatment], seed: int, permutations: int = PERMUTATIONS) -> float | None:
    """p-value, 0 to 1, of Page's (1963) test, of both directions: twice the smaller one-sided p-value.

    Without ties as in scipy, exact up to 12 blocks of 8 treatments; with ties from permutations within
    blocks, as the exact distribution knows none. With two treatments a trend is their difference. None
    for treatments that are not numbers; 1 where there is nothing to compare.
    """
    if not is_numeric(treatments):
        return None
    if table.shape[1] < 3 or len(table) < 2:
        return omnibus_p_value(table, seed, permutations)
    ranks, order = within_ranks(table), np.argsort(np.argsort(np.asarray(treatments, dtype=float))) + 1
    if any(len(set(row)) < len(row) for row in ranks):
        return _permutation_p_value(ranks, lambda sums: np.abs(sums @ (order - order.mean())), seed, permutations)
    rising = stats.page_trend_test(ranks, ranked=True, predicted_ranks=order).pvalue
    falling = stats.page_trend_test(ranks, ranked=True, predicted_ranks=len(order) + 1 - order).pvalue
    return float(min(1.0, 2 * min(rising, falling)))


def signed_ranks(paired: Floats) -> Floats:
    """Ranks of the absolute values of each column with their signs, (blocks, pairs); zeros are left out and have rank 0."""
    zeros = (paired == 0).sum(axis=0)
    return np.sign(paired) * (stats.rankdata(np.abs(paired), axis=0) - zeros)


def wilcoxon_p_values(paired: Floats, seed: int, permutations: int = PERMUTATIONS) -> Floats:
    """p-values of Wilcoxon's signed-rank test of both sides, (pairs,), for paired differences (blocks, pairs).

    Exact up to 12 blocks, with ties too, over all patterns of signs; the same as scipy's `wilcoxon`,
    which takes a third of a second for a table with ties. A pair without any difference has p-value 1.
    """
    ranks, patterns = signed_ranks(paired), sign_patterns(len(paired), permutations, seed)
    extreme = np.abs(patterns @ np.abs(ranks)) >= np.abs(ranks.sum(axis=0)) - 1e-9
    drawn = int(len(patterns) < 2 ** len(paired))  # the table itself is one more pattern beside those drawn
    return (extreme.sum(axis=0) + drawn) / (len(patterns) + drawn)


def smallest_p_value(blocks: int, treatments: int = 2) -> float:
    """The smallest p-value that any test by permutation can reach: 2/2^blocks for two treatments.

    When all blocks agree, one in (treatments!)^(blocks - 1) arrangements is as extreme.
    """
    return float(factorial(treatments)) ** (1 - blocks)


def _permutation_p_value(ranks: Floats, statistic: Callable[[Floats], Floats], seed: int, permutations: int) -> float:
    """p-value, 0 to 1, of a large statistic of the rank sums, under permutations within blocks."""
    result = stats.permutation_test(
        tuple(ranks.T),
        lambda *columns, axis: statistic(np.stack([column.sum(axis=axis) for column in columns], axis=-1)),
        permutation_type="samples",
        vectorized=True,
        n_resamples=permutations,
        alternative="greater",
        rng=np.random.default_rng([seed, 2]),
    )
    return float(result.pvalue)
