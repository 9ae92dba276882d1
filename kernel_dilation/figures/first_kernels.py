"""Figure of first-layer kernels with their taps spaced by the dilation, as on the image."""

from collections.abc import Mapping

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import extent
from kernel_dilation.presentation.figure_style import EmptyFigureError
from kernel_dilation.presentation.image_grid import image_grid, normalise_images

import numpy as np
from matplotlib.figure import Figure

MOST = 8  # kernels of an arm


def dilate_kernels(kernels: np.ndarray, dilation: int, side: int) -> np.ndarray:
    """Return kernels (size, size, channels) as images (channels, side, side).

    Taps are `dilation` pixels apart, with 0 between and NaN around them.
    """
    size, _, channels = kernels.shape
    start = (side - extent(size, dilation)) // 2
    places = start + dilation * np.arange(size)
    spread = np.full((channels, side, side), np.nan)
    spread[:, places[0] : places[-1] + 1, places[0] : places[-1] + 1] = 0.0
    spread[:, places[:, None], places] = kernels.transpose(2, 0, 1)
    return spread


def stored_dilation(arm: Arm, stored_side: int) -> int:
    """Return the distance between the places of a stored kernel: 1 if it has all places of its extent, as with taps at random places."""
    return 1 if stored_side == extent(arm.kernel_size, arm.dilation) else arm.dilation


def first_kernels_figure(kernels: Mapping[Arm, np.ndarray]) -> Figure:
    """Draw a row of kernels (size, size, channels) for each arm.

    Each kernel is divided by its own largest absolute weight.

    Raises:
        EmptyFigureError: there is no arm.
    """
    if not kernels:
        raise EmptyFigureError("No kernels are available.")
    side = max(extent(arm.kernel_size, arm.dilation) for arm in kernels)
    rows = [dilate_kernels(normalise_kernels(array)[..., :MOST], stored_dilation(arm, len(array)), side) for arm, array in kernels.items()]
    labels = [f"kernel {arm.kernel_size}, dilation {arm.dilation}" for arm in kernels]
    return image_grid(np.stack(rows), labels, most_zoom=8)


def normalise_kernels(kernels: np.ndarray) -> np.ndarray:
    """Return each kernel of (size, size, channels) divided by its own largest absolute weight."""
    return normalise_images(kernels.transpose(2, 0, 1)).transpose(1, 2, 0)
