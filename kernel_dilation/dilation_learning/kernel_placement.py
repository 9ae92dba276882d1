"""Where the taps of a kernel lie: kernels of any dilation, whole or not, written out pixel by pixel."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import tensorflow as tf

WIDEST_COLUMNS = 14  # oneDNN's gradient of a kernel takes four times as long from 15 columns on


def regular_grid(kernel_size: int) -> np.ndarray:
    """Row and column of each tap at dilation 1, from the centre, (kernel_size, kernel_size, 1, 2) float32."""
    steps = np.arange(kernel_size, dtype=np.float32) - kernel_size // 2
    return np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1)[:, :, None]


def one_hot_placements(kernel_size: int, dilations: Sequence[int]) -> np.ndarray:
    """For each dilation and tap 1 where the tap lies and 0 elsewhere, (dilations, kernel_size, kernel_size, side, side) float32.

    `side` is that of the square which the largest dilation spans.
    """
    reach = kernel_size // 2 * max(dilations)
    pixels = np.arange(-reach, reach + 1)
    steps = np.arange(kernel_size) - kernel_size // 2
    lines = np.stack([pixels == steps[:, None] * dilation for dilation in dilations]).astype(np.float32)
    return lines[:, :, None, :, None] * lines[:, None, :, None, :]


def interpolated_kernel(kernel: tf.Tensor, positions: tf.Tensor, reach: int, width: tf.Tensor | float = 1.0) -> tf.Tensor:
    """The kernel with its taps at real-valued positions, (2 reach + 1, 2 reach + 1, 1, channels).

    Each tap is shared out among the pixels nearer to it than `width`, in proportion to a triangle
    in each direction. Width 1 is bilinear interpolation (He et al. 2017; Khalfaoui-Hassani et al.
    2023, equation 4); a wider one blurs the kernel, so that a tap also feels pixels further away
    (Khalfaoui-Hassani et al. 2023b). At whole positions and width 1 it is the dilated kernel.

    Args:
        kernel: (kernel_size, kernel_size, 1, channels).
        positions: row and column of each tap from the centre, in pixels, (kernel_size,
            kernel_size, channels or 1, 2).
    """
    pixels = tf.range(-reach, reach + 1, dtype=tf.float32)[:, None, None, None, None]
    triangles = tf.nn.relu(1 - tf.abs(pixels - positions) / width)
    shares = triangles / tf.reduce_sum(triangles, axis=0)
    shares = tf.broadcast_to(shares, (2 * reach + 1, *kernel.shape[:2], kernel.shape[3], 2))
    return tf.einsum("uijc,vijc->uvc", shares[..., 0] * kernel[:, :, 0], shares[..., 1])[:, :, None]


def convolve_wide_kernel(images: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Maps (n, height, width, channels) of images (n, height, width, 1) under a wide kernel, padded to the same size.

    Summed over strips of the kernel that are narrow enough to be fast.
    """
    side, columns = kernel.shape[0], images.shape[2]
    padded = tf.pad(images, ((0, 0), (side // 2, side // 2), (side // 2, side // 2), (0, 0)))
    strips = -(-side // WIDEST_COLUMNS)
    edges = [round(side * strip / strips) for strip in range(strips + 1)]
    return tf.add_n([
        tf.nn.conv2d(padded[:, :, left : right + columns - 1], kernel[:, left:right], 1, "VALID") for left, right in pairwise(edges)
    ])  # fmt: skip


def candidate_shares(dilations: np.ndarray, importance: np.ndarray, candidates: Sequence[int]) -> np.ndarray:
    """Real-valued dilations shared out among the candidates on either side of each, (candidates,) float64, summing to 1.

    2.25 counts three quarters for 2 and one quarter for 3. Each dilation, (kernels,), has a say in
    proportion to its importance, (kernels,), not all 0.
    """
    shares = np.stack([np.interp(dilations, candidates, unit) for unit in np.eye(len(candidates))])
    return shares @ importance / importance.sum()
