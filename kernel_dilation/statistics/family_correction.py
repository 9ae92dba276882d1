"""The correction of p-values within a family of tests: Holm, or Westfall and Young where Holm could never find anything."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kernel_dilation.statistics.block_tables import Floats, differences
from kernel_dilation.statistics.rank_tests import PERMUTATIONS, smallest_p_value
from kernel_dilation.statistics.verdicts import Name, holm
from kernel_dilation.statistics.westfall_young import permutation_p_values, sign_flip_p_values

import numpy as np

ROUNDING = 1e-12  # p-values that differ by less are equal


class CorrectedP(NamedTuple):
    """A p-value corrected within its family, and the smallest that the test and the correction could have given."""

    p_value: float
    smallest: float

    @property
    def is_smallest(self) -> bool:
        """Whether the p-value is its smallest possible one, and hence says nothing of the size of an effect."""
        return 0 < self.p_value <= self.smallest + ROUNDING


def reachable_p_value(blocks: int, treatments: int) -> float:
    """Return the smallest p-value of a permutation test on a table of this size: of all permutations, or of those that are drawn."""
    return max(smallest_p_value(blocks, treatments), 1 / (PERMUTATIONS + 1)) if treatments > 1 else 1.0


def correct_p_values(
    p_values: Mapping[Name, float], smallest: Mapping[Name, float], tables: Mapping[Name, Floats], alpha: float, seed: int
) -> dict[Name, CorrectedP]:
    """Return the corrected p-values of one family, under the same names.

    Holm's correction is used if every test of the family could still be significant after it. Otherwise
    the tests with equally many treatments are corrected together by `westfall_young`, from their tables
    (blocks, treatments), the tests without a table by Holm, and all are multiplied by the number of such
    groups (Bonferroni).

    Args:
        p_values: of single tests.
        smallest: the smallest p-value of each single test; 0 for a test that has no such limit.
        tables: of the tests that have such a limit.
    """
    count = len(p_values)
    if count * max(smallest.values(), default=0.0) <= alpha:
        return {name: CorrectedP(value, min(count * smallest[name], 1.0)) for name, value in holm(p_values).items()}
    groups: dict[int, list[Name]] = {}
    for name, table in tables.items():
        groups.setdefault(table.shape[1], []).append(name)
    others = holm({name: value for name, value in p_values.items() if name not in tables})
    factor = len(groups) + bool(others)
    corrected = {name: CorrectedP(min(factor * value, 1.0), min(factor * smallest[name], 1.0)) for name, value in others.items()}
    for treatments, names in groups.items():
        together = joint_p_values([tables[name] for name in names], treatments, seed)
        for name, value in zip(names, together):
            corrected[name] = CorrectedP(min(factor * float(value), 1.0), min(factor * smallest[name], 1.0))
    return {name: corrected[name] for name in p_values}


def joint_p_values(tables: Sequence[Floats], treatments: int, seed: int) -> Floats:
    """Return the step-down p-values of tables (blocks, treatments) with equally many treatments, (tables,), by Westfall and Young."""
    if treatments < 2:
        return np.ones(len(tables))
    if treatments == 2:
        return sign_flip_p_values(np.column_stack([differences(table) for table in tables]), seed)
    return permutation_p_values(tables, seed)
