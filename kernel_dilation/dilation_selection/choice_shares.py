"""Share of runs that choose the right dilation, and agreement between runs, with exact intervals.

Runs with the same seed use the same digits and the same initial weights, so each seed is a block: runs that
differ only in their initial dilation are not independent. An exact interval needs one outcome per block.
Where the runs of a block differ, the block counts as a failure in the lower end and as a success in the
upper end. Both ends are therefore valid for the share among single runs, whatever the dependence within a block.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.verdicts import one_sided_p_values

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


@dataclass(frozen=True)
class Share:
    """Share of runs, or of pairs of runs, with the ends of its exact confidence interval, all 0 to 1."""

    value: float
    lower: float
    upper: float


@cache
def binomial_ends(least: int, most: int, blocks: int, alpha: float) -> tuple[float, float]:
    """Return the ends of the exact interval of a share whose number of successes has a known range.

    The lower end is that of Clopper and Pearson (1934) for the least possible number of successes in so many
    blocks, and the upper end is theirs for the greatest. The nominal coverage is 1 - alpha.
    """
    low, high = (stats.binomtest(count, blocks).proportion_ci(1 - alpha, method="exact") for count in (least, most))
    return float(low.low), float(high.high)


def right_share(shown_right: ArrayLike, shown_wrong: ArrayLike, alpha: float) -> Share:
    """Return the share of runs that choose a right dilation, with its exact interval.

    A choice that is shown to be neither right nor wrong counts as half right in the value, as wrong in the
    lower end and as right in the upper end.

    Args:
        shown_right, shown_wrong: (blocks, runs per block) bool.

    Raises:
        ValueError: there are no blocks, the shapes differ, or a choice is shown to be both right and wrong.
    """
    right, wrong = np.asarray(shown_right, dtype=bool), np.asarray(shown_wrong, dtype=bool)
    if right.ndim != 2 or right.shape != wrong.shape or not right.size:
        raise ValueError(f"choices must be two tables of blocks and runs with the same shape; got the shapes {right.shape} and {wrong.shape}")
    if (right & wrong).any():
        raise ValueError("a choice cannot be shown both right and wrong")
    ends = binomial_ends(int(right.all(axis=1).sum()), int((~wrong).any(axis=1).sum()), len(right), alpha)
    return Share(float((right.mean() + 1 - wrong.mean()) / 2), *ends)


def same_share(choices: ArrayLike, alpha: float) -> Share:
    """Return the probability, with its exact interval, that runs of two blocks choose the same dilation.

    The value is the unbiased estimate of Simpson (1949), which is the share of pairs of runs that agree. The
    interval is exact and is derived from that of Clopper and Pearson (1934) for one binomial count. Let theta
    be the sum of the squared probabilities p_k of the choices, n the number of blocks, and m the count of the
    most frequent choice.

    Lower end: the probability that some choice occurs m times or more is at most the sum over k of
    P(Bin(n, p_k) >= m). This sum is at most P(Bin(n, sqrt(theta)) >= m), because P(Bin(n, p) >= m) / p^2
    increases with p up to sqrt(theta), and no p_k exceeds sqrt(theta). Hence theta is at least the square of
    the exact lower end for m of n. For m < 3 the quotient may decrease, so the end is 0.

    Upper end: the largest p_k is at least theta. If theta exceeds 1/2, the largest p_k is also at least the
    larger solution p of p^2 + (1 - p)^2 = theta. The count of that choice is at most m. Let U be the exact
    upper end for m of n: theta is at most U^2 + (1 - U)^2, or at most U if U does not exceed 1/2.

    Args:
        choices: chosen dilations, (blocks, runs per block).

    Raises:
        ValueError: there are fewer than 2 blocks, or the choices are not a table.
    """
    table = np.asarray(choices)
    if table.ndim != 2 or len(table) < 2 or not table.size:
        raise ValueError(f"agreement needs a table of at least 2 blocks with one or more runs each; got the shape {table.shape}")
    lower, upper = binomial_ends(_largest_count(table, np.all), _largest_count(table, np.any), len(table), alpha)
    lower = lower**2 if _largest_count(table, np.all) >= 3 else 0.0
    return Share(_pair_agreement(table), lower, upper**2 + (1 - upper) ** 2 if upper > 0.5 else upper)


def _largest_count(table: NDArray, within: Callable[..., NDArray]) -> int:
    """Return the largest number of blocks in which all runs, or any run, choose one and the same dilation.

    `within` is `np.all` or `np.any`.
    """
    return max(int(within(table == dilation, axis=1).sum()) for dilation in np.unique(table))


def _pair_agreement(table: NDArray) -> float:
    """Return the share of pairs of runs from different blocks that choose the same dilation."""
    counts = np.stack([(table == dilation).sum(axis=1) for dilation in np.unique(table)], axis=1)
    blocks, runs = table.shape
    return float(((counts.sum(axis=0) ** 2).sum() - (counts**2).sum()) / (blocks * (blocks - 1) * runs**2))


def shown_within_margin(losses: Floats, share: float, alpha: float) -> NDArray[np.bool_]:
    """Return for each candidate whether its loss is shown to lie within a margin of every other's.

    The loss must exceed that of every other candidate by less than a share of it. Each ratio of mean losses is
    tested by a one-sided paired t test, as in Hauschke et al. (1999). All tests must reject, so that none needs
    a correction, by Berger (1982).

    Args:
        losses: validation losses in nats, (rounds, candidates), of rounds that were not used for any choice.
        share: the margin, as a fraction of the other candidate's loss.
        alpha: level of each test.

    Returns:
        (candidates,) bool.
    """
    excess = losses[:, :, None] - (1 + share) * losses[:, None, :]
    others = ~np.eye(losses.shape[1], dtype=bool)
    return np.array([(one_sided_p_values(-excess[:, column, others[column]]) <= alpha).all() for column in range(losses.shape[1])])


def shown_beyond_margin(losses: Floats, share: float, alpha: float) -> NDArray[np.bool_]:
    """Return for each candidate whether its loss is shown to lie beyond the margin of some other's.

    The loss must exceed that of one other candidate by more than a share of it. The tests are those of
    `shown_within_margin` in the opposite direction. One of them must reject at the level alpha divided by their
    number. The arguments and the shape of the result are the same.
    """
    excess = losses[:, :, None] - (1 + share) * losses[:, None, :]
    others, level = ~np.eye(losses.shape[1], dtype=bool), alpha / max(losses.shape[1] - 1, 1)
    return np.array([(one_sided_p_values(excess[:, column, others[column]]) <= level).any() for column in range(losses.shape[1])])


def choices_by_block(blocks: Sequence[int], choices: Sequence[int]) -> NDArray[np.int64]:
    """Return the choices as a table, (blocks, runs per block), whose rows are sorted by block number.

    Args:
        blocks: block number of each run.
        choices: dilation chosen by each run; runs of one block keep their order.

    Raises:
        ValueError: the blocks have different numbers of runs.
    """
    numbers, counts = np.unique(blocks, return_counts=True)
    if len(set(counts)) > 1:
        raise ValueError(f"every block must have the same number of runs; got {dict(zip(numbers.tolist(), counts.tolist()))}")
    return np.asarray(choices)[np.argsort(blocks, kind="stable")].reshape(len(numbers), -1)
