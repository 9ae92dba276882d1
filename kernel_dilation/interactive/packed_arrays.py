"""Arrays as 8-bit PNG files in data URIs: small, exact to decode in a browser, and one format for maps and weights.

The bytes of an array are the pixels of a grey image, row by row, so that a reader needs no layout beyond the array's shape.
"""

import io
from base64 import b64encode
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LEVELS = 127  # the most steps of each sign; the byte 128 is zero
ZERO = 128
TALLEST = 32_767  # pixels; the tallest canvas of the common browsers


class PackedArray(TypedDict):
    """An array for the page; `scales` are the values of one step of a byte, in the order of the parts that share one."""

    shape: list[int]
    png: str
    scales: list[float]


def pack_signed(values: NDArray[np.floating], shared: Sequence[int], width: int, levels: int = LEVELS) -> PackedArray:
    """Pack signed values; a value is (byte - 128) times the scale of its part.

    The largest error is half a scale, 1/254 of the largest absolute value of the part with 127 levels.

    Args:
        values: any shape, finite.
        shared: axes along which all values share one scale; the scales are those of the other axes, flattened.
        width: of the image in pixels; it must divide the number of values.
        levels: steps of each sign, 1 to 127; fewer are smaller on the page.

    Raises:
        ValueError: a value that is not finite, or an image that is too tall for a canvas.
    """
    if not np.isfinite(values).all():
        raise ValueError("packed values must be finite; got NaN or infinity")
    largest = np.abs(values).max(axis=tuple(shared), keepdims=True)
    scales = np.vectorize(lambda value: float(f"{value / levels:.5g}"), otypes=[np.float64])(largest)
    steps = np.divide(values, scales, out=np.zeros(values.shape), where=scales > 0)
    packed = np.clip(np.rint(steps), -levels, levels) + ZERO
    return {"shape": list(values.shape), "png": grey_png(packed.astype(np.uint8), width), "scales": scales.ravel().tolist()}


def pack_unit(values: NDArray[np.floating], width: int) -> PackedArray:
    """Pack values in [0, 1], any shape, in steps of 1/255.

    Raises:
        ValueError: a value outside [0, 1].
    """
    if not (values.min(initial=0) >= 0 and values.max(initial=0) <= 1):
        raise ValueError(f"packed images must lie in [0, 1]; got {values.min():g} to {values.max():g}")
    return {"shape": list(values.shape), "png": grey_png(np.rint(values * 255).astype(np.uint8), width), "scales": [float(f"{1 / 255:.9g}")]}


def grey_png(levels: NDArray[np.uint8], width: int) -> str:
    """Return bytes as a data URI of a grey PNG file of a given width, without metadata.

    Raises:
        ValueError: the image would be taller than a canvas may be.
    """
    pixels = levels.reshape(-1, width)
    if len(pixels) > TALLEST:
        raise ValueError(f"a packed image may have at most {TALLEST} rows; got {len(pixels)}")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG", optimize=True)
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def rounded(values: NDArray[np.floating], decimals: int) -> list:
    """Return an array as nested lists of numbers with a given number of decimals."""
    nested: list = np.round(values.astype(np.float64), decimals).tolist()
    return nested
