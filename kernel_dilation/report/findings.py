"""What else was found on each question, in sentences with few numbers; the rest is in the tables."""

from math import ceil

from kernel_dilation.dilation_selection.learning_verdict import least_runs
from kernel_dilation.dilation_selection.selection_bound import least_error, trainings_needed
from kernel_dilation.experiment.paths import CLASS_MODEL, TRAINED, UNTRAINED
from kernel_dilation.presentation.table_rows import rows_where
from kernel_dilation.presentation.text_formatting import count_noun, format_number, format_percent, join_with_and, number_word, without_underscores
from kernel_dilation.report.method_property_table import property_sentences
from kernel_dilation.report.reference_comparisons import reference_sentences
from kernel_dilation.report.report_data import NamedTables
from kernel_dilation.report.scope import AnswerValues, Scope

import pandas as pd

OFTEN, OFTEN_IN_WORDS = 0.95, "nineteen of twenty cases"  # share of right choices
FLOOR_OPENINGS = {TRAINED: "Maps of two replicates of one dilation, the noise floor,", UNTRAINED: "Before training, maps of two networks"}
NEAR_INTERPRETABILITY = {  # metrics of class models that come near the claim of 2019, in words
    "class_mean_correlation": "the correlation with the class mean",
    "class_mean_contrast": "the correlation with the own class less that with others",
    "class_mean_contrast_unsigned": "the correlation of absolute values with the own class less that with others",
    "neighbours_confidence": "recognition by nearest neighbours",
    "neighbours_confidence_unsigned": "recognition of absolute values by nearest neighbours",
    "dense_confidence": "recognition by a dense network",
    "dense_confidence_unsigned": "recognition of absolute values by a dense network",
    "transfer": "recognition by other replicates",
}


def findings(answers: AnswerValues, tables: NamedTables, scope: Scope) -> dict[str, list[str]]:
    """Return the paragraphs of each question; none without a verdict.

    Args:
        tables: those of data/analysis, of which `method_properties`, `similarity` and `levels` are read if they are there.
    """
    learned, saliency, accuracy, fields = (answers.get(name, {}) for name in ("learned", "saliency", "accuracy", "fields"))
    properties, similarity, levels = (tables.get(name, pd.DataFrame()) for name in ("method_properties", "similarity", "levels"))
    paragraphs = {
        "learned": [bound_finding(learned), trainings_finding(learned), runs_finding(learned, scope)],
        "saliency": [
            *property_sentences(properties), crossed_share_finding(saliency), learned_share_finding(saliency),
            claim_finding(saliency.get("class_model", {})), *reference_sentences(saliency, scope), *floor_findings(similarity),
        ],
        "accuracy": [neighbours_finding(accuracy), validation_finding(accuracy, scope), single_networks_finding(accuracy)],
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
            f"Dilation {answer['best_dilation']} has the lowest mean validation loss. A rule that knows nothing but validation losses chooses the "
            f"better of the two best dilations in at most about {limit}."
        )
    return (
        f"Dilation {answer['best_dilation']} has the lowest mean validation loss, but the second best is not shown to be worse. Even if it is, by as "
        f"much as the interval allows, a rule that knows nothing but validation losses chooses the better one in at most {limit}."
    )


def trainings_finding(answer: AnswerValues) -> str:
    """Return how many trainings a rule that knows validation losses needs to choose the better of the two best dilations nearly always.

    The ends of the interval of the signal-to-noise ratio give those of the number.
    """
    if not {"signal_to_noise_lower", "signal_to_noise_upper"} <= answer.keys() or answer["signal_to_noise_upper"] <= 0:
        return ""
    opening = f"To choose the better one in {OFTEN_IN_WORDS}, such a rule needs"
    least = ceil(trainings_needed(answer["signal_to_noise_upper"], OFTEN))
    if not is_shown_best(answer):
        return f"{opening} at least {count_noun(least, 'training')} of each; no upper limit is known."
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
        return f"{each} The rule needs at least {number_word(needed)} runs to show that a way is consistent."
    return (
        f"{each} This cannot show that any way is consistent: the rule needs at least {number_word(needed)} runs for that, even if all choose "
        f"rightly. It compares the ways and their prices, and tells nothing about more {scope.images} or longer training."
    )


def learned_share_finding(answer: AnswerValues) -> str:
    """Return how many combinations differ in what training adds; nothing if the networks at initialisation were not explained."""
    if "learned_share_differing" not in answer:
        return ""
    return (
        "Measured against the same networks at initialisation (difference of differences), what training adds differs "
        "significantly between dilations, and is not shown to be equivalent, in "
        f"{format_percent(answer['learned_share_differing'])} of the combinations."
    )


def crossed_share_finding(answer: AnswerValues) -> str:
    """Return how many metrics differ for new images as well; nothing without such verdicts."""
    if "crossed_share_differing" not in answer:
        return ""
    share = format_percent(answer["crossed_share_differing"])
    return f"The verdicts on metrics cover new replicates. Among the metrics with values of single images, {share} differ for new images as well."


def claim_finding(models: AnswerValues) -> str:
    """Return what the metrics say that come near the interpretability that was claimed in 2019.

    A metric increases or decreases if its verdict is a difference, it does not turn, and the interval of its slope excludes 0.
    """
    measured = {name: models[name] for name in NEAR_INTERPRETABILITY if "verdict" in models.get(name, {})}
    if not measured:
        return ""
    up, down = ([NEAR_INTERPRETABILITY[name] for name, value in measured.items() if trend(value) == sign] for sign in (1, -1))
    increase, decrease = (f"{word} with dilation: {join_with_and(names)}" for word, names in (("increase", up), ("decrease", down)))
    texts = {
        (True, True): f"They disagree. These {increase}; these {decrease}. So the claim is neither supported nor refuted.",
        (True, False): f"These {increase}; none decreases, which supports the claim as far as these metrics go.",
        (False, True): f"These {decrease}; none increases, which contradicts the claim as far as these metrics go.",
        (False, False): "Not one of them clearly increases or decreases with dilation, so the claim is neither supported nor refuted.",
    }
    return (
        "Huang and Grethlein (2019) reported that class models become more interpretable at larger dilations. Interpretability itself was not "
        f"measured here, but {number_word(len(measured))} metric{'s' if len(measured) > 1 else ''} that "
        f"{'come' if len(measured) > 1 else 'comes'} near it. {texts[bool(up), bool(down)]}"
    )


def trend(value: AnswerValues) -> int:
    """Return 1 for a metric that is shown to increase with dilation, -1 for one that is shown to decrease, and 0 for any other."""
    ends = [value.get(f"slope_{end}", 0.0) for end in ("lower", "upper")]
    if value["verdict"] != "difference" or "turns_at" in value or min(ends) <= 0 <= max(ends):
        return 0
    return 1 if ends[0] > 0 else -1


def floor_findings(similarity: pd.DataFrame) -> list[str]:
    """Return how the noise floor of the first method changes from the smallest to the largest dilation, in trained and in untrained networks.

    Nothing is returned for a single dilation, or without a noise floor.
    """
    rows = rows_where(similarity, index="spearman", comparison="replicates")
    rows = rows[rows["method"] == rows["method"].iloc[0]] if len(rows) else rows
    lines = []
    for state, opening in FLOOR_OPENINGS.items():
        floor = rows_where(rows, state=state)
        if len(floor) > 1:
            ordered = floor.sort_values("first", kind="stable")
            ends = [f"{format_number(row['mean'], 2)} at dilation {row['first']}" for row in (ordered.iloc[0], ordered.iloc[-1])]
            end = "" if state == TRAINED else "; this change owes nothing to learning"
            method = without_underscores(ordered["method"].iloc[0])
            lines.append(f"{opening} have a rank correlation of {ends[0]} and of {ends[1]} ({method}){end}.")
    return lines


def neighbours_finding(answer: AnswerValues) -> str:
    """Return which neighbouring dilations cannot be told apart; nothing if all can."""
    alike = [name.replace("-", " and ") for name, differ in answer.get("neighbours_differ", {}).items() if not differ]
    return f"These neighbouring dilations cannot be told apart over new replicates and new images: {'; '.join(alike)}." if alike else ""


def validation_finding(answer: AnswerValues, scope: Scope) -> str:
    """Return whether the validation images, which were used for nothing else, agree with the test images on the slope."""
    if not {"slope_lower", "slope_upper", "validation_slope_lower", "validation_slope_upper"} <= answer.keys():
        return ""
    test, validation = ([answer[f"{name}_{end}"] for end in ("lower", "upper")] for name in ("slope", "validation_slope"))
    agree = max(test[0], validation[0]) <= min(test[1], validation[1])
    return (
        f"On the validation {scope.images}, with which nothing was chosen in the grid, the change per pixel of dilation "
        f"{'agrees with' if agree else 'differs from'} that on the test {scope.images}: their intervals {'' if agree else 'do not '}overlap."
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


def pooled_models_finding(levels: pd.DataFrame) -> str:
    """Return between which poolings class models depend most and least on their initial noise; nothing if there is one pooling."""
    rows = rows_where(levels, family=CLASS_MODEL, factor="pooling", method=CLASS_MODEL, measure="start_similarity")
    if len(rows) < 2:
        return ""
    ordered = rows.sort_values("mean", kind="stable")
    ends = [f"{format_number(row['mean'])} with {row['level']} pooling" for row in (ordered.iloc[0], ordered.iloc[-1])]
    return (
        f"Class models of one network and class from different initial noise have a mean correlation of {ends[0]} and of {ends[1]}. Where it "
        "is low, a class model is one of many possible images, so only averages of them are to be compared."
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
