"""The correction within a family: Holm where it can win, Westfall and Young elsewhere."""

from kernel_dilation.statistics.family_correction import correct_p_values, reachable_p_value
from kernel_dilation.statistics.rank_tests import omnibus_p_value
from kernel_dilation.statistics.verdicts import holm
from kernel_dilation.statistics.westfall_young import permutation_p_values, sign_flip_p_values

import numpy as np
import pytest

RANDOM = np.random.default_rng(0)


def family(tables: dict) -> tuple[dict, dict]:
    """Return the omnibus p-value of each table, and the smallest that it could have."""
    return {name: omnibus_p_value(table, 0) for name, table in tables.items()}, {
        name: reachable_p_value(*table.shape) for name, table in tables.items()
    }


def test_a_small_family_is_corrected_by_holm():
    tables = {number: RANDOM.normal(size=(8, 2)) + np.array([0, number]) for number in range(4)}
    p_values, smallest = family(tables)
    corrected = correct_p_values(p_values, smallest, tables, 0.05, 0)
    assert {name: each.p_value for name, each in corrected.items()} == holm(p_values)
    assert corrected[0].smallest == 4 * 2 / 256
    assert corrected[3].is_smallest  # all eight blocks agree
    assert not corrected[0].is_smallest


def test_a_large_family_of_two_treatments_is_corrected_over_sign_flips():
    tables = {number: RANDOM.normal(size=(8, 2)) + np.array([0, number / 2]) for number in range(9)}
    corrected = correct_p_values(*family(tables), tables, 0.05, 0)
    expected = sign_flip_p_values(np.stack([table[:, 1] - table[:, 0] for table in tables.values()], 1), 0)
    assert [each.p_value for each in corrected.values()] == pytest.approx(expected)
    assert {each.smallest for each in corrected.values()} == {2 / 256}


def test_a_large_family_of_several_treatments_is_corrected_over_permutations():
    tables = {number: RANDOM.normal(size=(3, 4)) + np.arange(4) for number in range(40)}  # 40 / 24^2 is above 0.05
    corrected = correct_p_values(*family(tables), tables, 0.05, 0)
    assert [each.p_value for each in corrected.values()] == pytest.approx(permutation_p_values(list(tables.values()), 0))


def test_tables_of_different_widths_are_corrected_apart_and_doubled():
    tables = {
        "dilation": RANDOM.normal(size=(6, 4)),
        "pooling": RANDOM.normal(size=(6, 2)),
        "kernel_size": RANDOM.normal(size=(6, 2)) + np.array([0, 9]),
    }
    corrected = correct_p_values(*family(tables), tables, 0.05, 0)  # 3 x 2/64 is above 0.05
    pairs = sign_flip_p_values(np.stack([np.diff(tables[name])[:, 0] for name in ("pooling", "kernel_size")], 1), 0)
    assert corrected["kernel_size"].p_value == pytest.approx(2 * pairs[1])
    assert corrected["dilation"].p_value == pytest.approx(min(1.0, 2 * permutation_p_values([tables["dilation"]], 0)[0]))


def test_tests_without_a_smallest_p_value_are_corrected_by_holm_whatever_their_number():
    p_values = {number: 0.01 * number for number in range(100)}
    assert {name: each.p_value for name, each in correct_p_values(p_values, dict.fromkeys(p_values, 0.0), {}, 0.05, 0).items()} == holm(p_values)


@pytest.mark.parametrize(("blocks", "treatments", "expected"), [(8, 2, 2 / 256), (2, 3, 1 / 6), (10, 7, 1 / 10_000), (8, 1, 1.0), (1, 4, 1.0)])
def test_the_smallest_p_value_is_that_of_all_permutations_or_of_those_drawn(blocks, treatments, expected):
    # By hand: 2/2^8, 1/3!, one of 9,999 drawn and the observed one, and nothing to permute.
    assert reachable_p_value(blocks, treatments) == pytest.approx(expected)
