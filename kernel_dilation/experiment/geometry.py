"""The geometry of the network: extents of kernels, sides of feature maps, and receptive fields."""

from collections.abc import Sequence

SECOND_KERNEL_SIZE = 3  # the second convolution is the same in every arm
POOL = 2  # side and stride of every pooling window


def extent(kernel_size: int, dilation: int) -> int:
    """Return the side, in pixels, of the square that a dilated kernel spans: 3 taps at dilation 2 span 5."""
    return (kernel_size - 1) * dilation + 1


def layer_dilations(dilation: int, dilate: str) -> tuple[int, int]:
    """Return the dilations of both convolutions; either the `first` or `all` are dilated, by `dilate`."""
    return dilation, dilation if dilate == "all" else 1


def pooling_window(pooling: str) -> int:
    """Return the side, in pixels, of the pooling window: 1 for `stride`, which keeps every second pixel unchanged."""
    return 1 if pooling == "stride" else POOL


def receptive_field(kernel_sizes: Sequence[int], dilations: Sequence[int], strides: Sequence[int] = ()) -> int:
    """Return the side, in pixels, of the receptive field of one output unit.

    Two 3-wide kernels at dilation 2 give 9. Each layer adds its extent minus 1, times the strides of
    the layers before it; `strides` are all 1 if not given. Araujo et al. (2019), equation 2.

    Raises:
        ValueError: a dilation below 1, or lists of different lengths.
    """
    strides = strides or [1] * len(kernel_sizes)
    if not len(kernel_sizes) == len(dilations) == len(strides):
        raise ValueError(f"every layer needs a kernel, a dilation and a stride; got {len(kernel_sizes)}, {len(dilations)} and {len(strides)}")
    if min(dilations) < 1:
        raise ValueError(f"a dilation must be at least 1; got {min(dilations)}")
    field, jump = 1, 1
    for kernel_size, dilation, stride in zip(kernel_sizes, dilations, strides):
        field += (extent(kernel_size, dilation) - 1) * jump
        jump *= stride
    return field


def network_receptive_field(kernel_size: int, dilation: int, dilate: str, pooling: str) -> int:
    """Return the side, in pixels, of the receptive field of one unit of the last pooled feature maps."""
    window = pooling_window(pooling)
    first, second = layer_dilations(dilation, dilate)
    return receptive_field([kernel_size, window, SECOND_KERNEL_SIZE, window], [first, 1, second, 1], [1, POOL, 1, POOL])


def feature_map_sides(side: int, kernel_size: int, dilation: int, dilate: str, padding: str) -> tuple[int, int]:
    """Return the sides, in pixels, of both convolutions' feature maps before pooling, for images of a given side.

    Raises:
        ValueError: with `same` padding, the outer taps of a kernel never meet its input; or with `valid`
            padding, too little is left of a feature map.
    """
    sides = []
    for taps, spread in zip((kernel_size, SECOND_KERNEL_SIZE), layer_dilations(dilation, dilate)):
        reach = taps // 2 * spread
        if padding == "same" and reach >= side:
            raise ValueError(
                f"a kernel's outer taps must meet its input, {side} pixels wide: "
                f"kernel size {taps} at dilation {spread} reaches {reach} pixels from its centre"
            )
        if padding == "valid":
            side -= extent(taps, spread) - 1
        if side < POOL:
            raise ValueError(
                f"with valid padding every feature map must keep at least {POOL} pixels a side to be pooled: "
                f"kernel size {taps} at dilation {spread} leaves {max(side, 0)}"
            )
        sides.append(side)
        side //= POOL
    return sides[0], sides[1]
