"""Restarts: run a method from several initial dilations and keep the choice with the lowest validation loss."""

from collections.abc import Sequence

import pandas as pd


def best_of_restarts(choices: pd.DataFrame, runs: Sequence[str]) -> pd.DataFrame:
    """Return the row with the lowest `validation_loss`, the first of several, for each combination of the columns `runs`.

    Args:
        choices: one row per initial dilation, with the loss of a network trained at the chosen dilation.

    Returns:
        these rows, without an initial dilation.
    """
    best = choices.groupby(list(runs), sort=False)["validation_loss"].idxmin()
    return choices.loc[best].drop(columns="initial_dilation", errors="ignore").assign(initial_dilation=float("nan"))
