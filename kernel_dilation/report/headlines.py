"""The first screen: for each question the answer in one sentence, one number with its interval, and one small chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

from kernel_dilation.analysis.learning_analysis import worst_world
from kernel_dilation.dilation_selection.replayed_choices import CONTROLS
from kernel_dilation.presentation.table_rows import distinct_in_order, row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import format_number, format_percent, without_underscores
from kernel_dilation.presentation.way_names import way_phrase, way_title
from kernel_dilation.report.field_sentences import MINUS, contrast_words
from kernel_dilation.report.glossary import METRIC_GLOSSARY
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.scope import AnswerValues, Scope
from kernel_dilation.report.small_charts import ChartRow, RowChart

import pandas as pd

CHART_FILES = tuple(f"data/analysis/{name}" for name in ("learned.csv", "levels.csv", "errors.csv", "simple_effects.csv", "answers.json"))
MOST_WAYS = 6  # in the small chart of the first question
MAP_METRIC = "mass_accuracy"  # whose slope is the number of the second question, if it was measured
UNANSWERED = "There is no answer yet, because the numbers for this question are missing."
ONE_DILATION = "Undecided. Only one dilation was trained, so dilations cannot be compared."
LEARNED_ANSWERS = {
    "consistent": "Yes. At least one way to learn the dilation chooses a right one, and the same one, in every kind of data.",
    "inconsistent": "No. Every way to learn the dilation that was tried is shown to be inconsistent.",
    "inconclusive": "Undecided. No way to learn the dilation is shown to be consistent, and not all are shown to be inconsistent.",
}
SALIENCY_ANSWERS = {
    "difference": "Yes. Saliency maps or class models differ between dilations{share}.",
    "negligible": "Yes, but negligibly. All differences between dilations that are significant lie within the margin.",
    "equivalent": "No. Saliency maps and class models are shown to be equivalent between dilations.",
    "inconclusive": "Undecided. No metric of maps or class models differs significantly, but not all are shown to be equivalent.",
    "untestable": "Undecided. The replicates are too few for any difference between dilations to be significant.",
}
ACCURACY_ANSWERS = {
    "difference": "Yes. Test accuracy depends on the dilation of {dilated}.",
    "negligible": "Yes, but negligibly. Test accuracy depends on the dilation of {dilated} by less than the margin.",
    "equivalent": "No. All dilations of {dilated} are shown to be equally accurate within the margin.",
    "inconclusive": "Undecided. Neither a difference in accuracy between dilations nor equivalence is shown.",
    "untestable": "Undecided. The replicates are too few for any difference in accuracy to be significant.",
}
FIELD_ANSWERS = {
    "difference": "They matter. At some dilation, they change accuracy, saliency maps or class models.",
    "negligible": "They hardly matter. All their effects that are significant lie within the margins.",
    "equivalent": "They do not matter. All their effects are shown to lie within the margins.",
    "inconclusive": "Undecided. No effect of theirs is significant, but not all are shown to lie within the margins.",
    "untestable": "Undecided. The replicates are too few for any effect of theirs on a metric to be significant.",
}


@dataclass(frozen=True)
class Headline:
    """What the first screen says on a question; texts are empty and the chart is missing where there are no numbers."""

    sentence: str  # the answer, which begins with Yes, No or Undecided, or says whether the two factors matter
    number: str = ""
    interval: str = ""
    meaning: str = ""  # what the number is
    chart: RowChart | None = None


def headlines(report_data: ReportData) -> dict[str, Headline]:
    """Return the headline of each question."""
    functions = {"learned": learning_headline, "saliency": saliency_headline, "accuracy": accuracy_headline, "fields": field_headline}
    return {name: function(report_data.answers.get(name, {}), report_data) for name, function in functions.items()}


def compares_dilations(scope: Scope) -> bool:
    """Whether there is more than one dilation."""
    return len(scope.dilations) > 1


def ends(answer: AnswerValues, name: str, digits: int = 2) -> str:
    """Return `0.10 to 0.30`, from `name_lower` and `name_upper`; empty if either is missing."""
    numbers = [answer[f"{name}_{end}"] for end in ("lower", "upper") if f"{name}_{end}" in answer]
    return f"{format_number(numbers[0], digits)} to {format_number(numbers[1], digits)}" if len(numbers) == 2 else ""


def interval_text(interval: str, scope: Scope) -> str:
    """Return `95 % CI 0.10 to 0.30`, or that there is no interval."""
    return f"{scope.confidence} CI {interval}" if interval else "no interval"


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


def percent_ends(row: Mapping[str, float], name: str) -> str:
    """Return the interval of a share, `8 % to 92 %`; empty if an end is missing."""
    lower, upper = (row.get(f"{name}_{end}", nan) for end in ("lower", "upper"))
    return f"{format_percent(lower)} to {format_percent(upper)}" if isfinite(lower) and isfinite(upper) else ""


def learning_headline(answer: AnswerValues, report_data: ReportData) -> Headline:
    """Return whether there is a consistent way to learn the dilation, and how often the best one is right where it does worst."""
    scope = report_data.scope
    if answer.get("verdict") not in LEARNED_ANSWERS:
        return Headline(UNANSWERED)
    number, interval, meaning = "", "", ""
    if {"best_way", "right_share"} <= answer.keys():
        number = format_percent(answer["right_share"])
        interval = interval_text(percent_ends(answer, "right_share"), scope)
        meaning = f"right choices in the kind of data where it did worst, by the most reliable way: {way_phrase(answer['best_way'])}"
    ways = worst_worlds(report_data.table("learned"), answer.get("best_way", ""))
    rows = chart_rows({way_title(name): row for name, row in ways.items()}, "right_share", 100)
    chart = with_rows("Right choices (%); the line is the share required", rows, 100 * scope.rule.right_share, (0.0, 100.0))
    return Headline(LEARNED_ANSWERS[answer["verdict"]], number, interval, meaning, chart)


def worst_worlds(learned: pd.DataFrame, first: str, most: int = MOST_WAYS) -> dict[str, dict[str, Any]]:
    """Return the row of each way in the world where it does worst, without controls: that of the `first` way, then the most often right."""
    if learned.empty or "right_share" not in learned:
        return {}
    ways = [way for way in distinct_in_order(learned["method"]) if way not in CONTROLS]
    worst = {way: {str(name): value for name, value in worst_world(learned[learned["method"] == way]).items()} for way in ways}
    order = sorted(ways, key=lambda way: (way != first, -worst[way]["right_share"]))
    return {way: worst[way] for way in order[:most]}


def saliency_headline(answer: AnswerValues, report_data: ReportData) -> Headline:
    """Return whether dilation changes class saliencies, and the slope of one metric of maps."""
    scope = report_data.scope
    if answer.get("verdict") not in SALIENCY_ANSWERS:
        return Headline(UNANSWERED)
    if not compares_dilations(scope):
        return Headline(ONE_DILATION)
    share = ""
    if {"share_differing", "measures"} <= answer.keys():
        share = f", in {format_percent(answer['share_differing'])} of {answer['measures']} combinations of a method and a metric"
    sentence = SALIENCY_ANSWERS[answer["verdict"]].format(share=share)
    slopes = {name: value for name, value in answer.items() if isinstance(value, Mapping) and "slope_per_dilation" in value}
    if not slopes:
        return Headline(sentence)
    metric = MAP_METRIC if MAP_METRIC in slopes else next(iter(slopes))
    method = without_underscores(answer.get("method", "saliency"))
    number = signed(slopes[metric]["slope_per_dilation"])
    definition = METRIC_GLOSSARY[metric].definition.partition(":")[0] if metric in METRIC_GLOSSARY else without_underscores(metric)
    meaning = f"per pixel of dilation, in {method} maps: change in the {definition}"
    levels = rows_where(report_data.table("levels"), family="saliency", factor="dilation", method=answer.get("method", ""), measure=metric)
    rows = chart_rows({f"dilation {row['level']}": row for row in row_dicts(levels)}, "mean")
    chart = with_rows(f"{definition[0].upper()}{definition[1:]}", rows)
    return Headline(sentence, number, interval_text(ends(slopes[metric], "slope"), scope), meaning, chart)


def accuracy_headline(answer: AnswerValues, report_data: ReportData) -> Headline:
    """Return whether dilation affects accuracy, and the ratio of the errors at the largest and the smallest dilation."""
    scope = report_data.scope
    if answer.get("verdict") not in ACCURACY_ANSWERS:
        return Headline(UNANSWERED)
    if not compares_dilations(scope):
        return Headline(ONE_DILATION)
    number, interval, meaning = "", "", ""
    if "error_ratio" in answer:
        number = f"\N{MULTIPLICATION SIGN}{format_number(answer['error_ratio'])}"
        interval = interval_text(ends(answer, "error_ratio", 3), scope)
        meaning = f"test errors at dilation {scope.dilations[-1]}, relative to dilation {scope.dilations[0]}"
    errors = report_data.table("errors")
    rows = chart_rows({f"dilation {row['dilation']}": with_own_ratio(row, scope.dilations[0]) for row in row_dicts(errors)}, "ratio")
    chart = with_rows(f"Test errors relative to dilation {scope.dilations[0]}", rows, 1.0)
    return Headline(ACCURACY_ANSWERS[answer["verdict"]].format(dilated=scope.dilated), number, interval, meaning, chart)


def with_own_ratio(row: Mapping[str, float], smallest: int) -> Mapping[str, float]:
    """Return the row, with the ratio 1 for the smallest dilation, which is compared with itself."""
    return {**row, "ratio": 1.0, "ratio_lower": nan, "ratio_upper": nan} if row["dilation"] == smallest else row


def field_headline(answer: AnswerValues, report_data: ReportData) -> Headline:
    """Return whether pooling and kernel size matter, and the difference in accuracy between the first two poolings or kernel sizes."""
    scope = report_data.scope
    contrasts = {key: value for key, value in answer.items() if MINUS in key and isinstance(value, Mapping)}
    if answer.get("verdict") not in FIELD_ANSWERS:
        return Headline(UNANSWERED)
    if not contrasts:
        return Headline("Undecided. The grid has one pooling and one kernel size, so neither can be compared.")
    key, value = next(iter(contrasts.items()))
    number, interval, meaning = "", "", ""
    if "points_smallest" in value:
        number, interval = signed(value["points_smallest"]), interval_text(ends(value, "points_smallest"), scope)
        meaning = f"percentage points of test accuracy at dilation {scope.dilations[0]}: {contrast_words(key)}"
    effects = rows_where(report_data.table("simple_effects"), family="accuracy")
    outer = {scope.dilations[0], scope.dilations[-1]}
    minus = {row["contrast"]: str(row["contrast"]).replace(" - ", " \N{MINUS SIGN} ") for row in row_dicts(effects)}
    rows = {f"{minus[row['contrast']]}, dilation {row['dilation']}": row for row in row_dicts(effects) if row["dilation"] in outer}
    shown = chart_rows(rows, "difference")
    return Headline(
        FIELD_ANSWERS[answer["verdict"]], number, interval, meaning, with_rows("Differences in test accuracy (percentage points)", shown, 0.0)
    )


def signed(value: float) -> str:
    """Return a number with its sign: `+0.033`."""
    return f"{'+' if value > 0 else ''}{format_number(value, 2)}"
