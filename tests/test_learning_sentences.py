"""The sentences on learning the dilation. Oracle: written by hand from made-up answers."""

from dataclasses import replace

from kernel_dilation.report.learning_sentences import learning_sentences

import pytest
from made_up_study import made_up_answers, made_up_scope

SCOPE = made_up_scope()


def test_learning_is_answered_by_the_best_way_with_its_shares_and_price():
    answer = made_up_answers(learners=("mixture",))["learned"]
    assert learning_sentences(answer, SCOPE) == [
        "Yes. A race between the dilations is consistent: in the kind of data where it did worst, it chose a right dilation in 97 % of its runs "
        "(95 % CI 83 % to 99.9 %), and two runs chose the same one with a probability of 94 %. One choice costs 47 trainings on average.",
        "Dilation 1 has the lowest mean validation loss on the images themselves. The lead of the best over the second best is 0.80 times "
        "the standard "
        "deviation of this difference between paired trainings. Whichever of the two is better, no rule can therefore be sure to choose it "
        "in more than "
        "79 % of cases after one training of each, and 95 % of cases take at least 5 trainings of each.",
        "Mixture (inconclusive): right in 50 % of its runs (95 % CI 20 % to 80 %) in the world à trous 2, where it did worst. It is biased: "
        "its choices "
        "lie on average 1.5 pixels above the best dilation (95 % CI 0.50 to 2.5), with a standard deviation of 1.2 pixels.",
        "Each way was run 3 times in every kind of data, on 800 training images drawn anew for each run. This cannot show that any way is "
        "consistent: "
        "the rule needs at least eleven runs for that, even if all choose rightly. It compares the ways and their prices, and tells nothing "
        "about more "
        "images or longer training.",
    ]


@pytest.mark.parametrize(
    ("way", "phrase"),
    [
        ("race", "a race between the dilations"),
        ("mixture", "the method mixture"),
        ("selection_1_by_loss", "selection by the validation loss of 1 training of each dilation"),
        ("selection_5_by_accuracy", "selection by the mean validation accuracy of 5 trainings of each dilation"),
        ("selection_3_by_first_epoch", "selection by the mean training loss of the first epoch of 3 trainings of each dilation"),
    ],
)
def test_without_a_consistent_way_the_most_reliable_one_is_named(way, phrase):
    answer = {"verdict": "inconclusive", "best_way": way, "right_share": 0.9}
    assert learning_sentences(answer, SCOPE)[0] == (
        "Inconclusive. No way to learn the dilation is shown to be consistent, but not all are shown to be inconsistent. "
        f"The most reliable was {phrase}: in the kind of data where it did worst, it chose a right dilation in 90 % of its runs."
    )
    assert learning_sentences({**answer, "verdict": "inconsistent"}, SCOPE)[0].startswith(
        f"No. Every way to learn the dilation that was tried is shown to be inconsistent. The most reliable was {phrase}"
    )


BIAS = {"verdict": "inconsistent", "right_share": 0.4, "bias": -0.2, "bias_lower": -0.9, "bias_upper": 0.5, "deviation": 1.1}


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        (
            {},
            "No bias is shown, so noise alone could explain its errors: its choices lie on average 0.20 pixels below the best dilation "
            "(95 % CI \N{MINUS SIGN}0.90 to 0.50), with a standard deviation of 1.1 pixels.",
        ),
        (
            {"bias": 0.0},
            "its choices lie on average at the best dilation (95 % CI \N{MINUS SIGN}0.90 to 0.50), with a standard deviation of 1.1 pixels.",
        ),
        (
            {"bias_upper": -0.1},
            "It is biased: its choices lie on average 0.20 pixels below the best dilation (95 % CI \N{MINUS SIGN}0.90 to \N{MINUS SIGN}0.10), "
            "with a standard deviation of 1.1 pixels.",
        ),
        (
            {"start_slope": 0.8, "start_slope_lower": 0.6},
            "Its choice depends on the initial dilation: it changes by 0.80 pixels for each pixel of it.",
        ),
        (
            {"start_slope": 0.3, "start_slope_lower": 0.1, "bias_lower": None},
            "Mixture (inconsistent): right in 40 % of its runs in one kind of data, where it did worst.",
        ),
        ({"right_share": 1.0}, "Mixture (inconsistent): right in 100 % of its runs in one kind of data, where it did worst."),
    ],
)
def test_a_method_is_said_to_depend_on_its_start_to_be_biased_or_to_lack_signal(changes, ending):
    value = {key: number for key, number in {**BIAS, **changes}.items() if number is not None}
    assert learning_sentences({"verdict": "inconsistent", "methods": {"mixture": value}}, SCOPE)[1].endswith(ending)


def test_the_world_that_stands_for_all_is_named_with_its_images():
    """By hand: 800 images of 1,000 in the data set or in digits with holes; textures are generated."""
    expected = {
        "digits": "made_up, 800 of 1,000 training images",
        "atrous-2": "made_up in the world à trous 2, 800 of 1,000 training images",
        "textures-3": "textures 3, 1,500 synthetic images",
    }
    for world, text in expected.items():
        assert replace(SCOPE, learn=SCOPE.learn.model_copy(update={"worlds": [world]})).world_images == text


def test_with_enough_runs_the_sentence_on_runs_says_how_many_the_rule_needs():
    scope = replace(SCOPE, learn=SCOPE.learn.model_copy(update={"replicates": 20}))
    assert learning_sentences({"verdict": "inconclusive", "best_way": "race"}, scope)[-1] == (
        "Each way was run 20 times in every kind of data, on 800 training images drawn anew for each run. "
        "The rule needs at least eleven runs to show that a way is consistent."
    )
