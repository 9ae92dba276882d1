"""The house style: sizes, fonts and colours that mean the same in every picture."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from io import BytesIO
from math import log2
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

PIXELS_AN_INCH = 120
WIDTH = 9.5  # inches of a figure with axes
COLOURS_OF_A_FILE = 256  # a palette keeps a picture of maps below 300 kB
INK, QUIET, FAINT, PAPER = "#222222", "#8c8c8c", "#e8e8e8", "#ffffff"  # neutral: they share a palette with grey images
EIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3c8d", "#555555")  # after Okabe and Ito (2008)
MARKERS = "osD^vP*X"
LARGEST_DILATION = 8  # the end of the colours; what is larger has the same colour
STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "axes.titleweight": "bold",
    "figure.dpi": PIXELS_AN_INCH,
    "figure.facecolor": PAPER,
    "font.family": "DejaVu Sans",  # it comes with Matplotlib, so every machine has it
    "font.size": 9.5,
    "grid.color": FAINT,
    "legend.frameon": False,
    "legend.fontsize": "small",
    "lines.markersize": 5,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


class EmptyFigureError(ValueError):
    """A figure has no data; the message is the sentence that stands in its place."""


def house_style() -> AbstractContextManager[None]:
    """Context in which figures look as they do in this project."""
    return matplotlib.rc_context(STYLE)


def panels(rows: int, columns: int, height: float, width: float = WIDTH, **options: Any) -> tuple[Figure, list[Axes]]:
    """A figure, `height` and `width` in inches, and its axes in reading order."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False, **options).flat)


def dilation_colour(dilation: float) -> tuple[float, float, float, float]:
    """The colour of a dilation, from dark (1) to light (8), the same whichever other dilations there are."""
    place = min(log2(max(dilation, 1)) / log2(LARGEST_DILATION), 1.0)
    return matplotlib.colormaps["viridis"](0.9 * place)


def colours(names: Sequence[Any]) -> dict[Any, str]:
    """A colour for each name, in order; they repeat after eight."""
    return {name: EIGHT[index % len(EIGHT)] for index, name in enumerate(names)}


def markers(names: Sequence[Any]) -> dict[Any, str]:
    """A marker for each name, in order; they repeat after eight."""
    return {name: MARKERS[index % len(MARKERS)] for index, name in enumerate(names)}


def offsets(count: int, width: float) -> np.ndarray:
    """Places around 0, (count,), at which series stand side by side within `width`."""
    return (np.arange(count) - (count - 1) / 2) * width / max(count, 1)


def set_integer_ticks(axes: Axes, values: Sequence[int], axis: str = "x") -> None:
    """Mark exactly these whole numbers on an axis."""
    (axes.set_xticks if axis == "x" else axes.set_yticks)(list(values), [str(value) for value in values])


def hide_unused_panels(axes: Sequence[Axes], count: int, columns: int) -> None:
    """Hide the panels after the first `count`, and label those below which nothing is left."""
    for place in axes[count:]:
        place.set_axis_off()
    for place in axes[max(count - columns, 0) : count]:
        place.xaxis.set_tick_params(labelbottom=True)


def png_bytes(figure: Figure) -> bytes:
    """The figure as a PNG file with a palette: the same bytes for the same figure."""
    figure.set_dpi(PIXELS_AN_INCH)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    file = BytesIO()
    picture.quantize(COLOURS_OF_A_FILE, dither=Image.Dither.NONE).save(file, format="PNG", optimize=True)
    return file.getvalue()


def sentence_figure(sentence: str) -> Figure:
    """A small picture of a sentence, for a figure that has nothing to show."""
    figure = Figure(figsize=(WIDTH, 0.8))
    figure.text(0.02, 0.5, sentence, va="center", wrap=True, color=INK)
    return figure
