"""Figures of the activations and the maximised filters of one network for each dilation."""

from collections.abc import Callable, Mapping

from kernel_dilation.presentation.figure_style import EmptyFigureError
from kernel_dilation.presentation.image_grid import image_grid, normalise_images

import numpy as np
from matplotlib.figure import Figure

CHANNELS = 16  # of a layer, at most
LAYERS = {"first_maps": "convolution 1", "first_pooled": "pooling 1", "last_maps": "convolution 2", "last_pooled": "pooling 2"}

Activations = Mapping[int, Mapping[str, np.ndarray]]  # arrays by name, by dilation


def activations_figure(activations: Activations, digit_side: int = 28) -> Figure:
    """Draw the activations of every layer of one network for each dilation.

    Each channel is divided by its largest absolute value.
    `activations` has, by dilation, `first_maps`, `first_pooled`, `last_maps` and `last_pooled`, (side, side,
    channels); smaller layers are enlarged, so that all have one size.

    Raises:
        EmptyFigureError: there is no network.
    """

    def images(array: np.ndarray) -> np.ndarray:
        return np.stack([enlarge(channel, digit_side) for channel in normalise_images(array.transpose(2, 0, 1)[:CHANNELS])])

    return layer_rows_figure(activations, LAYERS, images)


def filter_maximisation_figure(activations: Activations, noun: str) -> Figure:
    """Draw images (filters, height, width) that maximise filters of the last convolution.

    The ascent starts from a black image and from a digit.
    `noun` is the label of that digit, `digit` for MNIST and `image` for other data sets. Each image is divided by its largest absolute value.

    Raises:
        EmptyFigureError: there is no network.
    """
    starts = {"filters_from_black": "from black", "filters_from_digit": f"from the {noun}"}
    return layer_rows_figure(activations, starts, lambda array: normalise_images(array[:CHANNELS]))


def layer_rows_figure(activations: Activations, parts: Mapping[str, str], images: Callable[[np.ndarray], np.ndarray]) -> Figure:
    """Draw a row of `images` for each part, labelled by its name, and each dilation."""
    if not activations:
        raise EmptyFigureError("No activations are available.")
    rows, labels = [], []
    for part, name in parts.items():
        for place, (dilation, arrays) in enumerate(activations.items()):
            rows.append(images(arrays[part]))
            labels.append(f"{name}  {dilation}" if place == 0 else str(dilation))
    width = min(len(row) for row in rows)
    return image_grid(np.stack([row[:width] for row in rows]), labels, breaks=range(len(activations), len(rows), len(activations)))


def enlarge(image: np.ndarray, side: int) -> np.ndarray:
    """Return the image (side, side) with each pixel repeated as often as it fits, centred in NaN."""
    times = max(side // len(image), 1)
    large = np.kron(image, np.ones((times, times)))[:side, :side]
    before = (side - len(large)) // 2
    return np.pad(large, (before, side - len(large) - before), constant_values=np.nan)
