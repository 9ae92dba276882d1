"""The dilation's own print in the maps, and where it lies among their frequencies."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stages.parts.figures.mosaics import GREY, mosaic
from stages.parts.figures.rows import in_order, rows_where, shown
from stages.parts.figures.style import QUIET, EmptyFigureError, leave_out, panels, whole_ticks
from stages.parts.page.wording import words

COLUMNS = 3


def gridding(table: pd.DataFrame) -> Figure:
    """Share of a map's power at the frequencies k / dilation: of each dilation's own networks, and of those of dilation 1.

    `table` has `method`, `dilation`, `power`, `power_of_dilation_1`, and their `difference` with its
    interval, `lower` and `upper`, which the bars show.

    Raises:
        EmptyFigureError: dilation 1 is not in the grid, or alone in it.
    """
    methods = in_order(shown(table, "Gridding is judged beside networks of dilation 1; this grid does not have both these and others.")["method"])
    rows = -(-len(methods) // COLUMNS)
    figure, axes = panels(rows, COLUMNS, 2.0 * rows + 0.5, sharex=True)
    for place, method in zip(axes, methods):
        of_method = rows_where(table, method=method)
        of_method = of_method.assign(top=of_method["power_of_dilation_1"] + of_method["upper"])
        ends = [100 * (of_method["difference"] - of_method["lower"]), 100 * (of_method["upper"] - of_method["difference"])]
        place.errorbar(of_method["dilation"], 100 * of_method["power"], ends, fmt="o-", color="#d55e00", capsize=3, label="networks of this dilation")
        place.plot(
            of_method["dilation"], 100 * of_method["power_of_dilation_1"], "s--", color=QUIET, label="networks of dilation 1, same frequencies"
        )
        place.set_title(words(method))
        place.set_ylim(0, 108 * of_method[["power", "power_of_dilation_1", "top"]].to_numpy().max())
        whole_ticks(place, in_order(of_method["dilation"]))
    leave_out(axes, len(methods), COLUMNS)
    figure.supxlabel("dilation", fontsize="medium")
    figure.supylabel("share of power (%)", fontsize="medium")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


def spectra(means: Mapping[str, np.ndarray], dilations: Sequence[int]) -> Figure:
    """Mean power spectrum of each method (row) at each dilation (column); frequency 0 in the middle, logarithmic grey.

    `means` has, by method, (dilations, side, side) shares of power, frequency 0 first.

    Raises:
        EmptyFigureError: there is no spectrum.
    """
    if not means:
        raise EmptyFigureError("No spectrum of any map is there.")
    rows = [np.stack([centred_decibels(spectrum) for spectrum in stack]) for stack in means.values()]
    return mosaic(np.stack(rows), [words(method) for method in means], [f"dilation {dilation}" for dilation in dilations], GREY)


def centred_decibels(spectrum: np.ndarray) -> np.ndarray:
    """The spectrum with frequency 0 in the middle, from 0 (30 dB below the largest share, or less) to 1."""
    largest = spectrum.max() or 1.0
    decibels = 10 * np.log10(np.maximum(spectrum / largest, 1e-3))
    return np.fft.fftshift(1 + decibels / 30)
