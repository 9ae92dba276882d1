"""Many small images in one picture, each pixel of an image an equal number of whole pixels of the picture."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from stages.parts.figures.style import PIXELS_AN_INCH, EmptyFigureError

GAP = 2  # pixels of an image between its neighbours and itself
WIDEST = 1200  # pixels of the picture
LETTER = 10  # pixels of the picture that a letter of a label takes
LINE = 24  # pixels of the picture that a line of labels takes
SIGNED, GREY = "RdBu_r", "gray_r"


def scaled(images: np.ndarray) -> np.ndarray:
    """Images (..., height, width), each divided by its own largest absolute value; an image of zeros stays one."""
    largest = np.abs(images).max((-2, -1), keepdims=True)
    return images / np.where(largest > 0, largest, 1.0)


def tiled(images: np.ndarray) -> np.ndarray:
    """One image of (rows, columns, height, width) images in a grid, NaN in the gaps between them."""
    framed = np.pad(images.astype(np.float64), [(0, 0), (0, 0), (0, GAP), (0, GAP)], constant_values=np.nan)
    rows, columns, height, width = framed.shape
    return framed.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)[:-GAP, :-GAP]


def mosaic(images: np.ndarray, rows: Sequence[str], columns: Sequence[str] = (), colours: str | Sequence[str] = SIGNED, most_zoom: int = 4) -> Figure:
    """A figure of (rows, columns, height, width) images with a label to the left of each row and above each column.

    Signed colours run from -1 (blue) by 0 (white) to 1 (red), grey ones from 0 (white) to 1 (black).

    Args:
        colours: of all rows, or a list with those of each.

    Raises:
        EmptyFigureError: there is no image.
    """
    if not images.size:
        raise EmptyFigureError("there are no images to show")
    margin, top = LETTER * max(map(len, rows)) + 16, LINE if columns else 4
    image = tiled(images)
    zoom = int(np.clip((WIDEST - margin) // image.shape[1], 1, most_zoom))
    height, width = image.shape[0] * zoom + top + 4, image.shape[1] * zoom + margin + 4
    figure = Figure(figsize=(width / PIXELS_AN_INCH, height / PIXELS_AN_INCH))
    figure.figimage(np.kron(coloured(image, images.shape, colours), np.ones((zoom, zoom, 1), np.uint8)), margin, 4, origin="upper")
    step_y, step_x = (images.shape[2] + GAP) * zoom, (images.shape[3] + GAP) * zoom
    for row, label in enumerate(rows):
        figure.text((margin - 10) / width, (height - top - (row + 0.5) * step_y) / height, label, ha="right", va="center")
    for column, label in enumerate(columns):
        figure.text((margin + (column + 0.5) * step_x - zoom) / width, (height - top / 2 - 2) / height, label, ha="center", va="center")
    return figure


def coloured(image: np.ndarray, shape: tuple[int, ...], colours: str | Sequence[str]) -> np.ndarray:
    """The tiled image as colours (height, width, 4) uint8, transparent in the gaps."""
    names = [colours] * shape[0] if isinstance(colours, str) else list(colours)
    step = shape[2] + GAP
    parts = [painted(image[row * step : (row + 1) * step], name) for row, name in enumerate(names)]
    return np.concatenate(parts)


def painted(image: np.ndarray, colours: str) -> np.ndarray:
    """An image in the range of a colour map as colours (height, width, 4) uint8, transparent where it is NaN."""
    place = (image + 1) / 2 if colours == SIGNED else image
    paint = matplotlib.colormaps[colours](np.nan_to_num(place), bytes=True)
    paint[np.isnan(image)] = (0, 0, 0, 0)
    return paint
