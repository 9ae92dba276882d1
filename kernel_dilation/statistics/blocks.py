"""A table of blocks (replicates) by treatments (dilations, poolings …): its check, pairs and differences."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Treatment = int | float | str

SIGNIFICANT_BITS = 40  # of the largest value; what differs by less, a part in 10^12, is a tie
MOST_ENUMERATED = 12  # blocks up to which every pattern of signs is listed, 4,096 of them


def check_table(values: ArrayLike, treatments: Sequence[Treatment]) -> Floats:
    """The table, (blocks, treatments) float64, if every cell of it is a finite number.

    Raises:
        ValueError: not a table of two axes, not one column for each treatment, a treatment that
            stands twice, or a cell that is missing (NaN) or infinite.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"a table must have blocks and treatments; got the shape {table.shape}")
    if table.shape[1] != len(treatments):
        raise ValueError(f"a table must have one column for each treatment; got {table.shape[1]} columns for {len(treatments)} treatments")
    if len(set(treatments)) < len(treatments):
        raise ValueError(f"every treatment may stand once; got {list(treatments)}")
    for block, column in np.argwhere(~np.isfinite(table)):
        rule = "missing: every block needs every treatment" if np.isnan(table[block, column]) else "infinite: every value must be finite"
        raise ValueError(f"the value of treatment {treatments[column]!r} in block {block} is {rule}; got {table[block, column]}")
    return table


def without_rounding_error(values: Floats, scale: float) -> Floats:
    """The values, rounded to forty binary digits of `scale`, so that what is a tie in exact arithmetic is one here."""
    exponent = SIGNIFICANT_BITS - int(np.frexp(scale)[1])
    return np.ldexp(np.rint(np.ldexp(values, exponent)), -exponent)


def treatment_pairs(treatments: Sequence[Treatment]) -> list[tuple[Treatment, Treatment]]:
    """Every pair of treatments, in the order of the columns of `differences`."""
    return list(combinations(treatments, 2))


def differences(table: Floats) -> Floats:
    """Second less first treatment of every pair, (blocks, pairs), free of rounding error."""
    first, second = np.triu_indices(table.shape[1], 1)
    return without_rounding_error(table[:, second] - table[:, first], float(np.abs(table).max()))


def relative_margins(table: Floats, treatments: Sequence[Treatment], share: float) -> Floats:
    """The margin of each block, (blocks,): a share of its value at the first (if numbers: the smallest) treatment.

    A margin for each block, not their mean, because an equivalence test then counts the margin's
    own uncertainty (Hauschke et al. 1999: a ratio of means by two t tests, each of a linear contrast).
    Negative where the block's value and the mean differ in sign.
    """
    first = int(np.argmin(np.asarray(treatments, dtype=float))) if is_numeric(treatments) else 0
    column = table[:, first]
    return share * float(np.sign(column.mean())) * column


def is_numeric(treatments: Sequence[Treatment]) -> bool:
    """Whether the treatments are numbers, so that a trend along them has a meaning."""
    return not any(isinstance(treatment, str) for treatment in treatments)


def sign_patterns(blocks: int, resamples: int, seed: int) -> Floats:
    """Patterns of -1 and 1, (patterns, blocks): all 2^blocks up to 12 blocks, else `resamples` random ones."""
    if blocks <= MOST_ENUMERATED:
        bits = np.arange(2**blocks)[:, np.newaxis] >> np.arange(blocks) & 1
        return np.asarray(2 * bits - 1, dtype=np.float64)
    return np.random.default_rng([seed, blocks]).choice([-1.0, 1.0], size=(resamples, blocks))
