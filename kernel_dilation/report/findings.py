"""What else was found on each question, in sentences with few numbers; the rest is in the tables."""

from kernel_dilation.dilation_selection.selection_bound import least_error
from kernel_dilation.presentation.text_formatting import format_percent
from kernel_dilation.report.field_sentences import even_odd_sentences, pooling_scope_sentences
from kernel_dilation.report.learning_sentences import runs_sentence
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.saliency_sentences import contrast_sentences, learned_share_sentences
from kernel_dilation.report.scope import AnswerValues, Scope
from kernel_dilation.report.sentences import neighbours_sentence, single_networks_sentence


def findings(report_data: ReportData) -> dict[str, list[str]]:
    """Return the paragraphs of each question; none without a verdict."""
    scope = report_data.scope
    answers = {name: report_data.answers.get(name, {}) for name in ("learned", "saliency", "accuracy", "fields")}
    paragraphs = {
        "learned": [bound_finding(answers["learned"]), runs_sentence(scope) if "best_way" in answers["learned"] else ""],
        "saliency": [
            *learned_share_sentences(answers["saliency"], scope),
            claim_finding(answers["saliency"].get("class_model", {}), scope),
            *contrast_sentences(answers["saliency"], scope),
        ],
        "accuracy": [neighbours_sentence(answers["accuracy"]), single_networks_sentence(answers["accuracy"])],
        "fields": [*even_odd_sentences(answers["fields"], scope), *pooling_scope_sentences(scope)],
    }
    return {name: list(filter(None, lines)) if "verdict" in answers[name] else [] for name, lines in paragraphs.items()}


def bound_finding(answer: AnswerValues) -> str:
    """Return the limit that chance sets to any rule, for the two best dilations of the data."""
    if "signal_to_noise" not in answer:
        return ""
    best = f"Dilation {answer['best_dilation']} has the lowest mean validation loss. " if "best_dilation" in answer else ""
    return (
        f"{best}Chance limits every rule: whichever of the two best dilations is better, none can be sure to choose it in more than "
        f"{format_percent(1 - least_error(answer['signal_to_noise'], 1))} of cases after one training of each."
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
