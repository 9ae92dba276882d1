"""Tables of blocks by treatments."""

from kernel_dilation.statistics.block_tables import check_table, differences, relative_margins, sign_patterns

import numpy as np
import pytest


def test_a_missing_value_is_refused_and_its_block_and_treatment_are_named():
    with pytest.raises(ValueError, match="treatment 3 in block 1 is missing"):
        check_table([[1.0, 2.0], [3.0, np.nan]], [1, 3])


def test_an_infinite_value_is_refused_and_its_block_and_treatment_are_named():
    with pytest.raises(ValueError, match="treatment 'max' in block 0 is infinite"):
        check_table([[np.inf, 2.0]], ["max", "average"])


@pytest.mark.parametrize(
    ("values", "treatments", "rule"),
    [([1.0, 2.0], [1, 2], "blocks and treatments"), ([[1.0, 2.0]], [1], "one column"), ([[1.0, 2.0]], [1, 1], "only once"), ([[]], [], "shape")],
)
def test_a_table_that_does_not_match_its_treatments_is_refused(values, treatments, rule):
    with pytest.raises(ValueError, match=rule):
        check_table(values, treatments)


def test_differences_that_are_equal_in_decimal_arithmetic_are_equal():
    # By hand: 0.3 - 0.2 and 0.2 - 0.1 are both 0.1, but differ in floating-point arithmetic.
    table = np.array([[0.2, 0.3], [0.1, 0.2]])
    assert 0.3 - 0.2 != 0.2 - 0.1
    assert len(set(differences(table)[:, 0])) == 1


def test_columns_that_differ_only_by_rounding_error_do_not_differ():
    table = np.array([[0.3, 0.1 + 0.2]])
    assert table[0, 0] != table[0, 1]
    assert differences(table)[0, 0] == 0


def test_differences_are_second_minus_first_of_every_pair_in_order():
    # By hand.
    assert differences(np.array([[1.0, 3.0, 7.0]])).tolist() == [[2.0, 6.0, 4.0]]


def test_a_relative_margin_is_a_share_of_the_value_at_the_smallest_treatment_whatever_its_sign():
    # By hand: the smallest treatment is 1, in the second column, whose mean is -3.
    table = np.array([[9.0, -2.0], [9.0, -4.0]])
    assert relative_margins(table, [2, 1], 0.1).tolist() == pytest.approx([0.2, 0.4])


def test_few_blocks_have_every_pattern_of_signs_once():
    patterns = sign_patterns(3, 100, 0)
    assert len({tuple(pattern) for pattern in patterns}) == 8 == len(patterns)


def test_many_blocks_have_the_requested_number_of_patterns_which_repeat_with_the_seed():
    assert sign_patterns(20, 100, 0).shape == (100, 20)
    assert (sign_patterns(20, 100, 0) == sign_patterns(20, 100, 0)).all()
    assert (sign_patterns(20, 100, 0) != sign_patterns(20, 100, 1)).any()
