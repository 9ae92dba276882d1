"""Figure of the similarity of maps, or networks, of two dilations relative to the noise floor, two replicates of one dilation."""

from kernel_dilation.presentation.figure_style import INK, QUIET, dilation_colour, panels
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows, row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INDICES = {
    "spearman": "rank correlation", "ssim": "structural similarity", "top_k": "overlap of the top tenth",
    "cka_features": "CKA, last features", "cka_hidden": "CKA, hidden layer", "error_consistency": "error consistency",
}  # fmt: skip
PAIR_OFFSETS = (0.36, -0.36)  # of the first and the last pair from the centre of a method's row


def similarity_against_floor_figure(similarity: pd.DataFrame, untrained: pd.DataFrame) -> Figure:
    """Draw the similarity of two dilations over that of two replicates.

    There is a panel for each index and a row for each method of maps, or each state of networks. Pairs of dilations are points, and pairs of
    replicates a band.
    `similarity` has `method`, `index`, `comparison` (`replicates` or `dilations`), `first`, `second`,
    `mean`, `lower`, `upper`. The band reaches from the lowest to the highest mean within a dilation;
    a point's colour is that of its larger dilation. `untrained` has the same of the networks at initialisation and may be
    empty: hollow points, between dashed lines at the ends of their band.

    Raises:
        EmptyFigureError: no two maps were compared.
    """
    methods, indices = (
        distinct_in_order(require_rows(similarity, "Similarity needs at least two replicates of an arm.")["method"]),
        distinct_in_order(similarity["index"]),
    )
    figure, axes = panels(1, len(indices), 1.3 + 0.62 * len(methods), sharey=True)
    for place, index in zip(axes, indices):
        for row, method in enumerate(methods):
            draw_method(place, rows_where(similarity, index=index, method=method), row)
            draw_untrained(place, rows_where(untrained, index=index, method=method), row)
        place.set_title(INDICES.get(index, without_underscores(index)))
        place.set_xlabel("similarity")
        place.grid(axis="y", visible=False)
    axes[0].set_yticks(range(len(methods)), [without_underscores(method) for method in methods])
    axes[0].set_ylim(len(methods) - 0.4, -0.6)
    handles = {label: handle for place in axes for handle, label in zip(*place.get_legend_handles_labels())}
    figure.legend(handles.values(), handles.keys(), loc="outside upper left", ncols=4)
    return figure


def draw_method(axes: Axes, similarity: pd.DataFrame, row: int) -> None:
    """Draw the noise floor and the pairs of dilations of one method, one below the other."""
    floor, pairs = rows_where(similarity, comparison="replicates"), rows_where(similarity, comparison="dilations")
    if len(floor):
        low, high = floor["mean"].min(), floor["mean"].max()
        axes.fill_betweenx([row - 0.44, row + 0.44], low, high, color="#dadada", linewidth=0, label="two replicates of one dilation")
        axes.vlines(floor["mean"], row - 0.44, row + 0.44, color="#b0b0b0", linewidth=1)
    for place, pair in zip(row - np.linspace(*PAIR_OFFSETS, max(len(pairs), 2)), row_dicts(pairs)):
        larger = float(max(pair["first"], pair["second"]))
        axes.hlines(place, pair["lower"], pair["upper"], color=INK, linewidth=1)
        label = f"two dilations, the larger {larger:g}"
        axes.plot(pair["mean"], place, "o", color=dilation_colour(larger), markersize=4.5, markeredgecolor=INK, markeredgewidth=0.4, label=label)


def draw_untrained(axes: Axes, similarity: pd.DataFrame, row: int) -> None:
    """Draw the means of the untrained networks of one method: the ends of the noise floor, and the pairs of dilations."""
    floor, pairs = rows_where(similarity, comparison="replicates"), rows_where(similarity, comparison="dilations")
    if len(floor):
        ends = [floor["mean"].min(), floor["mean"].max()]
        axes.vlines(ends, row - 0.44, row + 0.44, color=QUIET, linewidth=0.9, linestyle="--", label="two replicates, untrained")
    for place, pair in zip(row - np.linspace(*PAIR_OFFSETS, max(len(pairs), 2)), row_dicts(pairs)):
        colour = dilation_colour(float(max(pair["first"], pair["second"])))
        axes.plot(pair["mean"], place, "o", color=colour, markerfacecolor="none", markersize=3.5, alpha=0.6, zorder=1)
