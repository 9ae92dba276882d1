"""Accuracy of every network on every test image, averaged over the arms of a level: what intervals over replicates and images need."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kernel_dilation.analysis.comparison_families import Rows, stack_intervals
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.block_tables import Floats, Treatment
from kernel_dilation.statistics.crossed_comparisons import crossed_ratio

import numpy as np

Correct = Mapping[Arm, Floats]  # (replicates, images), 100 where the network classifies the image correctly and 0 elsewhere


class DilationError(NamedTuple):
    """The test error of a dilation in percent with its interval, and its ratio to that of the smallest dilation with its interval."""

    dilation: int
    error: float
    lower: float
    upper: float
    ratio: float | None  # None for the smallest dilation, and where one of the two makes no errors
    ratio_lower: float | None
    ratio_upper: float | None


def correct_percent(logits: Mapping[Arm, np.ndarray], labels: np.ndarray) -> dict[Arm, Floats]:
    """Return 100 for each image that a network classifies correctly and 0 for each other, (replicates, images), by arm.

    Args:
        logits: (replicates, images, 10), by arm; labels: (images,).
    """
    return {arm: 100.0 * (scores.argmax(2) == labels) for arm, scores in logits.items()}


def level_stack(correct: Correct, factor: str, levels: Sequence[Treatment]) -> Floats:
    """Return the mean over all arms of each level, (levels, replicates, images), in percent."""
    return np.stack([np.mean([values for arm, values in correct.items() if getattr(arm, factor) == level], axis=0) for level in levels])


def arm_rows(correct: Correct, options: Analyze) -> Rows:
    """Return one row for each arm: its mean test accuracy in percent, with its interval over replicates and images."""
    rows: Rows = []
    for arm, values in correct.items():
        lower, upper = stack_intervals(values[np.newaxis], options)
        rows.append({**arm._asdict(), "mean": float(values.mean()), "lower": float(lower[0]), "upper": float(upper[0])})
    return rows


def errors_by_dilation(correct: Correct, dilations: Sequence[Treatment], options: Analyze) -> list[DilationError]:
    """Return the error of each dilation over all its arms, and its ratio to that of the smallest dilation."""
    wrong = 100.0 - level_stack(correct, "dilation", dilations)
    lower, upper = stack_intervals(wrong, options)
    smallest = dilations.index(min(dilations, key=float))
    errors = []
    for index, dilation in enumerate(dilations):
        ratio = crossed_ratio(wrong[index], wrong[smallest], options.alpha) if index != smallest else None
        ends = (ratio.value, ratio.lower, ratio.upper) if ratio else (None, None, None)
        errors.append(DilationError(int(dilation), float(wrong[index].mean()), float(lower[index]), float(upper[index]), *ends))
    return errors
