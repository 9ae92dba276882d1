"""What else was found on each question, in sentences with few numbers; the rest is in the tables."""

from math import ceil

from kernel_dilation.dilation_selection.learning_verdict import least_runs
from kernel_dilation.dilation_selection.selection_bound import least_error, trainings_needed
from kernel_dilation.presentation.text_formatting import count_noun, format_percent, join_with_and, number_word
from kernel_dilation.report.method_property_table import property_sentences
from kernel_dilation.report.reference_comparisons import reference_sentences
from kernel_dilation.report.report_data import NamedTables
from kernel_dilation.report.saliency_findings import pooled_models_finding, saliency_findings
from kernel_dilation.report.scope import AnswerValues, Scope

import pandas as pd

OFTEN, OFTEN_IN_WORDS = 0.95, "nineteen of twenty cases"  # share of right choices


def findings(answers: AnswerValues, tables: NamedTables, scope: Scope) -> dict[str, list[str]]:
    """Return the paragraphs of each question; none without a verdict.

    Args:
        tables: those of data/analysis, of which `method_properties`, `similarity`, `marks`, `confusion` and `levels` are read if they are
            there.
    """
    learned, saliency, accuracy, fields = (answers.get(name, {}) for name in ("learned", "saliency", "accuracy", "fields"))
    properties, confusion, levels = (tables.get(name, pd.DataFrame()) for name in ("method_properties", "confusion", "levels"))
    paragraphs = {
        "learned": [bound_finding(learned), trainings_finding(learned), runs_finding(learned, scope)],
        "saliency": [*property_sentences(properties), *saliency_findings(saliency, tables, scope), *reference_sentences(saliency, scope)],
        "accuracy": [
            neighbours_finding(accuracy), class_finding(confusion), validation_finding(accuracy, scope), single_networks_finding(accuracy)
        ],
        "fields": [pooled_models_finding(levels), even_odd_finding(fields), pooling_scope_finding(scope)],
    }  # fmt: skip
    return {name: list(filter(None, lines)) if "verdict" in answers.get(name, {}) else [] for name, lines in paragraphs.items()}


def bound_finding(answer: AnswerValues) -> str:
    """Return the limit that chance sets to a choice by validation losses between the two best dilations.

    Where the two are not shown to differ, the limit is that for the largest difference within the interval.
    """
    if not {"signal_to_noise", "signal_to_noise_upper", "best_dilation"} <= answer.keys():
        return ""
    limit = f"{format_percent(1 - least_error(largest_signal(answer), 1))} of cases after one training of each"
    if is_shown_best(answer):
        return (
            f"Dilation {answer['best_dilation']} has the lowest mean validation loss. To choose between it and the second best by the lower loss is "
            f"right in about {limit}; no rule that knows only these losses can be sure to do better."
        )
    return (
        f"Dilation {answer['best_dilation']} has the lowest mean validation loss, but the second best is not shown to be worse. Even at the "
        f"favourable end of the interval, to choose between them by the lower loss is right in at most {limit}; no rule that knows only these losses "
        "can be sure to do better."
    )


def trainings_finding(answer: AnswerValues) -> str:
    """Return how many trainings a rule that knows validation losses needs to choose the better of the two best dilations nearly always.

    The ends of the interval of the signal-to-noise ratio give those of the number.
    """
    if not {"signal_to_noise_lower", "signal_to_noise_upper"} <= answer.keys() or answer["signal_to_noise_upper"] <= 0:
        return ""
    opening = f"To choose the better one in {OFTEN_IN_WORDS}, such a choice needs"
    least = ceil(trainings_needed(answer["signal_to_noise_upper"], OFTEN))
    if not is_shown_best(answer):
        estimate = (
            f" the estimate is {ceil(answer['trainings_for_95']):,}, and" if "trainings_for_95" in answer and answer["signal_to_noise"] > 0 else ""
        )
        return f"{opening} at least {count_noun(least, 'training')} of each;{estimate} no upper limit is known."
    return f"{opening} {least:,} to {ceil(trainings_needed(answer['signal_to_noise_lower'], OFTEN)):,} trainings of each."


def is_shown_best(answer: AnswerValues) -> bool:
    """Return whether the best dilation is shown to have a lower loss than the second best."""
    return answer.get("signal_to_noise_lower", 0) > 0


def largest_signal(answer: AnswerValues) -> float:
    """Return the signal-to-noise ratio that limits a choice: the estimate, or the upper end of its interval where no signal is shown."""
    return answer["signal_to_noise"] if is_shown_best(answer) else max(answer["signal_to_noise_upper"], 0)


def runs_finding(answer: AnswerValues, scope: Scope) -> str:
    """Return what the runs are, and whether there are enough of them to show that a way is consistent."""
    if "best_way" not in answer:
        return ""
    runs, needed = scope.learn.replicates, least_runs(scope.rule)
    times = "once" if runs == 1 else f"{runs:,} times"
    each = f"Each way was run {times} in every kind of data, on {scope.learn.images:,} training {scope.images} drawn anew for each run."
    if runs >= needed:
        return f"{each} Our criterion needs at least {number_word(needed)} runs to show that a way is consistent."
    return (
        f"{each} This cannot show that any way is consistent: our criterion needs at least {number_word(needed)} runs for that, even if all choose "
        f"rightly. It shows what each way costs, cannot rank them, and tells nothing about more {scope.images} or longer training."
    )


def neighbours_finding(answer: AnswerValues) -> str:
    """Return which neighbouring dilations cannot be told apart; nothing if all can."""
    alike = [name.replace("-", " and ") for name, differ in answer.get("neighbours_differ", {}).items() if not differ]
    if len(alike) == 1:
        return f"Dilations {alike[0]} cannot be told apart over new replicates and new images."
    return f"These neighbouring dilations cannot be told apart over new replicates and new images: {'; '.join(alike)}." if alike else ""


def class_finding(confusion: pd.DataFrame) -> str:
    """Return for which class the errors change most from the smallest to the largest dilation; nothing for a single dilation.

    Args:
        confusion: `dilation`, `actual`, `predicted` and `percent` of the actual class, a row for each arm and pair of classes.
    """
    right = confusion[confusion["actual"] == confusion["predicted"]] if len(confusion) else confusion
    if right.empty or right["dilation"].nunique() < 2:
        return ""
    first, last = right["dilation"].min(), right["dilation"].max()
    before, after = (100 - right[right["dilation"] == dilation].groupby("actual")["percent"].mean() for dilation in (first, last))
    label = (after - before).abs().idxmax()
    ends = [f"{format_percent(float(errors[label]) / 100)} at dilation {level}" for errors, level in ((before, first), (after, last))]
    return f"The errors of class {label} change most, from {ends[0]} to {ends[1]} (mean over all arms)."


def validation_finding(answer: AnswerValues, scope: Scope) -> str:
    """Return whether the slopes on the validation images, which chose nothing in the grid, and on the test images have intervals that overlap."""
    if not {"slope_lower", "slope_upper", "validation_slope_lower", "validation_slope_upper"} <= answer.keys():
        return ""
    test, validation = ([answer[f"{name}_{end}"] for end in ("lower", "upper")] for name in ("slope", "validation_slope"))
    overlap = max(test[0], validation[0]) <= min(test[1], validation[1])
    return (
        f"On the validation {scope.images}, which were not used to choose anything in the grid, the interval of the slope "
        f"{'overlaps with' if overlap else 'does not overlap with'} that on the test {scope.images}."
    )


def single_networks_finding(answer: AnswerValues) -> str:
    """Return how often individual networks differ on the test images."""
    if "images_differ_share" not in answer:
        return ""
    share = answer["images_differ_share"]
    comparisons = {0.0: "in no comparison", 1.0: "in every comparison"}.get(share, f"in {format_percent(share)} of the comparisons")
    return (
        f"Among individual trained networks, accuracy on this test set differs significantly between dilations {comparisons} (Cochran's Q). "
        "This concerns these particular networks and does not generalise to newly trained ones."
    )


def even_odd_finding(answer: AnswerValues) -> str:
    """Return how many metrics tell even from odd dilations; nothing where the dilations are too few for it."""
    if "even_odd_share" not in answer:
        return ""
    return (
        "Beside a trend over dilation, even dilations differ significantly from odd ones, and are not shown to be equivalent, in "
        f"{format_percent(answer['even_odd_share'])} of all metrics, accuracy included. "
        "The pooling has a stride of 2, so that taps at even distances meet the same phase of its windows; whether this is the cause was not tested."
    )


def pooling_scope_finding(scope: Scope) -> str:
    """Return that pooling was not compared with none; nothing if the grid has an arm that does not pool."""
    if "stride" in scope.poolings:
        return ""
    return f"No arm without pooling was trained, so these answers compare {join_with_and(scope.poolings)} pooling only."
