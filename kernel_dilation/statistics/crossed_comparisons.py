"""Comparisons whose tests and intervals hold for new images as well as for new replicates."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from kernel_dilation.statistics.block_tables import Floats, is_numeric
from kernel_dilation.statistics.comparisons import Comparison, Slope
from kernel_dilation.statistics.crossed_means import crossed_means, crossed_tost_p_values, quasi_f_p_value
from kernel_dilation.statistics.effect_sizes import slopes
from kernel_dilation.statistics.verdicts import Name, Verdict, decide_verdict, holm

import numpy as np

IMAGES_TOO_FEW = "over replicates alone it would be settled: more images are needed, not more replicates"


@dataclass(frozen=True)
class Ratio:
    """A ratio of two means, with the ends of its interval; these are None where they cannot be estimated."""

    value: float
    lower: float | None
    upper: float | None


class CrossedVerdict(NamedTuple):
    """A verdict that holds for new images as well as for new replicates, and its corrected p-value of "no treatment differs"."""

    p_value: float
    verdict: Verdict


def crossed_verdicts(stacks: Mapping[Name, Floats], margins: Mapping[Name, float | Floats], alpha: float) -> dict[Name, CrossedVerdict]:
    """Return the verdict of each comparison of one family over replicates and images; both tests are corrected by Holm.

    Treatments are compared by the quasi-F. Where each replicate measured other images, which the quasi-F does
    not allow, pairs are compared by t tests and Bonferroni's inequality. A comparison of a single treatment or
    replicate is left out.

    Args:
        stacks: (treatments, replicates, images), NaN where an image was not measured.
        margins: one number, or one for each replicate.
    """
    tested = {name: stack for name, stack in stacks.items() if min(stack.shape[:2]) > 1}
    p_values = holm({name: crossed_p_value(stack) for name, stack in tested.items()})
    column = {name: np.reshape(margins[name], (-1, 1)) for name in tested}
    tosts = holm({name: float(np.max(crossed_tost_p_values(pair_differences(stack), column[name]))) for name, stack in tested.items()})
    return {name: CrossedVerdict(p_values[name], decide_verdict(p_values[name], tosts[name] <= alpha, alpha)) for name in tested}


def crossed_p_value(stack: Floats) -> float:
    """Return the p-value over replicates and images of "no treatment differs", for a stack that may have gaps."""
    if not np.isnan(stack).any():
        return quasi_f_p_value(stack)
    p_values = crossed_means(pair_differences(stack)).p_values()
    return float(min(1.0, p_values.size * p_values.min()))


def generalise_to_images(comparison: Comparison, stack: Floats, margin: float, alpha: float) -> Comparison:
    """Return the comparison with p-values and intervals that cover new images too; descriptive numbers stay as they are.

    The omnibus test becomes the quasi-F, pairs are tested by t tests whose p-values Holm corrects over the
    pairs, and equivalence by two such tests. A comparison of a single treatment or replicate is unchanged.

    Args:
        stack: (treatments, replicates, images), in the order of the comparison's treatments.
    """
    if min(stack.shape[:2]) < 2:
        return comparison
    paired = pair_differences(stack)
    tost = crossed_tost_p_values(paired, margin)
    corrected = holm(dict(enumerate(crossed_means(paired).p_values())))
    p_value = quasi_f_p_value(stack)
    verdict = decide_verdict(p_value, float(tost.max()) <= alpha, alpha)
    crossed = with_crossed_intervals(comparison, stack, alpha)
    return replace(
        crossed,
        verdict=verdict,
        p_value=p_value,
        smallest_p_value=0.0,
        equivalence_p_value=float(tost.max()),
        pairs=tuple(replace(pair, corrected_p_value=corrected[index], tost_p_value=float(tost[index])) for index, pair in enumerate(crossed.pairs)),
        obstacle=IMAGES_TOO_FEW if verdict == "inconclusive" != comparison.verdict else comparison.obstacle,
    )


def with_crossed_intervals(comparison: Comparison, stack: Floats, alpha: float) -> Comparison:
    """Return the comparison with the intervals of its pairs and its slope over replicates and images, and its tests as they are."""
    if min(stack.shape[:2]) < 2:
        return comparison
    lower, upper = crossed_means(pair_differences(stack)).interval(alpha)
    pairs = tuple(replace(pair, lower=float(lower[index]), upper=float(upper[index])) for index, pair in enumerate(comparison.pairs))
    return replace(comparison, slope=_crossed_slope(comparison, stack, alpha), pairs=pairs)


def pair_differences(stack: Floats) -> Floats:
    """Return the second minus the first treatment of every pair, (pairs, replicates, images)."""
    first, second = np.triu_indices(len(stack), 1)
    return np.stack([stack[after] - stack[before] for before, after in zip(first, second)])


def _crossed_slope(comparison: Comparison, stack: Floats, alpha: float) -> Slope | None:
    """Return the slope along the treatments with its interval over replicates and images; None if treatments are not numbers."""
    if not is_numeric(comparison.treatments):
        return None
    treatments = [float(treatment) for treatment in comparison.treatments]
    estimate = crossed_means(slopes(np.moveaxis(stack, 0, -1), treatments))
    lower, upper = estimate.interval(alpha)
    return Slope(float(estimate.mean), float(lower), float(upper))


def crossed_ratio(numerator: Floats, denominator: Floats, alpha: float) -> Ratio | None:
    """Return the ratio of two means over (replicates, images) with its interval; None if either mean is not above 0.

    The interval is that of the logarithm, by the delta method: it is the mean of x_ri / mean(x) - y_ri / mean(y).
    """
    above, below = float(numerator.mean()), float(denominator.mean())
    if min(above, below) <= 0:
        return None
    if len(numerator) < 2:
        return Ratio(above / below, None, None)
    lower, upper = crossed_means(numerator / above - denominator / below).interval(alpha)
    return Ratio(above / below, float(above / below * np.exp(lower)), float(above / below * np.exp(upper)))
