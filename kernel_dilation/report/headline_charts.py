"""The small charts of the first screen: one for each question."""

from collections.abc import Mapping
from math import isfinite, nan
from typing import Any

from kernel_dilation.analysis.headlines import shows_nothing
from kernel_dilation.analysis.learning_analysis import worst_world
from kernel_dilation.dilation_selection.replayed_choices import CONTROLS
from kernel_dilation.presentation.table_rows import distinct_in_order, row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores
from kernel_dilation.presentation.way_names import way_title
from kernel_dilation.report.glossary import METRIC_GLOSSARY
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.small_charts import ChartRow, RowChart

import pandas as pd

CHART_FILES = tuple(f"data/analysis/{name}" for name in ("learned.csv", "levels.csv", "errors.csv", "simple_effects.csv", "answers.json"))
MOST_WAYS = 6  # in the small chart of the first question
MAP_METRIC = "mass_accuracy"  # the example in the chart of the second question, if it was measured


def headline_charts(report_data: ReportData) -> dict[str, RowChart | None]:
    """Return the chart of each question; None where there is nothing to draw, or only one dilation to compare."""
    charts = {"learned": learning_chart, "saliency": saliency_chart, "accuracy": accuracy_chart, "fields": field_chart}
    several = len(report_data.scope.dilations) > 1
    return {name: chart(report_data) if several or name in ("learned", "fields") else None for name, chart in charts.items()}


def chart_rows(rows: Mapping[str, Mapping[str, float]], value: str, scale: float = 1) -> list[ChartRow]:
    """Return a row of a chart for each label whose row of a table has a finite value.

    Args:
        rows: by label.
        value: column of the value; those of its interval are `lower` and `upper`, or have its name in front if there are such columns.
        scale: factor of all numbers.
    """
    made = []
    for label, row in rows.items():
        prefix = f"{value}_" if f"{value}_lower" in row else ""
        numbers = [scale * float(row.get(name, nan)) for name in (value, f"{prefix}lower", f"{prefix}upper")]
        if isfinite(numbers[0]):
            made.append(ChartRow(label, *numbers))
    return made


def with_rows(title: str, rows: list[ChartRow], reference: float | None = None, limits: tuple[float, float] | None = None) -> RowChart | None:
    """Return the chart; None without rows."""
    return RowChart(title, rows, reference, limits) if rows else None


def learning_chart(report_data: ReportData) -> RowChart | None:
    """Return the shares of right choices of the best ways where they do worst, the largest first.

    Ways of which no choice is shown right or wrong are left out; if there are no others, the chart has what each way costs.
    """
    ways = worst_worlds(report_data.table("learned"), report_data.answers.get("learned", {}).get("best_way", ""))
    rows = chart_rows({way_title(name): row for name, row in ways.items() if not shows_nothing(row)}, "right_share", 100)
    title = "Right choices of the best ways, in the data where each is right least often (%). Line: the share required"
    if not rows:
        costs = chart_rows({way_title(name): {"value": row["trainings"]} for name, row in ways.items() if "trainings" in row}, "value")
        return with_rows("What one choice costs, in networks trained; no choice is shown to be right or wrong", costs)
    largest_first = sorted(rows, key=lambda row: -row.value)
    return with_rows(title, largest_first, 100 * report_data.scope.rule.right_share, (0.0, 100.0))


def worst_worlds(learned: pd.DataFrame, first: str, most: int = MOST_WAYS) -> dict[str, dict[str, Any]]:
    """Return the row of each way in the world where it does worst, without controls: that of the `first` way, then the most often right."""
    if learned.empty or "right_share" not in learned:
        return {}
    ways = [way for way in distinct_in_order(learned["method"]) if way not in CONTROLS]
    worst = {way: {str(name): value for name, value in worst_world(learned[learned["method"] == way]).items()} for way in ways}
    order = sorted(ways, key=lambda way: (way != first, -worst[way]["right_share"]))
    return {way: worst[way] for way in order[:most]}


def saliency_chart(report_data: ReportData) -> RowChart | None:
    """Return the mean of one metric of the maps of the first method at each dilation."""
    answer = report_data.answers.get("saliency", {})
    metrics = [name for name, value in answer.items() if isinstance(value, Mapping) and "slope_per_dilation" in value]
    if not metrics:
        return None
    metric, method = MAP_METRIC if MAP_METRIC in metrics else metrics[0], answer.get("method", "saliency")
    definition = METRIC_GLOSSARY[metric].definition.partition(":")[0] if metric in METRIC_GLOSSARY else without_underscores(metric)
    levels = rows_where(report_data.table("levels"), family="saliency", factor="dilation", method=answer.get("method", ""), measure=metric)
    rows = chart_rows({f"dilation {row['level']}": row for row in row_dicts(levels)}, "mean")
    return with_rows(f"Example: {definition}, in {without_underscores(method)} maps", rows)


def accuracy_chart(report_data: ReportData) -> RowChart | None:
    """Return the errors at each dilation, relative to the smallest."""
    smallest = report_data.scope.dilations[0]
    errors = {f"dilation {row['dilation']}": with_own_ratio(row, smallest) for row in row_dicts(report_data.table("errors"))}
    return with_rows(f"Test errors relative to dilation {smallest}", chart_rows(errors, "ratio"), 1.0)


def with_own_ratio(row: Mapping[str, float], smallest: int) -> Mapping[str, float]:
    """Return the row, with the ratio 1 for the smallest dilation, which is compared with itself."""
    return {**row, "ratio": 1.0, "ratio_lower": nan, "ratio_upper": nan} if row["dilation"] == smallest else row


def field_chart(report_data: ReportData) -> RowChart | None:
    """Return the differences in accuracy between poolings and kernel sizes at the smallest and the largest dilation."""
    dilations = report_data.scope.dilations
    effects = row_dicts(rows_where(report_data.table("simple_effects"), family="accuracy"))
    outer = [row for row in effects if row["dilation"] in (dilations[0], dilations[-1])]
    rows = {f"{row['contrast']}, dilation {row['dilation']}".replace(" - ", " \N{MINUS SIGN} "): row for row in outer}
    return with_rows("Differences in test accuracy (percentage points)", chart_rows(rows, "difference"), 0.0)
