"""The rules by which verdicts are given, as the page states them."""

from kernel_dilation.presentation.text_formatting import format_percent, format_points
from kernel_dilation.report.scope import Scope
from kernel_dilation.report.tables import ReportTable
from kernel_dilation.statistics.learning_consistency import MAX_SLOPE, MIN_MODE_SHARE, MIN_RECOVERED_SHARE

VERDICT_TABLE = ReportTable(
    "Verdicts on differences",
    ["", "every pair is shown to be equivalent", "not every pair is shown to be equivalent"],
    [["the omnibus test is significant", "negligible", "difference"], ["the omnibus test is not significant", "equivalent", "inconclusive"]],
    "Equivalence is shown by two one-sided tests (TOST) of each pair. Both p-values are corrected within their family.",
)


def verdict_rules(scope: Scope) -> list[str]:
    """Return the rules of the verdicts on differences and on consistency.

    The first paragraph belongs above the table of verdicts.
    """
    recovered, share = format_percent(MIN_RECOVERED_SHARE), format_percent(MIN_MODE_SHARE)
    return [
        f"Two tests at the level {scope.alpha:g} decide on every set of dilations, poolings or kernel sizes. An omnibus test asks whether any of "
        "them differ. Equivalence tests ask whether every pair lies within the margin, which is "
        f"{format_points(scope.margin_points)} of accuracy, {scope.margin} of a metric's value at the smallest level, or {scope.margin_signed:g} for "
        "a signed metric such as a correlation, of which a share means nothing.",
        "Tests and intervals of accuracy treat replicates and test images as random, so they hold for new networks and new images; the omnibus test "
        "is the quasi-F, and pairs are compared by t tests with variance components of both. Tests of saliency maps and class models treat the "
        "replicates as random and hold for the explained images; the intervals of metrics of maps cover new images too.",
        "p-values are corrected within their family by Holm's method. Where even the smallest p-value of a permutation test would not survive it, "
        "they are taken from the joint distribution over all tests of the family (the step-down maximum of Westfall and Young). Where the "
        "replicates are too few even for that, the verdict is untestable: no data could have shown a difference. A p-value that is the smallest "
        "possible one is marked as such; it says nothing of the size of an effect.",
        f"A method that learns the dilation is consistent if it recovers the planted dilation in at least {recovered} of its runs on textures, if "
        f"at least {share} of its runs on {scope.images}, over all initial dilations and seeds, select the same dilation, and if the confidence "
        f"interval of the slope of the selected on the initial dilation lies within ±{MAX_SLOPE} (0: the initial dilation has no influence, 1: the "
        "method never moves).",
        f"It is inconsistent if the confidence interval of that share lies below {share}, or that of the slope above {MAX_SLOPE}. Otherwise it is "
        "inconclusive, as is a method whose runs agree but which does not recover planted dilations. The answer to the question is consistent if "
        "any method is, and inconsistent if all methods are.",
    ]
