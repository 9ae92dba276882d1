"""Grids of small images in which every image pixel covers the same whole number of figure pixels."""

from collections.abc import Collection, Sequence

from kernel_dilation.presentation.figure_style import PIXELS_PER_INCH, EmptyFigureError

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

GAP, BREAK = 2, 6  # image pixels between neighbours, and before a new group of rows
MAX_WIDTH = 1200  # figure pixels
LETTER, LINE, EDGE = 10, 24, 4  # figure pixels: width of a letter of a label, height of a line of labels, border
SIGNED, GREY = "RdBu_r", "gray_r"


def normalise_images(images: np.ndarray) -> np.ndarray:
    """Return images (..., height, width), each divided by its own largest absolute value.

    An image of zeros stays zero.
    """
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
    """Return a figure of images (rows, columns, height, width) with labelled rows and columns.

    Signed colours run from -1 (blue) through 0 (white) to 1 (red), grey ones from 0 (white) to 1 (black).

    Args:
        colours: SIGNED or GREY, or an array of them that broadcasts to (rows, columns).
        breaks: rows before which the gap is wider.
        most_zoom: largest number of figure pixels per image pixel.

    Raises:
        EmptyFigureError: there is no image.
    """
    if not images.size:
        raise EmptyFigureError("There are no images to show.")
    names = np.broadcast_to(colours, images.shape[:2])
    starts = row_starts(images.shape, breaks)
    canvas = tile_images(np.stack([[colour_image(*cell) for cell in zip(*row)] for row in zip(images, names)]), starts)
    margin, top = LETTER * max(map(len, rows)) + 16, LINE * (1 + max(label.count("\n") for label in columns)) if columns else EDGE
    zoom = int(np.clip((MAX_WIDTH - margin) // canvas.shape[1], 1, most_zoom))
    height, width = canvas.shape[0] * zoom + top + EDGE, canvas.shape[1] * zoom + margin + EDGE
    figure = Figure(figsize=((width + 0.1) / PIXELS_PER_INCH, (height + 0.1) / PIXELS_PER_INCH))
    figure.figimage(canvas.repeat(zoom, 0).repeat(zoom, 1), margin, EDGE, origin="upper")
    for start, label in zip(starts, rows):
        middle = top + (start + images.shape[2] / 2) * zoom
        figure.text((margin - 10) / width, 1 - middle / height, label, ha="right", va="center")
    for column, label in enumerate(columns):
        middle = margin + (column * (images.shape[3] + GAP) + images.shape[3] / 2) * zoom
        figure.text(middle / width, 1 - (top / 2 - 1) / height, label, ha="center", va="center")
    return figure


def row_starts(shape: Sequence[int], breaks: Collection[int]) -> list[int]:
    """Return the top of each row of (rows, columns, height, width) images, in image pixels."""
    return [row * (shape[2] + GAP) + sum(place <= row for place in breaks) * (BREAK - GAP) for row in range(shape[0])]


def tile_images(images: np.ndarray, starts: Sequence[int]) -> np.ndarray:
    """Return (rows, columns, height, width, 4) images as one image, each row at its start, transparent in between."""
    _, columns, height, width, channels = images.shape
    canvas = np.zeros((starts[-1] + height, columns * (width + GAP) - GAP, channels), np.uint8)
    for start, row in zip(starts, images):
        for column, image in enumerate(row):
            left = column * (width + GAP)
            canvas[start : start + height, left : left + width] = image
    return canvas


def colour_image(image: np.ndarray, colours: str) -> np.ndarray:
    """Return an image in the range of a colour map as colours (height, width, 4) uint8, transparent where it is NaN."""
    place = (image + 1) / 2 if colours == SIGNED else image
    paint = matplotlib.colormaps[colours](np.nan_to_num(place), bytes=True)
    paint[np.isnan(image)] = (0, 0, 0, 0)
    return paint
