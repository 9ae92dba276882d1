"""Figure of the similarity of maps before and after layers are randomised."""

from kernel_dilation.presentation.figure_style import dilation_colour, hide_unused_panels, panels
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores

import pandas as pd
from matplotlib.figure import Figure

COLUMNS = 3


def randomisation_cascade_figure(cascade: pd.DataFrame) -> Figure:
    """Draw the similarity of maps before and after layers are randomised, a panel for each method.

    `cascade` has `dilation`, `replicate`, `method`, `layer` (from the top down) and `similarity`. Lines are means
    over the arms and replicates of a dilation; bands reach from the lowest to the highest replicate.

    Raises:
        EmptyFigureError: no network was randomised.
    """
    methods, layers = distinct_in_order(require_rows(cascade, "No network was randomised.")["method"]), distinct_in_order(cascade["layer"])
    rows = -(-len(methods) // COLUMNS)
    figure, axes = panels(rows, COLUMNS, 2.1 * rows + 0.8, sharex=True, sharey=True)
    for place, method in zip(axes, methods):
        table = rows_where(cascade, method=method).pivot_table(index=["dilation", "replicate"], columns="layer", values="similarity")[layers]
        for dilation, replicates in table.groupby("dilation"):
            colour = dilation_colour(float(str(dilation)))
            place.plot(range(len(layers)), replicates.mean(), "o-", color=colour, markersize=3.5, label=f"dilation {dilation}")
            place.fill_between(range(len(layers)), replicates.min(), replicates.max(), color=colour, alpha=0.15, linewidth=0)
        place.set_title(without_underscores(method))
        place.set_xticks(range(len(layers)), [without_underscores(layer) for layer in layers], rotation=25, ha="right")
    hide_unused_panels(axes, len(methods), COLUMNS)
    figure.supylabel("rank correlation", fontsize="medium")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=6)
    return figure
