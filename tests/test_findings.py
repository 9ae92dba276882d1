"""What else was found on each question. Oracle: written by hand from made-up answers."""

from dataclasses import replace

from kernel_dilation.presentation.text_formatting import format_p_value
from kernel_dilation.report.findings import findings
from kernel_dilation.report.headlines import QUESTIONS, mean_accuracy_sentence

import pytest
from made_up_study import made_up_answers, made_up_scope
from poorer_answers import without_each_key

SCOPE = made_up_scope()


def found(question: str, **answer: object) -> list[str]:
    """Return what is found on a question whose answer has a verdict and these values."""
    return findings({question: {"verdict": "difference", **answer}}, SCOPE)[question]


def test_the_findings_of_made_up_answers_are_these():
    assert findings(made_up_answers(), SCOPE) == {
        "learned": [
            "Dilation 1 has the lowest mean validation loss. Chance limits every rule: whichever of the two best dilations is better, none can be "
            "sure to choose it in more than 79 % of cases after one training of each.",
            "To choose the better one in 95 % of cases, every rule needs at least 5 trainings of each of the two best dilations.",
            "Each way was run 3 times in every kind of data, on 800 training images drawn anew for each run. This cannot show that any way is "
            "consistent: the rule needs at least eleven runs for that, even if all choose rightly. It compares the ways and their prices, and tells "
            "nothing about more images or longer training.",
        ],
        "saliency": [
            "Huang and Grethlein (2019) reported that class models become more interpretable at larger dilations. Interpretability was not measured "
            "here. On a linear fit, the correlation of class models with the mean image of their class increases with dilation "
            "(verdict: difference).",
            "On average, maps of two dilations are less similar than maps of two replicates of one dilation (spearman).",
            "The result is inconclusive for the similarity of maps of two dilations, compared with maps of two replicates of one dilation (ssim).",
            "At the lag of their own dilation, maps have a higher peak of autocorrelation than maps of other dilations, but by less than the 10 % "
            "margin (gridding at dilation 2).",
            "Equivalence within the 10 % margin is shown for the recognition of class models by networks of another dilation, compared with networks "
            "of the same dilation (transfer confidence).",
        ],
        "accuracy": [
            "Among individual trained networks, accuracy on this test set differs significantly between dilations in 30 % of the comparisons "
            "(Cochran's Q). This concerns these particular networks and does not generalise to newly trained ones.",
        ],
        "fields": [
            "Beside a trend over dilation, even dilations differ significantly from odd ones, and are not shown to be equivalent, in 25 % of all "
            "metrics, accuracy included. The pooling has a stride of 2, so taps at even distances meet the same phase of its windows.",
            "No arm without pooling was trained, so these answers compare max and average pooling only.",
        ],
    }


def test_with_enough_runs_the_rule_s_own_number_is_told():
    scope = replace(SCOPE, learn=SCOPE.learn.model_copy(update={"replicates": 20}))
    answers = {"learned": {"verdict": "inconclusive", "best_way": "race"}}
    assert findings(answers, scope)["learned"] == [
        "Each way was run 20 times in every kind of data, on 800 training images drawn anew for each run. "
        "The rule needs at least eleven runs to show that a way is consistent."
    ]


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
        "These neighbouring dilations cannot be told apart over new replicates and new images: 1 and 2."
    ]
    assert found("accuracy", neighbours_differ={"1-2": True}) == []


@pytest.mark.parametrize(("share", "text"), [(0.0, "in no comparison ("), (1.0, "in every comparison ("), (0.5, "in 50 % of the comparisons (")])
def test_individual_networks_differ_in_none_some_or_every_comparison(share, text):
    assert text in found("accuracy", images_differ_share=share)[0]


def test_an_arm_that_does_not_pool_needs_no_caveat():
    lines = findings(made_up_answers(), replace(SCOPE, poolings=("max", "average", "stride")))["fields"]
    assert not any(line.startswith("No arm without pooling") for line in lines)


def test_a_missing_number_leaves_its_finding_out_and_nothing_else_breaks():
    full = sum(map(len, findings(made_up_answers(), SCOPE).values()))
    for answers in without_each_key(made_up_answers()):
        lines = findings(answers, SCOPE)
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
    assert mean_accuracy_sentence(numbers, SCOPE) == sentence


def test_a_single_dilation_is_not_averaged_over():
    text = mean_accuracy_sentence({"pooling_verdict": "equivalent"}, replace(SCOPE, dilations=(2,)))
    assert text == "Max and average pooling are equivalent in accuracy."
