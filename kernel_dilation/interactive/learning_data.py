"""Choices of dilations and the losses that judge them, from which the page computes shares right for any margin and significance level."""

from collections.abc import Sequence

from kernel_dilation.dilation_selection.replayed_choices import complete_rounds, exchanged_pairs, with_mirrored_worlds
from kernel_dilation.dilation_selection.training_rounds import losses_by_run

import pandas as pd

SIGNIFICANT = 9  # digits of a loss


def pack_learning(
    choices: pd.DataFrame, rounds: pd.DataFrame, learned: pd.DataFrame, candidates: Sequence[int], margin_loss: float, alpha: float
) -> dict[str, object]:
    """Return the choices of each method in each world that counts for its verdict, and the losses of worlds without a planted dilation.

    Where a dilation is planted, a choice is right if it is that one, whatever the margin. Elsewhere it is judged by the losses of the
    other runs (`dilation_selection.choice_shares`), which the page repeats.

    Args:
        choices, learned: tables of data/analysis; rounds: data/rounds.csv.
        candidates: the dilations among which methods choose.
    """
    dilations = sorted(candidates)
    packed: dict[str, object] = {"margin": margin_loss, "alpha": alpha, "dilations": dilations, "losses": {}, "methods": []}
    if choices.empty or rounds.empty or "right_share" not in learned:
        return packed
    methods = [method_row(row, choices) for row in learned[learned["right_share"].notna()].to_dict("records")]
    judged = {row["world"] for row in methods if row["truth"] is None}
    trained = losses_by_run(rounds, dilations)
    losses: dict[str, dict[str, list]] = {}
    for (world, run), table in with_mirrored_worlds(trained, exchanged_pairs(trained)).items():
        if world in judged:
            losses.setdefault(world, {})[str(run)] = [[float(f"{loss:.{SIGNIFICANT}g}") for loss in row] for row in complete_rounds(table)]
    return packed | {"losses": losses, "methods": methods}


def method_row(row: dict, choices: pd.DataFrame) -> dict[str, object]:
    """Return what one method chose in one world: `chosen` has a list for each run, from all initial dilations."""
    rows = choices[(choices["method"] == row["method"]) & (choices["world"] == row["world"])]
    by_run = {int(run): table["chosen_dilation"].astype(int).tolist() for run, table in rows.groupby("run")}
    truths = rows["truth"].dropna().unique()
    return {
        "method": row["method"], "world": row["world"], "verdict": row["verdict"], "trainings": round(float(row["trainings"]), 3),
        "truth": int(truths[0]) if len(truths) else None, "runs": list(by_run), "chosen": list(by_run.values()),
    }  # fmt: skip
