"""Contrasts between arms: pooling and kernel size at each dilation, how both change with dilation, and even against odd dilations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.statistics.block_tables import Floats

import numpy as np

REFERENCE_POOLING = "max"  # with which the other poolings are compared, if the grid has it
SLOPE, EVEN_ODD = "slope over dilation", "even - odd"
ALL_ARMS = "all arms"
LEAST_DILATIONS = 4  # for even against odd dilations beside a trend
CUBIC_FROM = 6  # dilations from which the trend beside it is cubic; below it is linear
Weights = Mapping[Arm, float]


@dataclass(frozen=True)
class ArmContrast:
    """A weighted sum of the values of arms, such as average minus max pooling at dilation 2."""

    contrast: str  # `average - max`, `kernel 5 - 3`, or `all arms` for even against odd dilations alone
    term: str  # `simple effect`, or one of SLOPE and EVEN_ODD
    dilation: int | None  # of a simple effect
    weights: Weights
    reference: tuple[Arm, ...]  # whose mean is what a relative margin is a share of

    def of(self, values: Mapping[Arm, Floats]) -> Floats:
        """Return the contrast of values (replicates, images) by arm; NaN where any of its arms has none."""
        return np.sum([weight * values[arm] for arm, weight in self.weights.items()], axis=0)


def simple_effects(arms: Sequence[Arm]) -> list[ArmContrast]:
    """Return each pooling minus the reference pooling and each kernel size minus the smallest, at every dilation.

    The other factor is averaged over. A factor with a single level has no contrast.
    """
    smallest = min(arm.dilation for arm in arms)
    contrasts = []
    for name, factor, level, base in level_pairs(arms):
        reference = tuple(arm for arm in arms if arm.dilation == smallest and getattr(arm, factor) == base)
        for dilation in _dilations(arms):
            weights = difference_weights(arms, factor, level, base, dilation)
            contrasts.append(ArmContrast(name, "simple effect", dilation, weights, reference))
    return contrasts


def interactions(arms: Sequence[Arm]) -> list[ArmContrast]:
    """Return how each simple effect changes with dilation, and even minus odd dilations for all arms and for each simple effect.

    The pooling has a stride of 2, so taps at even distances meet the same phase of its windows and taps at
    odd distances do not. `EVEN_ODD` is the coefficient of evenness beside a polynomial trend.
    """
    dilations = _dilations(arms)
    terms = [*([(SLOPE, slope_weights(dilations))] if len(dilations) > 1 else []), *_evenness(dilations)]
    contrasts = [
        ArmContrast(ALL_ARMS, term, None, _mean_weights(arms, dict(zip(dilations, weights))), _at(arms, dilations[0]))
        for term, weights in terms
        if term == EVEN_ODD
    ]
    for name in dict.fromkeys(effect.contrast for effect in simple_effects(arms)):
        effects = [effect for effect in simple_effects(arms) if effect.contrast == name]
        for term, weights in terms:
            total = _sum_weights(zip(weights, (effect.weights for effect in effects)))
            contrasts.append(ArmContrast(name, term, None, total, effects[0].reference))
    return contrasts


def level_pairs(arms: Sequence[Arm]) -> list[tuple[str, str, str | int, str | int]]:
    """Return the name, factor, level and reference level of each pair that is compared."""
    poolings, sizes = list(dict.fromkeys(arm.pooling for arm in arms)), sorted({arm.kernel_size for arm in arms})
    base = REFERENCE_POOLING if REFERENCE_POOLING in poolings else poolings[0]
    pairs: list[tuple[str, str, str | int, str | int]] = [
        (f"{pooling} - {base}", "pooling", pooling, base) for pooling in poolings if pooling != base
    ]
    return pairs + [(f"kernel {size} - {sizes[0]}", "kernel_size", size, sizes[0]) for size in sizes[1:]]


def difference_weights(arms: Sequence[Arm], factor: str, level: str | int, base: str | int, dilation: int) -> Weights:
    """Return weights that sum to 1 over the arms of the level and to -1 over those of the reference level, at one dilation."""
    sides = [[arm for arm in arms if arm.dilation == dilation and getattr(arm, factor) == value] for value in (level, base)]
    return dict(chain.from_iterable(((arm, sign / len(side)) for arm in side) for side, sign in zip(sides, (1.0, -1.0))))


def slope_weights(dilations: Sequence[int]) -> Floats:
    """Return the weights of the least-squares slope along the dilations."""
    centred = np.asarray(dilations, dtype=np.float64) - np.mean(dilations)
    return np.asarray(centred / (centred**2).sum())


def evenness_weights(dilations: Sequence[int]) -> Floats | None:
    """Return the weights of the coefficient of "is even" beside a trend; None if it cannot be told from the trend.

    The trend is linear, and cubic from six dilations on.
    """
    if len(dilations) < LEAST_DILATIONS:
        return None
    values = np.asarray(dilations, dtype=np.float64)
    scaled = (values - values.mean()) / np.ptp(values)
    trend = np.vander(scaled, 1 + (3 if len(dilations) >= CUBIC_FROM else 1))
    design = np.column_stack([trend, values % 2 == 0])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    return np.asarray(np.linalg.pinv(design)[-1])


def _evenness(dilations: Sequence[int]) -> list[tuple[str, Floats]]:
    """Return the term of even against odd dilations, if there is one."""
    weights = evenness_weights(dilations)
    return [] if weights is None else [(EVEN_ODD, weights)]


def _dilations(arms: Iterable[Arm]) -> list[int]:
    """Return the dilations of the arms, from the smallest."""
    return sorted({arm.dilation for arm in arms})


def _at(arms: Sequence[Arm], dilation: int) -> tuple[Arm, ...]:
    """Return the arms of one dilation."""
    return tuple(arm for arm in arms if arm.dilation == dilation)


def _mean_weights(arms: Sequence[Arm], by_dilation: Mapping[int, float]) -> Weights:
    """Return the weights of a weighted sum over dilations of the mean of their arms."""
    return {arm: by_dilation[arm.dilation] / len(_at(arms, arm.dilation)) for arm in arms}


def _sum_weights(parts: Iterable[tuple[float, Weights]]) -> Weights:
    """Return the weighted sum of several weights."""
    total: dict[Arm, float] = {}
    for factor, weights in parts:
        for arm, weight in weights.items():
            total[arm] = total.get(arm, 0.0) + float(factor) * weight
    return total
