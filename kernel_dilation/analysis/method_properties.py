"""Which explanations change: every saliency method by five properties of its maps, at the smallest, a middle and the largest dilation."""

from collections.abc import Mapping, Sequence

from kernel_dilation.analysis.comparison_families import Finding, Question, Rows
from kernel_dilation.analysis.metric_stacks import LEARNED
from kernel_dilation.statistics.block_tables import Treatment
from kernel_dilation.statistics.pairwise_comparisons import Pair

import pandas as pd

PROPERTIES = {  # metric, and the property for which it stands
    "pointing_hit": "location",
    "gini": "concentration",
    "deletion_gain": "faithfulness",
    "insertion_gain": "faithfulness",
    "max_sensitivity": "stability",
    "output_sensitivity": "stability",
    "agreement_spearman": "agreement between networks",
}
RISES, FALLS, NO_DIRECTION = "rises", "falls", "not shown"
TRAINED_VALUES = "trained_at_smallest", "trained_at_middle", "trained_at_largest"
WITH_UNTRAINED, TRAINED_ALONE = "trained minus untrained", "trained"  # networks that a row is about
COLUMNS = (
    "method", "property", "measure", "networks", "smallest", "middle", "largest", "at_smallest", "at_middle", "at_largest",
    *TRAINED_VALUES, "turns_at", "difference", "lower", "upper", "direction", "p_value", "smallest_p_value", "equivalence_p_value", "margin",
    "largest_effect", "verdict", "crossed_verdict",
)  # fmt: skip


def method_properties(findings: Mapping[Question, Finding], methods: Sequence[str], alpha: float) -> pd.DataFrame:
    """Return one row for each method and metric of `PROPERTIES`, differences first, the largest before the others; no rows for a single dilation.

    Values are trained minus untrained where the networks at initialisation have the metric, so that what
    geometry alone does cancels, and trained otherwise; `trained_at_...` are those of the trained networks in any case.
    `turns_at` is the dilation between the two ends at which the values turn, if they do. `difference` is that of the largest minus the smallest
    dilation, and `direction` says whether the metric `rises` or `falls` from the one to the other, or that neither is
    shown at `alpha` after correction over all pairs of dilations. `largest_effect` is the largest difference between any
    two of the three dilations, in units of the margin; a margin of 0 gives no such unit. The verdict is that on all
    dilations, corrected within its family; `crossed_verdict` holds for new images as well.

    Args:
        findings: of the families `saliency` and, where there are untrained networks, `saliency_learned`.
    """
    rows: Rows = []
    for method in methods:
        for measure in PROPERTIES:
            question = Question("saliency", "dilation", method, measure)
            learned = findings.get(question._replace(family=question.family + LEARNED))
            finding = learned or findings.get(question)
            if finding and len(finding.levels) > 1:
                values = property_values(finding, learned is not None, alpha)
                trained = dict(zip(TRAINED_VALUES, values_shown(findings[question])))
                rows.append({"method": method, "property": PROPERTIES[measure], "measure": measure, **values, **trained})
    table = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("largest_effect", ascending=False, kind="stable", na_position="last")
    return table.sort_values("verdict", key=lambda verdicts: verdicts != "difference", kind="stable", ignore_index=True)


def property_values(finding: Finding, is_learned: bool, alpha: float) -> dict[str, object]:
    """Return what a row of `method_properties` says of one metric, without the names."""
    comparison, shown, values = finding.comparison, levels_shown(finding), values_shown(finding)
    pair = pair_of(comparison.pairs, shown[0], shown[2])
    difference, lower, upper = oriented_difference(pair, shown[0])
    is_shown = comparison.verdict == "difference" and pair.corrected_p_value <= alpha
    return {
        "networks": WITH_UNTRAINED if is_learned else TRAINED_ALONE,
        "smallest": shown[0], "middle": shown[1], "largest": shown[2],
        "at_smallest": values[0], "at_middle": values[1], "at_largest": values[2], "turns_at": comparison.turning_point,
        "difference": difference, "lower": lower, "upper": upper, "direction": direction_of(difference) if is_shown else NO_DIRECTION,
        "p_value": comparison.p_value, "smallest_p_value": comparison.smallest_p_value, "equivalence_p_value": comparison.equivalence_p_value,
        "margin": comparison.margin, "largest_effect": (max(values) - min(values)) / comparison.margin if comparison.margin else None,
        "verdict": comparison.verdict, "crossed_verdict": finding.crossed and finding.crossed.verdict,
    }  # fmt: skip


def levels_shown(finding: Finding) -> tuple[Treatment, Treatment, Treatment]:
    """Return the smallest, a middle and the largest dilation."""
    levels = sorted(finding.levels, key=float)
    return levels[0], levels[len(levels) // 2], levels[-1]


def values_shown(finding: Finding) -> list[float]:
    """Return the means over replicates at the three dilations."""
    means = dict(zip(finding.comparison.treatments, finding.comparison.means))
    return [means[level] for level in levels_shown(finding)]


def direction_of(difference: float) -> str:
    """Return the direction of a difference that is shown not to be 0."""
    return RISES if difference > 0 else FALLS


def pair_of(pairs: Sequence[Pair], first: object, second: object) -> Pair:
    """Return the comparison of two levels, in whichever order they were compared."""
    return next(pair for pair in pairs if {pair.first, pair.second} == {first, second})


def oriented_difference(pair: Pair, first: object) -> tuple[float, float | None, float | None]:
    """Return the other level minus the level `first` of a pair, with the ends of its interval."""
    if pair.first == first or pair.lower is None or pair.upper is None:
        return (pair.mean_difference if pair.first == first else -pair.mean_difference), pair.lower, pair.upper
    return -pair.mean_difference, -pair.upper, -pair.lower
