"""What would change our mind: for each question, which observation would turn the verdict, by the rules of the run."""

from kernel_dilation.dilation_selection.learning_verdict import least_runs
from kernel_dilation.presentation.text_formatting import count_noun, format_percent, format_points
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.scope import AnswerValues, Scope

SETTLED = "difference", "negligible", "equivalent"


def changes_of_mind(report_data: ReportData) -> dict[str, list[str]]:
    """Return the paragraphs of each question; none without a verdict."""
    answers, scope = report_data.answers, report_data.scope
    of_metrics = f"{scope.margin} of a metric's value"
    margins = {"saliency": f"the margin ({of_metrics})", "accuracy": f"the margin ({format_points(scope.margin_points)})", "fields": "their margins"}
    subjects = {
        "saliency": ("effect of dilation on a metric", "every pair of dilations, in every metric with a significant effect,"),
        "accuracy": ("effect of dilation", "every pair of dilations"),
        "fields": ("effect of pooling or kernel size on accuracy or a metric", "all levels, in everything with a significant effect,"),
    }
    paragraphs = {"learned": learning_change(answers.get("learned", {}), scope)}
    for name, (effect, pairs) in subjects.items():
        verdict = answers.get(name, {}).get("verdict", "")
        text = difference_change(verdict, effect, pairs, margins[name], scope)
        paragraphs[name] = [text, *replicates_needed(answers.get(name, {}))] if text else []
    return paragraphs


def difference_change(verdict: str, effect: str, pairs: str, margin: str, scope: Scope) -> str:
    """Return what would turn a verdict on differences; nothing for a verdict that is not known.

    Args:
        effect: what the omnibus tests are about.
        pairs: what must be equivalent.
        margin: words for the margin within which they must be.
    """
    level = f"{scope.alpha:g}"
    texts = {
        "difference": f"The differences would be called negligible if {pairs} were shown to differ by less than {margin}. New replicates in which no "
        f"{effect} had a corrected p-value of at most {level} would leave the question undecided.",
        "negligible": f"New replicates would turn the answer into a plain yes if {pairs} could no longer be shown to differ by less than {margin}, "
        f"and into a no if they still could and no {effect} had a corrected p-value of at most {level}.",
        "equivalent": f"An {effect} with a corrected p-value of at most {level} would turn the answer. So would new replicates in which not "
        f"{pairs} could be shown to differ by less than {margin}.",
        "inconclusive": f"An {effect} with a corrected p-value of at most {level} would turn the answer into a yes. It would become a no if "
        f"{pairs} were shown to differ by less than {margin}.",
        "untestable": f"More replicates: with {count_noun(scope.replicates, 'replicate')}, not even the largest {effect} could have a corrected "
        f"p-value of at most {level}.",
    }
    return texts.get(verdict, "")


def replicates_needed(answer: AnswerValues) -> list[str]:
    """Return how many replicates would settle an answer that is not settled, if that is known."""
    if answer.get("verdict") in SETTLED or "replicates_needed" not in answer:
        return []
    return [f"If the differences are as large as they were here, {count_noun(answer['replicates_needed'], 'replicate')} would settle it in 80 % of "
            "such studies."]  # fmt: skip


def learning_change(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return what would turn the verdict on learning the dilation; nothing without one."""
    rule, runs, needed = scope.rule, scope.learn.replicates, least_runs(scope.rule)
    conditions = (
        f"chooses a right dilation in more than {format_percent(rule.right_share)} of its runs and the same one in more than "
        f"{format_percent(rule.same_share)} of the pairs of runs"
    )
    yes = f"The answer would be yes if one way were shown, in every world, to meet the rule: it {conditions}, whatever its initial dilation."
    texts = {
        "consistent": f"One more world in which no way is shown to meet the rule would be enough. A way meets it if it {conditions}.",
        "inconsistent": yes,
        "inconclusive": f"{yes} It would be no if every way were shown to fail in some world.",
    }
    if answer.get("verdict") not in texts:
        return []
    few = f"This takes at least {needed:,} runs of each way in every world; this run has {runs:,}."
    return [texts[answer["verdict"]], *([few] if runs < needed else [])]
