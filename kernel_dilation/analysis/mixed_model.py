"""A mixed model of the whole grid: main effects and interactions of dilation, pooling and kernel size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from kernel_dilation.statistics.verdicts import holm

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

ROUNDING = 1e-24  # a sum of squares below this share of the values' own is rounding error


@dataclass(frozen=True)
class FactorEffect:
    """The F test of one factor, or of an interaction of factors (`dilation:pooling`)."""

    term: str
    statistic: float | None  # None where there is no residual variance to compare with
    degrees: int
    residual_degrees: int
    p_value: float
    holm_p_value: float  # corrected over the terms of the model
    partial_eta_squared: float  # share of the variance left by the other terms that this one explains, 0 to 1


@dataclass(frozen=True)
class MixedModel:
    """The effects of the grid's factors, and the two standard deviations of the model in the unit of the values."""

    effects: tuple[FactorEffect, ...]
    replicate_deviation: float  # of the part that all arms of a replicate share
    residual_deviation: float  # of what the model leaves unexplained


def mixed_model(frame: pd.DataFrame, factors: Sequence[str]) -> MixedModel:
    """Fit `value` with every factor and interaction as a fixed effect and the replicate as a random effect.

    `frame` has one row for each replicate and arm, with the columns `replicate`, `value` and the
    factors. A factor with a single level explains nothing and is left out. Where every replicate has
    every arm, restricted maximum likelihood has a closed form, the blocked analysis of variance
    (Searle, Casella and McCulloch 1992, chapter 4). It is used here because statsmodels' iterative
    `MixedLM`, which agrees with it, fails where replicates hardly differ.
    A single replicate, or values without any variance, cannot show an effect: all p-values are 1.
    Where arms differ but replicates do not, the p-values of the terms that differ are 0.

    Raises:
        ValueError: a value that is missing or infinite, or an arm that does not occur exactly once in each replicate.
    """
    _check_balance(frame, factors)
    levels = {factor: int(frame[factor].nunique()) for factor in factors if frame[factor].nunique() > 1}
    replicates = int(frame["replicate"].nunique())
    arms = len(frame) // replicates
    residual_degrees = (replicates - 1) * (arms - 1)
    squares = _sums_of_squares(frame, list(levels)) if residual_degrees else {}
    residual = squares.get("residual", 0.0)
    residual_variance = residual / max(residual_degrees, 1)
    replicate_variance = (squares.get("replicate", 0.0) / max(replicates - 1, 1) - residual_variance) / arms
    return MixedModel(
        effects=_effects(levels, squares, residual, residual_degrees),
        replicate_deviation=float(np.sqrt(max(replicate_variance, 0.0))),
        residual_deviation=float(np.sqrt(residual_variance)),
    )


def _check_balance(frame: pd.DataFrame, factors: Sequence[str]) -> None:
    """Refuse values that are not finite, and replicates in which an arm is missing or occurs twice."""
    not_finite = frame[~np.isfinite(frame["value"])]
    if len(not_finite):
        raise ValueError(
            f"every value must be a finite number; got {not_finite['value'].iloc[0]} for {not_finite[['replicate', *factors]].iloc[0].to_dict()}"
        )
    counts = frame.groupby(["replicate", *factors]).size()
    complete = int(np.prod([frame[column].nunique() for column in ["replicate", *factors]]))
    if len(counts) != complete or len(frame) != complete:
        raise ValueError(
            f"every replicate must have every arm once, {complete} values in all; got {len(frame)} for {len(counts)} pairs of arm and replicate"
        )


def _sums_of_squares(frame: pd.DataFrame, varied: Sequence[str]) -> dict[str, float]:
    """Return the sum of squares that each term explains, by its name, including `replicate` and `residual`."""
    formula = "value ~ C(replicate) + " + " * ".join(f"C({factor})" for factor in varied)
    squares = anova_lm(ols(formula, frame.assign(value=frame["value"] - frame["value"].mean())).fit(), typ=1)["sum_sq"]
    floor = ROUNDING * float((frame["value"] ** 2).sum())
    return {
        str(term).replace("C(", "").replace(")", "").replace("Residual", "residual"): float(square) if square > floor else 0.0
        for term, square in squares.items()
    }


def _effects(levels: Mapping[str, int], squares: Mapping[str, float], residual: float, residual_degrees: int) -> tuple[FactorEffect, ...]:
    """Return the F tests of all factors and interactions, main effects first."""
    terms = [term for size in range(1, len(levels) + 1) for term in combinations(levels, size)]
    rows = []
    for term in terms:
        explained, degrees = squares.get(":".join(term), 0.0), int(np.prod([levels[factor] - 1 for factor in term]))
        statistic = explained / degrees / (residual / residual_degrees) if residual else None
        p_value = float(stats.f.sf(statistic, degrees, residual_degrees)) if statistic is not None else float(explained == 0)
        share = explained / (explained + residual) if explained else 0.0
        rows.append(FactorEffect(":".join(term), statistic, degrees, residual_degrees, p_value, p_value, share))
    corrected = holm({row.term: row.p_value for row in rows})
    return tuple(replace(row, holm_p_value=corrected[row.term]) for row in rows)
