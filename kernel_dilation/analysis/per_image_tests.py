"""Tests over the test images: do these very networks differ on digits like these.

A test over replicates asks what a dilation does to networks trained anew; one over images asks
whether networks that are already trained differ. With many images the second finds differences
that the next training would not repeat, so neither stands in for the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from kernel_dilation.statistics.blocks import Treatment
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
    only_first: int  # images that only the first network names rightly
    only_second: int
    p_value: float
    holm_p_value: float  # corrected over the pairs of the replicate


def cochran_p_values(correct: Correctness) -> list[float]:
    """p-value of Cochran's Q (1950) for each replicate: "its networks are right equally often".

    `correct` says which network names which image rightly, (replicates, images, treatments). For two
    treatments McNemar's exact test. 1 where no image tells the networks apart.

    Raises:
        ValueError: not three axes, or values other than true and false.
    """
    return [_cochran_p_value(images) for images in _check_correctness(correct)]


def _cochran_p_value(correct: Correctness) -> float:
    """p-value for one replicate, (images, treatments)."""
    telling = correct[correct.any(axis=1) & ~correct.all(axis=1)]
    if not len(telling):
        return 1.0
    if correct.shape[1] == 2:
        return _mcnemar_p_value(*_count_discordant(telling[:, 0], telling[:, 1]))
    return float(cochrans_q(telling).pvalue)


def mcnemar_pairs(correct: Correctness, treatments: Sequence[Treatment]) -> list[ImagePair]:
    """McNemar's (1947) exact test for each replicate and pair of treatments; `correct` as in `cochran_p_values`.

    Raises:
        ValueError: as there, or treatments that do not fit the last axis.
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
    """The array itself, if it is one of true and false with three axes."""
    if correct.ndim != 3 or correct.dtype != np.bool_:
        raise ValueError(f"`correct` must be true or false for replicates, images and treatments; got {correct.dtype} of shape {correct.shape}")
    return correct


def _count_discordant(first: Correctness, second: Correctness) -> tuple[int, int]:
    """How many images only the first, and only the second network names rightly."""
    return int((first & ~second).sum()), int((second & ~first).sum())


def _mcnemar_p_value(only_first: int, only_second: int) -> float:
    """Two-sided exact p-value; 1 without a discordant image."""
    return float(mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue)
