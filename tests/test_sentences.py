"""The answers in plain sentences, captions, and the formatting of numbers. Oracle: worked by hand."""

from dataclasses import replace
from pathlib import Path

from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.report.captions import caption
from kernel_dilation.report.saliency_sentences import saliency_sentences
from kernel_dilation.report.scope import scope_of
from kernel_dilation.report.scope_text import scope_text
from kernel_dilation.report.sentences import (
    NO_ANSWER,
    ONE_DILATION,
    QUESTIONS,
    accuracy_sentences,
    answer_sentences,
    held_fixed_sentence,
)

import pytest
from made_up_study import made_up_answers, made_up_scope
from poorer_answers import without_each_key

SCOPE = made_up_scope()


def test_accuracy_is_answered_with_its_numbers():
    assert accuracy_sentences(made_up_answers()["accuracy"], SCOPE) == [
        "Yes. Test accuracy depends on the dilation of the first convolution (p = 0.002, corrected).",
        "Dilation 1 has the highest mean test accuracy (96.5 %); the lowest is 0.80 percentage points below it. "
        "Kendall's W of the replicates' rankings of the dilations is 0.70 (0: no agreement, 1: identical rankings).",
        "On a linear fit, accuracy changes by \N{MINUS SIGN}0.25 percentage points per pixel of dilation "
        "(95 % CI \N{MINUS SIGN}0.40 to \N{MINUS SIGN}0.10; trend test: p < 0.001).",
        "Of the other factors, tested in the same way and averaged over dilations, a significant effect is found for pooling (p = 0.020) and sparse "
        "versus dense kernels of "
        "equal extent (p = 0.040); no significant effect is found for kernel size (p = 0.30).",
        "Among individual trained networks, accuracy on this test set differs significantly between dilations in 30 % of the comparisons "
        "(Cochran's Q). This concerns these particular networks and does not generalise to newly trained ones.",
    ]


def test_saliency_is_answered_with_what_changes_and_what_does_not():
    assert saliency_sentences(made_up_answers()["saliency"], SCOPE) == [
        "Yes, dilation changes class saliencies: 50 % of the 8 method-metric combinations differ significantly between dilations and are not shown "
        "to be equivalent within the 10 % margin.",
        "As dilation increases, gradient maps become more concentrated (gini).",
        "For gradient maps, the differences between dilations in entropy are significant but smaller than the 10 % margin (negligible).",
        "For gradient maps, dilations are shown to be equivalent within the 10 % margin in mass accuracy.",
        "For gradient maps, the results are inconclusive for a measure of tomorrow.",
        "As dilation increases, class models correlate more with the class mean (class mean correlation).",
        "Huang and Grethlein (2019) reported that class models become more interpretable at larger dilations. Interpretability was not measured "
        "here. On a linear fit, the correlation of class models with the mean image of their class changes by 0.020 per pixel of dilation "
        "(95 % CI 0.010 to 0.030); its verdict is difference.",
        "On average, maps of two dilations are less similar than maps of two replicates of one dilation (spearman).",
        "The result is inconclusive for the similarity of maps of two dilations, compared with maps of two replicates of one dilation (ssim).",
        "At the lag of their own dilation, maps have a higher peak of autocorrelation than maps of other dilations, but by less than the 10 % margin "
        "(gridding at dilation 2).",
        "Equivalence within the 10 % margin is shown for the recognition of class models by networks of another dilation, compared with networks of "
        "the same dilation (transfer confidence).",
    ]


def test_what_maps_become_stands_before_what_they_do():
    rising = {"verdict": "difference", "slope_per_dilation": 1.0}
    answer = {"verdict": "difference", "gini": rising, "spread": rising, "entropy": rising, "mass_accuracy": rising}
    assert saliency_sentences(answer, SCOPE)[1] == (
        "As dilation increases, saliency maps become more concentrated (gini) and less concentrated (entropy); "
        "they extend further (spread) and lie more on the foreground (mass accuracy)."
    )


def test_a_metric_without_words_is_called_by_its_name():
    answer = {"verdict": "difference", "a_measure_of_tomorrow": {"verdict": "difference", "slope_per_dilation": -1.0}}
    assert saliency_sentences(answer, SCOPE)[1] == "As dilation increases, saliency maps score lower (a measure of tomorrow)."


def test_similarity_to_randomised_networks_is_not_taken_for_learning():
    answer = {"verdict": "difference", "randomization_similarity": {"verdict": "difference", "slope_per_dilation": -0.1}}
    text = saliency_sentences(answer, SCOPE)[1]
    assert text == "As dilation increases, saliency maps become less similar to maps of randomised networks (randomization similarity)."


@pytest.mark.parametrize(
    ("verdict", "accuracy", "saliency"),
    [
        ("difference", "Yes. Test accuracy depends on the dilation", "Yes, dilation changes class saliencies."),
        ("negligible", "Only negligibly. Test accuracy depends on the dilation", "Only negligibly: of the method-metric combinations, those that"),
        ("equivalent", "No. All dilations are shown to lie within 0.50 percentage points of each other.", "No: the method-metric combinations are"),
        ("inconclusive", "Inconclusive. Neither a difference between dilations", "Inconclusive: none of the method-metric combinations differs"),
    ],
)
def test_each_verdict_has_an_opening_of_its_own(verdict, accuracy, saliency):
    answers = {**made_up_answers()["accuracy"], "verdict": verdict}
    assert accuracy_sentences(answers, SCOPE)[0].startswith(accuracy)
    assert saliency_sentences({"verdict": verdict}, SCOPE)[0].startswith(saliency)
    assert saliency_sentences({"verdict": verdict}, SCOPE)[0].endswith(".")


def test_an_inconclusive_answer_says_how_many_replicates_would_settle_it():
    answer = {"verdict": "inconclusive", "p_value": 0.2, "replicates_needed": 24}
    assert "24 replicates would settle it in 4 of 5 such studies." in accuracy_sentences(answer, SCOPE)


def test_a_missing_number_leaves_its_sentence_out_and_nothing_else_breaks():
    full = sum(map(len, answer_sentences(made_up_answers(), SCOPE).values()))
    for answers in without_each_key(made_up_answers()):
        sentences = answer_sentences(answers, SCOPE)
        assert list(sentences) == list(QUESTIONS)
        assert all(lines and all(line.endswith(".") and "None" not in line and "nan" not in line for line in lines) for lines in sentences.values())
        assert sum(map(len, sentences.values())) <= full


def test_a_comparison_without_an_effect_has_no_direction():
    answer = {"verdict": "difference", "noise_floor": {"ssim": {"verdict": "difference"}}}
    assert saliency_sentences(answer, SCOPE)[1] == (
        "There is a significant difference in the similarity of maps of two dilations, compared with maps of two replicates of one dilation (ssim)."
    )


def test_without_any_answer_each_question_says_so():
    assert answer_sentences({}, SCOPE) == {question: [NO_ANSWER] for question in QUESTIONS}


def test_a_single_dilation_compares_nothing():
    sentences = answer_sentences(made_up_answers((2,)), made_up_scope((2,)))
    assert sentences["accuracy"] == sentences["saliency"] == [ONE_DILATION]
    assert sentences["learned"][0].startswith("Yes. ")


def test_a_single_replicate_has_no_agreement():
    sentences = accuracy_sentences(made_up_answers()["accuracy"], replace(SCOPE, replicates=1))
    assert sentences[1] == "Dilation 1 has the highest mean test accuracy (96.5 %); the lowest is 0.80 percentage points below it."


@pytest.mark.parametrize(("share", "text"), [(0.0, "in no comparison ("), (1.0, "in every comparison ("), (0.5, "in 50 % of the comparisons (")])
def test_individual_networks_differ_in_none_some_or_every_comparison(share, text):
    assert text in accuracy_sentences({"verdict": "difference", "images_differ_share": share}, SCOPE)[1]


def test_the_scope_names_data_replicates_grid_and_what_was_held_fixed():
    lead, table, paragraphs = scope_text(SCOPE)
    assert lead == "Dilation spaces the taps of a convolution kernel. Data: made_up; 36 networks."
    assert table.rows == [
        ["data set", "made_up"], ["training images", "1,000"], ["validation images", "20"], ["test images", "50"], ["explained test images", "10"],
        ["dilations", "1, 2 and 4"], ["taps of the first kernel", "3 \N{MULTIPLICATION SIGN} 3 and 5 \N{MULTIPLICATION SIGN} 5"],
        ["poolings", "max and average"], ["networks (replicates) of each arm", "3"], ["runs of each way to learn the dilation, in every world", "3"],
    ]  # fmt: skip
    assert paragraphs == [
        "The dilation applies to the first convolution. All arms share the rest of the architecture and the test images. Replicates of the "
        "same number also share their training and validation images, and the seed of their initial weights and batches, so networks are "
        "compared in pairs. Arms of one kernel size have the same number of weights.",
        "These answers hold for this data set, these architectures and this length of training; we make no claim beyond that.",
    ]


def test_the_scope_of_one_network_is_in_the_singular():
    assert scope_text(made_up_scope((2,), (3,), ("max",), 1)).lead.endswith("; 1 network.")


def test_with_valid_padding_the_scope_says_that_the_dense_layer_shrinks_or_is_widened():
    text = " ".join(scope_text(replace(SCOPE, padding="valid", dilate="all")).paragraphs)
    assert "The dilation applies to every convolution. " in text
    assert "the same number of weights" not in text
    assert "With valid padding, the dense layer has fewer weights at larger dilations." in text
    matched = held_fixed_sentence(replace(SCOPE, padding="valid", match_weights="same"))
    assert matched.endswith("With valid padding, the hidden layer is widened to match the number of weights with same padding.")
    narrow = held_fixed_sentence(replace(SCOPE, match_weights="valid", taps="random"))
    assert narrow.endswith("With same padding, the hidden layer is narrowed to match the number of weights with valid padding.")
    assert "random places" in narrow
    assert held_fixed_sentence(replace(SCOPE, match_weights="same")) == held_fixed_sentence(SCOPE)


@pytest.mark.parametrize(
    ("dataset", "title", "noun"),
    [
        ("mnist", "MNIST", "digits"),
        ("mnist5k", "MNIST (5,000 digits)", "digits"),
        ("fashion_mnist", "Fashion-MNIST", "images"),
        ("mine", "mine", "images"),
    ],
)
def test_a_data_set_has_its_name_and_its_noun_in_prose(dataset, title, noun):
    rows = scope_text(replace(SCOPE, dataset=dataset)).table.rows
    assert rows[:2] == [["data set", title], [f"training {noun}", "1,000"]]


def test_the_scope_of_a_run_is_read_off_its_parameters_and_results():
    settings = parse_settings(Path("params.yaml").read_text())
    scope = scope_of(settings, {"dataset": "mnist5k", "replicates": 8}, {"digits": {"train": 10, "validation": 5, "test": 5}}, 3)
    assert scope.dilations == tuple(sorted(settings.dilations))
    assert (scope.explained, scope.probed, scope.replicates) == (3, 3, 8)
    assert scope.of("test", scope.explained) == "3 of 5 test digits"


def test_a_caption_has_data_networks_and_interval():
    assert caption("Means.", SCOPE, f"{SCOPE.data_set}, {SCOPE.of('test', 10)}", SCOPE.networks, "Bars") == (
        "Means. Bars: 95 % confidence interval of the mean over 3 replicates (wild bootstrap). "
        "Data: made_up, 10 of 50 test images; 3 replicates of each of 12 arms."
    )
    assert caption("Means.", replace(SCOPE, replicates=1), "made_up", interval="Bars") == (
        "Means. A single replicate has no interval. Data: made_up."
    )
