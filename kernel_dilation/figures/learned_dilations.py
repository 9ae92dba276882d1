"""Figures of learned dilations: choices by initial dilation, trajectories, recovery of planted dilations, and the learning-rate sweep."""

from collections.abc import Mapping
from typing import Any

from kernel_dilation.presentation.figure_style import INK, PAPER, QUIET, WIDTH, EmptyFigureError, dilation_colour, panels, set_integer_ticks
from kernel_dilation.presentation.table_rows import distinct_in_order, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

NO_RUNS = "No runs of a method that learns the dilation are available."
MethodPanel = tuple[Axes, str, pd.DataFrame]


def method_panels(
    tables: Mapping[str, pd.DataFrame], height: float, x_label: str, absent: str = NO_RUNS, **options: Any
) -> tuple[Figure, list[MethodPanel]]:
    """Return a figure with one panel for each method that has rows, and these panels.

    Panels stand in one row under the names of their methods; each comes with its method and table.

    Args:
        height: of the figure, in inches.
        absent: sentence that stands in place of a figure without panels.
        options: of `panels`.

    Raises:
        EmptyFigureError: no table has rows.
    """
    filled = {method: table for method, table in tables.items() if len(table)}
    if not filled:
        raise EmptyFigureError(absent)
    figure, axes = panels(1, len(filled), height, min(max(4.0, 3.1 * len(filled)), WIDTH), sharey=True, **options)
    for place, method in zip(axes, filled):
        place.set(title=without_underscores(method), xlabel=x_label)
    return figure, [(place, method, table) for place, (method, table) in zip(axes, filled.items())]


def chosen_against_initial_figure(choices: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the chosen against the initial dilation, a panel for each method; the number in a circle counts runs.

    The area of a circle is the share of the runs from its initial dilation. On the dashed line a method
    stays at its initial dilation; on a level line it converges.

    Raises:
        EmptyFigureError: there are no runs.
    """
    figure, places = method_panels(choices, 3.2, "initial dilation", sharex=True)
    runs = [table for _, _, table in places]
    values = sorted({int(value) for table in runs for value in [*table["initial_dilation"], *table["chosen_dilation"]]})
    for place, _, table in places:
        counts = table.value_counts(["initial_dilation", "chosen_dilation"]).reset_index()
        place.plot(values, values, "--", color=QUIET, linewidth=1, zorder=1)
        for initial, chosen, count in counts.itertuples(index=False):
            share = count / counts.loc[counts["initial_dilation"] == initial, "count"].sum()
            place.scatter(initial, chosen, s=420 * share, color=dilation_colour(chosen), zorder=2)
            place.text(initial, chosen, str(count), ha="center", va="center", fontsize="small", color=PAPER if chosen < 5 else INK, zorder=3)
        set_integer_ticks(place, values)
        set_integer_ticks(place, values, "y")
        place.margins(0.15)
    places[0][0].set_ylabel("chosen dilation")
    return figure


def trajectories_figure(paths: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the dilation during training, a panel for each method and a line for each run.

    The colour of a line is that of its initial dilation.
    Tables have `initial_dilation`, `seed`, `epoch` and `dilation`.

    Raises:
        EmptyFigureError: there are no runs.
    """
    figure, places = method_panels(paths, 3.2, "epoch")
    for place, _, table in places:
        for initial, run in runs_of(table):
            place.plot(run["epoch"], run["dilation"], color=dilation_colour(initial), linewidth=1.2, label=f"from {initial:g}")
    places[0][0].set_ylabel("dilation (pixels)")
    handles = {label: handle for place, _, _ in places for handle, label in zip(*place.get_legend_handles_labels())}
    figure.legend(handles.values(), handles.keys(), loc="outside upper left", ncols=6)
    return figure


def runs_of(table: pd.DataFrame) -> list[tuple[float, pd.DataFrame]]:
    """Return the rows of each run with its initial dilation."""
    return [(float(run["initial_dilation"].iloc[0]), run) for _, run in table.groupby(["initial_dilation", "seed"])]


def planted_truth_figure(planted: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the percentage of runs that recover the planted dilation, a panel for each method.

    Rows are planted dilations, columns are initial ones.
    Tables have `true_dilation`, `initial_dilation` and `chosen_dilation`.

    Raises:
        EmptyFigureError: there are no runs.
    """
    figure, places = method_panels(planted, 3.4, "initial dilation", "No method was run on textures with a planted dilation.")
    for place, method, table in places:
        runs = table.assign(recovered=100.0 * (table["chosen_dilation"] == table["true_dilation"]))
        draw_shares(place, runs.pivot_table(index="true_dilation", columns="initial_dilation", values="recovered"))
        place.set_title(f"{without_underscores(method)}: {runs['recovered'].mean():.0f} %")
    places[0][0].set_ylabel("planted dilation")
    return figure


def rate_sweep_figure(sweeps: Mapping[str, pd.DataFrame], planted: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the final dilation, in pixels, over the learning rate of the dilation's own parameters.

    There is a panel for each method and a line for each initial dilation.
    Tables have `rate`, `true_dilation`, `texture`, `initial_dilation` and `dilation`. Of `planted`, whose
    runs have the method's usual rate, those on the swept textures are added to the sweep.

    Raises:
        EmptyFigureError: there is no sweep.
    """
    figure, places = method_panels(sweeps, 3.2, "rate", "No learning rate of the dilation was swept.")
    for place, method, table in places:
        own = planted[method].merge(table[["true_dilation", "texture"]].drop_duplicates(), on=["true_dilation", "texture"])
        every = pd.concat([table, own])
        for initial in distinct_in_order(table["initial_dilation"]):
            ends = rows_where(every, initial_dilation=initial).groupby("rate")["dilation"].mean()
            place.plot(ends.index, ends, "o-", color=dilation_colour(initial), label=f"from {initial:g}")
        place.axhline(table["true_dilation"].iloc[0], color=QUIET, linestyle="--", linewidth=1, zorder=1)
        place.axvline(own["rate"].iloc[0], color=QUIET, linestyle=":", linewidth=1, zorder=1)
        place.set_xscale("log")
    places[0][0].set_ylabel("dilation at the end (pixels)")
    figure.legend(*places[0][0].get_legend_handles_labels(), loc="outside upper left", ncols=6)
    return figure


def draw_shares(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw a table of percentages as coloured cells with their numbers."""
    axes.imshow(shares, cmap="cividis", vmin=0, vmax=100, aspect="auto")
    for (row, column), share in np.ndenumerate(shares.to_numpy(float)):
        axes.text(column, row, "" if np.isnan(share) else f"{share:.0f}", ha="center", va="center", color=PAPER if share < 50 else INK)
    axes.set_xticks(range(len(shares.columns)), [f"{value:g}" for value in shares.columns])
    axes.set_yticks(range(len(shares.index)), [f"{value:g}" for value in shares.index])
    axes.grid(visible=False)
