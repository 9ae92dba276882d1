"""Differences in accuracy, from which the page computes verdicts for any margin and significance level."""

from collections.abc import Sequence
from itertools import combinations

from kernel_dilation.analysis.comparison_families import FACTORS
from kernel_dilation.analysis.crossed_accuracy import Correct, level_stack
from kernel_dilation.analysis.sparse_vs_dense import DENSITIES, density_stack
from kernel_dilation.interactive.chart_data import chart_rows
from kernel_dilation.statistics.block_tables import Floats, Treatment
from kernel_dilation.statistics.crossed_means import crossed_means

import pandas as pd

FAMILY = "accuracy"
SIGNIFICANT = 10  # digits of a number


def pack_accuracy(
    correct: Correct, accuracy: pd.DataFrame, arms: pd.DataFrame, effects: pd.DataFrame, alpha: float, margin_points: float
) -> dict[str, object]:
    """Return, for each factor that was tested, the estimates of all pairs of its levels and the results of the analysis.

    A pair's estimate is the mean difference over replicates and images with its standard error and degrees of freedom. None of them
    depends on margin or alpha, nor does the p-value of the omnibus test, corrected within the family of accuracy, so the page can
    test at any margin and alpha. `verdict` and `equivalence` are the analysis' own, with which those of the page agree at the margin
    and alpha of the run. A single replicate has no errors and hence no factors.

    Args:
        correct: 100 where a network is right and 0 elsewhere, (replicates, images), by arm.
        accuracy, arms, effects: tables of data/analysis.
    """
    tested = effects[effects["family"] == FAMILY].to_dict("records") if len(effects) else []
    replicates = min(len(values) for values in correct.values())
    factors = []
    for row in tested if replicates > 1 else ():
        stack, levels = factor_stack(correct, str(row["factor"]))
        factors.append({
            "factor": row["factor"], "pairs": pair_estimates(stack, levels), "pValue": float(row["p_value"]),
            "smallest": float(row["smallest_p_value"]), "verdict": row["verdict"], "equivalence": float(row["equivalence_p_value"]),
        })  # fmt: skip
    return {"alpha": alpha, "margin": margin_points, "factors": factors, "networks": network_rows(accuracy), "arms": arm_rows(arms, replicates)}


def factor_stack(correct: Correct, factor: str) -> tuple[Floats, Sequence[Treatment]]:
    """Return the accuracy at each level of a factor, (levels, replicates, images) in percent, and the levels.

    Raises:
        ValueError: a factor that is neither one of the grid nor `density`.
    """
    if factor == "density":
        return density_stack(correct), DENSITIES
    if factor not in FACTORS:
        raise ValueError(f"a factor must be density or one of {', '.join(FACTORS)}; got {factor}")
    levels = list(dict.fromkeys(getattr(arm, factor) for arm in sorted(correct)))
    return level_stack(correct, factor, levels), levels


def pair_estimates(stack: Floats, levels: Sequence[Treatment]) -> list[dict[str, object]]:
    """Return the difference of every pair of levels, second minus first, with its standard error and degrees of freedom."""
    rows: list[dict[str, object]] = []
    for (first, before), (second, after) in combinations(zip(levels, stack), 2):
        estimate = crossed_means(after - before)
        numbers = {name: float(f"{float(getattr(estimate, name)):.{SIGNIFICANT}g}") for name in ("mean", "error", "degrees")}
        rows.append({"first": str(first), "second": str(second), **numbers})
    return rows


def network_rows(accuracy: pd.DataFrame) -> list[dict[str, object]]:
    """Return the accuracy of every network."""
    columns = ["dilation", "kernel_size", "pooling", "replicate", "accuracy"]
    return chart_rows(accuracy[columns]) if len(accuracy) else []


def arm_rows(arms: pd.DataFrame, replicates: int) -> list[dict[str, object]]:
    """Return the mean accuracy of every arm with its interval and number of replicates."""
    return chart_rows(arms.assign(n=replicates)) if len(arms) else []
