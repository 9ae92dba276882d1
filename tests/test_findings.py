"""What else was found on each question. Oracle: written by hand from made-up answers."""

from dataclasses import replace

from kernel_dilation.presentation.text_formatting import format_p_value
from kernel_dilation.report.findings import findings
from kernel_dilation.report.headlines import QUESTIONS, accuracy_headline, mean_accuracy_sentence

import pandas as pd
import pytest
from made_up_study import made_up_answers, made_up_scope
from paragraph_numbers import numbers_in
from poorer_answers import without_each_key

SCOPE = made_up_scope()


def found(question: str, **answer: object) -> list[str]:
    """Return what is found on a question whose answer has a verdict and these values."""
    return findings({question: {"verdict": "difference", **answer}}, {}, SCOPE)[question]


def test_the_findings_of_made_up_answers_are_these():
    assert findings(made_up_answers(), {}, SCOPE) == {
        "learned": [
            "Dilation 1 has the lowest mean validation loss. To choose between it and the second best by the lower loss is right in about 79 % of "
            "cases after one training of each; no rule that knows only these losses can be sure to do better.",
            "To choose the better one in nineteen of twenty cases, such a choice needs 2 to 271 trainings of each.",
            "Each way was run 3 times in every kind of data, on 800 training images drawn anew for each run. This cannot show that any way is "
            "consistent: our criterion needs at least eleven runs for that, even if all choose rightly. It shows what each way costs, cannot rank "
            "them, and tells nothing about more images or longer training.",
        ],
        "saliency": [
            "Huang and Grethlein (2019) reported that class models become more interpretable at larger dilations. Interpretability itself was not "
            "measured here, but one metric that comes near it. These increase with dilation: the correlation with the class mean; none decreases, "
            "which supports the claim as far as these metrics go.",
            "On average, maps of two dilations are less similar than maps of two replicates of one dilation (spearman).",
            "The result is inconclusive for the similarity of maps of two dilations, compared with maps of two replicates of one dilation (ssim).",
            "Maps show a grid pattern with the spacing of their own taps, more than maps of other dilations do, but by less than the margin of 0.05 "
            "(gridding at dilation 2).",
            "Equivalence within the 10 % margin is shown for the recognition of class models by networks of another dilation, compared with networks "
            "of the same dilation (transfer confidence).",
        ],
        "accuracy": [
            "Among individual trained networks, accuracy on this test set differs significantly between dilations in 30 % of the comparisons "
            "(Cochran's Q). This concerns these particular networks and does not generalise to newly trained ones.",
        ],
        "fields": [
            "Beside a trend over dilation, even dilations differ significantly from odd ones, and are not shown to be equivalent, in 25 % of all "
            "metrics, accuracy included. The pooling has a stride of 2, so that taps at even distances meet the same phase of its windows; "
            "whether this is the cause was not tested.",
            "No arm without pooling was trained, so these answers compare max and average pooling only.",
        ],
    }


def test_with_enough_runs_the_rule_s_own_number_is_told():
    scope = replace(SCOPE, learn=SCOPE.learn.model_copy(update={"replicates": 20}))
    answers = {"learned": {"verdict": "inconclusive", "best_way": "race"}}
    assert findings(answers, {}, scope)["learned"] == [
        "Each way was run 20 times in every kind of data, on 800 training images drawn anew for each run. "
        "Our criterion needs at least eleven runs to show that a way is consistent."
    ]


UNKNOWN = {"best_dilation": 1, "trainings_for_95": 270.6, "signal_to_noise": 0.1, "signal_to_noise_lower": -0.6, "signal_to_noise_upper": 0.75}


def test_a_best_dilation_that_is_not_shown_to_be_best_bounds_a_choice_by_the_interval_alone():
    # By hand: Phi(0.75) = 0.773, and (1.645 / 0.75)^2 = 4.8.
    bound, trainings = found("learned", **UNKNOWN)
    assert bound == (
        "Dilation 1 has the lowest mean validation loss, but the second best is not shown to be worse. Even at the favourable end of the interval, "
        "to choose between them by the lower loss is right in at most 77 % of cases after one training of each; no rule that knows only these "
        "losses can be sure to do better."
    )
    assert trainings == (
        "To choose the better one in nineteen of twenty cases, such a choice needs at least 5 trainings of each; the estimate is 271, and no upper "
        "limit is known."
    )


def test_an_interval_below_zero_gives_no_number_of_trainings():
    (bound,) = found("learned", **{**UNKNOWN, "signal_to_noise": -0.5, "signal_to_noise_upper": -0.1})
    assert "at most 50 % of cases" in bound


@pytest.mark.parametrize(("upper", "words"), [(-0.2, "the interval of the slope overlaps with that on the test images."), (
    -0.5, "the interval of the slope does not overlap with that on the test images.")])  # fmt: skip
def test_the_slope_on_the_validation_images_is_compared_with_that_on_the_test_images(upper, words):
    (line,) = found("accuracy", slope_lower=-0.4, slope_upper=-0.1, validation_slope_lower=-0.9, validation_slope_upper=upper)
    assert line.endswith(words)


def test_what_training_adds_is_told_where_it_was_measured():
    assert found("saliency", learned_share_differing=0.25) == [
        "Measured against the same networks at initialisation (difference of differences), what training adds differs "
        "significantly between dilations, and is not shown to be equivalent, in 25 % of the combinations."
    ]


def test_a_comparison_without_an_effect_has_no_direction():
    assert found("saliency", noise_floor={"ssim": {"verdict": "difference"}}) == [
        "There is a significant difference in the similarity of maps of two dilations, compared with maps of two replicates of one dilation (ssim)."
    ]


def test_dilations_that_cannot_be_told_apart_are_named():
    assert found("accuracy", neighbours_differ={"1-2": False, "2-4": True}) == [
        "Dilations 1 and 2 cannot be told apart over new replicates and new images."
    ]
    assert found("accuracy", neighbours_differ={"1-2": False, "2-4": False}) == [
        "These neighbouring dilations cannot be told apart over new replicates and new images: 1 and 2; 2 and 4."
    ]
    assert found("accuracy", neighbours_differ={"1-2": True}) == []


@pytest.mark.parametrize(("share", "text"), [(0.0, "in no comparison ("), (1.0, "in every comparison ("), (0.5, "in 50 % of the comparisons (")])
def test_individual_networks_differ_in_none_some_or_every_comparison(share, text):
    assert text in found("accuracy", images_differ_share=share)[0]


def test_the_class_whose_errors_change_most_is_told():
    """By hand: class 8 is classified rightly in 96 and 94 % at dilation 1 and in 90 and 88 % at dilation 4; class 1 hardly changes."""
    rows = [(1, 8, 8, 96.0), (1, 8, 8, 94.0), (4, 8, 8, 90.0), (4, 8, 8, 88.0), (1, 8, 3, 5.0), (1, 1, 1, 99.0), (4, 1, 1, 98.0)]
    confusion = pd.DataFrame(rows, columns=["dilation", "actual", "predicted", "percent"])
    answers = {"accuracy": {"verdict": "difference"}}
    assert findings(answers, {"confusion": confusion}, SCOPE)["accuracy"] == [
        "The errors of class 8 change most, from 5 % at dilation 1 to 11 % at dilation 4 (mean over all arms)."
    ]
    assert findings(answers, {"confusion": confusion[confusion["dilation"] == 1]}, SCOPE)["accuracy"] == []


def test_an_arm_that_does_not_pool_needs_no_caveat():
    lines = findings(made_up_answers(), {}, replace(SCOPE, poolings=("max", "average", "stride")))["fields"]
    assert not any(line.startswith("No arm without pooling") for line in lines)


def test_a_missing_number_leaves_its_finding_out_and_nothing_else_breaks():
    full = sum(map(len, findings(made_up_answers(), {}, SCOPE).values()))
    for answers in without_each_key(made_up_answers()):
        lines = findings(answers, {}, SCOPE)
        assert list(lines) == list(QUESTIONS)
        assert all(line.endswith((".", ").")) and "None" not in line and "nan" not in line for part in lines.values() for line in part)
        assert sum(map(len, lines.values())) <= full


def test_the_smallest_p_value_of_a_test_is_written_as_such():
    assert format_p_value(0.0078125, 0.0078125) == "p \N{LESS-THAN OR EQUAL TO} 0.008 (the smallest possible)"
    assert format_p_value(0.02, 0.0078125) == "p = 0.020"


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (
            {"pooling_verdict": "difference", "pooling_pair": "average minus max", "pooling_points": 0.3},
            "Averaged over dilations, average pooling raises accuracy by 0.30 percentage points compared with max pooling.",
        ),
        (
            {"kernel_size_verdict": "negligible", "kernel_size_pair": "5 minus 3", "kernel_size_points": -0.1},
            "Averaged over dilations, kernel size 5 lowers accuracy negligibly, by 0.10 percentage points compared with kernel size 3.",
        ),
        ({"pooling_verdict": "difference"}, "Averaged over dilations, accuracy differs between max and average pooling."),
        (
            {"pooling_verdict": "equivalent", "kernel_size_verdict": "inconclusive"},
            "Averaged over dilations, max and average pooling are equivalent in accuracy; neither a difference in accuracy nor equivalence is shown "
            "between kernel sizes 3 and 5.",
        ),
        (
            {"kernel_size_verdict": "untestable"},
            "Averaged over dilations, the replicates are too few to test accuracy between kernel sizes 3 and 5.",
        ),
        ({"pooling_points": 0.3}, ""),
    ],
)
def test_each_verdict_on_mean_accuracy_has_its_words(numbers, sentence):
    assert mean_accuracy_sentence(numbers, {}, SCOPE) == sentence


def test_a_single_dilation_is_not_averaged_over():
    text = mean_accuracy_sentence({"pooling_verdict": "equivalent"}, {}, replace(SCOPE, dilations=(2,)))
    assert text == "Max and average pooling are equivalent in accuracy."


@pytest.mark.parametrize(
    ("smallest", "largest", "words"),
    [
        ((0.4, "difference"), (-0.6, "difference"), "kernel 5 is better at dilation 1 and kernel 3 at dilation 4"),
        ((0.4, "difference"), (0.6, "difference"), "how much depends on the dilation"),
        ((0.4, "inconclusive"), (-0.6, "difference"), "how much depends on the dilation"),
    ],
)
def test_a_mean_over_dilations_that_hides_a_crossing_says_so(smallest, largest, words):
    """Without it, kernel sizes would be called equivalent where the one is better at small and the other at large dilations."""
    ends = {"points_smallest": smallest[0], "verdict_smallest": smallest[1], "points_largest": largest[0], "verdict_largest": largest[1]}
    fields = {"kernel_5_minus_3": {"interaction_verdict": "difference", **ends}, "average_minus_max": {"interaction_verdict": "inconclusive"}}
    accuracy = {"pooling_verdict": "equivalent", "kernel_size_verdict": "equivalent", "kernel_size_pair": "5 minus 3"}
    sentence = mean_accuracy_sentence(accuracy, fields, SCOPE)
    assert numbers_in(sentence) == []
    assert sentence == (
        f"Averaged over dilations, max and average pooling are equivalent in accuracy; kernel sizes 3 and 5 are equivalent in accuracy, but {words}."
    )


@pytest.mark.parametrize(
    ("lower", "upper", "end"),
    [(1.1, 1.4, ": dilation 4 makes more errors than dilation 1."), (0.7, 0.9, ": dilation 4 makes fewer errors than dilation 1."), (0.9, 1.4, ".")],
)
def test_the_third_answer_says_which_dilation_makes_more_errors_if_that_is_shown(lower, upper, end):
    shown = accuracy_headline({"verdict": "difference", "error_ratio": 1.2, "error_ratio_lower": lower, "error_ratio_upper": upper}, SCOPE)
    assert shown.sentence == f"Yes. Test accuracy depends on the dilation of the first convolution{end}"
