"""The answers as plain numbers taken from the findings, few enough to be read in `dvc metrics diff`."""

from collections.abc import Mapping, Sequence

from kernel_dilation.analysis.comparison_families import Finding, Question, largest_effect
from kernel_dilation.experiment.paths import REGULARISED
from kernel_dilation.statistics.rank_tests import iman_davenport

Answer = dict[str, object]
VERDICT_PRIORITY = ("difference", "negligible", "inconclusive", "equivalent")  # the first that occurs is the verdict on all metrics together


def without_missing(answer: Answer) -> Answer:
    """Return the answer without the keys whose value is None."""
    return {key: value for key, value in answer.items() if value is not None}


def metric_answer(finding: Finding) -> Answer:
    """Return the answer on one metric: verdict, corrected p-value, effect, slope, turning point and range.

    The effect is a rank-biserial correlation, -1 to 1; slope and range are in the metric's unit, the
    slope for each pixel of dilation.
    """
    comparison = finding.comparison
    return without_missing({
        "verdict": comparison.verdict,
        "p_value": comparison.p_value,
        "effect": largest_effect(comparison),
        "slope_per_dilation": comparison.slope and comparison.slope.value,
        "slope_lower": comparison.slope and comparison.slope.lower,
        "slope_upper": comparison.slope and comparison.slope.upper,
        "turns_at": comparison.turning_point,
        "range": comparison.range_of_means,
        "replicates_needed": comparison.replicates_needed if comparison.verdict == "inconclusive" else None,
    })  # fmt: skip


def accuracy_answer(findings: Mapping[str, Finding], cochran_share: float | None) -> Answer:
    """Return the answer on accuracy: the effect of dilation in percentage points, and p-values of the other factors.

    Args:
        findings: by factor; always of `dilation`, and of `pooling`, `kernel_size` and `density` where they vary.
        cochran_share: share of the comparisons, 0 to 1, in which Cochran's Q finds that a replicate's
            networks differ between dilations on the test images; None for a single dilation.
    """
    comparison = findings["dilation"].comparison
    p_values = {factor: findings[factor].comparison.p_value if factor in findings else None for factor in ("pooling", "kernel_size", "density")}
    return without_missing({
        "verdict": comparison.verdict,
        "p_value": comparison.p_value,
        "best_dilation": comparison.best,
        "mean_percent": {str(level): mean for level, mean in zip(comparison.treatments, comparison.means)},
        "range_points": comparison.range_of_means,
        "effect": largest_effect(comparison),
        "slope_points_per_dilation": comparison.slope and comparison.slope.value,
        "slope_lower": comparison.slope and comparison.slope.lower,
        "slope_upper": comparison.slope and comparison.slope.upper,
        "iman_davenport_f": iman_davenport(findings["dilation"].table),
        "kendall_w": comparison.kendall_w,
        "trend_p_value": comparison.trend_p_value,
        "equivalence_p_value": comparison.equivalence_p_value,
        "replicates_needed": comparison.replicates_needed if comparison.verdict == "inconclusive" else None,
        "pooling_p_value": p_values["pooling"],
        "kernel_size_p_value": p_values["kernel_size"],
        "receptive_field_p_value": p_values["density"],
        "images_differ_share": cochran_share,
    })  # fmt: skip


def saliency_answer(findings: Mapping[Question, Finding], methods: Sequence[str]) -> Answer:
    """Return the answer on saliency: one verdict on all metrics, then each metric of the first method and of the class models.

    The verdict on all is the strongest that any metric of any method has, so that one difference is
    enough. `share_differing` is the share of all metrics of all methods whose verdict is a difference.

    Args:
        findings: the families `saliency` and `class_model` by dilation; `gridding` (compared with other dilations),
            `similarity` (compared with the noise floor) and `transfer` (compared with networks of the same dilation).
    """
    by_dilation = {question: finding for question, finding in findings.items() if question.factor == "dilation"}
    verdicts = [finding.comparison.verdict for finding in by_dilation.values()]
    of_first_method = [question for question in findings if question.method == methods[0] and question.factor in ("dilation", "comparison")]
    answers: dict[str, Answer] = {family: {} for family in ("saliency", "class_model", "gridding", "similarity", "transfer")}
    for question in findings:
        if question.method == REGULARISED:
            continue
        if question in of_first_method or (question.family in ("class_model", "transfer") and question.factor in ("dilation", "comparison")):
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
