"""How much of the first kernel can work: the share of its taps that meet the image, and the ink."""

from collections.abc import Iterable
from itertools import product

from kernel_dilation.experiment.geometry import extent

import numpy as np
import pandas as pd


def lattice_offsets(kernel_size: int, dilation: int) -> np.ndarray:
    """Return rows and columns of a dilated kernel's taps, in pixels from its centre, (kernel_size², 2) int."""
    steps = dilation * (np.arange(kernel_size) - kernel_size // 2)
    return np.array(list(product(steps, steps)))


def share_of_taps_inside(offsets: np.ndarray, side: int, padding: str) -> float:
    """Return the share of pairs of an output and a tap in which the tap lies on the image, 0 to 1.

    With `valid` padding it is 1, because every output needs all taps.

    Args:
        offsets: (taps, 2), from `lattice_offsets`; side: of the square image, in pixels.
    """
    margin = reach(offsets, padding)
    outputs = np.arange(margin, side - margin)
    inside = ((outputs[:, None, None] + offsets >= 0) & (outputs[:, None, None] + offsets < side)).mean(0, dtype=np.float64)  # (taps, axes)
    return float(inside.prod(1).mean())


def share_of_ink_on_map(offsets: np.ndarray, ink: np.ndarray, padding: str) -> float:
    """Return the share of pairs of a tap and a unit of ink in which the output that joins them lies on the feature map, 0 to 1.

    It is the share of what a kernel could take up of the ink that it does take up; the rest would be
    at outputs that do not exist.

    Args:
        offsets: (taps, 2), from `lattice_offsets`.
        ink: (side, side), mean amount of ink at each pixel, not negative.
    """
    side, margin = len(ink), reach(offsets, padding)
    outputs = np.arange(side) - offsets[:, :, None]  # (taps, axes, side), the output at which a tap meets each row or column of pixels
    on_map = ((outputs >= margin) & (outputs < side - margin)).astype(np.float64)
    return float(np.einsum("tr,tc,rc->", on_map[:, 0], on_map[:, 1], ink) / (len(offsets) * ink.sum()))


def reach(offsets: np.ndarray, padding: str) -> int:
    """Return the number of pixels at each side of the image that have no output: none with `same` padding."""
    return int(np.abs(offsets).max()) if padding == "valid" else 0


def tap_coverage_table(kernel_sizes: Iterable[int], dilations: Iterable[int], ink: np.ndarray, padding: str) -> pd.DataFrame:
    """Return one row for each first kernel: its taps, its extent in pixels, and both shares; `ink` as in `share_of_ink_on_map`."""
    rows = []
    for kernel_size, dilation in product(kernel_sizes, dilations):
        offsets = lattice_offsets(kernel_size, dilation)
        shares = {"ink_on_map": share_of_ink_on_map(offsets, ink, padding), "taps_inside": share_of_taps_inside(offsets, len(ink), padding)}
        rows.append({"kernel_size": kernel_size, "dilation": dilation, "taps": len(offsets), "extent": extent(kernel_size, dilation), **shares})
    return pd.DataFrame(rows)
