"""Figure of the test images that most networks misclassify."""

from kernel_dilation.presentation.figure_style import panels
from kernel_dilation.presentation.table_rows import require_rows, row_dicts

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

COLUMNS, MOST = 8, 24


def most_wrong_figure(images: np.ndarray, wrong: pd.DataFrame) -> Figure:
    """Draw misclassified images (n, height, width) in [0, 1].

    Above each stand its class, the most frequent wrong answer, and the share of networks that misclassify it.
    `wrong` has, in the images' order, `label`, `answer` and `share` (0 to 1, of all networks).

    Raises:
        EmptyFigureError: no image was misclassified.
    """
    count = min(len(require_rows(wrong, "No network misclassifies any test image.")), MOST)
    rows = -(-count // COLUMNS)
    figure, axes = panels(rows, COLUMNS, 1.42 * rows)
    for place, image, row in zip(axes, images, row_dicts(wrong.head(count))):
        place.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        place.set_title(f"{row['label']} → {row['answer']}, {100 * row['share']:.0f} %", fontsize="small", fontweight="normal", loc="center")
    for place in axes:
        place.set_axis_off()
    return figure
