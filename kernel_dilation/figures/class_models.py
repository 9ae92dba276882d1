"""Figures of class models and of their recognition by networks of other dilations."""

from collections.abc import Sequence

from kernel_dilation.presentation.figure_style import INK, PAPER, EmptyFigureError, panels, set_integer_ticks
from kernel_dilation.presentation.image_grid import GREY, SIGNED, image_grid, normalise_images
from kernel_dilation.presentation.table_rows import require_rows

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

CLASSES = [str(label) for label in range(10)]


def class_models_figure(models: np.ndarray, means: np.ndarray, dilations: Sequence[int]) -> Figure:
    """Draw class models (dilations, 10, height, width) below the class means.

    Each class model is divided by its largest absolute value.

    Raises:
        EmptyFigureError: there is no model.
    """
    rows = np.concatenate([means[None], normalise_images(models)]) if len(models) else models
    labels = ["class mean", *(f"dilation {dilation}" for dilation in dilations)]
    return image_grid(rows, labels, CLASSES, [[GREY], *[[SIGNED]] * len(dilations)], breaks=[1])


def class_models_for_display_figure(models: np.ndarray, mean: np.ndarray, dilations: Sequence[int]) -> Figure:
    """Draw class models with the mean training image (height, width) added.

    Grey runs from the smallest value of each image (white) to its largest.
    Simonyan et al. (2013), section 2, figure 1.

    Raises:
        EmptyFigureError: there is no model.
    """
    if not models.size:
        raise EmptyFigureError("There are no class models to show.")
    sums = models + mean
    lowest, highest = sums.min((-2, -1), keepdims=True), sums.max((-2, -1), keepdims=True)
    grey = (sums - lowest) / np.where(highest > lowest, highest - lowest, 1.0)
    return image_grid(grey, [f"dilation {dilation}" for dilation in dilations], CLASSES, GREY)


def transfer_between_dilations_figure(confidence: pd.DataFrame) -> Figure:
    """Draw the cross-recognition of class models by dilation.

    Each cell is the mean probability that networks of one dilation (column) assign to the class of class
    models of another (row).
    `confidence` has the dilation of the class models as index and that of the classifying networks as columns.

    Raises:
        EmptyFigureError: no class model was shown to any network.
    """
    values = require_rows(confidence, "No class model was shown to any network.").to_numpy(float)
    side = 1.4 + 0.6 * len(values)
    figure, (axes,) = panels(1, 1, side, side + 1.6)
    image = axes.imshow(values, cmap="cividis", vmin=0, vmax=1)
    for (row, column), value in np.ndenumerate(values):
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=PAPER if value < 0.5 else INK)
    for axis, dilations in (("x", confidence.columns), ("y", confidence.index)):
        set_integer_ticks(axes, range(len(dilations)), axis)
        (axes.set_xticklabels if axis == "x" else axes.set_yticklabels)([str(dilation) for dilation in dilations])
    axes.set(xlabel="judged by networks of dilation", ylabel="class models of dilation")
    axes.grid(visible=False)
    figure.colorbar(image, ax=axes, label="probability of the class", shrink=0.9)
    return figure
