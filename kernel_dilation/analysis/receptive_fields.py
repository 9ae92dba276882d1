"""Theoretical and effective receptive fields of the arms."""

from kernel_dilation.analysis.comparison_families import mean_with_interval
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import extent, network_receptive_field
from kernel_dilation.experiment.parameters import Analyze

import numpy as np

THRESHOLD = 1 - 0.9545  # of the largest value; pixels above it belong to the effective field


def effective_side(fields: np.ndarray) -> np.ndarray:
    """Return the side, in pixels, of a square with the area of the effective receptive field, for each of (..., 28, 28) fields.

    The effective field consists of the pixels that exceed 4.55 % of the largest value; a field of
    zeros has the side 0. Luo et al. (2016), section 3, use the pixels that exceed 1 - 95.45 % of the
    value at the centre. We deviate by using the largest value, because a dilated kernel may skip the
    centre.
    """
    largest = fields.max((-2, -1), keepdims=True)
    return np.sqrt(((fields > THRESHOLD * largest) & (largest > 0)).sum((-2, -1)))


def receptive_field_row(arm: Arm, dilate: str, fields: np.ndarray, accuracies: np.ndarray, options: Analyze) -> dict[str, object]:
    """Return an arm's theoretical and effective receptive fields in pixels, the latter with its interval, and its mean accuracy.

    Args:
        fields: (replicates, 28, 28), from `effective_receptive_field`; accuracies: (replicates,) in percent.
    """
    effective = mean_with_interval(effective_side(fields), options)
    theoretical = network_receptive_field(arm.kernel_size, arm.dilation, dilate, arm.pooling)
    return {
        **arm._asdict(), "extent": extent(arm.kernel_size, arm.dilation), "theoretical": theoretical, "effective": effective["mean"],
        "lower": effective["lower"], "upper": effective["upper"], "accuracy": float(np.mean(accuracies)),
    }  # fmt: skip
