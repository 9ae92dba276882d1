"""Weights of the networks that answer in the page, as 8-bit numbers: one network for each dilation."""

from collections.abc import Mapping, Sequence

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import layer_dilations, pooling_window
from kernel_dilation.interactive.packed_arrays import pack_signed, rounded

import numpy as np
from numpy.typing import NDArray

BIAS_DECIMALS = 5  # biases are few and stay decimal numbers


def pack_network(arm: Arm, weights: Sequence[NDArray[np.floating]], dilate: str, padding: str) -> dict[str, object]:
    """Return one network: its arm, its geometry, and kernel and bias of each layer from the input up.

    Every output channel or unit of a kernel has its own scale, so that its weights err by at most 1/254 of the largest of them.

    Args:
        weights: kernel and bias of two convolutions, (size, size, in, out) and (out,), and of two dense layers, (in, out) and (out,).
        dilate: `first` or `all`; padding: `same` or `valid`.

    Raises:
        ValueError: not four kernels and four biases.
    """
    if len(weights) != 8:
        raise ValueError(f"a network must have kernel and bias of four layers; got {len(weights)} arrays")
    first, second = layer_dilations(arm.dilation, dilate)
    lattice = len(weights[0]) == arm.kernel_size  # taps at random places are stored with all places between them, at dilation 1
    return {
        "arm": arm.name,
        "dilation": arm.dilation,
        "dilations": [first if lattice else 1, second],
        "padding": padding,
        "pooling": arm.pooling,
        "window": pooling_window(arm.pooling),
        "layers": [
            {"kernel": pack_signed(kernel, range(kernel.ndim - 1), kernel.shape[-1]), "bias": rounded(bias, BIAS_DECIMALS)}
            for kernel, bias in zip(weights[::2], weights[1::2])
        ],
    }


def pack_networks(networks: Mapping[Arm, Sequence[NDArray[np.floating]]], dilate: str, padding: str) -> list[dict[str, object]]:
    """Return the packed network of each arm, the smallest dilation first."""
    return [pack_network(arm, networks[arm], dilate, padding) for arm in sorted(networks)]
