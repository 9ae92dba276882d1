"""Figures of theoretical and effective receptive fields, and of accuracy against them."""

from collections.abc import Mapping

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.presentation.figure_style import EmptyFigureError, colours, dilation_colour, markers, panels, set_integer_ticks
from kernel_dilation.presentation.image_grid import image_grid, normalise_images
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows, row_dicts, rows_where

import numpy as np
import pandas as pd
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
    """Draw the radius of the effective receptive field by dilation, before and after training, and accuracy against it.

    `fields` has `dilation`, `kernel_size`, `pooling`, the radius that holds half of the squared gradient with its
    interval, `radius`, `radius_lower` and `radius_upper`, its mean before training, `untrained_radius` (pixels), and
    `accuracy` (percent).

    Raises:
        EmptyFigureError: there is no arm.
    """
    require_rows(fields, "No receptive fields are available.")
    figure, (sizes, accuracies) = panels(1, 2, 3.8)
    kinds = list(dict.fromkeys(zip(fields["kernel_size"], fields["pooling"])))
    colour, marker = colours(kinds), markers(kinds)
    for kind in kinds:
        arms = rows_where(fields, kernel_size=kind[0], pooling=kind[1]).sort_values("dilation")
        ends = [arms["radius"] - arms["radius_lower"], arms["radius_upper"] - arms["radius"]]
        sizes.errorbar(
            arms["dilation"], arms["radius"], ends, fmt=marker[kind] + "-", color=colour[kind], linewidth=1.1, capsize=2, markersize=4.5,
            label=f"kernel {kind[0]}, {kind[1]}",
        )  # fmt: skip
        sizes.plot(arms["dilation"], arms["untrained_radius"], "--", color=colour[kind], linewidth=0.9, alpha=0.45, zorder=1)
        for arm in row_dicts(arms):
            accuracies.plot(arm["radius"], arm["accuracy"], marker[kind], color=dilation_colour(arm["dilation"]), markersize=6)
    for dilation in sorted(distinct_in_order(fields["dilation"])):
        accuracies.plot([], [], "-", linewidth=5, color=dilation_colour(dilation), label=f"dilation {dilation}")
    set_integer_ticks(sizes, sorted(distinct_in_order(fields["dilation"])))
    sizes.set(xlabel="dilation", ylabel="radius of half of the field (pixels)")
    accuracies.set(xlabel="radius of half of the field (pixels)", ylabel="test accuracy (%)")
    figure.legend(loc="outside right center")
    return figure
