"""What else was found on each question, in sentences with few numbers; the rest is in the tables."""

from math import ceil

from kernel_dilation.dilation_selection.learning_verdict import least_runs
from kernel_dilation.dilation_selection.selection_bound import least_error
from kernel_dilation.presentation.text_formatting import count_noun, format_percent, join_with_and, number_word
from kernel_dilation.report.reference_comparisons import reference_sentences
from kernel_dilation.report.scope import AnswerValues, Scope


def findings(answers: AnswerValues, scope: Scope) -> dict[str, list[str]]:
    """Return the paragraphs of each question; none without a verdict."""
    learned, saliency, accuracy, fields = (answers.get(name, {}) for name in ("learned", "saliency", "accuracy", "fields"))
    paragraphs = {
        "learned": [bound_finding(learned), trainings_finding(learned), runs_finding(learned, scope)],
        "saliency": [learned_share_finding(saliency), claim_finding(saliency.get("class_model", {}), scope), *reference_sentences(saliency, scope)],
        "accuracy": [neighbours_finding(accuracy), single_networks_finding(accuracy)],
        "fields": [even_odd_finding(fields), pooling_scope_finding(scope)],
    }
    return {name: list(filter(None, lines)) if "verdict" in answers.get(name, {}) else [] for name, lines in paragraphs.items()}


def bound_finding(answer: AnswerValues) -> str:
    """Return the limit that chance sets to any rule, for the two best dilations of the data."""
    if "signal_to_noise" not in answer:
        return ""
    best = f"Dilation {answer['best_dilation']} has the lowest mean validation loss. " if "best_dilation" in answer else ""
    return (
        f"{best}Chance limits every rule: whichever of the two best dilations is better, none can be sure to choose it in more than "
        f"{format_percent(1 - least_error(answer['signal_to_noise'], 1))} of cases after one training of each."
    )


def trainings_finding(answer: AnswerValues) -> str:
    """Return how many trainings of each dilation any rule needs to choose the better of the two best ones nearly always."""
    if "trainings_for_95" not in answer:
        return ""
    trainings = count_noun(ceil(answer["trainings_for_95"]), "training")
    return f"To choose the better one in 95 % of cases, every rule needs at least {trainings} of each of the two best dilations."


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


def claim_finding(models: AnswerValues, scope: Scope) -> str:
    """Return what was measured in place of the interpretability that was claimed in 2019.

    A direction is named only if the interval of the slope excludes 0.
    """
    metric = models.get("class_mean_correlation", {})
    if "slope_per_dilation" not in metric or "verdict" not in metric:
        return ""
    bounds = [metric.get(f"slope_{end}", 0.0) for end in ("lower", "upper")]
    change = "increases" if min(bounds) > 0 else "decreases" if max(bounds) < 0 else "neither clearly increases nor clearly decreases"
    return (
        "Huang and Grethlein (2019) reported that class models become more interpretable at larger dilations. Interpretability was not measured "
        f"here. On a linear fit, the correlation of class models with the mean {scope.image} of their class {change} with dilation "
        f"(verdict: {metric['verdict']})."
    )


def neighbours_finding(answer: AnswerValues) -> str:
    """Return which neighbouring dilations cannot be told apart; nothing if all can."""
    alike = [name.replace("-", " and ") for name, differ in answer.get("neighbours_differ", {}).items() if not differ]
    return f"These neighbouring dilations cannot be told apart over new replicates and new images: {'; '.join(alike)}." if alike else ""


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
        "The pooling has a stride of 2, so taps at even distances meet the same phase of its windows."
    )


def pooling_scope_finding(scope: Scope) -> str:
    """Return that pooling was not compared with none; nothing if the grid has an arm that does not pool."""
    if "stride" in scope.poolings:
        return ""
    return f"No arm without pooling was trained, so these answers compare {join_with_and(scope.poolings)} pooling only."
