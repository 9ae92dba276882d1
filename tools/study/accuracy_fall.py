"""What the fall of accuracy with dilation in the 2019 study was made of: the dilation itself, lost weights, lost borders."""

from collections.abc import Mapping

from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.presentation.figure_style import INK, colours, offsets, panels, set_integer_ticks
from kernel_dilation.presentation.table_rows import row_dicts, rows_where
from kernel_dilation.statistics.blocks import Floats
from kernel_dilation.statistics.effects import mean_intervals

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PUBLISHED = {1: 98.38, 2: 98.02, 3: 97.81, 4: 97.09, 5: 95.05, 6: 90.85, 7: 96.21}  # percent: the 2019 study's networks, tested properly
RUNS = ("same", "valid", "valid-matched")
CAUSES = ("dilation", "weights", "border")


def decompose_fall(accuracies: Mapping[str, Floats]) -> dict[str, Floats]:
    """Percentage points lost since the smallest dilation, in all and by cause, (replicates, dilations) each; the causes sum to `fall`.

    `fall` is that of `valid`. `dilation` is what falls with `same` padding too, where weights and
    borders stay. `weights` is what the hidden layer's lost weights cost: how much less falls when it is
    widened to as many as with `same`. `border` is the rest: with `valid` padding the kernel
    never leaves the image, so the wider it is, the less of the image it is centred on.

    Args:
        accuracies: percent, (replicates, dilations) for each of `RUNS`, from the smallest dilation.
    """
    lost = {name: table[:, :1] - table for name, table in accuracies.items()}
    weights = lost["valid"] - lost["valid-matched"]
    return {"fall": lost["valid"], "dilation": lost["same"], "weights": weights, "border": lost["valid"] - lost["same"] - weights}


def fall_table(parts: Mapping[str, Floats], dilations: tuple[int, ...], options: Analyze) -> pd.DataFrame:
    """A row for each part and dilation beyond the first, and for the mean over these (dilation `all`): points lost, interval, share of the fall."""
    columns = {str(dilation): [place] for place, dilation in enumerate(dilations) if place}
    rows = []
    for dilation, places in {**columns, "all": [*range(1, len(dilations))]}.items():
        fall = parts["fall"][:, places].mean()
        for part, lost in parts.items():
            values = lost[:, places].mean(1)
            lower, upper = mean_intervals(values[:, None], options.alpha, options.resamples, options.seed)
            share = float(values.mean() / fall) if fall else np.nan
            rows.append({"dilation": dilation, "part": part, "points": values.mean(), "lower": lower[0], "upper": upper[0], "share": share})
    return pd.DataFrame(rows)


def accuracy_levels(accuracies: Mapping[str, Floats], dilations: tuple[int, ...], options: Analyze) -> pd.DataFrame:
    """Mean accuracy in percent with its interval, a row for each run and dilation; what was published, without one."""
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
    """Accuracy by dilation under each padding, beside what was published; and the fall's parts, with intervals."""
    figure, (left, right) = panels(1, 2, 3.8)
    draw_levels(left, levels)
    draw_falls(right, falls[falls["dilation"] != "all"])
    return figure


def draw_levels(axes: Axes, levels: pd.DataFrame) -> None:
    """A line for each run, the published points apart."""
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
    """The parts side by side at each dilation."""
    for (part, colour), place in zip(colours(CAUSES).items(), offsets(len(CAUSES), 0.5)):
        for row in row_dicts(rows_where(falls, part=part)):
            ends = [[row["points"] - row["lower"]], [row["upper"] - row["points"]]]
            axes.errorbar(
                int(row["dilation"]) + place, row["points"], ends, fmt="o", color=colour, capsize=3, label=part if row["dilation"] == "2" else None
            )
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set(title="what the fall of `valid` is made of", xlabel="dilation", ylabel="lost since dilation 1 (percentage points)")
    axes.legend()
    set_integer_ticks(axes, sorted({int(dilation) for dilation in falls["dilation"]}))
