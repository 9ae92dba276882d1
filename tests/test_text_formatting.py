"""Numbers, p-values, lists and counts as they stand in a sentence. Oracle: written by hand."""

from kernel_dilation.presentation.text_formatting import count_noun, format_number, format_p_value, format_percent, join_with_and, number_word

import pytest


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (96.384, "96.4"), (0.012345, "0.0123"), (1234.5, "1,234"), (-0.5, "\N{MINUS SIGN}0.500"), (float("nan"), ""), (1e-12, "0")],
)
def test_a_number_has_three_significant_digits_and_no_exponent(number, text):
    assert format_number(number) == text


def test_shares_that_are_not_quite_none_or_all_do_not_look_like_it():
    assert [format_percent(share) for share in (0.0, 1e-4, 0.004, 0.5, 0.996, 0.9999, 1.0)] == [
        "0 %",
        "under 0.1 %",
        "0.4 %",
        "50 %",
        "99.6 %",
        "over 99.9 %",
        "100 %",
    ]


def test_p_values_lists_and_counts_in_words():
    assert [format_p_value(value) for value in (0.0, 0.0123, 0.2, float("nan"))] == ["p < 0.001", "p = 0.012", "p = 0.20", ""]
    assert [join_with_and(items) for items in ([], [1], [1, 2], [1, 2, 3])] == ["", "1", "1 and 2", "1, 2 and 3"]
    assert [count_noun(1, "network"), count_noun(1000, "network")] == ["1 network", "1,000 networks"]
    assert [number_word(number) for number in (1, 5, 12, 13)] == ["one", "five", "twelve", "13"]
