"""Receptive fields of every arm: what theory allows, and what the network in effect makes of it."""

from kernel_dilation.analysis.comparison_families import level_intervals
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import extent, network_receptive_field
from kernel_dilation.experiment.parameters import Analyze

import numpy as np

THRESHOLD = 1 - 0.9545  # of the largest value: what lies above belongs to the effective field


def effective_side(fields: np.ndarray) -> np.ndarray:
    """Side, in pixels, of a square with as many pixels as exceed 4.55 % of the largest, for each of (..., 28, 28) fields.

    Luo et al. (2016), section 3: what exceeds 1 - 95.45 % of the middle's value. Deviation: of the
    largest value, since a dilated kernel may pass over the middle. 0 for a field of zeros.
    """
    largest = fields.max((-2, -1), keepdims=True)
    return np.sqrt(((fields > THRESHOLD * largest) & (largest > 0)).sum((-2, -1)))


def receptive_field_row(arm: Arm, dilate: str, fields: np.ndarray, accuracies: np.ndarray, options: Analyze) -> dict[str, object]:
    """Theoretical and effective receptive field of an arm in pixels, with the effective one's interval, and its mean accuracy.

    Args:
        fields: (replicates, 28, 28), as `effective_receptive_field` gives them; accuracies: (replicates,) percent.
    """
    sides = effective_side(fields)[:, None]
    lower, upper = level_intervals(sides, options)
    theoretical = network_receptive_field(arm.kernel_size, arm.dilation, dilate, arm.pooling)
    return {
        **arm._asdict(), "extent": extent(arm.kernel_size, arm.dilation), "theoretical": theoretical, "effective": float(sides.mean()),
        "lower": float(lower[0]), "upper": float(upper[0]), "accuracy": float(np.mean(accuracies)),
    }  # fmt: skip
