"""Forest plots: differences in rows, each with its interval, on a band of negligible differences."""

from collections.abc import Sequence

from kernel_dilation.presentation.figure_style import INK, PAPER, QUIET, panels
from kernel_dilation.presentation.table_rows import require_rows
from kernel_dilation.presentation.text_formatting import format_p_value

import pandas as pd
from matplotlib.figure import Figure

ROW_HEIGHT, FRAME_HEIGHT = 0.27, 1.05  # inches


def forest_figure(table: pd.DataFrame, labels: Sequence[str], unit: str, margin: float, alpha: float, absent: str) -> Figure:
    """Draw each row of the table as a point with its interval.

    The table has `difference`, `lower`, `upper` and the corrected p-value `p_corrected`.
    Points are filled where the corrected p-value is at most alpha. The band reaches from minus to plus the margin.

    Raises:
        EmptyFigureError: the table has no rows; the message is `absent`.
    """
    count = len(require_rows(table, absent))
    figure, (axes,) = panels(1, 1, FRAME_HEIGHT + ROW_HEIGHT * count)
    axes.axvspan(-margin, margin, color="#f0f0f0", zorder=0)
    axes.axvline(0, color=QUIET, linewidth=1)
    places = range(count - 1, -1, -1)
    axes.hlines(places, table["lower"], table["upper"], color=INK, linewidth=1.4)
    fill = [INK if p_value <= alpha else PAPER for p_value in table["p_corrected"]]
    axes.scatter(table["difference"], places, c=fill, edgecolors=INK, s=36, zorder=3)
    for place, p_value in zip(places, table["p_corrected"]):
        axes.annotate(format_p_value(p_value), (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize="small", color=INK)
    axes.set_yticks(list(places), labels)
    axes.set_ylim(-0.7, count - 0.3)
    axes.set_xlabel(unit)
    axes.grid(axis="y", visible=False)
    return figure
