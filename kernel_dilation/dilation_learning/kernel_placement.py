"""Place the taps of a kernel at any dilation, whole or real-valued, and write the kernel out pixel by pixel."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import tensorflow as tf

MAX_STRIP_COLUMNS = 14  # from 15 columns on, oneDNN's gradient of a kernel takes four times as long


def regular_grid(kernel_size: int) -> np.ndarray:
    """Return row and column of each tap at dilation 1, relative to the centre, (kernel_size, kernel_size, 1, 2) float32."""
    steps = np.arange(kernel_size, dtype=np.float32) - kernel_size // 2
    return np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1)[:, :, None]


def one_hot_placements(kernel_size: int, dilations: Sequence[int]) -> np.ndarray:
    """Return 1 at the pixel of each tap at each dilation, and 0 elsewhere.

    Returns:
        (dilations, kernel_size, kernel_size, side, side) float32, where `side` is the extent at the largest dilation.
    """
    reach = kernel_size // 2 * max(dilations)
    pixels = np.arange(-reach, reach + 1)
    steps = np.arange(kernel_size) - kernel_size // 2
    lines = np.stack([pixels == steps[:, None] * dilation for dilation in dilations]).astype(np.float32)
    return lines[:, :, None, :, None] * lines[:, None, :, None, :]


def interpolate_kernel(kernel: tf.Tensor, positions: tf.Tensor, reach: int, width: tf.Tensor | float = 1.0) -> tf.Tensor:
    """Return a kernel with its taps at real-valued positions, (2 reach + 1, 2 reach + 1, 1, channels).

    Each tap is distributed over the pixels closer to it than `width`, in proportion to a triangular
    function of the distance in each direction. Width 1 is bilinear interpolation (He et al. 2017;
    Khalfaoui-Hassani et al. 2023, equation 4). A larger width blurs the kernel, so that a tap also depends
    on more distant pixels (Khalfaoui-Hassani et al. 2023b). At whole positions and width 1 the result is
    the dilated kernel.

    Args:
        kernel: (kernel_size, kernel_size, 1, channels).
        positions: row and column of each tap relative to the centre, in pixels, (kernel_size,
            kernel_size, channels or 1, 2).
        reach: largest distance of a pixel from the centre.
        width: how far a tap extends to either side, in pixels, at least 1.
    """
    pixels = tf.range(-reach, reach + 1, dtype=tf.float32)[:, None, None, None, None]
    triangles = tf.nn.relu(1 - tf.abs(pixels - positions) / width)
    shares = triangles / tf.reduce_sum(triangles, axis=0)
    shares = tf.broadcast_to(shares, (2 * reach + 1, *kernel.shape[:2], kernel.shape[3], 2))
    return tf.einsum("uijc,vijc->uvc", shares[..., 0] * kernel[:, :, 0], shares[..., 1])[:, :, None]


def convolve_wide_kernel(images: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Convolve images (n, height, width, 1) with a wide kernel under `same` padding; return (n, height, width, channels).

    The result is a sum over strips of the kernel that are narrow enough to be fast.
    """
    side, columns = kernel.shape[0], images.shape[2]
    padded = tf.pad(images, ((0, 0), (side // 2, side // 2), (side // 2, side // 2), (0, 0)))
    strips = -(-side // MAX_STRIP_COLUMNS)
    edges = [round(side * strip / strips) for strip in range(strips + 1)]
    return tf.add_n([
        tf.nn.conv2d(padded[:, :, left : right + columns - 1], kernel[:, left:right], 1, "VALID") for left, right in pairwise(edges)
    ])  # fmt: skip


def distribute_over_candidates(dilations: np.ndarray, importance: np.ndarray, candidates: Sequence[int]) -> np.ndarray:
    """Distribute real-valued dilations over the candidates on either side of each; return (candidates,) float64, summing to 1.

    For example, 2.25 counts three quarters for 2 and one quarter for 3. Each dilation, (kernels,), counts
    in proportion to its importance, (kernels,), which must not be 0 for all.
    """
    shares = np.stack([np.interp(dilations, candidates, unit) for unit in np.eye(len(candidates))])
    return shares @ importance / importance.sum()
