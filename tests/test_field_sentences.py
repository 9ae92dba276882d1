"""The answer on receptive field and pooling in plain sentences. Oracle: worked by hand."""

from dataclasses import replace

from kernel_dilation.report.field_sentences import field_sentences, mean_accuracy_sentence

import pytest
from made_up_study import made_up_answers, made_up_scope
from poorer_answers import without_each_key

SCOPE = made_up_scope()


def test_receptive_field_and_pooling_are_answered_with_effects_and_intervals():
    lines = field_sentences(made_up_answers()["fields"], SCOPE)
    assert lines[0] == (
        "They make a difference: at some dilation, of 8 method-metric combinations, 75 % differ between average and max pooling and 75 % differ "
        "between kernel sizes 5 and 3. A combination counts if the difference is significant and is not shown to be equivalent."
    )
    assert lines[1:4] == [
        "In test accuracy, average minus max pooling is \N{MINUS SIGN}0.050 percentage points at dilation 1 (95 % CI \N{MINUS SIGN}0.10 to 0; "
        "equivalent) and 0.30 percentage points at dilation 4 (95 % CI 0.20 to 0.40; difference).",
        "The effect of average minus max pooling changes by 0.050 points per pixel of dilation (95 % CI 0.020 to 0.080; p = 0.004); so do 50 % of "
        "the metrics.",
        "The largest effect of average minus max pooling is on gradient total variation at dilation 2: \N{MINUS SIGN}40 %.",
    ]
    assert lines[-1] == "No arm without pooling was trained, so these answers compare max and average pooling only."


def test_a_grid_with_one_pooling_and_one_kernel_size_has_no_answer_on_them():
    text = field_sentences({"verdict": "inconclusive"}, SCOPE)
    assert text == ["Inconclusive. The grid has one pooling and one kernel size, so neither can be compared."]


def test_a_missing_number_of_receptive_field_and_pooling_leaves_its_sentence_out():
    for poorer in without_each_key(made_up_answers()["fields"]):
        assert all("None" not in line and "nan" not in line for line in field_sentences(poorer, SCOPE))


def test_an_arm_that_does_not_pool_needs_no_caveat():
    lines = field_sentences(made_up_answers()["fields"], replace(SCOPE, poolings=("max", "average", "stride")))
    assert not any(line.startswith("No arm without pooling") for line in lines)


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
