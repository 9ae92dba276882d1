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

    The first paragraph belongs to the table of verdicts, the second to the one of levels and margins, the third to the one of conditions.
    """
    return [
        "Two tests decide on every set of dilations, poolings or kernel sizes. An omnibus test asks whether any of them differ. Equivalence tests "
        "ask whether every pair lies within the margin.",
        "The level of the tests and the margins are parameters of the run. A signed metric, such as a correlation, has an absolute margin, because "
        "a share of its value means nothing.",
        "A way to learn the dilation is consistent if three conditions are shown to hold in every world: its runs choose a right dilation, two runs "
        "choose the same dilation, and the choice does not depend on the initial dilation, if there is one. At least two worlds must have "
        "different best dilations. The verdict is inconsistent if the opposite of any condition is shown. Otherwise it is inconclusive, as it "
        "always is with few runs.",
        "Tests and intervals of accuracy treat replicates and test images as random, so they hold for new networks and new images; the omnibus test "
        "is the quasi-F, and pairs are compared by t tests with variance components of both. The trend test, the ranks, the mixed model, the "
        "Wilcoxon and Bayesian tests of pairs, and the comparison on the validation images concern new networks alone. Tests of saliency maps and "
        "class models treat the replicates as random and hold for the explained images; the intervals of metrics of maps cover new images too, and "
        "so does the second verdict on these metrics (“verdict, new images”).",
        "p-values are corrected within their family by Holm's method. Where even the smallest p-value of a permutation test would not survive it, "
        "they are taken from the joint distribution over all tests of the family (the step-down maximum of Westfall and Young). Where the "
        "replicates are too few even for that, the verdict is untestable: no data could have shown a difference. A p-value that is the smallest "
        "possible one is marked as such; it says nothing of the size of an effect. A question about differences has the strongest verdict in any "
        "of its families, so the level holds for each family and not for all families of a question together.",
        "A choice is right if it is the planted dilation. Where none is planted, the choices of a run are judged by the rounds of all other runs: "
        "a choice is right if its validation loss is shown to exceed that of every other dilation by less than "
        f"{format_percent(scope.margin_loss)}, and wrong if it is shown to exceed one by more. Otherwise it counts as half right, and as either in "
        "the interval. The mirror image of a world has the losses of its two best dilations exchanged, which exposes a way that merely prefers one"
        " of them. The answer to the question is consistent if any way is, and inconsistent if all are. Two controls that prefer small dilations "
        "do not count: the smallest survivor of a race, and always the smallest dilation.",
    ]


def rule_tables(scope: Scope) -> list[ReportTable]:
    """Return the tables that follow the first paragraphs of the rules, one each."""
    return [VERDICT_TABLE, margin_table(scope), condition_table(scope)]


def margin_table(scope: Scope) -> ReportTable:
    """Return the level and the margins of the verdicts."""
    rows = [
        ["significance level", f"{scope.alpha:g}"],
        ["margin of accuracy", format_points(scope.margin_points)],
        ["margin of a metric", f"{scope.margin} of its value at the smallest level"],
        ["margin of a signed metric", f"{scope.margin_signed:g}"],
        ["margin of the validation loss", format_percent(scope.margin_loss)],
    ]
    return ReportTable("Level and margins", ["quantity", "this run"], rows, "Both are set in params.yaml, section analyze.")


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
