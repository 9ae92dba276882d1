"""Kernels whose taps lie at random places: as many weights and the same extent as a dilated kernel, but no lattice.

They are the control for the lattice of dilated kernels (`network.taps: random`). Such a kernel is stored
as an ordinary kernel of its whole extent that is zero off its taps, so that every program can open it.
"""

from kernel_dilation.experiment.geometry import extent

import numpy as np

TAPS_OF_SEED = 9  # tells the random numbers of taps from those of weights with the same seed


def draw_tap_places(kernel_size: int, dilation: int, seed: int) -> np.ndarray:
    """Draw the rows and columns of a kernel's taps, (kernel_size², 2) int, from the top left of its extent, in reading order.

    One tap is at the centre, as in every dilated kernel of odd size. The others are drawn uniformly
    among the places of the extent, and drawn again until they touch all four sides, so that the extent
    is that of the dilated kernel. At dilation 1 there is no choice. Taps at random places lie nearer to
    the centre: at kernel size 3 and dilation 7, their root-mean-square distance from it is 6.6 pixels
    on average, and 8.1 pixels in a lattice.
    """
    side = extent(kernel_size, dilation)
    others = np.delete(np.arange(side**2), side**2 // 2)
    generator = np.random.default_rng((seed, TAPS_OF_SEED, dilation))
    while True:
        drawn = generator.choice(others, kernel_size**2 - 1, replace=False)
        places = np.stack(np.divmod(np.sort([*drawn, side**2 // 2]), side), 1)
        if (places.min(0) == 0).all() and (places.max(0) == side - 1).all():
            return places


def spread_taps(kernel: np.ndarray, places: np.ndarray, side: int) -> np.ndarray:
    """Return a kernel (side, side, channels, filters) with the weights of a dense kernel at the given places, and zeros elsewhere.

    Args:
        kernel: (kernel_size, kernel_size, channels, filters); its weights keep their reading order.
        places: (kernel_size², 2), rows and columns.
    """
    spread = np.zeros((side, side, *kernel.shape[2:]), kernel.dtype)
    spread[places[:, 0], places[:, 1]] = kernel.reshape(-1, *kernel.shape[2:])
    return spread


def tap_mask(kernel: np.ndarray) -> np.ndarray:
    """Return which places of a kernel (height, width, channels, filters) have a tap, (height, width, 1, 1): a weight that is not zero."""
    return (np.asarray(kernel) != 0).any((2, 3), keepdims=True)
