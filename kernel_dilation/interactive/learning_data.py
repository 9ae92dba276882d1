"""Choices of dilations and the losses that judge them, from which the page computes shares right for any margin and significance level."""

from collections.abc import Mapping

from kernel_dilation.analysis.learning_analysis import Reference
from kernel_dilation.experiment.world_names import world_title
from kernel_dilation.presentation.way_names import way_title

import pandas as pd

SIGNIFICANT = 9  # digits of a loss


def pack_learning(
    choices: pd.DataFrame, learned: pd.DataFrame, references: Mapping[str, Reference], margin_loss: float, alpha: float
) -> dict[str, object]:
    """Return the choices of each method in each world that counts for its verdict, and the losses of worlds without a planted dilation.

    Where a dilation is planted, a choice is right if it is that one, whatever the margin. Elsewhere it is judged by the losses of the
    other runs (`dilation_selection.choice_shares`), which the page repeats.

    Args:
        choices, learned: tables of data/analysis.
        references: the losses against which choices are judged, by world, from `analysis.learning_analysis.world_references`.
    """
    if choices.empty or "right_share" not in learned:
        return {"margin": margin_loss, "alpha": alpha, "dilations": [], "losses": {}, "methods": []}
    methods = [method_row(row, choices, references) for row in learned[learned["right_share"].notna()].to_dict("records")]
    judged = {str(row["world"]) for row in methods if row["truth"] is None}
    losses = {
        world: {str(run): [[float(f"{loss:.{SIGNIFICANT}g}") for loss in row] for row in table] for run, table in references[world].losses.items()}
        for world in sorted(judged)
    }
    dilations = next(iter(references.values())).dilations
    return {"margin": margin_loss, "alpha": alpha, "dilations": list(dilations), "losses": losses, "methods": methods}


def method_row(row: dict, choices: pd.DataFrame, references: Mapping[str, Reference]) -> dict[str, object]:
    """Return what one method chose in one world: `chosen` has a list for each run, from all initial dilations."""
    rows = choices[(choices["method"] == row["method"]) & (choices["world"] == row["world"])]
    by_run = {int(run): table["chosen_dilation"].astype(int).tolist() for run, table in rows.groupby("run")}
    return {
        "method": way_title(str(row["method"])), "world": row["world"], "worldName": world_title(str(row["world"])), "verdict": row["verdict"],
        "trainings": round(float(row["trainings"]), 3), "truth": references[row["world"]].truth,
        "runs": list(by_run), "chosen": list(by_run.values()),
    }  # fmt: skip
