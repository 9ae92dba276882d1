"""Accuracies of all replicates, from which the page computes verdicts for any margin and significance level."""

from kernel_dilation.analysis.comparison_families import FACTORS, block_table
from kernel_dilation.analysis.sparse_vs_dense import DENSITIES, dense_and_sparse
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.interactive.packed_arrays import rounded

import pandas as pd

DECIMALS = 6  # of percentages


def pack_accuracy(accuracy: pd.DataFrame, effects: pd.DataFrame, alpha: float, margin_points: float) -> dict[str, object]:
    """Return, for each factor that was tested, its levels, the accuracies (replicates, levels) in percent, and the results of the analysis.

    The p-value of the omnibus test is corrected by Holm within the family of accuracy. It depends on neither margin nor alpha, so
    the page takes it from here; the tests of equivalence depend on the margin and are computed in the page. `verdict` and
    `equivalence` are the analysis' own, to be compared with those of the page.

    Args:
        accuracy: data/analysis/accuracy.csv; effects: data/analysis/effects.csv.
    """
    tested = effects[effects["family"] == "accuracy"].set_index("factor") if len(effects) else effects
    values = accuracy.assign(value=accuracy["accuracy"])
    factors = []
    for factor in tested.index:
        table, levels = block_table(values, factor) if factor in FACTORS else (dense_and_sparse(values_by_arm(accuracy)), DENSITIES)
        row = tested.loc[factor]
        factors.append({
            "factor": factor, "levels": list(levels), "values": rounded(table, DECIMALS), "pValue": float(row["p_value"]),
            "verdict": row["verdict"], "equivalence": float(row["equivalence_p_value"]),
        })  # fmt: skip
    return {"alpha": alpha, "margin": margin_points, "factors": factors, "arms": arm_accuracies(accuracy)}


def values_by_arm(accuracy: pd.DataFrame) -> dict[Arm, list[float]]:
    """Return the accuracies of each arm's replicates, in percent."""
    ordered = accuracy.sort_values("replicate", kind="stable")
    return {
        Arm(int(dilation), int(kernel_size), str(pooling)): table["accuracy"].tolist()
        for (dilation, kernel_size, pooling), table in ordered.groupby(["dilation", "kernel_size", "pooling"], sort=False)
    }


def arm_accuracies(accuracy: pd.DataFrame) -> list[dict[str, object]]:
    """Return the accuracies of each arm's replicates, rounded to a ten-thousandth of a percentage point, for the chart."""
    return [{"arm": arm.name, **arm._asdict(), "values": [round(value, 4) for value in values]} for arm, values in values_by_arm(accuracy).items()]
