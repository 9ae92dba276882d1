"""The causes of the fall of accuracy with dilation in Huang and Grethlein (2019): dilation, fewer weights, fewer places in the last map."""

from collections.abc import Mapping

from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.presentation.figure_style import INK, colours, offsets, panels, set_integer_ticks
from kernel_dilation.presentation.table_rows import row_dicts, rows_where
from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.effect_sizes import mean_intervals
from tools.study.ratio_of_means import ratio_of_means

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Test accuracy in percent, by dilation, of the networks of Huang and Grethlein (2019) when evaluated correctly.
PUBLISHED = {1: 98.38, 2: 98.02, 3: 97.81, 4: 97.09, 5: 95.05, 6: 90.85, 7: 96.21}
RUNS = {  # padding, and whether as many weights are kept as with `same` or lost as with `valid`
    "same": ("same", "full"),
    "same-narrow": ("same", "lost"),
    "valid-matched": ("valid", "full"),
    "valid": ("valid", "lost"),
}
CAUSES = ("dilation", "weights", "places")


def decompose_fall(accuracies: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the fall since the smallest dilation and its parts by cause, in percentage points, (replicates, dilations) each.

    `fall` is the fall with `valid` padding, as in 2019, and the sum of the causes. `dilation` is the fall
    with `same` padding and all weights, where only the dilation changes. Two things are lost on the way
    from there to `valid`: `weights`, because the hidden layer receives fewer features, and `places`,
    because the last map has fewer places (25 at dilation 1 and 4 at dilation 7, instead of 49). The four
    runs take away none, either or both; each cause gets the mean of what its loss costs with and without
    the other loss, its Shapley value (Shapley 1953). `interaction` is what both losses cost together
    beyond what they cost alone; half of it is in either cause, so it is no part of the sum.

    Args:
        accuracies: percent, (replicates, dilations) for each of `RUNS`, dilations in increasing order.
    """
    falls = {cell: accuracies[run][:, :1] - accuracies[run] for run, cell in RUNS.items()}
    neither, narrow, small, both = (falls[padding, weights] for padding in ("same", "valid") for weights in ("full", "lost"))
    return {
        "fall": both,
        "dilation": neither,
        "weights": (narrow - neither + both - small) / 2,
        "places": (small - neither + both - narrow) / 2,
        "interaction": both - small - narrow + neither,
    }


def fall_table(parts: Mapping[str, Floats], dilations: tuple[int, ...], options: Analyze) -> pd.DataFrame:
    """Return the points lost and their share of the fall, with intervals over replicates, for each part and dilation.

    There is a row for each dilation but the first, and for the mean over these (dilation `all`).
    """
    single = {str(dilation): [column] for column, dilation in enumerate(dilations) if column}
    rows = []
    for dilation, columns in {**single, "all": [*range(1, len(dilations))]}.items():
        fall = parts["fall"][:, columns].mean(1)
        for part, lost in parts.items():
            values = lost[:, columns].mean(1)
            lower, upper = mean_intervals(values[:, None], options.alpha, options.resamples, options.seed)
            share = ratio_of_means(values, fall, options.alpha)
            row = {"dilation": dilation, "part": part, "points": values.mean(), "lower": lower[0], "upper": upper[0]}
            rows.append({**row, "share": share.value, "share_lower": share.lower, "share_upper": share.upper})
    return pd.DataFrame(rows)


def replicate_table(accuracies: Mapping[str, Floats], dilations: tuple[int, ...]) -> pd.DataFrame:
    """Return the test accuracy in percent of every network, from which all other tables can be computed again."""
    return pd.DataFrame([
        {"run": run, "replicate": replicate, "dilation": dilation, "accuracy": accuracy}
        for run, table in accuracies.items()
        for replicate, row in enumerate(table)
        for dilation, accuracy in zip(dilations, row)
    ])  # fmt: skip


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
    for name, colour in colours(list(RUNS)).items():
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
