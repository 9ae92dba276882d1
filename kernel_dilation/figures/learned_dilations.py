"""Figures of methods that learn the dilation in one training: choices by initial dilation, and trajectories."""

from collections.abc import Mapping
from typing import Any

from kernel_dilation.presentation.figure_style import INK, PAPER, QUIET, WIDTH, EmptyFigureError, dilation_colour, panels, set_integer_ticks
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
    stays at its initial dilation; on a level line it converges. Methods without an initial dilation have no panel.

    Raises:
        EmptyFigureError: there are no runs.
    """
    started = {method: table.dropna(subset="initial_dilation") for method, table in choices.items() if len(table)}
    figure, places = method_panels(started, 3.2, "initial dilation", sharex=True)
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

    The colour of a line is that of its initial dilation, or grey if there is none. A method that treats all
    candidates alike until it chooses has no course that could be drawn, and no panel. Tables have `initial_dilation`, `run`, `epoch` and `dilation`.

    Raises:
        EmptyFigureError: there are no runs.
    """
    figure, places = method_panels({method: table for method, table in paths.items() if has_course(table)}, 3.2, "epoch")
    for place, _, table in places:
        for initial, run in runs_of(table):
            colour, label = (QUIET, None) if np.isnan(initial) else (dilation_colour(initial), f"from {initial:g}")
            place.plot(run["epoch"], run["dilation"], color=colour, linewidth=1.2, marker=".", markersize=3, label=label)
    places[0][0].set_ylabel("dilation (pixels)")
    handles = {label: handle for place, _, _ in places for handle, label in zip(*place.get_legend_handles_labels())}
    figure.legend(handles.values(), handles.keys(), loc="outside upper left", ncols=6)
    return figure


def has_course(trajectory: pd.DataFrame) -> bool:
    """Return whether the dilation differs between any two epochs or runs before the last epoch, or there is a single epoch."""
    before_choice = trajectory[trajectory["epoch"] < trajectory["epoch"].max()]
    return before_choice.empty or before_choice["dilation"].nunique() > 1


def runs_of(table: pd.DataFrame) -> list[tuple[float, pd.DataFrame]]:
    """Return the rows of each run with its initial dilation."""
    return [(float(run["initial_dilation"].iloc[0]), run) for _, run in table.groupby(["initial_dilation", "run"], dropna=False)]
