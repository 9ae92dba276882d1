"""Style of the figures: sizes, fonts, and colours that mean the same in every figure."""

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

PIXELS_PER_INCH = 120
WIDTH = 9.5  # inches of a figure with axes
PALETTE_SIZE = 256  # colours of a PNG file; a palette keeps a figure of maps below 300 kB
INK, QUIET, FAINT, PAPER = "#222222", "#8c8c8c", "#e8e8e8", "#ffffff"  # neutral, so that they share the palette with grey images
EIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3c8d", "#555555")  # after Okabe and Ito (2008)
MARKERS = "osD^vP*X"
LARGEST_DILATION = 8  # the last colour; larger dilations have the same one
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
    "figure.dpi": PIXELS_PER_INCH,
    "figure.facecolor": PAPER,
    "font.family": "DejaVu Sans",  # comes with Matplotlib, so every machine has it
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
    """Raised for a figure without data; the message is the sentence that takes its place."""


def house_style() -> AbstractContextManager[None]:
    """Return a context in which figures are drawn in this style."""
    return matplotlib.rc_context(STYLE)


def panels(rows: int, columns: int, height: float, width: float = WIDTH, **options: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure, `height` and `width` in inches, and its axes in reading order."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False, **options).flat)


def dilation_colour(dilation: float) -> tuple[float, float, float, float]:
    """Return the colour of a dilation, from dark (1) to light (8), whatever other dilations there are."""
    place = min(log2(max(dilation, 1)) / log2(LARGEST_DILATION), 1.0)
    return matplotlib.colormaps["viridis"](0.9 * place)


def colours(names: Sequence[Any]) -> dict[Any, str]:
    """Return a colour for each name, in order; colours repeat after eight."""
    return {name: EIGHT[index % len(EIGHT)] for index, name in enumerate(names)}


def markers(names: Sequence[Any]) -> dict[Any, str]:
    """Return a marker for each name, in order. They repeat shifted by one, so that no two of 64 names share both colour and marker."""
    return {name: MARKERS[(index + index // len(MARKERS)) % len(MARKERS)] for index, name in enumerate(names)}


def offsets(count: int, width: float) -> np.ndarray:
    """Return offsets around 0, (count,), at which series stand side by side within `width`."""
    return (np.arange(count) - (count - 1) / 2) * width / max(count, 1)


def set_integer_ticks(axes: Axes, values: Sequence[int], axis: str = "x") -> None:
    """Put ticks at exactly these integers on an axis."""
    (axes.set_xticks if axis == "x" else axes.set_yticks)(list(values), [str(value) for value in values])


def hide_unused_panels(axes: Sequence[Axes], count: int, columns: int) -> None:
    """Hide the panels after the first `count`, and show tick labels on the lowest visible panel of each column."""
    for place in axes[count:]:
        place.set_axis_off()
    for place in axes[max(count - columns, 0) : count]:
        place.xaxis.set_tick_params(labelbottom=True)


def png_bytes(figure: Figure) -> bytes:
    """Return the figure as a PNG file with a palette; the same figure gives the same bytes."""
    figure.set_dpi(PIXELS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    file = BytesIO()
    picture.quantize(PALETTE_SIZE, dither=Image.Dither.NONE).save(file, format="PNG", optimize=True)
    return file.getvalue()


def sentence_figure(sentence: str) -> Figure:
    """Return a small figure of a sentence, in place of one without data."""
    figure = Figure(figsize=(WIDTH, 0.8))
    figure.text(0.02, 0.5, sentence, va="center", wrap=True, color=INK)
    return figure
