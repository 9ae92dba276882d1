"""The answers in plain sentences, and the numbers and captions beside them."""

from collections.abc import Iterator
from dataclasses import replace

from kernel_dilation.presentation.text_formatting import count_noun, format_number, format_p_value, format_percent, join_with_and
from kernel_dilation.report.captions import caption
from kernel_dilation.report.saliency_sentences import saliency_sentences
from kernel_dilation.report.sentences import NO_ANSWER, QUESTIONS, accuracy_sentences, answer_sentences, learning_sentences, scope_sentences

import pytest
from made_up_study import made_up_answers, made_up_scope

SCOPE = made_up_scope()


def without_each_key(answer: dict) -> Iterator[dict]:
    """The answer without one of its numbers, at whatever depth, for each of them."""
    for key, value in answer.items():
        yield {other: kept for other, kept in answer.items() if other != key}
        if isinstance(value, dict):
            for poorer in without_each_key(value):
                yield {**answer, key: poorer}


def test_accuracy_is_answered_with_its_numbers():
    text = accuracy_sentences(made_up_answers()["accuracy"], SCOPE)
    assert text == [
        "It matters: test accuracy depends on the dilation of the first convolution (p = 0.002 after Holm's correction).",
        "On average dilation 1 is the most accurate with 96.5 % of the test digits right; the least accurate is 0.80 percentage points behind. "
        "Replicates agree on the order of the dilations to W = 0.70 (0: not at all, 1: entirely).",
        "For each pixel of dilation accuracy changes by \N{MINUS SIGN}0.25 percentage points "
        "(95 % interval \N{MINUS SIGN}0.40 to \N{MINUS SIGN}0.10); test for a trend: p < 0.001.",
        "What else was varied, tested in the same way: pooling, p = 0.020; kernel size, p = 0.30; "
        "sparse against dense kernels of the same extent, p = 0.040.",
        "In 30 % of the comparisons of single networks, dilations differ on these very test digits (Cochran's Q); "
        "of networks that are trained anew that says nothing.",
    ]


def test_saliency_is_answered_with_what_changes_and_what_does_not():
    text = saliency_sentences(made_up_answers()["saliency"], SCOPE)
    assert text == [
        "It changes them: 50 % of 8 measures, over all methods, differ between dilations.",
        "As dilation grows, gradient maps are more concentrated (gini).",
        "Of gradient maps, changed by less than 10 %: entropy; the same within 10 %: mass accuracy; undecided: a measure of tomorrow.",
        "As dilation grows, class models look more like the mean digit (class mean correlation).",
        "The study of 2019 called class models more humanly interpretable at larger dilations; as a number: their correlation with the mean digit "
        "of their class changes by 0.020 for each pixel of dilation (95 % interval 0.010 to 0.030); verdict: difference.",
        "Maps of two dilations are less alike than maps of two replicates of one dilation (spearman).",
        "Undecided: how alike maps of two dilations are, beside maps of two replicates of one dilation (ssim).",
        "By less than 10 %: maps of dilated networks have more power at the frequencies k/dilation than maps of dilation 1 (gridding).",
        "The same within 10 %: what networks of another dilation say of class models, beside those of the same (transfer confidence).",
    ]


def test_a_measure_without_words_is_called_by_its_name():
    answer = {"verdict": "difference", "a_measure_of_tomorrow": {"verdict": "difference", "slope_per_dilation": -1.0}}
    assert saliency_sentences(answer, SCOPE)[1] == "As dilation grows, saliency maps score lower (a measure of tomorrow)."


def test_learning_is_answered_method_by_method():
    text = learning_sentences(made_up_answers(learners=("mixture", "spacing"))["learned"])
    assert text[0] == "Yes: mixture and spacing are consistent."
    assert text[1] == (
        "Mixture (consistent): it chose dilation 2 in 90 % of its runs; a start one pixel larger moved the choice by 0.050 pixels; "
        "the choice costs 0.10 percentage points against the best of the grid; it found 95 % of the dilations planted in textures."
    )


def test_a_method_that_does_not_find_what_was_planted_is_not_to_be_trusted():
    answer = {"verdict": "inconsistent", "continuous": {"verdict": "inconsistent", "planted_recovered": 0.4}}
    text = learning_sentences(answer)
    assert text[0] == "Not by continuous: where they end depends on the start, or on chance."
    assert text[1].endswith("it found 40 % of the dilations planted in textures, so its answer on digits is not to be trusted.")


@pytest.mark.parametrize(
    ("verdict", "opening"),
    [
        ("difference", "It matters: "),
        ("negligible", "Less than matters: "),
        ("equivalent", "Nothing that matters: all dilations lie within 0.50 percentage points of each other."),
        ("inconclusive", "These runs cannot tell: "),
    ],
)
def test_each_verdict_has_an_opening_of_its_own(verdict, opening):
    answers = {**made_up_answers()["accuracy"], "verdict": verdict}
    assert accuracy_sentences(answers, SCOPE)[0].startswith(opening)
    assert saliency_sentences({"verdict": verdict}, SCOPE)[0].endswith(".")


def test_an_inconclusive_answer_says_how_many_replicates_would_settle_it():
    answer = {"verdict": "inconclusive", "p_value": 0.2, "replicates_needed": 24}
    assert "24 replicates would settle it in 4 of 5 studies." in accuracy_sentences(answer, SCOPE)


def test_a_missing_number_leaves_its_clause_out_and_nothing_else_breaks():
    full = sum(map(len, answer_sentences(made_up_answers(), SCOPE).values()))
    for answers in without_each_key(made_up_answers()):
        said = answer_sentences(answers, SCOPE)
        assert list(said) == list(QUESTIONS)
        assert all(lines and all(line.endswith(".") and "None" not in line and "nan" not in line for line in lines) for lines in said.values())
        assert sum(map(len, said.values())) <= full


def test_without_any_answer_each_question_says_so():
    assert answer_sentences({}, SCOPE) == {question: [NO_ANSWER] for question in QUESTIONS}


def test_the_scope_names_digits_replicates_grid_and_what_was_held_fixed():
    text = " ".join(scope_sentences(SCOPE))
    assert "made_up: 1,000 for training, 20 for validation and 50 for test" in text
    assert "3 networks of each of 12 architectures, over dilations 1, 2 and 4, first kernels of 3 x 3 and 5 x 5 taps, max and average pooling" in text
    assert "Dilated is the first convolution. Held fixed: the number of weights for each kernel size, " in text


def test_with_valid_padding_the_scope_says_that_the_head_shrinks():
    text = " ".join(scope_sentences(replace(SCOPE, padding="valid", dilate="all")))
    assert "Dilated is every convolution. " in text
    assert "the number of weights" not in text
    assert "With valid padding the head has fewer weights the larger the dilation is." in text


def test_a_caption_has_data_set_digits_replicates_and_interval():
    assert caption("Means.", SCOPE, SCOPE.of("test", 10), interval="Bars") == (
        "Means. Bars: 95 % interval of the mean over 3 replicates (wild bootstrap). "
        "Data: made_up, 10 of 50 test digits; 3 replicates of each of 12 arms."
    )
    assert caption("Means.", replace(SCOPE, replicates=1), interval="Bars").startswith("Means. A single replicate has no interval.")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (96.384, "96.4"), (0.012345, "0.0123"), (1234.5, "1,234"), (-0.5, "\N{MINUS SIGN}0.500"), (float("nan"), ""), (1e-12, "0")],
)
def test_a_number_has_three_significant_digits_and_no_exponent(number, text):
    assert format_number(number) == text


def test_shares_that_are_not_quite_none_or_all_do_not_look_like_it():
    assert [format_percent(share) for share in (0.0, 0.004, 0.5, 0.996, 1.0)] == ["0 %", "0.4 %", "50 %", "99.6 %", "100 %"]


def test_p_values_lists_and_counts_in_words():
    assert [format_p_value(value) for value in (0.0, 0.0123, 0.2, float("nan"))] == ["p < 0.001", "p = 0.012", "p = 0.20", ""]
    assert [join_with_and(items) for items in ([], [1], [1, 2], [1, 2, 3])] == ["", "1", "1 and 2", "1, 2 and 3"]
    assert [count_noun(1, "network"), count_noun(1000, "network")] == ["1 network", "1,000 networks"]


def test_a_sound_method_that_disagrees_with_itself_leaves_the_question_open():
    sound = {"verdict": "inconclusive", "planted_recovered": 0.95, "slope_lower": -0.1, "slope_upper": 0.1}
    stuck = sound | {"slope_upper": 0.9}
    opening = learning_sentences({"verdict": "inconclusive", "experts": sound, "mixture": stuck})[0]
    assert opening == (
        "Not settled: experts forgets its start and finds what was planted in textures, "
        "yet what it chooses on these digits differs from seed to seed."
    )
    assert learning_sentences({"verdict": "inconclusive", "mixture": stuck})[0] == "These runs cannot tell."


def test_a_measure_that_turns_is_given_no_direction():
    turning = {"verdict": "difference", "slope_per_dilation": 1.0, "turns_at": 3}
    lines = saliency_sentences({"verdict": "difference", "mass_accuracy": turning}, SCOPE)
    assert lines[1:] == ["Of saliency maps, some measures turn, so that no direction holds throughout: mass accuracy at dilation 3."]
