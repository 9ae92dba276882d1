"""Make digits whose best dilation is known, as ground truth for methods that learn a dilation.

A digit is shrunk and spread out again with black pixels in between (à trous, "with holes"). A kernel whose dilation is
the factor then sees what a kernel at dilation 1 sees of the small digit.
"""

import numpy as np
from numpy.typing import NDArray


def spread_digits(images: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Shrink digits by a factor and spread their pixels out again, with factor - 1 black pixels between neighbours.

    Each pixel of the small digit is the mean of a block of `factor` times `factor` pixels, rounded. The first one lies at
    the top left corner. Rows and columns that fill no block are left out at the bottom and on the right.

    Args:
        images: (n, side, side).
        factor: from 1, which leaves the digits unchanged, to the side.

    Returns:
        (n, side, side).

    Raises:
        ValueError: the factor is out of range.
    """
    side = images.shape[1]
    if not 1 <= factor <= side:
        raise ValueError(f"digits {side} pixels wide can be spread by a factor from 1 to {side}; got {factor}")
    blocks = side // factor
    covered = images[:, : blocks * factor, : blocks * factor].reshape(-1, blocks, factor, blocks, factor)
    spread = np.zeros_like(images)
    spread[:, : blocks * factor : factor, : blocks * factor : factor] = np.rint(covered.mean(axis=(2, 4)))
    return spread
