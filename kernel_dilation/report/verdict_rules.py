"""The rules by which verdicts are given, as the page states them."""

from kernel_dilation.presentation.text_formatting import format_percent, format_points
from kernel_dilation.report.scope import Scope
from kernel_dilation.report.tables import ReportTable

VERDICT_TABLE = ReportTable(
    "Verdicts on differences",
    ["", "every pair is shown to be equivalent", "not every pair is shown to be equivalent"],
    [["the omnibus test is significant", "negligible", "difference"], ["the omnibus test is not significant", "equivalent", "inconclusive"]],
    "Equivalence is shown by two one-sided tests (TOST) of each pair. Both p-values are corrected within their family.",
)


def verdict_rules(scope: Scope) -> list[str]:
    """Return the rules of the verdicts on differences and on ways to learn the dilation.

    The first paragraph belongs to the table of verdicts, the second to the table of conditions.
    """
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
        str(scope.rule),
        "A choice is right if it is the planted dilation. Where none is planted, the choices of a run are judged by the rounds of all other runs: "
        "a choice is right if its validation loss is shown to exceed that of every other dilation by less than "
        f"{format_percent(scope.margin_loss)}, and wrong if it is shown to exceed one by more. Otherwise it counts as half right, and as either in "
        "the interval. The mirror image of a world has the losses of its two best dilations exchanged, which exposes a way that merely prefers one"
        " of them. The answer to the question is consistent if any way is, and inconsistent if all are. Two controls that prefer small dilations "
        "do not count: the smallest survivor of a race, and always the smallest dilation.",
    ]


def condition_table(scope: Scope) -> ReportTable:
    """Return the conditions of the verdict on a way to learn the dilation."""
    rule = scope.rule
    right, same, slope = format_percent(rule.right_share), format_percent(rule.same_share), f"{rule.start_slope:g}"
    return ReportTable(
        "Verdicts on ways to learn the dilation",
        ["", "consistent, if shown in every world", "inconsistent, if shown in any world"],
        [
            ["share of the runs that choose a right dilation", f"above {right}", f"below {right}"],
            ["probability that two runs choose the same dilation", f"above {same}", f"below {same}"],
            ["change of the choice per pixel of the initial dilation", f"between \N{MINUS SIGN}{slope} and {slope}", "beyond these"],
        ],
        f"Each is decided by a {scope.confidence} confidence interval; for “inconsistent” its level is divided by the number of conditions.",
    )
