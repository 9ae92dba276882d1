"""Figures of the metrics of maps and class models by dilation."""

from kernel_dilation.presentation.figure_style import INK, PAPER, QUIET, colours, hide_unused_panels, markers, offsets, panels, set_integer_ticks
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows, row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

COLUMNS = 3
SIDE_BY_SIDE = 0.5  # of the distance between two dilations, for methods
CHANCE = "_chance"
BEYOND = 0.04  # of the range of the limits, so that values at a limit are seen
VERDICT_COLOURS = {"difference": "#d55e00", "negligible": "#e9c46a", "equivalent": "#0072b2", "inconclusive": "#dfe3e8", "untestable": "#ffffff"}


def metrics_by_dilation_figure(
    levels: pd.DataFrame, units: dict[str, str], untrained: pd.DataFrame, limits: tuple[float, float] | None = None
) -> Figure:
    """Draw a panel for each metric with its mean for each method at each dilation, with its interval.

    Args:
        levels: `method`, `measure`, `level` (a dilation), `mean`, `lower`, `upper`; a metric
            `…_chance` is drawn as a dashed line in the panel of its metric.
        units: by metric, where it has one.
        untrained: `method`, `measure`, `level` and `mean` of the networks at initialisation; may be empty.
        limits: within which all metrics lie by definition; intervals that reach further are cut off there.

    Raises:
        EmptyFigureError: there are no metrics.
    """
    levels = require_rows(levels, "No metrics of saliency maps are available.").assign(level=pd.to_numeric(levels["level"]))
    measures = [measure for measure in distinct_in_order(levels["measure"]) if not measure.endswith(CHANCE)]
    methods = distinct_in_order(levels["method"])
    rows = -(-len(measures) // COLUMNS)
    figure, axes = panels(rows, min(COLUMNS, len(measures)), 2.0 * rows + 0.8)
    for place, measure in zip(axes, measures):
        draw_metric(place, rows_where(levels, measure=measure), rows_where(levels, measure=measure + CHANCE), methods)
        draw_untrained(place, rows_where(untrained, measure=measure), methods)
        if limits:
            place.set_ylim(limits[0] - BEYOND * np.ptp(limits), limits[1] + BEYOND * np.ptp(limits))
        place.set_title(without_underscores(measure) + (f" ({units[measure]})" if measure in units else ""))
    hide_unused_panels(axes, len(measures), COLUMNS)
    handles = {label: handle for place in axes for handle, label in zip(*place.get_legend_handles_labels())}
    figure.legend(handles.values(), handles.keys(), loc="outside upper left", ncols=5)
    figure.supxlabel("dilation", fontsize="medium")
    return figure


def draw_metric(axes: Axes, levels: pd.DataFrame, chance: pd.DataFrame, methods: list[str]) -> None:
    """Draw one metric of every method that has it."""
    colour, marker, measured = colours(methods), markers(methods), distinct_in_order(levels["method"])
    for method, place in zip(measured, offsets(len(measured), SIDE_BY_SIDE)):
        of_method = rows_where(levels, method=method)
        ends = [of_method["mean"] - of_method["lower"], of_method["upper"] - of_method["mean"]]
        axes.errorbar(
            of_method["level"] + place, of_method["mean"], ends,
            fmt=marker[method] + "-", color=colour[method], markersize=3.5, linewidth=1.1, capsize=2, label=without_underscores(method),
        )  # fmt: skip
    draw_chance(axes, chance, colour)
    set_integer_ticks(axes, sorted(distinct_in_order(levels["level"])))


def draw_untrained(axes: Axes, untrained: pd.DataFrame, methods: list[str]) -> None:
    """Draw the means of one metric over the networks at initialisation as dashed, pale lines in the colours of the methods."""
    colour, marker = colours(methods), markers(methods)
    for method in (name for name in methods if len(rows_where(untrained, method=name))):
        means = rows_where(untrained, method=method)
        axes.plot(
            pd.to_numeric(means["level"]), means["mean"], marker[method] + "--", color=colour[method], markersize=3, linewidth=0.9, alpha=0.45,
            zorder=1,
        )  # fmt: skip
    if len(untrained):
        axes.plot([], [], "o--", color=QUIET, markersize=3, linewidth=0.9, alpha=0.45, label="before training")


def draw_chance(axes: Axes, chance: pd.DataFrame, colour: dict[str, str]) -> None:
    """Draw the chance level.

    It is one grey line where it is the same for all methods, and otherwise a line in the colour of each method.
    """
    if chance.empty:
        return
    by_method = chance.pivot_table(index="level", columns="method", values="mean")
    if np.ptp(by_method.to_numpy(), axis=1).max() <= 1e-6:
        by_method = by_method.iloc[:, :1].set_axis(["chance"], axis=1)
    for method, means in by_method.items():
        axes.plot(means.index, means, "--", color=colour.get(str(method), QUIET), linewidth=1, zorder=1)
    axes.plot([], [], "--", color=QUIET, linewidth=1, label="by chance")


def verdicts_by_metric_figure(effects: pd.DataFrame) -> Figure:
    """Draw the verdict on dilation for each method (row) and metric (column), with the direction of the change.

    `effects` has `method`, `measure`, `verdict`, `slope` and `turns_at`.

    Raises:
        EmptyFigureError: there are no comparisons.
    """
    methods, measures = (
        distinct_in_order(require_rows(effects, "No metrics were compared between dilations.")["method"]),
        distinct_in_order(effects["measure"]),
    )
    figure, (axes,) = panels(1, 1, 1.9 + 0.36 * len(methods))
    for row in row_dicts(effects):
        x, y = measures.index(row["measure"]), methods.index(row["method"])
        axes.add_patch(verdict_cell(x, y, VERDICT_COLOURS.get(row["verdict"], PAPER)))
        axes.text(
            x,
            y,
            direction_arrow(row["slope"], row["turns_at"]),
            ha="center",
            va="center",
            color=PAPER if row["verdict"] in ("difference", "equivalent") else INK,
        )
    axes.set(xlim=(-0.6, len(measures) - 0.4), ylim=(len(methods) - 0.4, -0.6))
    axes.set_xticks(range(len(measures)), [without_underscores(measure) for measure in measures], rotation=28, ha="right")
    axes.set_yticks(range(len(methods)), [without_underscores(method) for method in methods])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    handles = [verdict_cell(0, 0, colour) for colour in VERDICT_COLOURS.values()]
    figure.legend(handles, list(VERDICT_COLOURS), loc="outside upper left", ncols=5)
    return figure


def verdict_cell(x: float, y: float, colour: str) -> Rectangle:
    """Return a square around a point."""
    return Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, facecolor=colour, edgecolor=QUIET, linewidth=0.4)


def direction_arrow(slope: float, turns_at: float | None) -> str:
    """Return `↑` where a metric grows with dilation, `↓` where it falls, and `↕` where it turns.

    Empty where this is not known.
    """
    if not pd.isna(turns_at):
        return "↕"
    if pd.isna(slope) or slope == 0:
        return ""
    return "↑" if np.sign(slope) > 0 else "↓"
