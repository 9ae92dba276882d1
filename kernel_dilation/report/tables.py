"""Tables of the page: which columns are printed, under which heading, and how a number looks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kernel_dilation.experiment.world_names import world_title
from kernel_dilation.presentation.table_rows import row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import format_number, format_percent, without_underscores
from kernel_dilation.presentation.way_names import way_title
from kernel_dilation.report.report_data import ReportData

import pandas as pd

P_VALUES = ("p_value", "p_corrected", "holm_p_value", "equivalence_p_value", "trend_p_value", "tost_p_value")
EFFECT_COLUMNS = {
    "verdict": "verdict", "crossed_verdict": "verdict, new images", "p_value": "p (corrected)", "equivalence_p_value": "p, equivalence",
    "trend_p_value": "p, trend", "kendall_w": "W", "effect": "effect", "slope": "slope", "slope_lower": "from", "slope_upper": "to",
    "turns_at": "turns at", "turns_within": "turns within", "best": "highest at",
    "range": "range", "margin": "margin", "reason": "what would settle it",
}  # fmt: skip
FACTOR_COLUMNS = {"factor": "factor", **EFFECT_COLUMNS}
METRIC_COLUMNS = {"method": "method", "measure": "metric", **EFFECT_COLUMNS}
CONTRAST_COLUMNS = {
    "family": "family", "method": "method", "measure": "metric", "verdict": "verdict", "p_value": "p (corrected)",
    "equivalence_p_value": "p, equivalence", "effect": "effect", "range": "difference", "margin": "margin", "reason": "what would settle it",
}  # fmt: skip
PAIR_COLUMNS = {
    "factor": "factor", "first": "first", "second": "second", "difference": "difference", "lower": "from", "upper": "to",
    "rank_biserial": "rank-biserial", "cohen_dz": "d_z", "p_value": "p, Wilcoxon", "p_corrected": "p (corrected)", "tost_p_value": "p, equivalence",
    "bayes_left": "P(lower)", "bayes_rope": "P(same)", "bayes_right": "P(higher)",
}  # fmt: skip
MIXED_MODEL_COLUMNS = {
    "term": "term", "statistic": "F", "degrees": "df", "residual_degrees": "df, residual",
    "p_value": "p", "holm_p_value": "p (Holm)", "partial_eta_squared": "partial η²",
}  # fmt: skip
TAP_COLUMNS = {
    "kernel_size": "kernel size", "dilation": "dilation", "taps": "taps", "extent": "extent (pixels)", "ink_on_map": "ink that is met",
    "taps_inside": "taps on the image",
}  # fmt: skip
LEARNING_COLUMNS = {
    "method": "way", "world": "world", "verdict": "verdict", "best": "best dilation", "mode": "most frequent choice", "mode_share": "its share",
    "right_share": "right", "right_share_lower": "from", "right_share_upper": "to", "same_share": "alike", "same_share_lower": "from",
    "same_share_upper": "to", "start_slope": "slope on initial dilation", "excess_loss": "excess loss", "bias": "bias (pixels)",
    "bias_lower": "from", "bias_upper": "to", "deviation": "deviation (pixels)", "trainings": "trainings", "runs": "runs",
}  # fmt: skip
WORLD_COLUMNS = {
    "world": "world", "truth": "planted", "best": "best", "second": "second best", "identified": "identified", "rounds": "rounds",
    "ratio": "signal to noise", "ratio_lower": "from", "ratio_upper": "to", "trainings_for_95": "trainings for 95 %",
}  # fmt: skip
CONDITION_COLUMNS = {
    "method": "way", "world": "world", "quantity": "quantity", "value": "value", "lower": "from", "upper": "to", "bound": "bound",
    "shown": "shown", "refuted": "refuted",
}  # fmt: skip
START_COLUMNS = ("start_slope",)  # only where a method has several initial dilations
SIMPLE_EFFECT_COLUMNS = {
    "method": "method", "measure": "metric", "contrast": "contrast", "dilation": "dilation", "difference": "difference", "lower": "from",
    "upper": "to", "share": "share of the reference", "cohen_dz": "d_z", "p_value": "p (corrected)", "equivalence_p_value": "p, equivalence",
    "margin": "margin", "verdict": "verdict",
}  # fmt: skip
INTERACTION_COLUMNS = {name: heading for name, heading in SIMPLE_EFFECT_COLUMNS.items() if name != "dilation"} | {"term": "term"}
INTERACTION_TEST_COLUMNS = {
    "method": "method", "measure": "metric", "contrast": "contrast", "lowest": "lowest difference", "lowest_at": "at dilation",
    "highest": "highest difference", "highest_at": "at dilation", "p_value": "p (corrected)", "equivalence_p_value": "p, equivalence",
    "margin": "margin", "verdict": "verdict", "crossed_verdict": "verdict, new images",
}  # fmt: skip
ERROR_COLUMNS = {
    "dilation": "dilation", "error": "test error (%)", "lower": "from", "upper": "to", "ratio": "ratio", "ratio_lower": "ratio from",
    "ratio_upper": "ratio to",
}  # fmt: skip
SHOWN_EFFECTS = 60  # of metrics, in a table of the page
ROUNDING = 1e-12  # p-values that differ by less are equal
SMALLEST = "“≤” marks a p-value that is the smallest which the test could have given. "
INTERVAL = "The columns “from” and “to” are the ends of the confidence interval. "


@dataclass(frozen=True)
class ReportTable:
    """A printed table; `note` explains its columns, in a paragraph for each of its lines."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    note: str


def report_table(title: str, table: pd.DataFrame, headings: Mapping[str, str], note: str, optional: Collection[str] = ()) -> ReportTable:
    """Return the columns of the table that have a heading and any value, in the order of the headings.

    Args:
        headings: by column.
        optional: columns that the table may lack.

    Raises:
        ValueError: the table has rows, but lacks a column that has a heading and is not optional.
    """
    missing = [column for column in headings if column not in table and column not in optional]
    if missing and len(table):
        raise ValueError(f"the table “{title}” must have a column for each heading; it lacks {', '.join(missing)}")
    table = with_marked_p_values(table)
    columns = [column for column in headings if column in table and table[column].notna().any()]
    rows = [[format_cell(column, row[column]) for column in columns] for row in row_dicts(table)]
    return ReportTable(title, [headings[column] for column in columns], rows, note)


def with_marked_p_values(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with those p-values as text that are the smallest which their test can give: `≤ 0.009`."""
    if not {"p_value", "smallest_p_value"} <= set(table):
        return table
    is_smallest = (table["p_value"] > 0) & (table["p_value"] <= table["smallest_p_value"] + ROUNDING)
    limits = [f"\N{LESS-THAN OR EQUAL TO} {format_number(value, 1)}" for value in table["smallest_p_value"]]
    return table.assign(p_value=table["p_value"].astype(object).where(~is_smallest, limits))


def format_cell(column: str, value: object) -> str:
    """Return a value as text: names without underscores, three significant digits, empty where there is none."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, str):
        return without_underscores(value)
    if not isinstance(value, float):
        return str(value)
    if column in P_VALUES:
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    return format_number(value, 1 if value.is_integer() and abs(value) < 10 else 3)


def learning_tables(report_data: ReportData) -> list[ReportTable]:
    """Return the tables of every way to learn the dilation by world, of the worlds, and of the conditions of the verdicts."""
    ways, worlds, conditions = (with_titles(report_data.table(name)) for name in ("learned", "worlds", "conditions"))
    note = (
        f"{INTERVAL}Right: share of the runs that choose a right dilation. Alike: probability that two runs choose the same dilation. Excess loss: "
        "mean validation loss of the choices over that of the best dilation, minus 1. Bias and deviation: mean and standard deviation of the chosen "
        "minus the best dilation. Trainings: networks trained for one choice, or as much work."
    )
    bound = (
        f"{INTERVAL}Signal to noise: mean difference in validation loss between the two best dilations, divided by its standard deviation between "
        "paired trainings. Trainings for 95 %: paired trainings that any rule needs to choose the better of the two in 95 % of cases, whichever it "
        "is. "
        "Identified: no if the planted dilation is not the best one under these conditions, in which case the world is left out of the verdicts."
    )
    tested = f"{INTERVAL}Shown: the interval lies within the bound. Refuted: the interval at the corrected level lies outside it."
    return [
        report_table("All ways to learn the dilation, by world", ways, LEARNING_COLUMNS, note, optional=START_COLUMNS),
        report_table("The worlds, and the bound on telling their two best dilations apart", worlds, WORLD_COLUMNS, bound),
        report_table("The conditions of the verdicts", conditions, CONDITION_COLUMNS, tested),
    ]


def with_titles(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with ways and worlds in words, and with `yes` and `no` in place of truth values."""
    titles = {"method": way_title, "world": world_title} | dict.fromkeys(("identified", "shown", "refuted"), {True: "yes", False: "no"}.get)
    return table.assign(**{column: table[column].map(title) for column, title in titles.items() if column in table})


def field_tables(report_data: ReportData) -> list[ReportTable]:
    """Return the simple effects of pooling and kernel size, and how they change with dilation."""
    note = (
        f"{INTERVAL}{SMALLEST}Intervals cover new replicates and images. The difference is in points for accuracy and in the unit of the metric "
        "otherwise; its share is that of the second level at the smallest dilation. p-values are corrected over all metrics and dilations of a "
        "contrast, apart for accuracy, maps and class models."
    )
    terms = "Slope: change of the contrast per pixel of dilation. Even - odd: coefficient of even dilations beside a linear or cubic trend. "
    simple, interactions = (report_data.table(name) for name in ("simple_effects", "interactions"))
    return [
        report_table("Pooling and kernel size at each dilation", largest_effects(simple), SIMPLE_EFFECT_COLUMNS, note + left_out(simple)),
        report_table(
            "How these differences change with dilation", largest_effects(interactions), INTERACTION_COLUMNS, terms + note + left_out(interactions)
        ),
        interaction_test_table(report_data.table("interaction_tests")),
    ]


def interaction_test_table(tests: pd.DataFrame) -> ReportTable:
    """Return the tests of whether differences between poolings and kernel sizes depend on dilation at all, accuracy and large changes first."""
    note = (
        f"{SMALLEST}The test asks whether the difference is the same at every dilation, whatever the shape of its change: the quasi-F over "
        "replicates and images for accuracy, Friedman's test of the differences for metrics. p-values are corrected over all metrics of a contrast, "
        "apart for accuracy, maps and class models. Equivalent: the differences at any two dilations are within the margin of each other. "
        "Verdicts on metrics hold for new replicates; the second one holds for new images as well."
    )
    shown = largest_changes(tests)
    missing = len(tests) - len(shown)
    rest = f" The largest changes, in margins, come first; {missing:,} smaller ones are only in data/analysis." if missing else ""
    return report_table("Do these differences depend on dilation?", shown, INTERACTION_TEST_COLUMNS, changing_share(tests) + note + rest)


def largest_changes(tests: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on accuracy, and then at most `SHOWN_EFFECTS` others, those with the largest change in margins first."""
    if tests.empty:
        return tests
    is_accuracy = tests["family"] == "accuracy"
    others = tests[~is_accuracy]
    order = (others["range"] / others["margin"].abs()).sort_values(ascending=False, kind="stable").index
    return pd.concat([tests[is_accuracy], others.loc[order[:SHOWN_EFFECTS]]])


def changing_share(tests: pd.DataFrame) -> str:
    """Return the share of metrics for which each contrast depends on dilation; empty without metrics."""
    if tests.empty or (tests["family"] == "accuracy").all():
        return ""
    return "".join(
        f"The difference {contrast} depends on dilation (verdict: difference) for {format_percent((rows['verdict'] == 'difference').mean())} of "
        "the metrics.\n"
        for contrast, rows in tests[tests["family"] != "accuracy"].groupby("contrast", sort=False)
    )


def largest_effects(effects: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on accuracy, and then at most `SHOWN_EFFECTS` others, those with the largest standardised effect first."""
    if effects.empty:
        return effects
    others = effects[effects["family"] != "accuracy"]
    order = others["cohen_dz"].abs().sort_values(ascending=False, kind="stable").index
    return pd.concat([effects[effects["family"] == "accuracy"], others.loc[order[:SHOWN_EFFECTS]]])


def left_out(effects: pd.DataFrame) -> str:
    """Return how many rows a table of the largest effects leaves out; nothing if it has them all."""
    missing = len(effects) - len(largest_effects(effects))
    return f" The largest effects come first; {missing:,} smaller ones are only in data/analysis." if missing else ""


def accuracy_tables(report_data: ReportData) -> list[ReportTable]:
    """Return the tests of accuracy by factor, in pairs, and with all factors together."""
    effects, pairs = (rows_where(report_data.table(name), family="accuracy") for name in ("effects", "pairs"))
    return [
        report_table(
            "Errors by dilation", report_data.table("errors"), ERROR_COLUMNS,
            f"{INTERVAL}They cover new replicates and images. The ratio is that to the error of the smallest dilation.",
        ),
        report_table(
            "Tests by factor", effects, FACTOR_COLUMNS, f"{INTERVAL}Values are in percentage points; p-values are corrected over the rows."
        ),
        report_table(
            "Pairwise comparisons", pairs, PAIR_COLUMNS,
            f"{INTERVAL}Differences are second minus first, in percentage points. P(lower), P(same) and P(higher) are the posterior probabilities of "
            "the Bayesian signed-rank test, with the margin as the region of practical equivalence.",
        ),
        report_table(
            "All factors together", report_data.table("mixed"), MIXED_MODEL_COLUMNS,
            "F tests of a mixed model with the replicate as random grouping factor.",
        ),
        report_table(
            "Taps of the first kernel that meet the image", report_data.table("taps"), TAP_COLUMNS,
            "Ink that is met: share of all pairs of a tap and a unit of ink for which the output that joins them lies on the feature map. "
            "Taps on the image: share of all pairs of an output and a tap for which the tap lies on the image. A wide kernel has fewer "
            "taps that can work.",
        ),
    ]  # fmt: skip
