"""Many small images in one picture, each pixel of an image an equal number of whole pixels of the picture."""

from collections.abc import Collection, Sequence

from kernel_dilation.presentation.figure_style import PIXELS_AN_INCH, EmptyFigureError

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

GAP, BREAK = 2, 6  # pixels of an image between neighbours, and before a new group of rows
WIDEST = 1200  # pixels of the picture
LETTER, LINE, EDGE = 10, 24, 4  # pixels of the picture: a letter of a label, a line of labels, the border
SIGNED, GREY = "RdBu_r", "gray_r"


def normalise_images(images: np.ndarray) -> np.ndarray:
    """Images (..., height, width), each divided by its own largest absolute value; an image of zeros stays one."""
    largest = np.abs(images).max((-2, -1), keepdims=True)
    return images / np.where(largest > 0, largest, 1.0)


def image_grid(
    images: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str] = (),
    colours: ArrayLike = SIGNED,
    breaks: Collection[int] = (),
    most_zoom: int = 4,
) -> Figure:
    """A figure of (rows, columns, height, width) images with a label to the left of each row and above each column.

    Signed colours run from -1 (blue) by 0 (white) to 1 (red), grey ones from 0 (white) to 1 (black).

    Args:
        colours: SIGNED or GREY, or an array of these that broadcasts to (rows, columns).
        breaks: rows before which the gap is wider.

    Raises:
        EmptyFigureError: there is no image.
    """
    if not images.size:
        raise EmptyFigureError("There are no images to show.")
    names = np.broadcast_to(colours, images.shape[:2])
    starts = row_starts(images.shape, breaks)
    picture = tile_images(np.stack([[colour_image(*cell) for cell in zip(*row)] for row in zip(images, names)]), starts)
    margin, top = LETTER * max(map(len, rows)) + 16, LINE * (1 + max(label.count("\n") for label in columns)) if columns else EDGE
    zoom = int(np.clip((WIDEST - margin) // picture.shape[1], 1, most_zoom))
    height, width = picture.shape[0] * zoom + top + EDGE, picture.shape[1] * zoom + margin + EDGE
    figure = Figure(figsize=((width + 0.1) / PIXELS_AN_INCH, (height + 0.1) / PIXELS_AN_INCH))
    figure.figimage(picture.repeat(zoom, 0).repeat(zoom, 1), margin, EDGE, origin="upper")
    for start, label in zip(starts, rows):
        middle = top + (start + images.shape[2] / 2) * zoom
        figure.text((margin - 10) / width, 1 - middle / height, label, ha="right", va="center")
    for column, label in enumerate(columns):
        middle = margin + (column * (images.shape[3] + GAP) + images.shape[3] / 2) * zoom
        figure.text(middle / width, 1 - (top / 2 - 1) / height, label, ha="center", va="center")
    return figure


def row_starts(shape: Sequence[int], breaks: Collection[int]) -> list[int]:
    """First line of each row of (rows, columns, height, width) images, in pixels of the images."""
    return [row * (shape[2] + GAP) + sum(place <= row for place in breaks) * (BREAK - GAP) for row in range(shape[0])]


def tile_images(images: np.ndarray, starts: Sequence[int]) -> np.ndarray:
    """One image of (rows, columns, height, width, 4) images side by side, each row at its start, transparent between."""
    _, columns, height, width, channels = images.shape
    picture = np.zeros((starts[-1] + height, columns * (width + GAP) - GAP, channels), np.uint8)
    for start, row in zip(starts, images):
        for column, image in enumerate(row):
            left = column * (width + GAP)
            picture[start : start + height, left : left + width] = image
    return picture


def colour_image(image: np.ndarray, colours: str) -> np.ndarray:
    """An image in the range of a colour map as colours (height, width, 4) uint8, transparent where it is NaN."""
    place = (image + 1) / 2 if colours == SIGNED else image
    paint = matplotlib.colormaps[colours](np.nan_to_num(place), bytes=True)
    paint[np.isnan(image)] = (0, 0, 0, 0)
    return paint
