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


def half_energy_radius(fields: np.ndarray) -> np.ndarray:
    """Return the radius, in pixels, of the circle that holds half of the squared gradient, for each of (..., 28, 28) fields.

    Its centre is the centroid of the squared gradient. Pixels at the same distance count half as inside
    their own circle, and between distances the share is interpolated linearly. Unlike the area above a threshold, it depends on how the gradient is
    distributed over the field, which Luo et al. (2016) show to be far from even. A field of zeros has
    the radius 0.
    """
    flat = fields.reshape(-1, fields.shape[-2] * fields.shape[-1]).astype(np.float64) ** 2
    places = np.indices(fields.shape[-2:]).reshape(2, -1)
    return np.array([half_radius(energy, places) for energy in flat]).reshape(fields.shape[:-2])


def half_radius(energy: np.ndarray, places: np.ndarray) -> float:
    """Return the radius around the centroid that holds half of `energy` (pixels,) at `places` (2, pixels)."""
    if not energy.any():
        return 0.0
    centre = (places * energy).sum(1, keepdims=True) / energy.sum()
    lit = energy > 0
    distances, ring = np.unique(np.round(np.hypot(*(places[:, lit] - centre)), 9), return_inverse=True)
    rings = np.bincount(ring, energy[lit])
    share = (np.cumsum(rings) - rings / 2) / energy.sum()  # of the smaller rings and half of this one
    return float(np.interp(0.5, share, distances))


def receptive_field_row(
    arm: Arm, dilate: str, fields: np.ndarray, untrained: np.ndarray, accuracies: np.ndarray, options: Analyze
) -> dict[str, object]:
    """Return an arm's theoretical and effective receptive fields in pixels, the latter with intervals, and its mean accuracy.

    `effective` is the side above the threshold, with its interval from `lower` to `upper`. `radius` is
    the `half_energy_radius`, `untrained_radius` the same before training, and `radius_change` their
    difference, each with its interval.

    Args:
        fields, untrained: (replicates, 28, 28), from `effective_receptive_field`, after and before training.
        accuracies: (replicates,) in percent.
    """
    effective = mean_with_interval(effective_side(fields), options)
    radius, radius_before = half_energy_radius(fields), half_energy_radius(untrained)
    radii = {"radius": radius, "untrained_radius": radius_before, "radius_change": radius - radius_before}
    with_ends = {
        f"{name}{'' if part == 'mean' else f'_{part}'}": value
        for name, values in radii.items()
        for part, value in mean_with_interval(values, options).items()
    }
    theoretical = network_receptive_field(arm.kernel_size, arm.dilation, dilate, arm.pooling)
    return {
        **arm._asdict(), "extent": extent(arm.kernel_size, arm.dilation), "theoretical": theoretical, "effective": effective["mean"],
        "lower": effective["lower"], "upper": effective["upper"], **with_ends, "accuracy": float(np.mean(accuracies)),
    }  # fmt: skip
