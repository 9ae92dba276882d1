"""Test whether the trained networks of each replicate classify the test images equally often correctly.

A test over replicates asks how dilation affects newly trained networks; a test over images asks
whether the networks at hand differ on images like these. With many images, the latter finds
differences that would not recur in another training, so neither test replaces the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from kernel_dilation.statistics.block_tables import Treatment
from kernel_dilation.statistics.verdicts import holm

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.contingency_tables import cochrans_q, mcnemar

Correctness = NDArray[np.bool_]


@dataclass(frozen=True)
class ImagePair:
    """McNemar's exact test of two networks of one replicate over the test images."""

    replicate: int
    first: Treatment
    second: Treatment
    only_first: int  # number of images that only the first network classifies correctly
    only_second: int
    p_value: float
    holm_p_value: float  # corrected over the pairs of the replicate


def cochran_p_values(correct: Correctness) -> list[float]:
    """Return, for each replicate, the p-value of Cochran's Q (1950): "its networks are equally often correct".

    `correct` is true where a network classifies an image correctly, (replicates, images, treatments).
    Two treatments are compared by McNemar's exact test. The p-value is 1 if every image is classified
    correctly by all networks or by none.

    Raises:
        ValueError: `correct` does not have three axes or is not Boolean.
    """
    return [_cochran_p_value(images) for images in _check_correctness(correct)]


def _cochran_p_value(correct: Correctness) -> float:
    """Return the p-value for one replicate, (images, treatments)."""
    discordant = correct[correct.any(axis=1) & ~correct.all(axis=1)]
    if not len(discordant):
        return 1.0
    if correct.shape[1] == 2:
        return _mcnemar_p_value(*_count_discordant(discordant[:, 0], discordant[:, 1]))
    return float(cochrans_q(discordant).pvalue)


def mcnemar_pairs(correct: Correctness, treatments: Sequence[Treatment]) -> list[ImagePair]:
    """Compare the networks of each replicate in pairs of treatments by McNemar's (1947) exact test.

    `correct` is as in `cochran_p_values`; p-values are corrected by Holm within each replicate.

    Raises:
        ValueError: as in `cochran_p_values`, or treatments that do not match the last axis.
    """
    if _check_correctness(correct).shape[2] != len(treatments):
        raise ValueError(f"there must be one network for each treatment; got {correct.shape[2]} for {len(treatments)} treatments")
    columns = list(combinations(range(len(treatments)), 2))
    rows = []
    for replicate, images in enumerate(correct):
        counts = [_count_discordant(images[:, first], images[:, second]) for first, second in columns]
        p_values = {pair: _mcnemar_p_value(*count) for pair, count in zip(columns, counts)}
        corrected = holm(p_values)
        rows += [
            ImagePair(replicate, treatments[pair[0]], treatments[pair[1]], *count, p_values[pair], corrected[pair])
            for pair, count in zip(columns, counts)
        ]
    return rows


def _check_correctness(correct: Correctness) -> Correctness:
    """Return the array itself if it is Boolean and has three axes; refuse it otherwise."""
    if correct.ndim != 3 or correct.dtype != np.bool_:
        raise ValueError(
            f"`correct` must be true or false for replicates, images and treatments; got {correct.dtype} values of shape {correct.shape}"
        )
    return correct


def _count_discordant(first: Correctness, second: Correctness) -> tuple[int, int]:
    """Return the numbers of images that only the first network and only the second network classify correctly."""
    return int((first & ~second).sum()), int((second & ~first).sum())


def _mcnemar_p_value(only_first: int, only_second: int) -> float:
    """Return the two-sided exact p-value; 1 if no image is discordant."""
    return float(mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue)
