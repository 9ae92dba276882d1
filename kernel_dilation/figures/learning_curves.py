"""Figure of learning curves."""

from kernel_dilation.presentation.figure_style import dilation_colour, panels
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure


def learning_curves_figure(history: pd.DataFrame) -> Figure:
    """Draw loss above and accuracy below, a column for each kernel size and pooling, a colour for each dilation.

    `history` has `dilation`, `kernel_size`, `pooling`, `replicate`, `epoch`, `loss`, `accuracy` (0 to 1),
    `validation_loss` and `validation_accuracy`. Lines are means over replicates, bands run from the
    lowest to the highest replicate; validation is solid, training dashed.

    Raises:
        EmptyFigureError: there is no epoch.
    """
    groups = list(require_rows(history, "No training histories are available.").groupby(["kernel_size", "pooling"], sort=False))
    figure, axes = panels(2, len(groups), 4.6, sharex=True, sharey="row")
    for column, ((size, pooling), networks) in enumerate(groups):
        draw_curve(axes[column], networks, "loss", 1)
        draw_curve(axes[column + len(groups)], networks, "accuracy", 100)
        axes[column].set_title(f"kernel {size}, {pooling}")
        axes[column + len(groups)].set_xlabel("epoch")
        axes[column + len(groups)].locator_params(axis="x", integer=True)
    axes[0].set(ylabel="loss (cross-entropy)", yscale="log")
    axes[len(groups)].set_ylabel("accuracy (%)")
    axes[len(groups)].set_ylim(bottom=max(0, float(100 * history["validation_accuracy"].quantile(0.1)) - 2))
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def draw_curve(axes: Axes, networks: pd.DataFrame, quantity: str, scale: float) -> None:
    """Draw one quantity of every dilation over the epochs."""
    for dilation in sorted(distinct_in_order(networks["dilation"])):
        epochs = networks[networks["dilation"] == dilation].groupby("epoch")
        colour, validation = dilation_colour(dilation), epochs[f"validation_{quantity}"]
        axes.plot(validation.mean().index, scale * validation.mean(), color=colour, label=f"dilation {dilation}")
        axes.fill_between(validation.mean().index, scale * validation.min(), scale * validation.max(), color=colour, alpha=0.15, linewidth=0)
        axes.plot(epochs[quantity].mean().index, scale * epochs[quantity].mean(), color=colour, linestyle="--", linewidth=1)
