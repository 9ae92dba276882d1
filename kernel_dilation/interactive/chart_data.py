"""Values of the charts: rows of tables, and means of metrics with intervals by dilation."""

from collections.abc import Collection

import pandas as pd

SIGNIFICANT = 5  # digits of a number in a chart


def chart_rows(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table as dictionaries, numbers with five significant digits, without missing values."""
    return [{str(name): short(value) for name, value in row.items() if pd.notna(value)} for row in table.to_dict("records")]


def short(value: object) -> object:
    """Return a real number with five significant digits, and anything else unchanged."""
    return float(f"{value:.{SIGNIFICANT}g}") if isinstance(value, float) else value


def metric_levels(levels: pd.DataFrame, families: Collection[str]) -> list[dict[str, object]]:
    """Return the mean and interval of every metric of maps and class models at every dilation.

    Args:
        levels: data/analysis/levels.csv.
        families: of the questions that are about maps and class models themselves; others compare them with a reference.
    """
    if levels.empty:
        return []
    chosen = levels[(levels["factor"] == "dilation") & levels["family"].isin(families)]
    named = chosen.assign(dilation=pd.to_numeric(chosen["level"]).astype(int))
    return chart_rows(named[["method", "measure", "dilation", "mean", "lower", "upper"]])
