"""Tables of blocks (replicates) by treatments (such as dilations): their validation, pairs, differences and margins."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Treatment = int | float | str

SIGNIFICANT_BITS = 40  # of the largest value; a smaller difference, one part in 10^12, is a tie
MOST_ENUMERATED = 12  # the largest number of blocks for which all patterns of signs are listed: 4,096 patterns


def check_table(values: ArrayLike, treatments: Sequence[Treatment]) -> Floats:
    """Return the values as a table, (blocks, treatments) float64, if every cell is a finite number.

    Raises:
        ValueError: not two axes, not one column for each treatment, a treatment that occurs twice, or
            a cell that is missing (NaN) or infinite.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"a table must have blocks and treatments; got the shape {table.shape}")
    if table.shape[1] != len(treatments):
        raise ValueError(f"a table must have one column for each treatment; got {table.shape[1]} columns for {len(treatments)} treatments")
    if len(set(treatments)) < len(treatments):
        raise ValueError(f"every treatment must occur only once; got {list(treatments)}")
    for block, column in np.argwhere(~np.isfinite(table)):
        rule = (
            "missing: every block must have a value for every treatment" if np.isnan(table[block, column]) else "infinite: every value must be finite"
        )
        raise ValueError(f"the value of treatment {treatments[column]!r} in block {block} is {rule}; got {table[block, column]}")
    return table


def without_rounding_error(values: Floats, scale: float) -> Floats:
    """Return the values rounded to 40 binary digits of `scale`, so that a tie in exact arithmetic is a tie here too."""
    exponent = SIGNIFICANT_BITS - int(np.frexp(scale)[1])
    return np.ldexp(np.rint(np.ldexp(values, exponent)), -exponent)


def treatment_pairs(treatments: Sequence[Treatment]) -> list[tuple[Treatment, Treatment]]:
    """Return every pair of treatments, in the order of the columns of `differences`."""
    return list(combinations(treatments, 2))


def differences(table: Floats) -> Floats:
    """Return the second minus the first treatment of every pair, (blocks, pairs), without rounding error."""
    first, second = np.triu_indices(table.shape[1], 1)
    return without_rounding_error(table[:, second] - table[:, first], float(np.abs(table).max()))


def relative_margins(table: Floats, treatments: Sequence[Treatment], share: float) -> Floats:
    """Return the margin of each block, (blocks,): the share `share` of its value at the reference treatment.

    The reference is the smallest treatment if treatments are numbers, and the first one otherwise.
    Each block has its own margin instead of their mean, so that an equivalence test accounts for the
    uncertainty of the margin (Hauschke et al. 1999 test a ratio of means by two t tests, each of a
    linear contrast). The margin is negative where the signs of the block's value and of the mean differ.
    """
    first = int(np.argmin(np.asarray(treatments, dtype=float))) if is_numeric(treatments) else 0
    column = table[:, first]
    return share * float(np.sign(column.mean())) * column


def is_numeric(treatments: Sequence[Treatment]) -> bool:
    """Return whether the treatments are numbers, so that a trend along them is meaningful."""
    return not any(isinstance(treatment, str) for treatment in treatments)


def sign_patterns(blocks: int, resamples: int, seed: int) -> Floats:
    """Return patterns of -1 and 1, (patterns, blocks): all 2^blocks for up to 12 blocks, otherwise `resamples` random ones."""
    if blocks <= MOST_ENUMERATED:
        bits = np.arange(2**blocks)[:, np.newaxis] >> np.arange(blocks) & 1
        return np.asarray(2 * bits - 1, dtype=np.float64)
    return np.random.default_rng([seed, blocks]).choice([-1.0, 1.0], size=(resamples, blocks))
