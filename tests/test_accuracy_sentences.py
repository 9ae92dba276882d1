"""The sentences on accuracy: effects first, with intervals. Oracle: worked by hand."""

from kernel_dilation.presentation.text_formatting import format_p_value
from kernel_dilation.report.sentences import accuracy_sentences

from made_up_study import made_up_answers, made_up_scope

SCOPE = made_up_scope()


def test_errors_come_first_and_dilations_that_cannot_be_told_apart_are_named():
    answer = {
        **made_up_answers()["accuracy"], "error_percent_smallest": 3.93, "error_percent_largest": 5.13, "error_ratio": 1.306,
        "error_ratio_lower": 1.12, "error_ratio_upper": 1.52, "neighbours_differ": {"1-2": False, "2-4": True}, "validation_slope": -0.3,
        "validation_slope_lower": -0.5, "validation_slope_upper": -0.1,
    }  # fmt: skip
    lines = accuracy_sentences(answer, SCOPE)
    assert lines[0] == (
        "Yes. The test error rises from 3.9 % at dilation 1 to 5.1 % at dilation 4 (\N{MULTIPLICATION SIGN}1.31, 95 % CI 1.1 to 1.5): "
        "test accuracy depends on the dilation of the first convolution (p = 0.002, corrected)."
    )
    assert "These neighbouring dilations cannot be told apart over new replicates and new images: 1 and 2." in lines
    assert (
        "On the validation images, a second held-out set, the slope is \N{MINUS SIGN}0.30 (95 % CI \N{MINUS SIGN}0.50 to \N{MINUS SIGN}0.10 over "
        "replicates)."
    ) in lines


def test_the_smallest_p_value_of_a_test_is_written_as_such():
    assert format_p_value(0.0078125, 0.0078125) == "p \N{LESS-THAN OR EQUAL TO} 0.008 (the smallest possible)"
    assert format_p_value(0.02, 0.0078125) == "p = 0.020"
    text = accuracy_sentences({"verdict": "difference", "p_value": 0.0078125, "smallest_p_value": 0.0078125}, SCOPE)[0]
    assert text.endswith("(p \N{LESS-THAN OR EQUAL TO} 0.008 (the smallest possible), corrected).")


def test_the_other_factors_have_their_size_before_their_p_value():
    answer = {
        "verdict": "difference", "pooling_p_value": 0.006, "pooling_verdict": "negligible", "pooling_pair": "average minus max",
        "pooling_points": 0.048, "pooling_points_lower": 0.023, "pooling_points_upper": 0.072,
    }  # fmt: skip
    assert accuracy_sentences(answer, SCOPE)[-1] == (
        "Of the other factors, tested in the same way and averaged over dilations, a significant effect is found for pooling (average minus max: "
        "0.048 percentage points, 95 % CI 0.023 to 0.072; p = 0.006; negligible)."
    )
