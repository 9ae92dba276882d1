"""Westfall and Young's step-down maximum: p-values of a large family from the joint distribution of its statistics.

Holm's correction multiplies each p-value by the size of the family. A test that lists the 2^n signs of n
blocks has no p-value below 2/2^n, so that a large family could never find anything. The maximum over the
family needs no factor: its smallest p-value is that of a single test (Westfall and Young 1993, algorithm
2.8; Romano and Wolf 2005). It keeps the family-wise error rate whatever the dependence between the
statistics, because the same signs or permutations are applied to all of them.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, permutations, product
from math import factorial

from kernel_dilation.statistics.block_tables import Floats, sign_patterns
from kernel_dilation.statistics.rank_tests import PERMUTATIONS, within_ranks

import numpy as np
from numpy.typing import NDArray

ROUNDING = 1e-9  # statistics that differ by less are ties
CHUNK = 1_000  # permutations that are held in memory at a time


def sign_flip_p_values(paired: Floats, seed: int, resamples: int = PERMUTATIONS) -> Floats:
    """Return the adjusted two-sided p-values, (contrasts,), of "the contrast is symmetric about zero".

    The statistic is |t|. Under flips of signs the sum of squares of a contrast is constant, so |t| is an
    increasing function of |cos|, the cosine of the angle between the differences and the vector of
    ones, which stays finite where all differences are alike. For up to 12 blocks all patterns of signs
    are listed and the p-values are exact; beyond, `resamples` are drawn. A contrast without any
    difference has the p-value 1, and so has every contrast of a single block.

    Args:
        paired: differences or other contrasts, (blocks, contrasts), each of whose blocks has one sign.
    """
    if not paired.shape[1]:
        return np.ones(0)
    patterns = sign_patterns(len(paired), resamples, seed)
    lengths = np.sqrt(len(paired) * (paired**2).sum(axis=0))
    scaled = np.divide(paired, lengths, out=np.zeros_like(paired), where=lengths > 0)
    return step_down_p_values(np.abs(scaled.sum(axis=0)), np.abs(patterns @ scaled), is_exact=len(patterns) == 2 ** len(paired))


def permutation_p_values(tables: Sequence[Floats], seed: int, resamples: int = PERMUTATIONS) -> Floats:
    """Return the adjusted p-values, (tables,), of "no treatment differs", for tables (blocks, treatments) of one shape.

    The statistic is Kendall's W, of which the F of Iman and Davenport (1980) is an increasing function.
    Treatments are permuted within each block in the same way in all tables. All permutations are listed
    if there are at most `resamples`. A table of ties only has the p-value 1.

    Raises:
        ValueError: tables of different shapes.
    """
    if not len(tables):
        return np.ones(0)
    shapes = {table.shape for table in tables}
    if len(shapes) > 1:
        raise ValueError(f"all tables must have the same blocks and treatments; got the shapes {sorted(shapes)}")
    blocks, treatments = shapes.pop()
    ranks = np.stack([within_ranks(table) for table in tables]) - (treatments + 1) / 2
    totals = (ranks**2).sum(axis=(1, 2)) * blocks
    scaled = np.divide(ranks, np.sqrt(totals)[:, None, None], out=np.zeros_like(ranks), where=totals[:, None, None] > 0)
    is_exact = factorial(treatments) ** blocks <= resamples
    null = np.concatenate([_concordance(scaled, orders) for orders in _orders(blocks, treatments, resamples, seed, is_exact)])
    return step_down_p_values((scaled.sum(axis=1) ** 2).sum(axis=-1), null, is_exact)


def step_down_p_values(observed: Floats, null: Floats, is_exact: bool) -> Floats:
    """Return the step-down adjusted p-values, (statistics,), of large statistics.

    The largest statistic is compared with the maximum over all, the second largest with the maximum
    over all but the first, and so on; no p-value is smaller than that of a larger statistic.

    Args:
        observed: (statistics,).
        null: the same statistics under each pattern, (patterns, statistics).
        is_exact: whether the patterns are all that exist, the observed one included; otherwise the
            observed one counts as one more (Phipson and Smyth 2010).
    """
    order = np.argsort(-observed, kind="stable")
    maxima = np.maximum.accumulate(null[:, order[::-1]], axis=1)[:, ::-1]
    drawn = int(not is_exact)
    steps = ((maxima >= observed[order] - ROUNDING).sum(axis=0) + drawn) / (len(null) + drawn)
    adjusted = np.empty(len(observed))
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted


def _orders(blocks: int, treatments: int, resamples: int, seed: int, is_exact: bool) -> Iterator[NDArray[np.int_]]:
    """Yield permutations of the treatments within blocks in chunks, (permutations, blocks, treatments): all, or `resamples` random ones."""
    if is_exact:
        every = product(permutations(range(treatments)), repeat=blocks)
        while chunk := list(islice(every, CHUNK)):
            yield np.array(chunk)
        return
    generator = np.random.default_rng([seed, 5])
    for start in range(0, resamples, CHUNK):
        yield generator.random((min(CHUNK, resamples - start), blocks, treatments)).argsort(axis=-1)


def _concordance(ranks: Floats, orders: NDArray[np.int_]) -> Floats:
    """Return W of every table under every order, (orders, tables), for ranks (tables, blocks, treatments) that are centred and scaled."""
    sums = np.sum([ranks[:, block][:, orders[:, block]] for block in range(ranks.shape[1])], axis=0)
    return np.asarray((sums**2).sum(axis=-1).T)
