"""A figure as the page shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from stages.parts.figures.style import EmptyFigureError, house_style, in_words, png


@dataclass(frozen=True)
class Picture:
    """A PNG file and what stands beside it; where there is nothing to show, the file and `absent` say why."""

    name: str
    title: str
    png: bytes
    caption: str
    alt: str
    absent: str = ""


def picture(name: str, title: str, draw: Callable[[], Figure], caption: str, alt: str) -> Picture:
    """The picture that `draw` makes in the house style.

    A figure that has no data becomes a sentence: the same files are there after every run.
    """
    with house_style():
        try:
            return Picture(name, title, png(draw()), caption, alt)
        except EmptyFigureError as error:
            return Picture(name, title, png(in_words(str(error))), "", str(error), absent=str(error))
