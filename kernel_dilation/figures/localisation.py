"""Figures of where saliency maps lie: their salient regions and boxes over the images."""

from collections.abc import Sequence

from kernel_dilation.map_metrics.localisation import bounding_boxes, ink_mask, salient_mask
from kernel_dilation.presentation.figure_style import EmptyFigureError
from kernel_dilation.presentation.image_grid import image_grid

import numpy as np
from matplotlib.figure import Figure

BOX, MASK = 1.0, 0.45  # values of box and mask on the signed colour scale


def localisation_figure(digits: np.ndarray, maps: np.ndarray, dilations: Sequence[int]) -> Figure:
    """Draw the salient region and its box on each image (column) for each dilation (row).

    The first row shows the foreground (ink).

    Args:
        digits: (n, height, width) in [0, 1].
        maps: (dilations, n, height, width) of one method, signed.

    Raises:
        EmptyFigureError: there is no image.
    """
    if not maps.size:
        raise EmptyFigureError("No saliency maps are available.")
    rows = [draw_outline(ink_mask(digits), digits), *(draw_outline(salient_mask(stack), digits) for stack in maps)]
    return image_grid(np.stack(rows), ["ink", *(f"dilation {dilation}" for dilation in dilations)])


def draw_outline(masks: np.ndarray, digits: np.ndarray) -> np.ndarray:
    """Return the images in pale blue with the mask and its box over them in red.

    Values lie in the range of the signed colours.
    """
    picture = np.where(masks, MASK + 0.4 * digits, -0.5 * digits)
    box = bounding_boxes(masks)
    inner = np.zeros_like(box)
    inner[:, 1:-1, 1:-1] = box[:, 1:-1, 1:-1] & box[:, :-2, 1:-1] & box[:, 2:, 1:-1] & box[:, 1:-1, :-2] & box[:, 1:-1, 2:]
    return np.where(box & ~inner, BOX, picture)
