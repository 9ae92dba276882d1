"""The first screen: for each question the answer in one sentence, one number with its interval, and one small chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

from kernel_dilation.analysis.headlines import field_number, shows_nothing
from kernel_dilation.analysis.learning_analysis import worst_world
from kernel_dilation.dilation_selection.learning_verdict import least_runs
from kernel_dilation.dilation_selection.replayed_choices import CONTROLS
from kernel_dilation.presentation.table_rows import distinct_in_order, row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import count_noun, format_number, format_percent, without_underscores
from kernel_dilation.presentation.way_names import way_phrase, way_title
from kernel_dilation.report.field_sentences import MINUS, mean_accuracy_sentence
from kernel_dilation.report.glossary import METRIC_GLOSSARY
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.scope import AnswerValues, Scope
from kernel_dilation.report.small_charts import ChartRow, RowChart

import pandas as pd

CHART_FILES = tuple(f"data/analysis/{name}" for name in ("learned.csv", "levels.csv", "errors.csv", "simple_effects.csv", "answers.json"))
MOST_WAYS = 6  # in the small chart of the first question
MAP_METRIC = "mass_accuracy"  # the example in the chart of the second question, if it was measured
UNANSWERED = "There is no answer yet, because the numbers for this question are missing."
BY_DESIGN = "Undecided by design: the runs are too few to show that any way to learn the dilation is consistent."
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
MATTER = "They matter."
FIELD_ANSWERS = {
    "difference": f"{MATTER} At some dilation, they change accuracy, saliency maps or class models.",
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
    scope, verdict = report_data.scope, answer.get("verdict")
    if verdict not in LEARNED_ANSWERS:
        return Headline(UNANSWERED)
    chart, runs, needed = learning_chart(answer, report_data), scope.learn.replicates, least_runs(scope.rule)
    if verdict == "inconclusive" and runs < needed:
        meaning = f"at least {count_noun(needed, 'run')} of each way are needed before any way can be shown to be consistent"
        return Headline(BY_DESIGN, count_noun(runs, "run"), "", meaning, chart)
    number, interval, meaning = "", "", ""
    if {"best_way", "right_share"} <= answer.keys():
        way = way_phrase(answer["best_way"])
        number = format_percent(answer["right_share"])
        interval = interval_text(percent_ends(answer, "right_share"), scope)
        meaning = f"right choices in the kind of data where it did worst, by the most reliable way: {way}"
        if shows_nothing(answer):
            number, interval = count_noun(runs, "run"), ""
            meaning = f"show no choice of the most reliable way ({way}) to be right or wrong in the kind of data where it did worst"
    return Headline(LEARNED_ANSWERS[verdict], number, interval, meaning, chart)


def learning_chart(answer: AnswerValues, report_data: ReportData) -> RowChart | None:
    """Return the shares of right choices of the best ways where they do worst, the largest first."""
    ways = worst_worlds(report_data.table("learned"), answer.get("best_way", ""))
    rows = chart_rows({way_title(name): row for name, row in ways.items()}, "right_share", 100)
    title = "Right choices where each way does worst (%); those shown neither right nor wrong count half; the line is the share required"
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


def saliency_headline(answer: AnswerValues, report_data: ReportData) -> Headline:
    """Return whether dilation changes class saliencies, in which share of the metrics, and the means of one as an example."""
    if answer.get("verdict") not in SALIENCY_ANSWERS:
        return Headline(UNANSWERED)
    if not compares_dilations(report_data.scope):
        return Headline(ONE_DILATION)
    number, meaning, share = "", "", ""
    if {"share_differing", "measures"} <= answer.keys():
        number, combinations = format_percent(answer["share_differing"]), f"of {answer['measures']} combinations of a method and a metric"
        share, meaning = f", in {number} {combinations}", combinations
        if "learned_share_differing" in answer:
            meaning += f"; {format_percent(answer['learned_share_differing'])} for what training adds, where that was measured"
    return Headline(SALIENCY_ANSWERS[answer["verdict"]].format(share=share), number, "", meaning, saliency_chart(answer, report_data))


def saliency_chart(answer: AnswerValues, report_data: ReportData) -> RowChart | None:
    """Return the mean of one metric of the maps of the first method at each dilation."""
    metrics = [name for name, value in answer.items() if isinstance(value, Mapping) and "slope_per_dilation" in value]
    if not metrics:
        return None
    metric, method = MAP_METRIC if MAP_METRIC in metrics else metrics[0], answer.get("method", "saliency")
    definition = METRIC_GLOSSARY[metric].definition.partition(":")[0] if metric in METRIC_GLOSSARY else without_underscores(metric)
    levels = rows_where(report_data.table("levels"), family="saliency", factor="dilation", method=answer.get("method", ""), measure=metric)
    rows = chart_rows({f"dilation {row['level']}": row for row in row_dicts(levels)}, "mean")
    return with_rows(f"Example: {definition}, in {without_underscores(method)} maps", rows)


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
    """Return whether pooling and kernel size matter, what they do to accuracy, and the number of metrics/fields.json."""
    scope, accuracy = report_data.scope, report_data.answers.get("accuracy", {})
    if answer.get("verdict") not in FIELD_ANSWERS:
        return Headline(UNANSWERED)
    if not any(MINUS in key and isinstance(value, Mapping) for key, value in answer.items()):
        return Headline("Undecided. The grid has one pooling and one kernel size, so neither can be compared.")
    number, interval, meaning = "", "", ""
    effect: AnswerValues = field_number(accuracy)
    if effect:
        number, interval = signed(effect["value"]), interval_text(ends(effect, "value"), scope)
        quantity = effect["quantity"].replace("accuracy points", "percentage points of test accuracy")
        meaning = f"{quantity}, averaged over dilations" if compares_dilations(scope) else quantity
    return Headline(field_answer(answer["verdict"], accuracy, scope), number, interval, meaning, field_chart(report_data))


def field_answer(verdict: str, accuracy: AnswerValues, scope: Scope) -> str:
    """Return whether pooling and kernel size matter, then what they do to accuracy, which says how they matter if it differs."""
    effects = mean_accuracy_sentence(accuracy, scope)
    differs = "difference" in (accuracy.get("pooling_verdict"), accuracy.get("kernel_size_verdict"))
    opening = MATTER if verdict == "difference" and effects and differs else FIELD_ANSWERS[verdict]
    return " ".join(filter(None, [opening, effects]))


def field_chart(report_data: ReportData) -> RowChart | None:
    """Return the differences in accuracy between poolings and kernel sizes at the smallest and the largest dilation."""
    dilations = report_data.scope.dilations
    effects = row_dicts(rows_where(report_data.table("simple_effects"), family="accuracy"))
    outer = [row for row in effects if row["dilation"] in (dilations[0], dilations[-1])]
    rows = {f"{row['contrast']}, dilation {row['dilation']}".replace(" - ", " \N{MINUS SIGN} "): row for row in outer}
    return with_rows("Differences in test accuracy (percentage points)", chart_rows(rows, "difference"), 0.0)


def signed(value: float) -> str:
    """Return a number with its sign: `+0.033`."""
    return f"{'+' if value > 0 else ''}{format_number(value, 2)}"
