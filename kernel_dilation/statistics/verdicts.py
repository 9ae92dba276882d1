"""Verdicts from p-values: the rule, equivalence by two one-sided tests, and Holm's correction."""

from collections.abc import Hashable, Mapping
from typing import Literal, TypeVar

from kernel_dilation.statistics.block_tables import Floats

import numpy as np
from scipy import stats

Verdict = Literal["difference", "negligible", "equivalent", "inconclusive", "untestable"]
Name = TypeVar("Name", bound=Hashable)


def decide_verdict(p_value: float, equivalent: bool, alpha: float, smallest: float = 0.0) -> Verdict:
    """Return the verdict on treatments from the p-value of their omnibus test and from whether every pair is shown equivalent.

    `difference` if they differ (p at most alpha) and are not shown equivalent, `negligible` if they differ
    and are; `equivalent` if no difference is found and they are, `inconclusive` if neither is shown. The last
    becomes `untestable` if no data could have shown a difference, because even the smallest p-value that the
    test can give, `smallest`, is above alpha.

    Raises:
        ValueError: the p-value does not lie between 0 and 1.
    """
    if not 0 <= p_value <= 1:
        raise ValueError(f"a p-value must lie between 0 and 1; got {p_value}")
    if p_value <= alpha:
        return "negligible" if equivalent else "difference"
    if equivalent:
        return "equivalent"
    return "untestable" if smallest > alpha else "inconclusive"


def tost_p_values(paired: Floats, margins: float | Floats) -> Floats:
    """Return the p-values of "differs by the margin or more", (pairs,): the larger of two one-sided paired t tests.

    The test is that of Schuirmann (1987). `paired` holds differences, (blocks, pairs), and `margins` is
    one number, or one for each block. If all blocks have the same difference, the p-value is 0 for a
    difference inside the margin and 1 otherwise. It is 1 for a single block.
    """
    blocks = len(paired)
    if blocks < 2:
        return np.ones(paired.shape[1])
    column = np.reshape(margins, (-1, 1))
    above, below = one_sided_p_values(paired + column), one_sided_p_values(column - paired)
    return np.maximum(above, below)


def one_sided_p_values(samples: Floats) -> Floats:
    """Return the p-values, (columns,), of the one-sided t test whose alternative is that a column's mean is above zero.

    `samples` is (blocks, columns). A column without variance has the p-value 0 if it is above zero and 1 otherwise.
    """
    means, scale = samples.mean(axis=0), np.abs(samples).max(axis=0)
    errors = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    certain = np.where(means > 1e-9 * scale, np.inf, -np.inf)
    statistics = np.divide(means, errors, out=certain, where=errors > 1e-9 * scale)
    return stats.t.sf(statistics, len(samples) - 1)


def equivalence_p_value(paired: Floats, margins: float | Floats) -> float:
    """Return the p-value, 0 to 1, of "at least one pair differs by the margin or more": the largest of all pairs.

    This is an intersection-union test (Berger 1982), which needs no correction for the number of
    pairs. The p-value is 1 if there is no pair.
    """
    return float(tost_p_values(paired, margins).max(initial=0.0)) if paired.shape[1] else 1.0


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """Return the p-values of one family corrected by Holm (1979), under the same names and in the same order.

    We do not use statsmodels' `multipletests`, because it collects garbage in each call, which takes
    0.1 s, a thousand times as long as the computation.
    """
    values = np.array(list(p_values.values()), dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(steps, 1.0)
    return dict(zip(p_values, map(float, adjusted)))
