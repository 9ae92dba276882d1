"""The one table of each question, which holds the numbers that its sentences do not."""

from collections.abc import Mapping

from kernel_dilation.analysis.headlines import shows_nothing
from kernel_dilation.experiment.world_names import world_title
from kernel_dilation.presentation.text_formatting import format_number, format_p_value, format_percent, join_with_and, without_underscores
from kernel_dilation.presentation.way_names import way_title
from kernel_dilation.report.contrast_words import MINUS, contrast_words
from kernel_dilation.report.glossary import direction_phrase
from kernel_dilation.report.headline_charts import worst_worlds
from kernel_dilation.report.headlines import ends, percent_ends
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.scope import AnswerValues, Scope
from kernel_dilation.report.tables import ReportTable

OTHER_FACTORS = {"pooling": "pooling", "kernel_size": "kernel size", "density": "sparse versus dense kernels of equal extent"}
Row = list[str]
NOT_JUDGED = "not judged"
ALL_WAYS = 1000  # more than there can be


def key_tables(report_data: ReportData) -> dict[str, ReportTable]:
    """Return the table of each question; it has no rows where there are no numbers."""
    answers, scope = report_data.answers, report_data.scope
    return {
        "learned": learning_key_table(report_data),
        "saliency": saliency_key_table(answers.get("saliency", {}), scope),
        "accuracy": accuracy_key_table(answers.get("accuracy", {}), scope),
        "fields": field_key_table(answers.get("fields", {}), scope),
    }


def cell(answer: Mapping[str, float], name: str, digits: int = 2) -> str:
    """Return a number of an answer; empty if it is missing."""
    return format_number(answer[name], digits) if name in answer else ""


def percent_cell(row: Mapping[str, float], name: str) -> str:
    """Return a share of a row as `67 %`; empty if it is missing."""
    value = row.get(name)
    return format_percent(value) if value is not None and value == value else ""


def learning_key_table(report_data: ReportData) -> ReportTable:
    """Return a row for each way to learn the dilation, in the world where it does worst."""
    answer = report_data.answers.get("learned", {})
    ways = worst_worlds(report_data.table("learned"), answer.get("best_way", ""), ALL_WAYS)
    rows = [
        [
            way_title(name), world_title(row["world"]), row["verdict"],
            NOT_JUDGED if shows_nothing(row) else percent_cell(row, "right_share"), percent_ends(row, "right_share"),
            percent_cell(row, "same_share"), f"{row['trainings']:.1f}",
        ]
        for name, row in ways.items()
    ]  # fmt: skip
    return ReportTable(
        "Every way to learn the dilation, in the world where it did worst",
        ["way", "worst world", "verdict", "right", f"{report_data.scope.confidence} CI", "alike", "cost"],
        rows,
        f"Right: share of the runs that choose a right dilation, in the world where it is least; {NOT_JUDGED}: no choice is shown to be right or "
        "wrong. Alike: probability that two runs choose the same dilation, in the world where it is least. Cost: networks trained for one choice, or "
        f"as much work. Candidates: dilations {join_with_and(sorted(report_data.scope.learn.candidates))}. À trous: digits with holes, best at the "
        "dilation that is named.",
    )


def saliency_key_table(answer: AnswerValues, scope: Scope) -> ReportTable:
    """Return a row for each metric of the maps of the first method and of the class models."""
    method = without_underscores(answer.get("method", "saliency"))
    kinds = {f"{method} maps": answer, "class models": answer.get("class_model", {})}
    rows = [
        [
            kind, without_underscores(name), cell(value, "slope_per_dilation"), ends(value, "slope"), value["verdict"],
            cell(value, "learned_slope_per_dilation"), value.get("learned_verdict", ""), change_phrase(name, value),
        ]
        for kind, metrics in kinds.items()
        for name, value in metrics.items()
        if isinstance(value, Mapping) and {"verdict", "slope_per_dilation"} <= value.keys()
    ]  # fmt: skip
    return ReportTable(
        "What changes as dilation increases",
        [
            "of",
            "metric",
            "slope",
            f"{scope.confidence} CI",
            "verdict",
            "slope added by training",
            "verdict on that",
            "as dilation increases, they",
        ],
        rows,
        "Slope: change per pixel of dilation in a linear fit, in the unit of the metric. Added by training: the same for the difference between "
        "trained networks and the same networks at initialisation. Where its sign is opposite, maps of untrained networks change more. The "
        "definitions of the metrics are in the glossary.",
    )


def change_phrase(name: str, value: AnswerValues) -> str:
    """Return in words what maps do as dilation increases, and whether they did so before training; only where the verdict is a difference."""
    if value["verdict"] != "difference":
        return ""
    if "turns_at" in value:
        return f"change direction at dilation {value['turns_at']}"
    return direction_phrase(name, value["slope_per_dilation"]) + beside_untrained(value)


def beside_untrained(value: AnswerValues) -> str:
    """Return how the change compares with that before training; nothing where that is not shown or was not measured.

    What training adds is the trained minus the untrained change, so that an opposite sign means that the untrained networks change more.
    """
    ends = [value.get(f"learned_slope_{end}", 0.0) for end in ("lower", "upper")]
    if value.get("learned_verdict") in ("equivalent", "negligible"):
        return " (as before training)"
    if value.get("learned_verdict") != "difference" or min(ends) <= 0 <= max(ends):
        return ""
    return f" (before training, {'less' if ends[0] * value['slope_per_dilation'] > 0 else 'more'} so)"


def accuracy_key_table(answer: AnswerValues, scope: Scope) -> ReportTable:
    """Return the size of the effect of dilation on accuracy, and of the other factors."""
    first, last = scope.dilations[0], scope.dilations[-1]
    corrected = format_p_value(answer["p_value"], answer.get("smallest_p_value", 0.0)) if "p_value" in answer else ""
    trend = format_p_value(answer["trend_p_value"]) if "trend_p_value" in answer else ""
    best = answer.get("best_dilation")
    best_mean = {"mean": answer.get("mean_percent", {}).get(str(best))}
    rows = [
        [f"test error at dilation {first} (%)", cell(answer, "error_percent_smallest"), "", "", ""],
        [f"test error at dilation {last} (%)", cell(answer, "error_percent_largest"), "", "", ""],
        ["ratio of these errors", cell(answer, "error_ratio", 3), ends(answer, "error_ratio", 3), "", ""],
        [f"mean accuracy at dilation {best}, the best (%)", cell(best_mean, "mean", 3) if best_mean["mean"] is not None else "", "", "", ""],
        ["range of the means (points)", cell(answer, "range_points"), "", corrected, answer.get("verdict", "")],
        ["change per pixel of dilation (points)", cell(answer, "slope_points_per_dilation"), ends(answer, "slope"), trend, ""],
        [f"the same on the validation {scope.images}", cell(answer, "validation_slope"), ends(answer, "validation_slope"), "", ""],
        ["agreement of the replicates on the order of the means over all arms (Kendall's W)", cell(answer, "kendall_w"), "", "", ""],
        *(factor_row(key, name, answer) for key, name in OTHER_FACTORS.items()),
    ]
    return ReportTable(
        "How much accuracy changes",
        ["quantity", "value", f"{scope.confidence} CI", "p", "verdict"],
        [row for row in rows if row[1]],
        f"Intervals and tests cover new replicates and new {scope.images}, except for the trend test (p of the change per pixel) and the interval on "
        f"the validation {scope.images}, which cover new replicates only. The p-values of the factors are corrected within their family. The other "
        "factors are averaged over the dilations.",
    )


def factor_row(key: str, name: str, answer: AnswerValues) -> Row:
    """Return the effect of another factor on accuracy."""
    p_value = format_p_value(answer[f"{key}_p_value"]) if f"{key}_p_value" in answer else ""
    title = f"{name}: {answer[f'{key}_pair']} (points)" if f"{key}_pair" in answer else f"{name} (points)"
    return [title, cell(answer, f"{key}_points"), ends(answer, f"{key}_points"), p_value, answer.get(f"{key}_verdict", "")]


def field_key_table(answer: AnswerValues, scope: Scope) -> ReportTable:
    """Return for each contrast of poolings or kernel sizes its effect on accuracy and on how many metrics it has one."""
    contrasts = {key: value for key, value in answer.items() if MINUS in key and isinstance(value, Mapping)}
    rows = []
    for key, value in contrasts.items():
        places = {"smallest": scope.dilations[0]} | ({"largest": scope.dilations[-1]} if len(scope.dilations) > 1 else {})
        name = contrast_words(key)
        rows += [
            [
                name, f"accuracy at dilation {dilation} (points)", cell(value, f"points_{end}"), ends(value, f"points_{end}"),
                value.get(f"verdict_{end}", ""),
            ]
            for end, dilation in places.items()
        ]  # fmt: skip
        rows += [
            [name, "change of that per pixel of dilation (points)", cell(value, "slope"), ends(value, "slope"), ""],
            [name, "combinations of method and metric that differ", percent_cell(value, "metrics_share"), "", ""],
            [name, "combinations whose difference changes with dilation", percent_cell(value, "slopes_share"), "", ""],
        ]
    return ReportTable(
        "What pooling and kernel size change",
        ["contrast", "quantity", "value", f"{scope.confidence} CI", "verdict"],
        [row for row in rows if row[2]],
        f"Intervals cover new replicates and new {scope.images}. A combination differs if the difference is significant at some dilation and is not "
        "shown to be equivalent.",
    )
