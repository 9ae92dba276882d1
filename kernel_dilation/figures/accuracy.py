"""Figures of accuracy by dilation, kernel size and pooling."""

from kernel_dilation.presentation.figure_style import (
    INK,
    PAPER,
    QUIET,
    EmptyFigureError,
    colours,
    dilation_colour,
    markers,
    offsets,
    panels,
    set_integer_ticks,
)
from kernel_dilation.presentation.forest_plot import forest_figure
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows, row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scikit_posthocs import critical_difference_diagram

SIDE_BY_SIDE = 0.5  # of the distance between two dilations, for kernel sizes


def accuracy_by_dilation_figure(accuracy: pd.DataFrame, means: pd.DataFrame, arms: pd.DataFrame) -> Figure:
    """Draw test accuracy in percent: over all arms on the left, with the validation accuracy beside it, then a panel for each pooling.

    Args:
        accuracy: `dilation`, `kernel_size`, `pooling`, `replicate`, `accuracy`, `validation_accuracy`.
        means: `level` (a dilation), `mean`, `lower`, `upper`, over all arms.
        arms: `dilation`, `kernel_size`, `pooling`, `mean`, `lower`, `upper`.

    Raises:
        EmptyFigureError: there is no network.
    """
    require_rows(accuracy, "No accuracy results are available.")
    poolings = distinct_in_order(accuracy["pooling"])
    figure, (first, *others) = panels(1, 1 + len(poolings), 3.6, sharey=True)
    draw_replicates(first, accuracy, means)
    for axes, pooling in zip(others, poolings):
        draw_kernel_sizes(axes, rows_where(accuracy, pooling=pooling), rows_where(arms, pooling=pooling))
        axes.set_title(f"pooling: {pooling}")
    first.set(title="all arms together", ylabel="test accuracy (%)")
    others[0].legend(title="kernel size", loc="best")
    return figure


def draw_replicates(axes: Axes, accuracy: pd.DataFrame, means: pd.DataFrame) -> None:
    """Draw each replicate's mean over kernel sizes and poolings as a line, and the means with their intervals."""
    replicates = accuracy.pivot_table(index="dilation", columns="replicate", values="accuracy")
    axes.plot(replicates.index, replicates.to_numpy(), color="#cccccc", linewidth=0.8, marker=".", zorder=1)
    for row in row_dicts(means):
        axes.errorbar(
            float(row["level"]), row["mean"], [[row["mean"] - row["lower"]], [row["upper"] - row["mean"]]],
            fmt="o", color=dilation_colour(float(row["level"])), capsize=4, linewidth=2, markersize=7,
        )  # fmt: skip
    validation = accuracy.groupby("dilation")["validation_accuracy"].mean()
    axes.plot(validation.index, validation, "D--", color=QUIET, markerfacecolor=PAPER, markersize=5, linewidth=1, label="validation accuracy")
    axes.legend(loc="best")
    axes.set_xlabel("dilation")
    set_integer_ticks(axes, list(replicates.index))


def draw_kernel_sizes(axes: Axes, accuracy: pd.DataFrame, arms: pd.DataFrame) -> None:
    """Draw every network as a point and the mean of every arm with its interval, kernel sizes side by side."""
    sizes = distinct_in_order(arms["kernel_size"])
    colour, marker = colours(sizes), markers(sizes)
    for size, place in zip(sizes, offsets(len(sizes), SIDE_BY_SIDE)):
        points, of_size = rows_where(accuracy, kernel_size=size), rows_where(arms, kernel_size=size).sort_values("dilation")
        axes.plot(points["dilation"] + place, points["accuracy"], ".", color=colour[size], alpha=0.35, markeredgewidth=0)
        ends = [of_size["mean"] - of_size["lower"], of_size["upper"] - of_size["mean"]]
        axes.errorbar(
            of_size["dilation"] + place, of_size["mean"], ends,
            fmt=marker[size] + "-", color=colour[size], capsize=3, linewidth=1.4, label=f"{size}",
        )  # fmt: skip
    axes.set_xlabel("dilation")
    set_integer_ticks(axes, distinct_in_order(accuracy["dilation"]))


def accuracy_differences_figure(pairs: pd.DataFrame, margin: float, alpha: float) -> Figure:
    """Draw every pair of dilations, of poolings and of kernel sizes: second minus first, in percentage points.

    Raises:
        EmptyFigureError: no factor has two levels.
    """
    labels = [f"{without_underscores(row['factor'])}: {row['second']} minus {row['first']}" for row in row_dicts(pairs)]
    absent = "Accuracies cannot be compared in pairs, because no factor of the grid has two levels."
    return forest_figure(pairs, labels, "difference of test accuracy (percentage points)", margin, alpha, absent)


def sparse_against_dense_figure(contrasts: pd.DataFrame, margin: float, alpha: float) -> Figure:
    """Draw arms of equal extent and pooling: the sparse kernel minus the dense one, in percentage points.

    Raises:
        EmptyFigureError: no two arms have the same extent.
    """
    labels = [f"{row['extent']} pixels, {row['pooling']}: {row['sparse']} minus {row['dense']}" for row in row_dicts(contrasts)]
    absent = "No two arms of this grid have the same extent and pooling but different kernel sizes, so sparse and dense kernels cannot be compared."
    return forest_figure(contrasts, labels, "difference of test accuracy (percentage points)", margin, alpha, absent)


def critical_difference_figure(ranks: pd.DataFrame, p_values: pd.DataFrame, alpha: float) -> Figure:
    """Draw the mean ranks of the dilations (1: most accurate).

    Bars join dilations that Nemenyi's test does not distinguish.

    Args:
        ranks: `dilation`, `average_rank`.
        p_values: `dilation`, then a column for each dilation in the same order.

    Raises:
        EmptyFigureError: fewer than two dilations.
    """
    if len(ranks) < 2:
        raise EmptyFigureError("A critical-difference diagram needs at least two dilations.")
    ranks_by_name = {f"dilation {dilation}": rank for dilation, rank in zip(ranks["dilation"], ranks["average_rank"])}
    matrix = pd.DataFrame(p_values.drop(columns="dilation").to_numpy(float), index=list(ranks_by_name), columns=list(ranks_by_name))
    figure, (axes,) = panels(1, 1, 1.3 + 0.16 * len(ranks_by_name))
    palette = [dilation_colour(float(dilation)) for dilation in ranks["dilation"]]
    drawn = critical_difference_diagram(
        pd.Series(ranks_by_name), matrix, ax=axes, alpha=alpha, color_palette=dict(zip(ranks_by_name, palette)),
        crossbar_props={"color": INK, "linewidth": 2.5},
    )  # fmt: skip
    for (bar,) in drawn["crossbars"]:
        bar.set_xdata(sorted(bar.get_xdata()))  # they are drawn in the order of a set, which differs from process to process
    axes.grid(visible=False)
    return figure
