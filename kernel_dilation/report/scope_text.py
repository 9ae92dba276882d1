"""What the answers of the page hold for: a sentence, a table of the numbers, and what was held fixed."""

from collections.abc import Sequence
from typing import NamedTuple

from kernel_dilation.presentation.text_formatting import count_noun, join_with_and
from kernel_dilation.report.scope import SPLITS, Scope
from kernel_dilation.report.sentences import held_fixed_sentence
from kernel_dilation.report.tables import ReportTable


class ScopeText(NamedTuple):
    """The scope of the answers as the page states it."""

    lead: str  # a sentence for the head of the page
    table: ReportTable
    paragraphs: Sequence[str]


def scope_text(scope: Scope) -> ScopeText:
    """Return which images, how many networks, what was varied and what was held fixed."""
    rows = [
        ["data set", scope.data_set],
        *([f"{SPLITS[split]} {scope.images}", f"{number:,}"] for split, number in scope.digits.items()),
        [f"explained test {scope.images}", f"{scope.explained:,}"],
        ["dilations", join_with_and(scope.dilations)],
        ["taps of the first kernel", join_with_and([f"{size} \N{MULTIPLICATION SIGN} {size}" for size in scope.kernel_sizes])],
        ["poolings", join_with_and(scope.poolings)],
        ["networks (replicates) of each arm", f"{scope.replicates:,}"],
        ["runs of each way to learn the dilation, in every world", f"{scope.learn.replicates:,}"],
    ]
    networks = count_noun(scope.arms * scope.replicates, "network")
    return ScopeText(
        f"Dilation spaces the taps of a convolution kernel. Data: {scope.data_set}; {networks}.",
        ReportTable("Data and grid", ["quantity", "this run"], rows, "An arm combines one dilation, one kernel size and one pooling."),
        [
            f"The dilation applies to {scope.dilated}. {held_fixed_sentence(scope)}",
            "These answers hold for this data set, these architectures and this length of training; we make no claim beyond that.",
        ],
    )
