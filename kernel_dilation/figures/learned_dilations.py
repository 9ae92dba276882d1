"""Learned dilations: what is chosen, from where, on which way, and whether a planted one is found."""

from collections.abc import Mapping

from kernel_dilation.presentation.figure_style import INK, PAPER, QUIET, WIDTH, EmptyFigureError, dilation_colour, panels, set_integer_ticks
from kernel_dilation.presentation.table_rows import distinct_in_order, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

ABSENT = "No method has learned a dilation."


def chosen_against_initial_figure(choices: Mapping[str, pd.DataFrame]) -> Figure:
    """Chosen against initial dilation, a panel for each method; a circle's area is the number of runs, written in it.

    On the dashed line a method stays where it began; on a level line it converges.

    Raises:
        EmptyFigureError: no method has chosen.
    """
    runs = {method: table for method, table in choices.items() if len(table)}
    if not runs:
        raise EmptyFigureError(ABSENT)
    figure, axes = panels(1, len(runs), 3.2, side_by_side(len(runs)), sharex=True, sharey=True)
    values = sorted({int(value) for table in runs.values() for value in [*table["initial_dilation"], *table["chosen_dilation"]]})
    for place, (method, table) in zip(axes, runs.items()):
        counts = table.value_counts(["initial_dilation", "chosen_dilation"]).reset_index()
        place.plot(values, values, "--", color=QUIET, linewidth=1, zorder=1)
        for initial, chosen, count in counts.itertuples(index=False):
            share = count / counts.loc[counts["initial_dilation"] == initial, "count"].sum()
            place.scatter(initial, chosen, s=420 * share, color=dilation_colour(chosen), zorder=2)
            place.text(initial, chosen, str(count), ha="center", va="center", fontsize="small", color=PAPER if chosen < 5 else INK, zorder=3)
        place.set(title=without_underscores(method), xlabel="initial dilation")
        set_integer_ticks(place, values)
        set_integer_ticks(place, values, "y")
        place.margins(0.15)
    axes[0].set_ylabel("chosen dilation")
    return figure


def trajectories_figure(paths: Mapping[str, pd.DataFrame]) -> Figure:
    """The dilation over training, a line for each run in the colour of its start, a panel for each method.

    Tables have `initial_dilation`, `seed`, `epoch` and `dilation`.

    Raises:
        EmptyFigureError: no method has a path.
    """
    runs = {method: table for method, table in paths.items() if len(table)}
    if not runs:
        raise EmptyFigureError(ABSENT)
    figure, axes = panels(1, len(runs), 3.2, side_by_side(len(runs)), sharey=True)
    for place, (method, table) in zip(axes, runs.items()):
        for initial, run in runs_of(table):
            place.plot(run["epoch"], run["dilation"], color=dilation_colour(initial), linewidth=1.2, label=f"from {initial:g}")
        place.set(title=without_underscores(method), xlabel="epoch")
    axes[0].set_ylabel("dilation (pixels)")
    handles = {label: handle for place in axes for handle, label in zip(*place.get_legend_handles_labels())}
    figure.legend(handles.values(), handles.keys(), loc="outside upper left", ncols=6)
    return figure


def side_by_side(count: int) -> float:
    """Width, in inches, of a figure with so many panels in a row."""
    return min(max(4.0, 3.1 * count), WIDTH)


def runs_of(table: pd.DataFrame) -> list[tuple[float, pd.DataFrame]]:
    """The rows of each run with the dilation that it started from."""
    return [(float(run["initial_dilation"].iloc[0]), run) for _, run in table.groupby(["initial_dilation", "seed"])]


def planted_truth_figure(planted: Mapping[str, pd.DataFrame]) -> Figure:
    """Share of runs, in percent, that find the planted dilation (row) from each start (column); a panel for each method.

    Tables have `true_dilation`, `initial_dilation` and `chosen_dilation`.

    Raises:
        EmptyFigureError: no method was tried.
    """
    runs = {method: table for method, table in planted.items() if len(table)}
    if not runs:
        raise EmptyFigureError("No method was tried on textures whose dilation is known.")
    figure, axes = panels(1, len(runs), 3.4, side_by_side(len(runs)), sharey=True)
    for place, (method, table) in zip(axes, runs.items()):
        found = table.assign(found=100.0 * (table["chosen_dilation"] == table["true_dilation"]))
        draw_shares(place, found.pivot_table(index="true_dilation", columns="initial_dilation", values="found"))
        place.set(title=f"{without_underscores(method)}: {found['found'].mean():.0f} %", xlabel="initial dilation")
    axes[0].set_ylabel("planted dilation")
    return figure


def rate_sweep_figure(sweeps: Mapping[str, pd.DataFrame], planted: Mapping[str, pd.DataFrame]) -> Figure:
    """Dilation at the end, in pixels, over the rate of the dilation's own parameters; a line for each start, a panel for each method.

    Tables have `rate`, `true_dilation`, `texture`, `initial_dilation` and `dilation`. Of `planted`, whose
    runs have the method's own rate, those on the swept textures join the sweep.

    Raises:
        EmptyFigureError: no rate was swept.
    """
    runs = {method: table for method, table in sweeps.items() if len(table)}
    if not runs:
        raise EmptyFigureError("No rate was swept.")
    figure, axes = panels(1, len(runs), 3.2, side_by_side(len(runs)), sharey=True)
    for place, (method, table) in zip(axes, runs.items()):
        own = planted[method].merge(table[["true_dilation", "texture"]].drop_duplicates(), on=["true_dilation", "texture"])
        every = pd.concat([table, own])
        for initial in distinct_in_order(table["initial_dilation"]):
            ends = rows_where(every, initial_dilation=initial).groupby("rate")["dilation"].mean()
            place.plot(ends.index, ends, "o-", color=dilation_colour(initial), label=f"from {initial:g}")
        place.axhline(table["true_dilation"].iloc[0], color=QUIET, linestyle="--", linewidth=1, zorder=1)
        place.axvline(own["rate"].iloc[0], color=QUIET, linestyle=":", linewidth=1, zorder=1)
        place.set(title=without_underscores(method), xlabel="rate", xscale="log")
    axes[0].set_ylabel("dilation at the end (pixels)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=6)
    return figure


def draw_shares(axes: Axes, shares: pd.DataFrame) -> None:
    """A table of percentages as coloured cells with their numbers."""
    axes.imshow(shares, cmap="cividis", vmin=0, vmax=100, aspect="auto")
    for (row, column), share in np.ndenumerate(shares.to_numpy(float)):
        axes.text(column, row, "" if np.isnan(share) else f"{share:.0f}", ha="center", va="center", color=PAPER if share < 50 else INK)
    axes.set_xticks(range(len(shares.columns)), [f"{value:g}" for value in shares.columns])
    axes.set_yticks(range(len(shares.index)), [f"{value:g}" for value in shares.index])
    axes.grid(visible=False)
