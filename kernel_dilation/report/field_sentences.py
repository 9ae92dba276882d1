"""The answer on receptive field and pooling in plain sentences."""

from collections.abc import Mapping

from kernel_dilation.presentation.text_formatting import (
    format_interval,
    format_number,
    format_p_value,
    format_percent,
    format_points,
    join_with_and,
)
from kernel_dilation.report.scope import AnswerValues, Scope

MINUS = "_minus_"
COUNTED = "A combination counts if the difference is significant and is not shown to be equivalent"


def field_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return what pooling and kernel size do to accuracy and to the metrics; nothing without a verdict."""
    contrasts = {key: value for key, value in answer.items() if MINUS in key and isinstance(value, Mapping)}
    if "verdict" not in answer:
        return []
    if not contrasts:
        return ["Inconclusive. The grid has one pooling and one kernel size, so neither can be compared."]
    opening = {
        "difference": f"They make a difference{metrics_clause(contrasts)}.",
        "negligible": "Only negligibly: all differences that are significant lie within the margins.",
        "equivalent": "Nothing that matters: all contrasts are shown to be equivalent within the margins.",
        "inconclusive": "Inconclusive. No difference is significant, but not all are shown to be equivalent.",
        "untestable": "Untestable. The replicates are too few for any difference of a metric to be significant.",
    }
    return [
        opening[answer["verdict"]],
        *(line for key, value in contrasts.items() for line in contrast_sentences(contrast_words(key), value, scope)),
        *even_odd_sentences(answer, scope),
        *pooling_scope_sentences(scope),
    ]


def contrast_words(key: str) -> str:
    """Return `average minus max pooling` for `average_minus_max`, `kernel size 5 minus 3` for `kernel_5_minus_3`."""
    first, _, second = key.partition(MINUS)
    return f"kernel size {first.removeprefix('kernel_')} minus {second}" if first.startswith("kernel_") else f"{first} minus {second} pooling"


def levels_words(key: str) -> str:
    """Return `average and max pooling` for `average_minus_max`, `kernel sizes 5 and 3` for `kernel_5_minus_3`."""
    return contrast_words(key).replace(" minus ", " and ").replace("kernel size ", "kernel sizes ")


def metrics_clause(contrasts: Mapping[str, AnswerValues]) -> str:
    """Return the share of the metrics that each contrast changes; empty without metrics."""
    shares = [
        f"{format_percent(value['metrics_share'])} differ between {levels_words(key)}" for key, value in contrasts.items() if "metrics_share" in value
    ]
    count = max((value.get("metrics", 0) for value in contrasts.values()), default=0)
    if not shares or not count:
        return ""
    return f": at some dilation, of {count} method-metric combinations, {join_with_and(shares)}. {COUNTED}"


def contrast_sentences(name: str, answer: AnswerValues, scope: Scope) -> list[str]:
    """Return what a contrast does to accuracy, how that changes with dilation, and its largest effect on a metric."""
    return [*accuracy_lines(name, answer, scope), *slope_lines(name, answer, scope), *largest_lines(name, answer)]


def accuracy_lines(name: str, answer: AnswerValues, scope: Scope) -> list[str]:
    """Return the difference in accuracy at the smallest and the largest dilation."""
    ends = dict.fromkeys(("smallest", "largest")) if len(scope.dilations) > 1 else {"smallest": None}
    parts = []
    for end, dilation in zip(ends, (scope.dilations[0], scope.dilations[-1])):
        if f"points_{end}" not in answer:
            return []
        interval = format_interval(answer, scope.confidence, f"points_{end}")
        notes = "; ".join(filter(None, [interval, answer.get(f"verdict_{end}", "")]))
        points = format_points(answer[f"points_{end}"])
        parts.append(f"{points} at dilation {dilation}{f' ({notes})' if notes else ''}")
    return [f"In test accuracy, {name} is {join_with_and(parts)}."]


def slope_lines(name: str, answer: AnswerValues, scope: Scope) -> list[str]:
    """Return how a difference in accuracy changes with dilation, and for how many metrics it does."""
    if "slope" not in answer:
        return []
    p_value = format_p_value(answer["slope_p_value"]) if "slope_p_value" in answer else ""
    notes = "; ".join(filter(None, [format_interval(answer, scope.confidence), p_value]))
    metrics = f"; so do {format_percent(answer['slopes_share'])} of the metrics" if answer.get("slopes_share") else ""
    slope = format_number(answer["slope"], 2)
    return [f"The effect of {name} changes by {slope} points per pixel of dilation{f' ({notes})' if notes else ''}{metrics}."]


def largest_lines(name: str, answer: AnswerValues) -> list[str]:
    """Return the metric that a contrast changes most, as a share of its reference."""
    if not {"largest_metric", "largest_dilation", "largest_share"} <= answer.keys():
        return []
    share = format_number(100 * answer["largest_share"], 2)
    return [f"The largest effect of {name} is on {answer['largest_metric']} at dilation {answer['largest_dilation']}: {share} %."]


def mean_accuracy_sentence(accuracy: AnswerValues, scope: Scope) -> str:
    """Return what pooling and kernel size do to the accuracy averaged over dilations, from their verdicts; empty without verdicts."""
    clauses = [
        mean_accuracy_clause("pooling", f"{join_with_and(scope.poolings)} pooling", "{} pooling", accuracy),
        mean_accuracy_clause("kernel_size", f"kernel sizes {join_with_and(scope.kernel_sizes)}", "kernel size {}", accuracy),
    ]
    text = "; ".join(filter(None, clauses))
    if len(scope.dilations) > 1 and text:
        return f"Averaged over dilations, {text}."
    return f"{text[0].upper()}{text[1:]}." if text else ""


def mean_accuracy_clause(factor: str, levels: str, level: str, accuracy: AnswerValues) -> str:
    """Return `average pooling lowers accuracy by 0.82 percentage points compared with max pooling`; empty without a verdict.

    Args:
        factor: beginning of the names of its numbers.
        levels: words for all its levels.
        level: words for one of its levels, which stands in place of the braces.
    """
    verdict = accuracy.get(f"{factor}_verdict")
    if verdict in ("difference", "negligible") and {f"{factor}_pair", f"{factor}_points"} <= accuracy.keys():
        points = accuracy[f"{factor}_points"]
        first, _, second = accuracy[f"{factor}_pair"].partition(" minus ")
        change = f"{'raises' if points > 0 else 'lowers'} accuracy {'negligibly, ' if verdict == 'negligible' else ''}by {format_points(abs(points))}"
        return f"{level.format(first)} {change} compared with {level.format(second)}"
    texts = {
        "difference": f"accuracy differs between {levels}",
        "negligible": f"accuracy differs negligibly between {levels}",
        "equivalent": f"{levels} are equivalent in accuracy",
        "inconclusive": f"neither a difference in accuracy nor equivalence is shown between {levels}",
        "untestable": f"the replicates are too few to test accuracy between {levels}",
    }
    return texts.get(str(verdict), "")


def even_odd_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return how many measures tell even from odd dilations; nothing where the dilations are too few for it."""
    if "even_odd_share" not in answer:
        return []
    share = format_percent(answer["even_odd_share"])
    return [
        "Beside a trend over dilation, even dilations differ significantly from odd ones, and are not shown to be equivalent, in "
        f"{share} of all metrics, accuracy included. "
        "The pooling has a stride of 2, so taps at even distances meet the same phase of its windows."
    ]


def pooling_scope_sentences(scope: Scope) -> list[str]:
    """Return that pooling was not compared with none; nothing if the grid has an arm that does not pool."""
    if "stride" in scope.poolings:
        return []
    return [f"No arm without pooling was trained, so these answers compare {join_with_and(scope.poolings)} pooling only."]
