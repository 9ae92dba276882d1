"""The causes of the fall of accuracy with dilation in Huang and Grethlein (2019): dilation, fewer weights, and lost borders."""

from collections.abc import Mapping

from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.presentation.figure_style import INK, colours, offsets, panels, set_integer_ticks
from kernel_dilation.presentation.table_rows import row_dicts, rows_where
from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.effect_sizes import mean_intervals

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Test accuracy in percent, by dilation, of the networks of Huang and Grethlein (2019) when evaluated correctly.
PUBLISHED = {1: 98.38, 2: 98.02, 3: 97.81, 4: 97.09, 5: 95.05, 6: 90.85, 7: 96.21}
RUNS = ("same", "valid", "valid-matched")
CAUSES = ("dilation", "weights", "border")


def decompose_fall(accuracies: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the fall since the smallest dilation and its parts by cause, in percentage points, (replicates, dilations) each.

    `fall` is the fall with `valid` padding, and the sum of the causes. `dilation` is the fall with
    `same` padding, where neither weights nor borders are lost. `weights` is due to fewer weights in the
    hidden layer: the part of the fall that is recovered by widening the layer to as many weights as
    with `same` padding. `border` is the rest: with `valid` padding the kernel never leaves the image,
    so that a wider kernel is centred on a smaller part of it.

    Args:
        accuracies: percent, (replicates, dilations) for each of `RUNS`, dilations in increasing order.
    """
    falls = {name: table[:, :1] - table for name, table in accuracies.items()}
    weights = falls["valid"] - falls["valid-matched"]
    return {"fall": falls["valid"], "dilation": falls["same"], "weights": weights, "border": falls["valid"] - falls["same"] - weights}


def fall_table(parts: Mapping[str, Floats], dilations: tuple[int, ...], options: Analyze) -> pd.DataFrame:
    """Return the points lost, their interval and their share of the fall for each part and dilation.

    There is a row for each dilation but the first, and for the mean over these (dilation `all`).
    """
    single = {str(dilation): [column] for column, dilation in enumerate(dilations) if column}
    rows = []
    for dilation, columns in {**single, "all": [*range(1, len(dilations))]}.items():
        fall = parts["fall"][:, columns].mean()
        for part, lost in parts.items():
            values = lost[:, columns].mean(1)
            lower, upper = mean_intervals(values[:, None], options.alpha, options.resamples, options.seed)
            share = float(values.mean() / fall) if fall else np.nan
            rows.append({"dilation": dilation, "part": part, "points": values.mean(), "lower": lower[0], "upper": upper[0], "share": share})
    return pd.DataFrame(rows)


def accuracy_levels(accuracies: Mapping[str, Floats], dilations: tuple[int, ...], options: Analyze) -> pd.DataFrame:
    """Return the mean accuracy in percent with its interval, one row for each run and dilation; published values have no interval."""
    rows = []
    for run, table in accuracies.items():
        ends = mean_intervals(table, options.alpha, options.resamples, options.seed)
        rows += [
            {"run": run, "dilation": dilation, "mean": mean, "lower": lower, "upper": upper}
            for dilation, mean, lower, upper in zip(dilations, table.mean(0), *ends)
        ]
    published = [{"run": "published", "dilation": dilation, "mean": PUBLISHED[dilation]} for dilation in dilations if dilation in PUBLISHED]
    return pd.DataFrame(rows + published)


def replication_figure(levels: pd.DataFrame, falls: pd.DataFrame) -> Figure:
    """Draw accuracy by dilation for each run and as published, and the parts of the fall with their intervals."""
    figure, (left, right) = panels(1, 2, 3.8)
    draw_levels(left, levels)
    draw_falls(right, falls[falls["dilation"] != "all"])
    return figure


def draw_levels(axes: Axes, levels: pd.DataFrame) -> None:
    """Draw a line for each run, and the published accuracies as separate points."""
    for name, colour in colours(RUNS).items():
        of_run = rows_where(levels, run=name)
        ends = [of_run["mean"] - of_run["lower"], of_run["upper"] - of_run["mean"]]
        axes.errorbar(of_run["dilation"], of_run["mean"], ends, fmt="o-", color=colour, capsize=3, label=name)
    published = rows_where(levels, run="published")
    axes.plot(published["dilation"], published["mean"], "x", color=INK, label="2019, one network each")
    axes.set(title="accuracy", xlabel="dilation", ylabel="test accuracy (%)")
    axes.legend()
    set_integer_ticks(axes, sorted(set(levels["dilation"])))


def draw_falls(axes: Axes, falls: pd.DataFrame) -> None:
    """Draw the parts of the fall side by side at each dilation."""
    for (part, colour), offset in zip(colours(CAUSES).items(), offsets(len(CAUSES), 0.5)):
        for row in row_dicts(rows_where(falls, part=part)):
            ends = [[row["points"] - row["lower"]], [row["upper"] - row["points"]]]
            axes.errorbar(
                int(row["dilation"]) + offset, row["points"], ends, fmt="o", color=colour, capsize=3, label=part if row["dilation"] == "2" else None
            )
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set(title="what the fall of `valid` is made of", xlabel="dilation", ylabel="lost since dilation 1 (percentage points)")
    axes.legend()
    set_integer_ticks(axes, sorted({int(dilation) for dilation in falls["dilation"]}))
