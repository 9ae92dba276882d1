"""The answers as plain numbers taken from the findings, few enough to be read in `dvc metrics diff`."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from kernel_dilation.analysis.comparison_families import Finding, Question, largest_effect
from kernel_dilation.analysis.crossed_accuracy import DilationError
from kernel_dilation.analysis.metric_stacks import LEARNED
from kernel_dilation.experiment.paths import CLASS_MODEL, REGULARISED
from kernel_dilation.statistics.comparisons import UNSETTLED, Comparison
from kernel_dilation.statistics.rank_tests import iman_davenport

Answer = dict[str, object]
MAP_FAMILIES = ("saliency", CLASS_MODEL)
VERDICT_PRIORITY = (
    "difference",
    "negligible",
    "inconclusive",
    "untestable",
    "equivalent",
)  # the first that occurs is the verdict on all metrics together


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
        "smallest_p_value": comparison.smallest_p_value if comparison.is_smallest else None,
        "effect": largest_effect(comparison),
        "slope_per_dilation": comparison.slope and comparison.slope.value,
        "slope_lower": comparison.slope and comparison.slope.lower,
        "slope_upper": comparison.slope and comparison.slope.upper,
        "turns_at": comparison.turning_point,
        "range": comparison.range_of_means,
        "replicates_needed": comparison.replicates_needed if comparison.verdict in UNSETTLED else None,
    })  # fmt: skip


def accuracy_answer(findings: Mapping[str, Finding], errors: Sequence[DilationError], validation: Finding, cochran_share: float | None) -> Answer:
    """Return the answer on accuracy: the effect of dilation in percentage points and as a ratio of errors, and p-values of the other factors.

    Args:
        findings: by factor; always of `dilation`, and of `pooling`, `kernel_size` and `density` where they vary.
        errors: one for each dilation, from `crossed_accuracy.errors_by_dilation`.
        validation: the validation accuracy by dilation, a second held-out estimate.
        cochran_share: share of the comparisons, 0 to 1, in which Cochran's Q finds that a replicate's
            networks differ between dilations on the test images; None for a single dilation.
    """
    comparison, first, last = findings["dilation"].comparison, min(errors), max(errors)
    others = [factor_answer(factor, findings[factor].comparison) for factor in ("pooling", "kernel_size", "density") if factor in findings]
    validated = validation.comparison.slope
    return without_missing({
        "verdict": comparison.verdict,
        "p_value": comparison.p_value,
        "best_dilation": comparison.best,
        "mean_percent": {str(level): mean for level, mean in zip(comparison.treatments, comparison.means)},
        "range_points": comparison.range_of_means,
        "error_percent_smallest": first.error,
        "error_percent_largest": last.error,
        "error_ratio": last.ratio,
        "error_ratio_lower": last.ratio_lower,
        "error_ratio_upper": last.ratio_upper,
        "effect": largest_effect(comparison),
        "slope_points_per_dilation": comparison.slope and comparison.slope.value,
        "slope_lower": comparison.slope and comparison.slope.lower,
        "slope_upper": comparison.slope and comparison.slope.upper,
        "validation_slope": validated and validated.value,
        "validation_slope_lower": validated and validated.lower,
        "validation_slope_upper": validated and validated.upper,
        "neighbours_differ": neighbours_differ(comparison),
        "iman_davenport_f": iman_davenport(findings["dilation"].table),
        "kendall_w": comparison.kendall_w,
        "trend_p_value": comparison.trend_p_value,
        "equivalence_p_value": comparison.equivalence_p_value,
        "replicates_needed": comparison.replicates_needed if comparison.verdict in UNSETTLED else None,
        **{key: value for answer in others for key, value in answer.items()},
        "images_differ_share": cochran_share,
    })  # fmt: skip


def factor_answer(factor: str, comparison: Comparison) -> Answer:
    """Return p-value and verdict of a factor other than dilation, and the difference of the two levels that differ most, in points."""
    answer: Answer = {f"{factor}_p_value": comparison.p_value, f"{factor}_verdict": comparison.verdict}
    if not comparison.pairs:
        return answer
    pair = max(comparison.pairs, key=lambda pair: abs(pair.mean_difference))
    ends = {f"{factor}_points_lower": pair.lower, f"{factor}_points_upper": pair.upper}
    return answer | {f"{factor}_pair": f"{pair.second} minus {pair.first}", f"{factor}_points": pair.mean_difference} | ends


def neighbours_differ(comparison: Comparison) -> dict[str, bool] | None:
    """Return whether each dilation is told apart from the next larger one, `1-2` by its interval; None for a single dilation or replicate."""
    pairs = {frozenset((pair.first, pair.second)): (pair.lower, pair.upper) for pair in comparison.pairs}
    answers = {}
    for first, second in pairwise(sorted(comparison.treatments, key=float)):
        lower, upper = pairs[frozenset((first, second))]
        if lower is not None and upper is not None:
            answers[f"{first}-{second}"] = not lower <= 0 <= upper
    return answers or None


def saliency_answer(findings: Mapping[Question, Finding], methods: Sequence[str]) -> Answer:
    """Return the answer on saliency: one verdict on all metrics, then each metric of the first method and of the class models.

    The verdict on all is the strongest that any metric of any method has, so that one difference is
    enough. `share_differing` is the share of all metrics of all methods whose verdict is a difference,
    `learned_share_differing` the same of what training adds to them, and `crossed_share_differing` that of the metrics that differ for new
    replicates and for new images, among those with values of single images.

    Args:
        findings: the families `saliency` and `class_model` by dilation; `gridding` (compared with other dilations),
            `similarity` (compared with the noise floor) and `transfer` (compared with networks of the same dilation).
    """
    verdicts = dilation_verdicts(findings, MAP_FAMILIES)
    learned = dilation_verdicts(findings, [family + LEARNED for family in MAP_FAMILIES])
    of_first_method = [
        question
        for question in findings
        if question.method == methods[0] and question.factor in ("dilation", "comparison") and not question.family.endswith(LEARNED)
    ]
    answers: dict[str, Answer] = {family: {} for family in ("saliency", "class_model", "gridding", "similarity", "transfer")}
    for question in findings:
        if question.method == REGULARISED:
            continue
        if question in of_first_method or (question.family in ("class_model", "transfer") and question.factor in ("dilation", "comparison")):
            answers[question.family][question.measure] = metric_answer(findings[question]) | learned_answer(question, findings)
    return without_missing(
        {
            "verdict": next(verdict for verdict in VERDICT_PRIORITY if verdict in verdicts),
            "method": methods[0],
            "measures": len(verdicts),
            "share_differing": share_of_differences(verdicts),
            "learned_share_differing": share_of_differences(learned),
            "crossed_share_differing": crossed_share(findings),
            **answers["saliency"],
            **answers["gridding"],
            "noise_floor": answers["similarity"],
            "class_model": answers["class_model"] | {f"transfer_{measure}": answer for measure, answer in answers["transfer"].items()},
        }
    )


def dilation_verdicts(findings: Mapping[Question, Finding], families: Sequence[str]) -> list[str]:
    """Return the verdicts on dilation of all questions of these families."""
    return [finding.comparison.verdict for question, finding in findings.items() if question.factor == "dilation" and question.family in families]


def crossed_share(findings: Mapping[Question, Finding]) -> float | None:
    """Return the share of the metrics with values of single images, 0 to 1, that differ by both verdicts; None without such metrics."""
    both = [
        {finding.comparison.verdict, finding.crossed.verdict} == {"difference"}
        for question, finding in findings.items()
        if question.factor == "dilation" and question.family in MAP_FAMILIES and finding.crossed
    ]
    return sum(both) / len(both) if both else None


def share_of_differences(verdicts: Sequence[str]) -> float | None:
    """Return the share, 0 to 1, of the verdicts that are a difference; None without verdicts."""
    return sum(verdict == "difference" for verdict in verdicts) / len(verdicts) if verdicts else None


def learned_answer(question: Question, findings: Mapping[Question, Finding]) -> Answer:
    """Return verdict and slope of what training adds to a metric; empty if the networks at initialisation were not explained for it."""
    finding = findings.get(question._replace(family=question.family + LEARNED))
    if finding is None:
        return {}
    slope = finding.comparison.slope
    return without_missing({
        "learned_verdict": finding.comparison.verdict,
        "learned_slope_per_dilation": slope and slope.value,
        "learned_slope_lower": slope and slope.lower,
        "learned_slope_upper": slope and slope.upper,
    })  # fmt: skip
