"""The answers, small enough to read in `dvc metrics diff`: plain numbers from the findings."""

from collections.abc import Mapping, Sequence

from kernel_dilation.analysis.comparison_families import Finding, Question, largest_effect
from kernel_dilation.statistics.ranks import iman_davenport

Answer = dict[str, object]
VERDICT_PRIORITY = ("difference", "negligible", "inconclusive", "equivalent")  # the first that any measure has is the verdict on all


def without_missing(answer: Answer) -> Answer:
    """The answer without what has no value."""
    return {key: value for key, value in answer.items() if value is not None}


def metric_answer(finding: Finding) -> Answer:
    """Verdict, corrected p-value, effect (rank-biserial, -1 to 1) and slope for each unit of dilation of one measure, and where it turns."""
    found = finding.comparison
    return without_missing({
        "verdict": found.verdict,
        "p_value": found.p_value,
        "effect": largest_effect(found),
        "slope_per_dilation": found.slope and found.slope.value,
        "slope_lower": found.slope and found.slope.lower,
        "slope_upper": found.slope and found.slope.upper,
        "turns_at": found.turning_point,
        "range": found.range_of_means,
        "replicates_needed": found.replicates_needed if found.verdict == "inconclusive" else None,
    })  # fmt: skip


def accuracy_answer(findings: Mapping[str, Finding], cochran_share: float | None) -> Answer:
    """What the grid says of accuracy, in percentage points: of dilation first, then of what varied beside it.

    Args:
        findings: by factor; `dilation` always, `pooling`, `kernel_size` and `density` where they varied.
        cochran_share: share of replicates in which Cochran's Q tells dilations apart on the test images.
    """
    found = findings["dilation"].comparison
    p_values = {factor: findings[factor].comparison.p_value if factor in findings else None for factor in ("pooling", "kernel_size", "density")}
    return without_missing({
        "verdict": found.verdict,
        "p_value": found.p_value,
        "best_dilation": found.best,
        "mean_percent": {str(level): mean for level, mean in zip(found.treatments, found.means)},
        "range_points": found.range_of_means,
        "effect": largest_effect(found),
        "slope_points_per_dilation": found.slope and found.slope.value,
        "slope_lower": found.slope and found.slope.lower,
        "slope_upper": found.slope and found.slope.upper,
        "iman_davenport_f": iman_davenport(findings["dilation"].table),
        "kendall_w": found.kendall_w,
        "trend_p_value": found.trend_p_value,
        "equivalence_p_value": found.equivalence_p_value,
        "replicates_needed": found.replicates_needed if found.verdict == "inconclusive" else None,
        "pooling_p_value": p_values["pooling"],
        "kernel_size_p_value": p_values["kernel_size"],
        "receptive_field_p_value": p_values["density"],
        "images_differ_share": cochran_share,
    })  # fmt: skip


def saliency_answer(findings: Mapping[Question, Finding], methods: Sequence[str]) -> Answer:
    """What dilation does to each measure of the first method's maps and of the class models, and a verdict on all.

    The verdict on all is the strongest that any measure of any method has: what differs anywhere,
    differs. `share_differing` is how many of all measures of all methods do.

    Args:
        findings: the families `saliency` and `class_model` by dilation; `gridding` (beside dilation 1),
            `similarity` (beside the noise floor) and `transfer` (beside networks of the same dilation).
    """
    of_dilation = {question: finding for question, finding in findings.items() if question.factor == "dilation"}
    verdicts = [finding.comparison.verdict for finding in of_dilation.values()]
    of_method = [question for question in findings if question.method == methods[0] and question.factor in ("dilation", "comparison")]
    answers: dict[str, Answer] = {family: {} for family in ("saliency", "class_model", "gridding", "similarity", "transfer")}
    for question in findings:
        if question in of_method or (question.family in ("class_model", "transfer") and question.factor in ("dilation", "comparison")):
            answers[question.family][question.measure] = metric_answer(findings[question])
    return {
        "verdict": next(verdict for verdict in VERDICT_PRIORITY if verdict in verdicts),
        "method": methods[0],
        "measures": len(verdicts),
        "share_differing": sum(verdict == "difference" for verdict in verdicts) / len(verdicts),
        **answers["saliency"],
        **answers["gridding"],
        "noise_floor": answers["similarity"],
        "class_model": answers["class_model"] | {f"transfer_{measure}": answer for measure, answer in answers["transfer"].items()},
    }
