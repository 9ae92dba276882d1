"""Small charts of the first screen: a row for each value with its interval, as inline SVG, which needs no script and follows light and dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from xml.etree.ElementTree import Element, SubElement, tostring

from kernel_dilation.presentation.text_formatting import format_number

from matplotlib.ticker import MaxNLocator

WIDTH, ROW, AXIS, CHARACTER, MARGIN = 320, 19, 20, 6.1, 12  # in units of the drawing, which are pixels at full width
BASELINE = 4  # of a label, below the middle of its row
RADIUS = 3.5


@dataclass(frozen=True)
class ChartRow:
    """A value with its interval; without one, `lower` and `upper` are not finite."""

    label: str
    value: float
    lower: float = nan
    upper: float = nan


@dataclass(frozen=True)
class RowChart:
    """Values with intervals on one axis; `reference` is marked by a line, such as 0 for differences."""

    title: str  # what the values are, with their unit
    rows: Sequence[ChartRow]
    reference: float | None = None
    limits: tuple[float, float] | None = None  # of the axis; those of the values if missing


def chart_svg(chart: RowChart) -> str:
    """Return the chart as an SVG element, whose colours are the variables of the page."""
    start = max((len(row.label) for row in chart.rows), default=0) * CHARACTER + MARGIN
    low, high = chart.limits or value_limits(chart)
    bottom = ROW * len(chart.rows)

    def place(value: float) -> str:
        return f"{start + (value - low) / (high - low) * (WIDTH - MARGIN - start):.1f}"

    svg = Element("svg", {"viewBox": f"0 0 {WIDTH} {bottom + AXIS}", "role": "img", "aria-label": description(chart), "class": "small-chart"})
    for tick in (value for value in MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= value <= high):
        SubElement(svg, "line", {"class": "grid", "x1": place(tick), "x2": place(tick), "y1": "0", "y2": str(bottom)})
        SubElement(svg, "text", {"class": "tick", "x": place(tick), "y": str(bottom + 14), "text-anchor": "middle"}).text = tick_text(tick)
    if chart.reference is not None:
        SubElement(svg, "line", {"class": "reference", "x1": place(chart.reference), "x2": place(chart.reference), "y1": "0", "y2": str(bottom)})
    for index, row in enumerate(chart.rows):
        middle = f"{ROW * (index + 0.5):.1f}"
        SubElement(
            svg, "text", {"class": "label", "x": f"{start - MARGIN:.1f}", "y": f"{ROW * (index + 0.5) + BASELINE:.1f}", "text-anchor": "end"}
        ).text = row.label
        if isfinite(row.lower) and isfinite(row.upper):
            SubElement(svg, "line", {"class": "whisker", "x1": place(row.lower), "x2": place(row.upper), "y1": middle, "y2": middle})
        SubElement(svg, "circle", {"class": "dot", "cx": place(row.value), "cy": middle, "r": f"{RADIUS:g}"})
    return tostring(svg, encoding="unicode")


def value_limits(chart: RowChart) -> tuple[float, float]:
    """Return the smallest and the largest finite number of the chart, apart by at least a little."""
    numbers = [number for row in chart.rows for number in (row.value, row.lower, row.upper) if isfinite(number)]
    numbers += [chart.reference] if chart.reference is not None else []
    low, high = min(numbers), max(numbers)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def tick_text(value: float) -> str:
    """Return the number of a tick in as few digits as it needs."""
    return f"{round(value, 10):g}".replace("-", "\N{MINUS SIGN}")


def description(chart: RowChart) -> str:
    """Return the chart in words, for those who do not see it: its title, and every value with its interval."""
    rows = []
    for row in chart.rows:
        interval = f" ({format_number(row.lower, 2)} to {format_number(row.upper, 2)})" if isfinite(row.lower) and isfinite(row.upper) else ""
        rows.append(f"{row.label}: {format_number(row.value, 2)}{interval}")
    return f"{chart.title}. {'; '.join(rows)}."
