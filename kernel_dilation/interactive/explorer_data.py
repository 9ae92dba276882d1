"""Data of the explorer: digits, saliency maps, class models and logits of every arm, for as many replicates as the page has room for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.interactive.packed_arrays import PackedArray, pack_signed, pack_unit, rounded

import numpy as np
from numpy.typing import NDArray

SIDE = 28  # of digits, maps and class models, in pixels
MAP_LEVELS = 31  # of each sign: maps are for the eye, and take a third less room than with 127
ARM_BYTES = 12_000  # of each arm's maps on the page, on average over the arms; the first replicate is packed whatever its size

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

    Keys of `maps`: method, panel, then a list over replicates, longer for some methods than for others, of arrays
    (dilations, n, 28, 28) with a scale for each map;
    of `classModels`: panel, then such a list of arrays (dilations, 10, 28, 28); of `logits`: the arm, then (replicates, n, 10).

    Args:
        digits: (n, 28, 28) in [0, 1]; classes, indices: (n,), of the digits among the test digits.
    """
    by_panel = panels(list(explanations))
    first = next(iter(explanations.values()))
    by_method = replicates_that_fit(explanations)
    replicates = max(by_method.values())
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
                panel_name(panel): [pack_maps([explanations[arm].maps[method][replicate] for arm in arms]) for replicate in range(count)]
                for panel, arms in by_panel.items()
            }
            for method, count in by_method.items()
        },
        "classModels": {
            panel_name(panel): [pack_maps([explanations[arm].class_models[replicate] for arm in arms]) for replicate in range(replicates)]
            for panel, arms in by_panel.items()
        },
        "logits": {arm.name: rounded(each.logits[:replicates], 2) for arm, each in explanations.items()},
    }


def pack_maps(maps: Sequence[NDArray[np.floating]]) -> PackedArray:
    """Pack maps of several arms, each (n, 28, 28), as (arms, n, 28, 28) with a scale for each map."""
    return pack_signed(np.stack(maps), (2, 3), SIDE, MAP_LEVELS)


def replicates_that_fit(explanations: Mapping[Arm, ArmExplanations]) -> dict[str, int]:
    """Return how many replicates of each method's maps the page has room for; at least 1.

    Replicate by replicate, methods are packed in their order until the next one would exceed `ARM_BYTES` for each arm.
    """
    methods = list(next(iter(explanations.values())).maps)
    available, counts, size = min(len(each.class_models) for each in explanations.values()), dict.fromkeys(methods, 0), 0
    for replicate, method in product(range(available), methods):
        size += sum(len(pack_maps([each.maps[method][replicate]])["png"]) for each in explanations.values())
        if replicate and size > ARM_BYTES * len(explanations):
            break
        counts[method] += 1
    return counts
