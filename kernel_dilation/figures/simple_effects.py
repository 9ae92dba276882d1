"""Figure of the simple effects: poolings and kernel sizes compared at each dilation."""

from collections.abc import Sequence

from kernel_dilation.presentation.figure_style import PAPER, QUIET, colours, hide_unused_panels, markers, offsets, panels, set_integer_ticks
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows, row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLUMNS = 3
SIDE_BY_SIDE = 0.4  # of the distance between two dilations, for contrasts


def simple_effects_figure(effects: pd.DataFrame, shown: Sequence[tuple[str, str]], alpha: float, untrained: pd.DataFrame) -> Figure:
    """Draw a panel for each of the measures shown, with each contrast at each dilation and its interval.

    Points are filled where the corrected p-value is at most alpha. Untrained networks are dashed and pale.

    Args:
        effects: `method`, `measure`, `contrast`, `dilation`, `difference`, `lower`, `upper`, `p_value`.
        shown: method (empty for accuracy) and metric of each panel; those that are not in the table are left out.
        untrained: `method`, `measure`, `contrast`, `dilation` and `difference` of the networks at initialisation; may be empty.

    Raises:
        EmptyFigureError: there is no contrast.
    """
    require_rows(effects, "The grid has one pooling and one kernel size, so they cannot be compared.")
    effects = effects.assign(method=effects["method"].fillna(""))
    panels_of = [(method, measure, rows) for method, measure in shown if len(rows := rows_where(effects, method=method, measure=measure))]
    contrasts = distinct_in_order(effects["contrast"])
    lines = -(-len(panels_of) // COLUMNS)
    figure, axes = panels(lines, min(COLUMNS, len(panels_of)), 2.4 * lines + 0.7)
    for place, (method, measure, table) in zip(axes, panels_of):
        draw_contrasts(place, table, contrasts, alpha)
        draw_untrained(place, rows_where(untrained, method=method, measure=measure), contrasts)
        unit = " (points)" if not method else ""
        place.set_title(without_underscores(f"{method} {measure}{unit}".strip()), fontsize="small")
    hide_unused_panels(axes, len(panels_of), COLUMNS)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4)
    figure.supxlabel("dilation", fontsize="medium")
    return figure


def draw_contrasts(axes: Axes, effects: pd.DataFrame, contrasts: Sequence[str], alpha: float) -> None:
    """Draw the contrasts of one measure side by side around zero."""
    colour, marker = colours(contrasts), markers(contrasts)
    axes.axhline(0, color=QUIET, linewidth=1)
    for contrast, place in zip(contrasts, offsets(len(contrasts), SIDE_BY_SIDE)):
        rows = rows_where(effects, contrast=contrast).sort_values("dilation")
        ends = [rows["difference"] - rows["lower"].fillna(rows["difference"]), rows["upper"].fillna(rows["difference"]) - rows["difference"]]
        axes.errorbar(rows["dilation"] + place, rows["difference"], ends, fmt="-", color=colour[contrast], capsize=2, linewidth=1.1)
        for row in row_dicts(rows):
            fill = colour[contrast] if row["p_value"] <= alpha else PAPER
            axes.plot(row["dilation"] + place, row["difference"], marker[contrast], color=colour[contrast], markerfacecolor=fill, markersize=4.5)
        axes.plot([], [], marker[contrast] + "-", color=colour[contrast], label=contrast)
    set_integer_ticks(axes, sorted(distinct_in_order(effects["dilation"])))


def draw_untrained(axes: Axes, effects: pd.DataFrame, contrasts: Sequence[str]) -> None:
    """Draw the contrasts of one measure at initialisation as dashed, pale lines in the colours of the contrasts."""
    colour = colours(contrasts)
    for contrast in contrasts:
        rows = rows_where(effects, contrast=contrast)
        if len(rows):
            ordered = rows.sort_values("dilation")
            axes.plot(ordered["dilation"], ordered["difference"], "--", color=colour[contrast], linewidth=0.9, alpha=0.45, zorder=1)
