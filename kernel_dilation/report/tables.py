"""Tables of the page: which columns are printed, under which heading, and how a number looks."""

from collections.abc import Mapping
from dataclasses import dataclass

from kernel_dilation.presentation.table_rows import row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import format_number, format_percent, without_underscores

import pandas as pd

P_VALUES = ("p_value", "p_holm", "holm_p_value", "equivalence_p_value", "trend_p_value", "tost_p_value")
EFFECT_COLUMNS = {
    "method": "method", "measure": "measure", "factor": "factor", "verdict": "verdict", "p_value": "p (Holm)",
    "equivalence_p_value": "p, equivalence", "trend_p_value": "p, trend", "kendall_w": "W", "effect": "effect", "slope": "slope",
    "slope_lower": "from", "slope_upper": "to", "turns_at": "turns at", "best": "highest at", "range": "range", "margin": "margin",
    "reason": "what would settle it",
}  # fmt: skip
CONTRAST_COLUMNS = {
    "family": "family", "method": "method", "measure": "measure", "verdict": "verdict", "p_value": "p (Holm)",
    "equivalence_p_value": "p, equivalence", "effect": "effect", "range": "difference", "margin": "margin", "reason": "what would settle it",
}  # fmt: skip
PAIR_COLUMNS = {
    "factor": "factor", "first": "first", "second": "second", "difference": "difference", "lower": "from", "upper": "to",
    "rank_biserial": "rank-biserial", "cohen_dz": "d_z", "p_value": "p, Wilcoxon", "p_holm": "p (Holm)", "tost_p_value": "p, equivalence",
    "bayes_left": "P(lower)", "bayes_rope": "P(same)", "bayes_right": "P(higher)",
}  # fmt: skip
MIXED_MODEL_COLUMNS = {
    "term": "term", "coefficient": "coefficient", "lower": "from", "upper": "to", "statistic": "F", "degrees": "df", "residual_degrees": "df, rest",
    "p_value": "p", "holm_p_value": "p (Holm)", "partial_eta_squared": "partial η²",
}  # fmt: skip
LEARNING_COLUMNS = {
    "method": "method", "verdict": "verdict", "mode": "chooses", "mode_share": "share", "entropy": "entropy (bits)",
    "initial_slope": "slope on the start", "lower": "from", "upper": "to", "kendall_w": "W", "regret_points": "regret (points)",
    "planted_recovered": "planted found",
}  # fmt: skip


@dataclass(frozen=True)
class ReportTable:
    """A printed table; `note` says what its columns mean."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    note: str


def report_table(title: str, table: pd.DataFrame, headings: Mapping[str, str], note: str) -> ReportTable:
    """The columns of the table that have a heading and any value, in the order of the headings."""
    columns = [column for column in headings if column in table and table[column].notna().any()]
    rows = [[format_cell(column, row[column]) for column in columns] for row in row_dicts(table)]
    return ReportTable(title, [headings[column] for column in columns], rows, note)


def format_cell(column: str, value: object) -> str:
    """A value as text: names without underscores, three significant digits, empty where there is none."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, str):
        return without_underscores(value)
    if not isinstance(value, float):
        return str(value)
    if column in P_VALUES:
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    return format_number(value, 1 if value.is_integer() and abs(value) < 10 else 3)


def planted_recovery_table(planted: Mapping[str, pd.DataFrame]) -> ReportTable:
    """Share of runs of each method that find each planted dilation, and from its worst start."""
    rows, dilations = [], sorted({dilation for table in planted.values() if len(table) for dilation in table["true_dilation"]})
    for method, table in planted.items():
        if table.empty:
            continue
        found = table.assign(found=(table["chosen_dilation"] == table["true_dilation"]).astype(float))
        shares = [rows_where(found, true_dilation=dilation)["found"] for dilation in dilations]
        worst = found.groupby("initial_dilation")["found"].mean().min()
        by_dilation = [format_percent(share.mean()) if len(share) else "" for share in shares]
        rows.append([without_underscores(method), *by_dilation, format_percent(found["found"].mean()), format_percent(worst)])
    columns = ["method", *(f"planted {dilation:g}" for dilation in dilations), "all", "worst start"]
    return ReportTable("Planted truth, all methods", columns, rows, "Share of runs that end at the dilation by which the textures were made.")
