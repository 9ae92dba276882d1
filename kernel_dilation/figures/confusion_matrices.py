"""Figure of confusion matrices."""

from collections.abc import Sequence

from kernel_dilation.presentation.figure_style import INK, PAPER, EmptyFigureError, panels

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

FEW = 4  # matrices that stand in two columns; more stand in three
PRINTED = 0.5  # percent: smaller shares are not printed


def confusion_by_dilation_figure(shares: np.ndarray, dilations: Sequence[int]) -> Figure:
    """Draw a confusion matrix for each dilation.

    `shares` are percentages of each class (row) given each answer (column), (dilations, 10, 10).
    The diagonal, the percentage of correct answers, is printed but not coloured, because its values would dominate the colours.

    Raises:
        EmptyFigureError: there is no dilation.
    """
    if not len(dilations):
        raise EmptyFigureError("No predictions are available.")
    columns = min(2 if len(dilations) <= FEW else 3, len(dilations))
    rows = -(-len(dilations) // columns)
    figure, axes = panels(rows, columns, 8.2 / columns * rows + 0.2, sharex=True, sharey=True)
    wrong = shares * (1 - np.eye(shares.shape[-1]))
    for place, dilation, matrix in zip(axes, dilations, shares):
        image = draw_matrix(place, matrix, max(float(wrong.max()), 1.0))
        place.set_title(f"dilation {dilation}")
    for place in axes[len(dilations) :]:
        place.set_axis_off()
    for place in axes[::columns]:
        place.set_ylabel("class")
    for place in axes[-columns:]:
        place.set_xlabel("answer")
    figure.colorbar(image, ax=axes, label="of the class (%)", shrink=0.8, pad=0.01)
    return figure


def draw_matrix(axes: Axes, shares: np.ndarray, largest: float) -> AxesImage:
    """Draw one matrix of percentages, with the largest wrong share in the darkest colour."""
    wrong = np.where(np.eye(len(shares), dtype=bool), np.nan, shares)
    image = axes.imshow(wrong, cmap="Reds", vmin=0, vmax=largest)
    for (row, column), share in np.ndenumerate(shares):
        if row == column or share >= PRINTED:
            dark = row != column and share > 0.6 * largest
            text = f"{share:.0f}" if row == column or share >= 9.5 else f"{share:.1f}"
            axes.text(column, row, text, ha="center", va="center", fontsize=7, color=PAPER if dark else INK)
    axes.set_xticks(range(len(shares)))
    axes.set_yticks(range(len(shares)))
    axes.grid(visible=False)
    return image
