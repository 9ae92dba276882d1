"""Figures of saliency maps of the same images at every dilation."""

from collections.abc import Mapping, Sequence

from kernel_dilation.presentation.figure_style import EmptyFigureError
from kernel_dilation.presentation.image_grid import GREY, SIGNED, image_grid, normalise_images
from kernel_dilation.presentation.text_formatting import without_underscores

import numpy as np
from matplotlib.figure import Figure


def saliency_maps_figure(digits: np.ndarray, maps: Mapping[str, np.ndarray], dilations: Sequence[int], noun: str) -> Figure:
    """Draw a column for each image and a row for each method and dilation.

    Each map is divided by its largest absolute value.

    Args:
        digits: (n, height, width) in [0, 1].
        maps: by method, (dilations, n, height, width), signed.
        noun: label of the images themselves, `digit` for MNIST.

    Raises:
        EmptyFigureError: there is no method or no image.
    """
    if not maps or not len(digits):
        raise EmptyFigureError("No saliency maps are available.")
    rows = np.concatenate([digits[None], *(normalise_images(stack) for stack in maps.values())])
    labels = [noun]
    for method in maps:
        labels += [f"{without_underscores(method)}  {dilations[0]}", *map(str, dilations[1:])]
    breaks = range(1, len(rows), len(dilations))
    return image_grid(rows, labels, colours=[[GREY], *[[SIGNED]] * (len(rows) - 1)], breaks=breaks)


def saliency_overview_figure(digit: np.ndarray, maps: Mapping[str, np.ndarray], models: np.ndarray, dilations: Sequence[int], noun: str) -> Figure:
    """Draw one image (height, width), its maps and the class models of its class.

    Maps, by method, and models are (dilations, height, width).
    A row for each dilation, each image divided by its largest absolute value; the image itself, labelled by its `noun`, is at the top left.

    Raises:
        EmptyFigureError: there is no method.
    """
    if not maps:
        raise EmptyFigureError("No saliency maps are available.")
    nothing = np.full((len(dilations), *digit.shape), np.nan)
    nothing[0] = digit
    columns = [nothing, *(normalise_images(stack) for stack in maps.values()), normalise_images(models)]
    labels = [noun, *(without_underscores(method).replace(" ", "\n") for method in maps), "class\nmodel"]
    return image_grid(
        np.stack(columns, 1), [f"dilation {dilation}" for dilation in dilations], labels, [GREY, *[SIGNED] * (len(columns) - 1)], most_zoom=5
    )
