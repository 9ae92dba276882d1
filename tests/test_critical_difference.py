"""The critical-difference diagram, which is drawn by scikit-posthocs."""

from kernel_dilation.figures.accuracy import critical_difference_figure

import numpy as np
import pandas as pd


def test_the_bars_of_the_critical_difference_diagram_are_drawn_in_the_order_of_the_ranks():
    """The library draws each bar through its dilations in the order of a set of texts, which a process draws at random."""
    dilations = range(1, 8)
    ranks = pd.DataFrame({"dilation": dilations, "average_rank": [float(dilation) for dilation in dilations]})
    p_values = pd.DataFrame(np.ones((7, 7)), columns=[str(dilation) for dilation in dilations])
    p_values.insert(0, "dilation", dilations)
    (axes,) = critical_difference_figure(ranks, p_values, 0.05).axes
    assert [float(dilation) for dilation in dilations] in [list(line.get_xdata()) for line in axes.lines]
