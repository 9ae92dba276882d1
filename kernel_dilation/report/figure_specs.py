"""Figures as a table declares them and as the page shows them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kernel_dilation.presentation.figure_style import EmptyFigureError, house_style, png_bytes, sentence_figure
from kernel_dilation.report.captions import caption, caption_words
from kernel_dilation.report.provenance import origin_html
from kernel_dilation.report.report_data import ReportData

from matplotlib.figure import Figure


@dataclass(frozen=True)
class FigureSpec:
    """Declaration of a figure. Its texts may have the fields of `captions.caption_words` in braces."""

    name: str  # of the file plots/….png
    title: str
    draw: Callable[[ReportData], Figure]  # raises EmptyFigureError where there is nothing to show
    caption: str
    alt: str
    data: str = "{data_set}, {test}"
    networks: str = "{networks}"  # empty where no network is shown
    interval: str = ""  # what shows the interval, such as `Bars`
    over: str = "replicates"  # what the interval covers: `replicates`, `replicates and images`, or `replicates of their own`
    files: tuple[str, ...] = ()  # that it shows, written by earlier stages; `*` stands for the folders of all arms or methods


@dataclass(frozen=True)
class Picture:
    """A PNG file and the texts beside it; where there is nothing to show, the file and `absent` say why."""

    name: str
    title: str
    png: bytes
    caption: str
    alt: str
    absent: str = ""
    origin: str = ""  # where the figure comes from, as HTML


def render_pictures(specs: Iterable[FigureSpec], report_data: ReportData) -> list[Picture]:
    """Draw each figure in the house style and fill in its texts.

    A figure without data becomes a sentence, so that every run leaves the same files.
    """
    words, pictures = caption_words(report_data), []
    for spec in specs:
        title, text, alt, data, networks = (field.format(**words) for field in (spec.title, spec.caption, spec.alt, spec.data, spec.networks))
        with house_style():
            try:
                png = png_bytes(spec.draw(report_data))
                words_below = caption(text, report_data.scope, data, networks, spec.interval, spec.over)
                origin = origin_html(spec.files, f"plots/{spec.name}.png")
                pictures.append(Picture(spec.name, title, png, words_below, alt, origin=origin))
            except EmptyFigureError as error:
                pictures.append(Picture(spec.name, title, png_bytes(sentence_figure(str(error))), "", str(error), absent=str(error)))
    return pictures
