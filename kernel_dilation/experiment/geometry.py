<<<<<<< HEAD
"""Geometry of the network: extents of kernels, sides of feature maps, and receptive fields."""
=======
"""The geometry of the network: extents of kernels, sides of feature maps, and receptive fields."""
>>>>>>> b53bf67209e01624d1f34c74471e139a797b2bea

from collections.abc import Sequence

SECOND_KERNEL_SIZE = 3  # the second convolution is the same in every arm
POOL = 2  # side and stride of every pooling window


def extent(kernel_size: int, dilation: int) -> int:
<<<<<<< HEAD
    """Side, in pixels, of the square that a dilated kernel spans: 3 taps at dilation 2 span 5 pixels."""
=======
    """Return the side, in pixels, of the square that a dilated kernel spans: 3 taps at dilation 2 span 5."""
>>>>>>> b53bf67209e01624d1f34c74471e139a797b2bea
    return (kernel_size - 1) * dilation + 1


def layer_dilations(dilation: int, dilate: str) -> tuple[int, int]:
<<<<<<< HEAD
    """Dilations of the two convolutions if the `first` or `all` of them are dilated."""
=======
    """Return the dilations of both convolutions; either the `first` or `all` are dilated, by `dilate`."""
>>>>>>> b53bf67209e01624d1f34c74471e139a797b2bea
    return dilation, dilation if dilate == "all" else 1


def pooling_window(pooling: str) -> int:
<<<<<<< HEAD
    """Side, in pixels, of the window from which one pooled value is computed: 1 for `stride`, which keeps every second pixel."""
=======
    """Return the side, in pixels, of the pooling window: 1 for `stride`, which keeps every second pixel unchanged."""
>>>>>>> b53bf67209e01624d1f34c74471e139a797b2bea
    return 1 if pooling == "stride" else POOL


def receptive_field(kernel_sizes: Sequence[int], dilations: Sequence[int], strides: Sequence[int] = ()) -> int:
<<<<<<< HEAD
    """Side, in pixels, of the input square on which one output unit depends.

    Two kernels of size 3 at dilation 2 have a receptive field of 9. Each layer adds its extent minus 1,
    times the product of the strides before it; `strides` are all 1 if not given. Araujo et al. (2019), equation 2.
=======
    """Return the side, in pixels, of the receptive field of one output unit.

    Two 3-wide kernels at dilation 2 give 9. Each layer adds its extent minus 1, times the strides of
    the layers before it; `strides` are all 1 if not given. Araujo et al. (2019), equation 2.
>>>>>>> b53bf67209e01624d1f34c74471e139a797b2bea

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
<<<<<<< HEAD
    """Receptive field, in pixels, of one unit behind the last pooling; `stride` pools over one pixel."""
=======
    """Return the side, in pixels, of the receptive field of one unit of the last pooled feature maps."""
>>>>>>> b53bf67209e01624d1f34c74471e139a797b2bea
    window = pooling_window(pooling)
    first, second = layer_dilations(dilation, dilate)
    return receptive_field([kernel_size, window, SECOND_KERNEL_SIZE, window], [first, 1, second, 1], [1, POOL, 1, POOL])


def feature_map_sides(side: int, kernel_size: int, dilation: int, dilate: str, padding: str) -> tuple[int, int]:
<<<<<<< HEAD
    """Sides, in pixels, of the feature maps of the two convolutions, before pooling.

    Raises:
        ValueError: with `same` padding, a kernel whose outer taps never meet its input; with `valid`
            padding, feature maps that vanish.
=======
    """Return the sides, in pixels, of both convolutions' feature maps before pooling, for images of a given side.

    Raises:
        ValueError: with `same` padding, the outer taps of a kernel never meet its input; or with `valid`
            padding, too little is left of a feature map.
>>>>>>> b53bf67209e01624d1f34c74471e139a797b2bea
    """
    sides = []
    for taps, spread in zip((kernel_size, SECOND_KERNEL_SIZE), layer_dilations(dilation, dilate)):
        reach = taps // 2 * spread
        if padding == "same" and reach >= side:
            raise ValueError(
<<<<<<< HEAD
                f"the outer taps of a kernel must overlap its input, which is {side} pixels wide: "
=======
                f"a kernel's outer taps must meet its input, {side} pixels wide: "
>>>>>>> b53bf67209e01624d1f34c74471e139a797b2bea
                f"kernel size {taps} at dilation {spread} reaches {reach} pixels from its centre"
            )
        if padding == "valid":
            side -= extent(taps, spread) - 1
        if side < POOL:
            raise ValueError(
<<<<<<< HEAD
                f"with valid padding, every feature map must be at least {POOL} pixels wide to be pooled: "
=======
                f"with valid padding every feature map must keep at least {POOL} pixels a side to be pooled: "
>>>>>>> b53bf67209e01624d1f34c74471e139a797b2bea
                f"kernel size {taps} at dilation {spread} leaves {max(side, 0)}"
            )
        sides.append(side)
        side //= POOL
    return sides[0], sides[1]
