"""Restarts: of what a method comes to from several starts, the choice that validates best."""

from collections.abc import Sequence

import pandas as pd


def best_of_restarts(choices: pd.DataFrame, runs: Sequence[str]) -> pd.DataFrame:
    """For each combination of the columns `runs` its row of the lowest `validation_loss`; of several, the first.

    `choices` has one row for each start, with the loss of a network trained at what was chosen there.
    """
    best = choices.groupby(list(runs), sort=False)["validation_loss"].idxmin()
    return choices.loc[best].drop(columns="initial_dilation", errors="ignore").assign(initial_dilation=float("nan"))
