"""How often a way to learn chooses rightly, and how often two of its runs choose alike, with exact intervals.

Runs that share a seed share their digits and their initial weights, so the seeds are the blocks: what
varies within one (the start) is not independent. An exact interval needs one answer a block. Where the
runs of a block differ, the lower end counts against it and the upper end in its favour. Both ends hold
for the share among single runs, whatever the dependence within a block.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from kernel_dilation.statistics.blocks import Floats
from kernel_dilation.statistics.verdicts import one_sided_p_values

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


@dataclass(frozen=True)
class Share:
    """A share of runs, or of pairs of runs, with the ends of its exact interval, all 0 to 1."""

    value: float
    lower: float
    upper: float


@cache
def binomial_ends(least: int, most: int, blocks: int, alpha: float) -> tuple[float, float]:
    """Ends of the exact interval of a share, by Clopper and Pearson (1934), from the least and the most successes there may be."""
    low, high = (stats.binomtest(count, blocks).proportion_ci(1 - alpha, method="exact") for count in (least, most))
    return float(low.low), float(high.high)


def right_share(shown_right: ArrayLike, shown_wrong: ArrayLike, alpha: float) -> Share:
    """Share of runs whose choice is right.

    A choice that is shown to be neither right nor wrong counts half in the value, as wrong in the
    lower end and as right in the upper.

    Args:
        shown_right, shown_wrong: (blocks, runs of a block) bool.

    Raises:
        ValueError: no blocks, shapes that differ, or a choice that is shown to be both.
    """
    right, wrong = np.asarray(shown_right, dtype=bool), np.asarray(shown_wrong, dtype=bool)
    if right.ndim != 2 or right.shape != wrong.shape or not right.size:
        raise ValueError(f"choices must be tables of blocks and runs, of one shape; got the shapes {right.shape} and {wrong.shape}")
    if (right & wrong).any():
        raise ValueError("a choice cannot be shown both right and wrong")
    ends = binomial_ends(int(right.all(axis=1).sum()), int((~wrong).any(axis=1).sum()), len(right), alpha)
    return Share(float((right.mean() + 1 - wrong.mean()) / 2), *ends)


def same_share(choices: ArrayLike, alpha: float) -> Share:
    """Probability that two runs of different blocks choose alike; `choices` holds dilations, (blocks, runs of a block).

    The value is the unbiased estimate of Simpson (1949), the share of pairs of runs that agree. Its
    interval is exact, from that of Clopper and Pearson (1934) for one binomial count. Let theta be the
    sum of the squares of the probabilities p_k of the choices, and m the count of the commonest one.

    Lower end: P(m or more) is at most the sum over k of P(Bin(n, p_k) >= m), hence at most
    P(Bin(n, sqrt(theta)) >= m), because P(Bin(n, p) >= m) / p^2 rises with p up to sqrt(theta), which no
    p_k exceeds. So theta is at least the square of the exact lower end for m of n. (For m < 3 the
    quotient may fall; the end is then 0.)

    Upper end: the largest p_k is at least theta, and if theta exceeds 1/2 at least the larger p with
    p^2 + (1 - p)^2 = theta; its own count is at most m. So theta is at most U^2 + (1 - U)^2, U the exact
    upper end for m of n, or U if that is below 1/2.

    Raises:
        ValueError: fewer than 2 blocks, or no table.
    """
    table = np.asarray(choices)
    if table.ndim != 2 or len(table) < 2 or not table.size:
        raise ValueError(f"agreement needs a table of at least 2 blocks with one or more runs each; got the shape {table.shape}")
    lower, upper = binomial_ends(_commonest(table, np.all), _commonest(table, np.any), len(table), alpha)
    lower = lower**2 if _commonest(table, np.all) >= 3 else 0.0
    return Share(_agreeing_pairs(table), lower, upper**2 + (1 - upper) ** 2 if upper > 0.5 else upper)


def _commonest(table: NDArray, within: Callable[..., NDArray]) -> int:
    """In how many blocks all, or any, of the runs choose the dilation for which these are most."""
    return max(int(within(table == dilation, axis=1).sum()) for dilation in np.unique(table))


def _agreeing_pairs(table: NDArray) -> float:
    """Share of the pairs of runs from different blocks that choose alike."""
    counts = np.stack([(table == dilation).sum(axis=1) for dilation in np.unique(table)], axis=1)
    blocks, runs = table.shape
    return float(((counts.sum(axis=0) ** 2).sum() - (counts**2).sum()) / (blocks * (blocks - 1) * runs**2))


def shown_within_margin(losses: Floats, share: float, alpha: float) -> NDArray[np.bool_]:
    """Whether each candidate is shown to lose less than this share of the loss against every other one, (candidates,).

    One-sided paired t tests of each ratio of mean losses (Hauschke et al. 1999), all of which must hold
    (Berger 1982). `losses`: (rounds, candidates), validation losses in nats of rounds that chose nothing.
    """
    excess = losses[:, :, None] - (1 + share) * losses[:, None, :]
    others = ~np.eye(losses.shape[1], dtype=bool)
    return np.array([(one_sided_p_values(-excess[:, column, others[column]]) <= alpha).all() for column in range(losses.shape[1])])


def shown_beyond_margin(losses: Floats, share: float, alpha: float) -> NDArray[np.bool_]:
    """Whether each candidate is shown to lose more than this share of the loss against some other one, (candidates,).

    The tests of `shown_within_margin` in the other direction, of which one must hold at a level divided by their number.
    """
    excess = losses[:, :, None] - (1 + share) * losses[:, None, :]
    others, level = ~np.eye(losses.shape[1], dtype=bool), alpha / max(losses.shape[1] - 1, 1)
    return np.array([(one_sided_p_values(excess[:, column, others[column]]) <= level).any() for column in range(losses.shape[1])])


def choices_by_block(blocks: Sequence[int], choices: Sequence[int]) -> NDArray[np.int64]:
    """Choices as (blocks, runs of a block), in the order of the blocks' numbers.

    Raises:
        ValueError: blocks with different numbers of runs.
    """
    numbers, counts = np.unique(blocks, return_counts=True)
    if len(set(counts)) > 1:
        raise ValueError(f"every block must have as many runs; got {dict(zip(numbers.tolist(), counts.tolist()))}")
    return np.asarray(choices)[np.argsort(blocks, kind="stable")].reshape(len(numbers), -1)
