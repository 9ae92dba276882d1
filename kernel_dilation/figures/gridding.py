"""Figures of gridding artefacts: the power spectra of saliency maps, and their autocorrelation at the lag of the dilation."""

from collections.abc import Mapping, Sequence

from kernel_dilation.presentation.figure_style import QUIET, EmptyFigureError, hide_unused_panels, panels, set_integer_ticks
from kernel_dilation.presentation.image_grid import GREY, image_grid
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

COLUMNS = 3


def gridding_figure(table: pd.DataFrame) -> Figure:
    """Draw the peak of the autocorrelation at the lag of each dilation, with that of the other dilations at the same lag.

    `table` has `method`, `dilation`, `gridding`, `gridding_of_others`, and their `difference` with its
    interval, `lower` and `upper`, which the bars show; and `gridding_untrained`, NaN where no untrained network has such maps.

    Raises:
        EmptyFigureError: the grid has a single dilation.
    """
    methods = distinct_in_order(require_rows(table, "Gridding is compared between dilations, and this grid has only one.")["method"])
    rows = -(-len(methods) // COLUMNS)
    figure, axes = panels(rows, COLUMNS, 2.0 * rows + 0.5, sharex=True)
    for place, method in zip(axes, methods):
        of_method = rows_where(table, method=method)
        ends = [of_method["difference"] - of_method["lower"], of_method["upper"] - of_method["difference"]]
        place.axhline(0, color=QUIET, linewidth=0.6)
        place.errorbar(of_method["dilation"], of_method["gridding"], ends, fmt="o-", color="#d55e00", capsize=3, label="this dilation")
        place.plot(of_method["dilation"], of_method["gridding_of_others"], "s--", color=QUIET, label="other dilations, same lag")
        place.plot(
            of_method["dilation"], of_method["gridding_untrained"], "o--", color="#d55e00", markersize=3, alpha=0.45, label="this dilation, untrained"
        )
        place.set_title(without_underscores(method))
        set_integer_ticks(place, distinct_in_order(of_method["dilation"]))
    hide_unused_panels(axes, len(methods), COLUMNS)
    figure.supxlabel("dilation and lag (pixels)", fontsize="medium")
    figure.supylabel("peak of the autocorrelation", fontsize="medium")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return figure


def spectra_figure(means: Mapping[str, np.ndarray], dilations: Sequence[int]) -> Figure:
    """Draw the mean power spectrum of each method (row) at each dilation (column).

    Frequency 0 is in the centre; grey is logarithmic.
    `means` has, by method, (dilations, side, side) shares of power, frequency 0 first.

    Raises:
        EmptyFigureError: there is no spectrum.
    """
    if not means:
        raise EmptyFigureError("No spectra are available.")
    rows = [np.stack([decibels_from_centre(spectrum) for spectrum in stack]) for stack in means.values()]
    return image_grid(np.stack(rows), [without_underscores(method) for method in means], [f"dilation {dilation}" for dilation in dilations], GREY)


def decibels_from_centre(spectrum: np.ndarray) -> np.ndarray:
    """Return the spectrum with frequency 0 in the centre, from 0 (at least 30 dB below the largest share) to 1."""
    largest = spectrum.max() or 1.0
    decibels = 10 * np.log10(np.maximum(spectrum / largest, 1e-3))
    return np.fft.fftshift(1 + decibels / 30)
