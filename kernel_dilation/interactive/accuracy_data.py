"""Accuracies of all replicates, from which the page computes verdicts for any margin and significance level."""

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.interactive.packed_arrays import rounded

import numpy as np
import pandas as pd

FAMILY = "accuracy"
DECIMALS = 6  # of percentages


def pack_accuracy(accuracy: pd.DataFrame, replicates: pd.DataFrame, effects: pd.DataFrame, alpha: float, margin_points: float) -> dict[str, object]:
    """Return, for each factor that was tested, its levels, the accuracies (replicates, levels) in percent, and the results of the analysis.

    The p-value of the omnibus test is corrected by Holm within the family of accuracy. It depends on neither margin nor alpha, so
    the page takes it from here; the tests of equivalence depend on the margin and are computed in the page. `verdict` and
    `equivalence` are the analysis' own, with which those of the page agree at the margin and alpha of the run.

    Args:
        accuracy: data/analysis/accuracy.csv; replicates: data/analysis/replicates.csv; effects: data/analysis/effects.csv.
    """
    factors = []
    for row in effects[effects["family"] == FAMILY].to_dict("records") if len(effects) else []:
        values, levels = factor_table(replicates, row["factor"])
        factors.append({
            "factor": row["factor"], "levels": levels, "values": rounded(values, DECIMALS), "pValue": float(row["p_value"]),
            "verdict": row["verdict"], "equivalence": float(row["equivalence_p_value"]),
        })  # fmt: skip
    return {"alpha": alpha, "margin": margin_points, "factors": factors, "arms": arm_accuracies(accuracy)}


def factor_table(replicates: pd.DataFrame, factor: str) -> tuple[np.ndarray, list[str]]:
    """Return the accuracies by the levels of a factor, (replicates, levels) in percent, and the levels as text, in their own order.

    Raises:
        ValueError: the table lacks the factor, or a replicate lacks a level.
    """
    rows = replicates[(replicates["family"] == FAMILY) & (replicates["factor"] == factor)] if len(replicates) else replicates
    if rows.empty:
        raise ValueError(f"the table of replicates must have the accuracies by {factor}; it has none")
    named = rows.assign(level=rows["level"].astype(str))
    levels = list(dict.fromkeys(named["level"]))
    table = named.pivot(index="replicate", columns="level", values="value").sort_index()[levels]
    if table.isna().any(axis=None):
        raise ValueError(f"every replicate must have an accuracy at every level of {factor}; some are missing")
    return table.to_numpy(np.float64), levels


def arm_accuracies(accuracy: pd.DataFrame) -> list[dict[str, object]]:
    """Return the accuracies of each arm's replicates, rounded to a ten-thousandth of a percentage point, for the chart."""
    by_arm: dict[Arm, list[float]] = {}
    for row in accuracy.sort_values("replicate", kind="stable").to_dict("records"):
        by_arm.setdefault(Arm(int(row["dilation"]), int(row["kernel_size"]), str(row["pooling"])), []).append(round(float(row["accuracy"]), 4))
    return [{"arm": arm.name, **arm._asdict(), "values": values} for arm, values in by_arm.items()]
