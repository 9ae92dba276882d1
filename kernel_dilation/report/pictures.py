"""A figure as the page shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from kernel_dilation.presentation.figure_style import EmptyFigureError, house_style, png_bytes, sentence_figure

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Picture:
    """A PNG file and what stands beside it; where there is nothing to show, the file and `absent` say why."""

    name: str
    title: str
    png: bytes
    caption: str
    alt: str
    absent: str = ""


def render_picture(name: str, title: str, draw: Callable[[], Figure], caption: str, alt: str) -> Picture:
    """The picture that `draw` makes in the house style.

    A figure that has no data becomes a sentence: the same files are there after every run.
    """
    with house_style():
        try:
            return Picture(name, title, png_bytes(draw()), caption, alt)
        except EmptyFigureError as error:
            return Picture(name, title, png_bytes(sentence_figure(str(error))), "", str(error), absent=str(error))
