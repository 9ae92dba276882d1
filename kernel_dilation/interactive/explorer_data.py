"""Data of the explorer: digits, saliency maps, class models and logits of every arm, for as many replicates as the page has room for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.interactive.packed_arrays import PackedArray, pack_signed, pack_unit, rounded

import numpy as np
from numpy.typing import NDArray

SIDE = 28  # of digits, maps and class models, in pixels
MAP_BYTES = 1_300_000  # of maps on the page; the first replicate is packed whatever its size

Panel = tuple[int, str]  # kernel size and pooling: the arms that differ in their dilation alone


@dataclass(frozen=True)
class ArmExplanations:
    """What the networks of one arm make of the same digits."""

    maps: Mapping[str, NDArray[np.floating]]  # by method, (replicates, n, 28, 28), signed
    class_models: NDArray[np.floating]  # (replicates, 10, 28, 28), signed
    logits: NDArray[np.floating]  # (replicates, n, 10), of the digits


def panels(arms: Sequence[Arm]) -> dict[Panel, list[Arm]]:
    """Return the arms of each kernel size and pooling, the smallest dilation first."""
    return {
        panel: [arm for arm in sorted(arms) if (arm.kernel_size, arm.pooling) == panel]
        for panel in dict.fromkeys((arm.kernel_size, arm.pooling) for arm in arms)
    }


def panel_name(panel: Panel) -> str:
    """Name of a kernel size and pooling, such as `3-max`."""
    return f"{panel[0]}-{panel[1]}"


def pack_explorer(
    digits: NDArray[np.floating], classes: NDArray[np.integer], indices: NDArray[np.integer], explanations: Mapping[Arm, ArmExplanations]
) -> dict[str, object]:
    """Return the data of the explorer.

    Keys of `maps`: method, panel, then a list over replicates of arrays (dilations, n, 28, 28) with a scale for each map;
    of `classModels`: panel, then such a list of arrays (dilations, 10, 28, 28); of `logits`: the arm, then (replicates, n, 10).

    Args:
        digits: (n, 28, 28) in [0, 1]; classes, indices: (n,), of the digits among the test digits.
    """
    by_panel = panels(list(explanations))
    first = next(iter(explanations.values()))
    replicates = replicates_that_fit(explanations)
    return {
        "panels": [
            {"name": panel_name(panel), "kernelSize": panel[0], "pooling": panel[1], "dilations": [arm.dilation for arm in arms]}
            for panel, arms in by_panel.items()
        ],
        "methods": list(first.maps),
        "replicates": replicates,
        "digits": pack_unit(digits, SIDE),
        "classes": classes.tolist(),
        "indices": indices.tolist(),
        "maps": {
            method: {
                panel_name(panel): [pack_maps([explanations[arm].maps[method][replicate] for arm in arms]) for replicate in range(replicates)]
                for panel, arms in by_panel.items()
            }
            for method in first.maps
        },
        "classModels": {
            panel_name(panel): [pack_maps([explanations[arm].class_models[replicate] for arm in arms]) for replicate in range(replicates)]
            for panel, arms in by_panel.items()
        },
        "logits": {arm.name: rounded(each.logits[:replicates], 2) for arm, each in explanations.items()},
    }


def pack_maps(maps: Sequence[NDArray[np.floating]]) -> PackedArray:
    """Pack maps of several arms, each (n, 28, 28), as (arms, n, 28, 28) with a scale for each map."""
    return pack_signed(np.stack(maps), (2, 3), SIDE)


def replicates_that_fit(explanations: Mapping[Arm, ArmExplanations]) -> int:
    """Return how many replicates have maps of at most `MAP_BYTES` together on the page; at least 1."""
    available = min(len(each.class_models) for each in explanations.values())
    size = 0
    for replicate in range(available):
        for each, method in product(explanations.values(), next(iter(explanations.values())).maps):
            size += len(pack_maps([each.maps[method][replicate]])["png"])
        if size > MAP_BYTES:
            return max(replicate, 1)
    return available
