"""The comparison of treatments in pairs, block by block."""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel_dilation.statistics.bayesian_signed_rank import region_probabilities
from kernel_dilation.statistics.block_tables import Floats, Treatment
from kernel_dilation.statistics.effect_sizes import cohen_dz, hodges_lehmann, mean_intervals, rank_biserial
from kernel_dilation.statistics.family_correction import correct_p_values, reachable_p_value
from kernel_dilation.statistics.rank_tests import signed_ranks, wilcoxon_p_values
from kernel_dilation.statistics.verdicts import tost_p_values

import numpy as np


@dataclass(frozen=True)
class Pair:
    """The comparison of two treatments over the blocks, second minus first; differences are in the unit of the values."""

    first: Treatment
    second: Treatment
    mean_difference: float
    lower: float | None  # ends of the interval of the mean difference; None for a single block
    upper: float | None
    hodges_lehmann: float  # median of the means of all pairs of blocks
    rank_biserial: float  # -1 to 1
    cohen_dz: float | None  # in standard deviations of the differences; None where these do not vary
    wilcoxon_p_value: float
    corrected_p_value: float  # corrected over all pairs of the table, from the Wilcoxon p-values or by Westfall and Young
    tost_p_value: float  # of "differs by the margin or more"
    probability_below: float  # that the second is lower by more than the margin
    probability_within: float  # that they differ by less than the margin
    probability_above: float  # that the second is higher by more than the margin


def compare_pairs(
    paired: Floats, names: Sequence[tuple[Treatment, Treatment]], margins: float | Floats, alpha: float, resamples: int, seed: int
) -> list[Pair]:
    """Compare the treatments of each column of the differences, (blocks, pairs), corrected over all pairs.

    `names` are the two treatments of each pair. `margins` is one number, or one for each block.
    Intervals cover the mean difference with probability 1 - alpha.
    """
    if not names:
        return []
    single = len(paired) < 2
    lower, upper = (np.zeros(len(names)),) * 2 if single else mean_intervals(paired, alpha, resamples, seed)
    wilcoxon = wilcoxon_p_values(paired, seed)
    corrected = correct_pairs(paired, wilcoxon, alpha, seed)
    tost, sizes = tost_p_values(paired, margins), cohen_dz(paired)
    medians, correlations = hodges_lehmann(paired), rank_biserial(signed_ranks(paired))
    regions = region_probabilities(paired, float(np.mean(margins)), seed)
    return [
        Pair(
            first=first,
            second=second,
            mean_difference=float(paired[:, column].mean()),
            lower=None if single else float(lower[column]),
            upper=None if single else float(upper[column]),
            hodges_lehmann=float(medians[column]),
            rank_biserial=float(correlations[column]),
            cohen_dz=sizes[column],
            wilcoxon_p_value=float(wilcoxon[column]),
            corrected_p_value=corrected[column],
            tost_p_value=float(tost[column]),
            probability_below=float(regions[column, 0]),
            probability_within=float(regions[column, 1]),
            probability_above=float(regions[column, 2]),
        )
        for column, (first, second) in enumerate(names)
    ]


def correct_pairs(paired: Floats, p_values: Floats, alpha: float, seed: int) -> list[float]:
    """Return the p-values of Wilcoxon's tests of all columns of differences, (blocks, pairs), corrected as one family."""
    names, smallest = range(paired.shape[1]), reachable_p_value(len(paired), 2)
    tables = {column: np.column_stack([np.zeros(len(paired)), paired[:, column]]) for column in names}
    corrected = correct_p_values(dict(zip(names, p_values)), dict.fromkeys(names, smallest), tables, alpha, seed)
    return [corrected[column].p_value for column in names]
