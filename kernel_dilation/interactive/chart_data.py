"""Values of the charts: means with intervals by dilation, and the methods of learning a dilation with their share right and their price."""

import pandas as pd

SIGNIFICANT = 5  # digits of a number in a chart
FRONTIER = ("method", "world", "verdict", "trainings", "right_share", "right_share_lower", "right_share_upper", "runs", "starts")


def chart_rows(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table as dictionaries, numbers with five significant digits, without missing values."""
    return [{str(name): short(value) for name, value in row.items() if pd.notna(value)} for row in table.to_dict("records")]


def short(value: object) -> object:
    """Return a real number with five significant digits, and anything else unchanged."""
    return float(f"{value:.{SIGNIFICANT}g}") if isinstance(value, float) else value


def metric_levels(levels: pd.DataFrame) -> list[dict[str, object]]:
    """Return the mean and interval of every metric of maps and class models at every dilation.

    Args:
        levels: data/analysis/levels.csv, in which accuracy has no method.
    """
    if levels.empty:
        return []
    chosen = levels[(levels["factor"] == "dilation") & levels["method"].notna() & (levels["method"] != "")]
    named = chosen.assign(dilation=pd.to_numeric(chosen["level"]).astype(int))
    return chart_rows(named[["method", "measure", "dilation", "mean", "lower", "upper"]])


def frontier_rows(learned: pd.DataFrame) -> list[dict[str, object]]:
    """Return share right and mean number of trainings of each method in each world; none where the table lacks either.

    Args:
        learned: data/analysis/learned.csv.
    """
    if learned.empty or not {"right_share", "trainings"} <= set(learned):
        return []
    shown = learned[learned["right_share"].notna()]
    return chart_rows(shown[[column for column in FRONTIER if column in shown]])
