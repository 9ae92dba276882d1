"""Figures of theoretical and effective receptive fields, and of accuracy against them."""

from collections.abc import Mapping

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.presentation.figure_style import QUIET, EmptyFigureError, dilation_colour, markers, panels
from kernel_dilation.presentation.image_grid import image_grid, normalise_images
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows, row_dicts, rows_where

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure


def effective_fields_figure(fields: Mapping[Arm, np.ndarray], theoretical: Mapping[Arm, int]) -> Figure:
    """Draw the effective receptive field (height, width) of each arm in a frame around the theoretical one.

    Fields are divided by their largest value.
    A column for each dilation, a row for each kernel size and pooling. The frame is left out where
    the theoretical field, a side in pixels, is larger than the image.

    Raises:
        EmptyFigureError: there is no arm.
    """
    if not fields:
        raise EmptyFigureError("No receptive fields are available.")
    dilations = sorted({arm.dilation for arm in fields})
    rows = list(dict.fromkeys((arm.kernel_size, arm.pooling) for arm in fields))
    blank = np.full_like(next(iter(fields.values())), np.nan, dtype=np.float64)
    images = [[draw_frame(fields, theoretical, Arm(dilation, *row), blank) for dilation in dilations] for row in rows]
    labels = [f"kernel {size}, {pooling}" for size, pooling in rows]
    return image_grid(np.array(images), labels, [f"dilation {dilation}" for dilation in dilations], most_zoom=6)


def draw_frame(fields: Mapping[Arm, np.ndarray], theoretical: Mapping[Arm, int], arm: Arm, blank: np.ndarray) -> np.ndarray:
    """Return the arm's field, from 0 to 1, with a frame of -0.6 around the pixels that its central unit depends on."""
    if arm not in fields:
        return blank
    image = normalise_images(fields[arm].astype(np.float64))
    seen = np.argwhere(image > 0)
    if theoretical.get(arm, len(image)) < len(image) and len(seen):
        (top, left), (bottom, right) = seen.min(0) - 1, seen.max(0) + 1
        rows, columns = np.clip([top, bottom], 0, len(image) - 1), np.clip([left, right], 0, len(image) - 1)
        image[rows[0] : rows[1] + 1, columns] = -0.6
        image[rows, columns[0] : columns[1] + 1] = -0.6
    return image


def fields_and_accuracy_figure(fields: pd.DataFrame) -> Figure:
    """Draw effective against theoretical fields, and accuracy against the effective field, a point for each arm.

    `fields` has `dilation`, `kernel_size`, `pooling`, `theoretical`, `effective`, `lower`, `upper`
    (pixels) and `accuracy` (percent).

    Raises:
        EmptyFigureError: there is no arm.
    """
    require_rows(fields, "No receptive fields are available.")
    figure, (sizes, accuracies) = panels(1, 2, 3.8)
    kinds = list(dict.fromkeys(zip(fields["kernel_size"], fields["pooling"])))
    marker = markers(kinds)
    for kind in kinds:
        arms = rows_where(fields, kernel_size=kind[0], pooling=kind[1])
        draw_arms(sizes, arms, "theoretical", "effective", marker[kind])
        draw_arms(accuracies, arms, "effective", "accuracy", marker[kind])
        sizes.plot([], [], marker[kind], color=QUIET, label=f"kernel {kind[0]}, {kind[1]}")
    for dilation in sorted(distinct_in_order(fields["dilation"])):
        sizes.plot([], [], "-", linewidth=5, color=dilation_colour(dilation), label=f"dilation {dilation}")
    sizes.set(xlabel="theoretical receptive field (pixels)", ylabel="effective receptive field (pixels)")
    accuracies.set(xlabel="effective receptive field (pixels)", ylabel="test accuracy (%)")
    figure.legend(loc="outside right center")
    return figure


def draw_arms(axes: Axes, arms: pd.DataFrame, x: str, y: str, marker: str) -> None:
    """Draw a point for each arm, with the interval of the effective field along the axis that shows it."""
    for arm in row_dicts(arms):
        ends = [[arm["effective"] - arm["lower"]], [arm["upper"] - arm["effective"]]]
        colour = dilation_colour(arm["dilation"])
        across, along = (ends, None) if x == "effective" else (None, ends)
        axes.errorbar(arm[x], arm[y], along, across, fmt=marker, color=colour, linewidth=1, capsize=2, markersize=6)
