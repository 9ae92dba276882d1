"""What the answers of the page hold for: a sentence, a table of the numbers, and what was held fixed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from kernel_dilation.presentation.text_formatting import count_noun, join_with_and
from kernel_dilation.report.scope import SPLITS, Scope
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


def held_fixed_sentence(scope: Scope) -> str:
    """Return what all arms share and, with valid padding, what they do not."""
    shared = (
        f"All arms share the rest of the architecture and the test {scope.images}. Replicates of the same number also share their training and "
        f"validation {scope.images}, and the seed of their initial weights and batches, so networks are compared in pairs."
    )
    if scope.taps == "random":
        shared += " The taps of the first kernel lie at random places within the extent of the dilated kernel, not on a lattice."
    return f"{shared} {weights_sentence(scope)}"


def weights_sentence(scope: Scope) -> str:
    """Return how the number of weights depends on the dilation."""
    if scope.match_weights == "own":
        if scope.padding == "same":
            return "Arms of one kernel size have the same number of weights."
        return f"With {scope.padding} padding, the dense layer has fewer weights at larger dilations."
    if scope.match_weights == scope.padding:
        return weights_sentence(replace(scope, match_weights="own"))
    changed = "widened" if scope.padding == "valid" else "narrowed"
    return f"With {scope.padding} padding, the hidden layer is {changed} to match the number of weights with {scope.match_weights} padding."
