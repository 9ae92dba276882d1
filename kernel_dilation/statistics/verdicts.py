"""From p-values to a verdict: the rule, equivalence by two one-sided tests, Holm's correction."""

from collections.abc import Hashable, Mapping
from typing import Literal, TypeVar

from kernel_dilation.statistics.blocks import Floats

import numpy as np
from scipy import stats

Verdict = Literal["difference", "negligible", "equivalent", "inconclusive"]
Name = TypeVar("Name", bound=Hashable)

VERDICT_RULE = (
    "Two questions are asked of every set of treatments. Do they differ: is the p-value of the test over "
    "all of them at most alpha? And are they equal for all that matters: does every pair lie within the "
    "margin, by two one-sided tests of each pair at level alpha? They differ and not every pair is shown "
    "to lie within the margin: difference. They differ, yet every pair is shown to lie within the margin: "
    "negligible. No difference is found and every pair is shown to lie within the margin: equivalent. "
    "Neither is found: inconclusive. Both p-values are corrected by Holm within their family."
)


def decide_verdict(p_value: float, equivalent: bool, alpha: float) -> Verdict:
    """One of the four verdicts, by the rule that `VERDICT_RULE` states.

    Raises:
        ValueError: a p-value that is not between 0 and 1.
    """
    if not 0 <= p_value <= 1:
        raise ValueError(f"a p-value must lie between 0 and 1; got {p_value}")
    if p_value <= alpha:
        return "negligible" if equivalent else "difference"
    return "equivalent" if equivalent else "inconclusive"


def tost_p_values(paired: Floats, margins: float | Floats) -> Floats:
    """p-values of "differs by the margin or more", (pairs,): the larger of two one-sided paired t tests.

    Schuirmann (1987). `paired` holds differences, (blocks, pairs), `margins` one number or one for
    each block. Where no block differs from another the answer is certain: 0 inside the margin,
    1 at it or beyond. 1 for a single block.
    """
    blocks = len(paired)
    if blocks < 2:
        return np.ones(paired.shape[1])
    column = np.reshape(margins, (-1, 1))
    above, below = one_sided_p_values(paired + column), one_sided_p_values(column - paired)
    return np.maximum(above, below)


def one_sided_p_values(samples: Floats) -> Floats:
    """p-values, (columns,), of the t test that the mean of a column is above zero."""
    means, scale = samples.mean(axis=0), np.abs(samples).max(axis=0)
    errors = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    certain = np.where(means > 1e-9 * scale, np.inf, -np.inf)
    statistics = np.divide(means, errors, out=certain, where=errors > 1e-9 * scale)
    return stats.t.sf(statistics, len(samples) - 1)


def equivalence_p_value(paired: Floats, margins: float | Floats) -> float:
    """p-value, 0 to 1, of "at least one pair differs by the margin or more": the largest of all pairs.

    An intersection-union test (Berger 1982), hence no correction for the number of pairs. 1 if
    there is no pair.
    """
    return float(tost_p_values(paired, margins).max(initial=0.0)) if paired.shape[1] else 1.0


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """The p-values of one family, corrected by Holm (1979), under the same names in the same order.

    Ours, since statsmodels' `multipletests` collects garbage at each call: 0.1 s, a thousand times the work itself.
    """
    values = np.array(list(p_values.values()), dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(steps, 1.0)
    return dict(zip(p_values, map(float, adjusted)))
