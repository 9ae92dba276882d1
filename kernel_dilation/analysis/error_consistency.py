"""Error consistency: whether two networks fail on the same images, beyond what their accuracies alone would give."""

from collections.abc import Mapping

from kernel_dilation.experiment.arms import Arm

import numpy as np


def error_consistency(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Cohen's kappa of two classifiers' being right or wrong on the same images, -1 to 1, (...,) float64.

    Geirhos et al. (2020), equation 1: with c the share of the images on which both are right or both are
    wrong, and e its expectation for independent errors, p q + (1 - p)(1 - q) for accuracies p and q, it is
    (c - e) / (1 - e). 1: they fail on the same images, 0: errors are independent. NaN where both are always
    right or both always wrong, so that there is no chance to compare with.

    Args:
        first, second: (..., images) bool, whether each image is classified correctly.
    """
    observed = (first == second).mean(-1)
    accuracy, other = first.mean(-1), second.mean(-1)
    expected = accuracy * other + (1 - accuracy) * (1 - other)
    return np.divide(observed - expected, 1 - expected, out=np.full(np.shape(observed), np.nan), where=expected < 1)


def pairwise_consistencies(correct: Mapping[Arm, np.ndarray]) -> dict[tuple[int, int], np.ndarray]:
    """Return the error consistency of each pair of dilations and of each dilation with itself, (replicates,).

    Replicate r of the first dilation is compared with replicate r + 1 of the second (the last with the
    first), so that no pair shares a seed. Values are means over kernel sizes and poolings. Pairs in which a
    replicate has no value at any of these are left out.

    Args:
        correct: (replicates, images) bool, by arm.
    """
    groups: dict[tuple[int, int], list[np.ndarray]] = {}
    for first, values in correct.items():
        for second, others in correct.items():
            if first[1:] == second[1:] and first.dilation <= second.dilation and len(values) > 1:
                groups.setdefault((first.dilation, second.dilation), []).append(error_consistency(values, np.roll(others, -1, 0)))
    defined = {pair: np.stack(stack) for pair, stack in sorted(groups.items())}
    return {pair: np.nanmean(stack, 0) for pair, stack in defined.items() if (~np.isnan(stack)).any(0).all()}
