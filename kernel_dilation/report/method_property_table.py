"""The table of methods by properties, and what it says in a few sentences."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from kernel_dilation.analysis.method_properties import FALLS, RISES, TRAINED_VALUES, WITH_UNTRAINED
from kernel_dilation.presentation.table_rows import distinct_in_order, row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import format_number, join_with_and, number_word, without_underscores
from kernel_dilation.report.tables import INTERVAL, SMALLEST, ReportTable, report_table

import pandas as pd

PROPERTY_COLUMNS = {
    "method": "method", "property": "property", "measure": "metric", "networks": "networks", "at_smallest": "smallest dilation",
    "at_middle": "middle dilation", "at_largest": "largest dilation", "trained_at_smallest": "trained, smallest",
    "trained_at_middle": "trained, middle", "trained_at_largest": "trained, largest", "turns_at": "turns at",
    "difference": "difference", "lower": "from", "upper": "to", "direction": "direction",
    "p_value": "p (corrected)", "equivalence_p_value": "p, equivalence", "margin": "margin", "largest_effect": "effect in margins",
    "verdict": "verdict", "crossed_verdict": "verdict, new images",
}  # fmt: skip
UNCHANGED = ("equivalent", "negligible")


def method_property_table(table: pd.DataFrame) -> ReportTable:
    """Return the printed table."""
    note = (
        f"{shown_sentence(table)}{INTERVAL}{SMALLEST}Values are what training adds (trained minus untrained networks) where untrained networks have "
        "the metric, beside those of the trained networks. The difference is that of the largest minus the smallest dilation. The effect is the "
        "largest difference between any two of the three dilations, divided by the margin. p-values and verdicts are about all dilations and "
        "corrected over all methods and metrics."
    )
    return report_table("Which explanations change with dilation", table, PROPERTY_COLUMNS, "\n".join(filter(None, [crossed_sentence(table), note])))


def property_sentences(table: pd.DataFrame) -> list[str]:
    """Return the largest effect, the methods that are robust to dilation, and what methods contradict each other in; nothing without rows.

    A method is robust if all of its metrics are shown to be equivalent or to differ by less than the margin.
    Two methods contradict each other if one rises and the other falls from the smallest to the largest
    dilation, both with the verdict `difference` on all dilations and after correction over all pairs of them.
    """
    if table.empty:
        return []
    return list(filter(None, [largest_effect_sentence(table), *robustness_sentences(table), contradiction_sentence(table)]))


def shown_sentence(table: pd.DataFrame) -> str:
    """Return which dilations are shown; nothing without rows."""
    if table.empty:
        return ""
    smallest, middle, largest = (f"{table[name].iloc[0]:g}" for name in ("smallest", "middle", "largest"))
    return f"Dilations {smallest}, {middle} and {largest} are shown. "


def largest_effect_sentence(table: pd.DataFrame) -> str:
    """Return the metric that dilation changes most in trained networks, in units of its margin, and how that compares with untrained ones.

    Nothing is returned where no metric differs.
    """
    differing = rows_where(table, verdict="difference")
    if differing.empty:
        return ""
    row = max(row_dicts(differing), key=lambda row: (max(values := [row[name] for name in TRAINED_VALUES]) - min(values)) / (row["margin"] or inf))
    ends = [f"{format_number(row[f'trained_at_{end}'])} at dilation {row[end]:g}" for end in ("smallest", "largest")]
    turn = f", with a turn at dilation {row['turns_at']:g}" if pd.notna(row["turns_at"]) else ""
    is_told = row["networks"] == WITH_UNTRAINED and row["direction"] in (RISES, FALLS)
    before = f" (before training, {'less' if agrees_with_trained(row) else 'more'} so)" if is_told else ""
    return (
        f"Measured by its margin, dilation changes the {without_underscores(row['measure'])} of {without_underscores(row['method'])} maps most: "
        f"from {ends[0]} to {ends[1]}{turn}{before}."
    )


def agrees_with_trained(row: Mapping[str, Any]) -> bool:
    """Return whether the difference of a row has the sign of that between trained networks."""
    return bool((row["trained_at_largest"] - row["trained_at_smallest"]) * row["difference"] > 0)


def crossed_sentence(table: pd.DataFrame) -> str:
    """Return where the verdicts over replicates part from those over replicates and images; empty if there are none of the latter.

    `equivalent` and `negligible` do not part: both say that no difference matters.
    """
    compared = table.dropna(subset="crossed_verdict") if len(table) else table
    if compared.empty:
        return ""
    verdicts = compared[["verdict", "crossed_verdict"]].replace("negligible", "equivalent")
    apart = compared[verdicts["verdict"] != verdicts["crossed_verdict"]]
    opening = f"Verdicts hold for new replicates; for new images as well, {len(compared) - len(apart)} of {len(compared)} are the same"
    pairs = [f"{names([method])} {without_underscores(measure)}" for method, measure in zip(apart["method"], apart["measure"])]
    return f"{opening}; they differ for {join_with_and(pairs)}." if pairs else f"{opening}."


def robustness_sentences(table: pd.DataFrame) -> list[str]:
    """Return the methods without any difference, and how often the least and the most affected ones differ."""
    counts = table.assign(differs=table["verdict"] == "difference").groupby("method", sort=False)["differs"].sum()
    metrics = table.groupby("method", sort=False).size().max()
    robust = [method for method in counts.index if rows_where(table, method=method)["verdict"].isin(UNCHANGED).all()]
    opening = (
        f"Shown to be robust to dilation in every property: {names(robust)}." if robust else "No method is shown to be robust in every property."
    )
    fewest, largest = int(counts.min()), int(counts.max())
    least, most = names(counts.index[counts == fewest]), names(counts.index[counts == largest])
    compared = f"Of {number_word(metrics)} metrics of location, concentration, faithfulness, stability and agreement"
    if least == most:
        return [opening, f"{compared}, {number_word(largest)} differ between dilations for every method."]
    return [opening, f"{compared}, {number_word(fewest)} differ between dilations for {least}, and {number_word(largest)} for {most}."]


def contradiction_sentence(table: pd.DataFrame) -> str:
    """Return the metrics that rise with dilation for some methods and fall for others, in trained networks and in what training adds alike."""
    agreeing = table[[agrees_with_trained(row) for row in row_dicts(table)]]
    rising, falling = (rows_where(agreeing, direction=direction) for direction in (RISES, FALLS))
    contradictions = [
        f"{without_underscores(measure)} (rises: {names(up)}; falls: {names(down)})"
        for measure in distinct_in_order(table["measure"])
        if len(up := rows_where(rising, measure=measure)["method"]) and len(down := rows_where(falling, measure=measure)["method"])
    ]
    if not contradictions:
        return "No two methods contradict each other in the sign of the difference between the largest and the smallest dilation."
    return f"Methods contradict each other in the sign of the difference between the largest and the smallest dilation: {'; '.join(contradictions)}."


def names(methods: Sequence[str] | pd.Series | pd.Index) -> str:
    """Return the names of methods, in alphabetical order, in words."""
    return join_with_and(sorted(without_underscores(str(method)) for method in methods))
