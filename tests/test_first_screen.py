"""The first screen and the head of each chapter: answers, numbers with intervals, small charts, and what would change our mind."""

from dataclasses import replace

from kernel_dilation.analysis.headlines import headlines as dvc_headlines
from kernel_dilation.dilation_selection.choice_shares import right_share
from kernel_dilation.interactive.page_part import SHOWN_FILES, Glossary, page_part
from kernel_dilation.interactive.terms import TERMS
from kernel_dilation.report.change_of_mind import changes_of_mind, learning_change
from kernel_dilation.report.contents import CHAPTERS
from kernel_dilation.report.findings import findings
from kernel_dilation.report.headline_charts import headline_charts
from kernel_dilation.report.headlines import QUESTIONS, Headline
from kernel_dilation.report.headlines import headlines as answer_headlines
from kernel_dilation.report.html_page import Chapter
from kernel_dilation.report.key_tables import change_phrase, key_tables
from kernel_dilation.report.provenance import origin_html
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.verdict_rules import verdict_rules

import numpy as np
import pytest
from interactive_pages import WORDING, page_without_figures
from made_up_study import made_up_answers, made_up_scope, made_up_study
from paragraph_numbers import crowded_paragraphs, numbers_in
from poorer_answers import without_each_key

STUDY = made_up_study()
DIFFERENCES = ("difference", "negligible", "equivalent", "inconclusive", "untestable")
VERDICTS = {"learned": ("consistent", "inconsistent", "inconclusive"), **dict.fromkeys(("saliency", "accuracy", "fields"), DIFFERENCES)}
ERROR_RATIO = {"error_ratio": 1.2389, "error_ratio_lower": 1.0978, "error_ratio_upper": 1.3983}
POOLING = {
    "pooling_verdict": "difference", "pooling_pair": "average minus max", "pooling_points": -0.821875, "pooling_points_lower": -1.212559,
    "pooling_points_upper": -0.431190,
}  # fmt: skip
KERNEL_SIZE = {"kernel_size_verdict": "equivalent", "kernel_size_pair": "5 minus 3", "kernel_size_points": -0.087499}
EACH_VERDICT = [(name, verdict) for name, verdicts in VERDICTS.items() for verdict in verdicts]


def headlines(report_data: ReportData) -> dict[str, Headline]:
    """Return the headlines of a study's answers."""
    return answer_headlines(report_data.answers, report_data.scope)


def with_verdict(name: str, verdict: str) -> ReportData:
    """Return the made-up study with another verdict on a question, and a number of replicates that would settle it."""
    answer = {**STUDY.answers[name], "verdict": verdict, "replicates_needed": 24}
    return replace(STUDY, answers={**STUDY.answers, name: answer})


def test_each_headline_is_an_answer_a_number_its_interval_and_a_chart():
    shown = headlines(with_accuracy(**ERROR_RATIO, **POOLING, **KERNEL_SIZE))
    assert list(shown) == list(QUESTIONS)
    assert {name: (each.number, each.interval) for name, each in shown.items()} == {
        "learned": ("97 %", "95 % CI 83 % to 99.9 %"),
        "saliency": ("50 %", ""),
        "accuracy": ("\N{MULTIPLICATION SIGN}1.24", "95 % CI 1.10 to 1.40"),
        "fields": ("\N{MINUS SIGN}0.82", "95 % CI \N{MINUS SIGN}1.2 to \N{MINUS SIGN}0.43"),
    }
    assert all(each.meaning for each in shown.values())
    assert all(chart and chart.rows for chart in headline_charts(STUDY).values())


def with_accuracy(**numbers: object) -> ReportData:
    """Return the made-up study with more numbers on accuracy."""
    return replace(STUDY, answers={**STUDY.answers, "accuracy": {**STUDY.answers["accuracy"], **numbers}})


def with_learning(**numbers: object) -> ReportData:
    """Return the made-up study with other numbers on learning the dilation."""
    return replace(STUDY, answers={**STUDY.answers, "learned": {**STUDY.answers["learned"], **numbers}})


def with_runs(report_data: ReportData, runs: int) -> ReportData:
    """Return a study in which each way was run so many times."""
    learn = report_data.scope.learn.model_copy(update={"replicates": runs})
    return replace(report_data, scope=replace(report_data.scope, learn=learn))


@pytest.mark.parametrize(("name", "verdict"), EACH_VERDICT)
def test_each_verdict_is_answered_first_and_says_what_would_turn_it(name, verdict):
    report_data = with_verdict(name, verdict)
    sentence = headlines(report_data)[name].sentence
    openings = {
        "difference": ("Yes. ", "They matter. "), "negligible": ("Yes, but negligibly. ", "They hardly matter. "), "consistent": ("Yes. ",),
        "equivalent": ("No. ", "They do not matter. "), "inconsistent": ("No. ",),
    }  # fmt: skip
    assert sentence.startswith(openings.get(verdict, ("Undecided. ",)))
    first = changes_of_mind(report_data)[name][0]
    assert numbers_in(first), "a rule has a number"
    if name != "learned":
        assert "0.05" in first


@pytest.mark.parametrize("runs", [1, 3, 10])
def test_too_few_runs_leave_the_first_question_undecided_without_a_share(runs):
    """Oracle: `learning_change`, by which the default rule needs eleven runs of each way."""
    shown = headlines(with_runs(with_verdict("learned", "inconclusive"), runs))["learned"]
    assert shown.sentence.startswith("Undecided. There are too few runs")
    assert (shown.number, shown.interval) == (f"{runs} run{'s' * (runs > 1)}", "")
    assert shown.meaning == "at least 11 runs of each way are needed before any way can be shown to be consistent"


def test_with_enough_runs_or_a_verdict_the_first_question_has_its_share():
    undecided = with_verdict("learned", "inconclusive")
    enough, decided = headlines(with_runs(undecided, 11))["learned"], headlines(with_verdict("learned", "inconsistent"))["learned"]
    assert enough.sentence.startswith("Undecided. ")
    assert (enough.number, enough.interval) == (decided.number, decided.interval) == ("97 %", "95 % CI 83 % to 99.9 %")


@pytest.mark.parametrize(("numbers", "nothing"), [((0.0, 0.5, 1.0), True), ((0.0, 0.5, 0.9), False), ((0.0, 0.6, 1.0), False)])
def test_a_share_of_choices_that_are_shown_neither_right_nor_wrong_is_no_headline(numbers, nothing):
    """Oracle: `right_share` of one choice in each of 20 runs."""
    none = right_share(np.zeros((20, 1)), np.zeros((20, 1)), 0.05)
    assert (none.lower, none.value, none.upper) == (0.0, 0.5, 1.0)
    shares = dict(zip(("right_share_lower", "right_share", "right_share_upper"), numbers))
    shown = headlines(with_runs(with_learning(verdict="inconclusive", **shares), 20))["learned"]
    assert (shown.number == "20 runs") == nothing
    assert ("%" in shown.number + shown.interval) != nothing
    assert shown.meaning.startswith("too few to show whether the most reliable way") == nothing


def test_the_share_of_the_second_question_is_that_of_its_sentence_and_the_chart_an_example():
    answers = {**STUDY.answers, "saliency": {**STUDY.answers["saliency"], "share_differing": 0.63, "learned_share_differing": 0.42}}
    shown = headlines(replace(STUDY, answers=answers))["saliency"]
    assert shown.number == "63 %"
    assert "in 63 % of 8 combinations of a method and a metric." in shown.sentence
    assert (
        shown.meaning == "of 8 combinations of a method and a metric; 42 % if the networks before training are subtracted, where they were measured"
    )
    title = headline_charts(STUDY)["saliency"].title
    assert title.startswith("Example: ")
    assert title.endswith(", in gradient maps")


def test_the_fourth_answer_says_what_happens_to_accuracy_and_has_the_number_that_dvc_shows():
    report_data = with_accuracy(**POOLING, **KERNEL_SIZE)
    shown, fields = headlines(report_data)["fields"], dvc_headlines(report_data.answers)["fields"]
    assert shown.sentence == (
        "They matter. Averaged over dilations, average pooling lowers accuracy by 0.82 percentage points compared with max pooling; "
        "kernel sizes 3 and 5 are equivalent in accuracy."
    )
    assert shown.number == f"\N{MINUS SIGN}{abs(fields['value']):.2f}"
    assert shown.meaning == "percentage points of test accuracy, average minus max, averaged over dilations"


def test_without_a_difference_in_mean_accuracy_the_fourth_answer_says_what_else_may_differ():
    shown = headlines(with_accuracy(**KERNEL_SIZE))["fields"]
    assert shown.sentence == (
        "They matter. At some dilation, they change accuracy, saliency maps or class models. Averaged over dilations, kernel sizes 3 and 5 are "
        "equivalent in accuracy."
    )


def test_four_numbers_of_accuracy_leave_two_in_the_paragraph():
    both = with_accuracy(**POOLING, **{**KERNEL_SIZE, "kernel_size_verdict": "negligible"})
    assert numbers_in(headlines(both)["fields"].sentence) == ["0.82", "0.087"]


def test_what_would_turn_an_answer_names_the_margin_and_the_replicates_that_would_settle_it():
    assert changes_of_mind(with_verdict("accuracy", "inconclusive"))["accuracy"] == [
        "An effect of dilation with a corrected p-value of at most 0.05 would turn the answer into a yes. It would become a no if every pair of "
        "dilations were shown to differ by less than the margin (0.50 percentage points).",
        "If the differences are as large as they were here, 24 replicates would settle it in 80 % of such studies.",
    ]
    assert "10 % of a metric's value" in changes_of_mind(STUDY)["saliency"][0]
    assert len(changes_of_mind(with_verdict("accuracy", "difference"))["accuracy"]) == 1


def test_what_would_turn_the_answer_on_learning_has_the_numbers_of_the_rule():
    """Oracle: the requirements of the default parameters, 70 % and 50 %, and eleven runs, of which 3 were made."""
    first, second = learning_change({"verdict": "inconclusive"}, made_up_scope())
    assert numbers_in(first) == ["70", "50"]
    assert second == "This takes at least 11 runs of each way in every world; this run has 3."


@pytest.mark.parametrize(("name", "verdict"), EACH_VERDICT)
def test_no_paragraph_of_the_page_holds_more_than_two_numbers(name, verdict):
    assert crowded_paragraphs(page_without_figures(with_verdict(name, verdict))) == []


def test_no_paragraph_of_the_tools_or_of_the_notes_of_tables_holds_more_than_two_numbers():
    notes = "".join(
        f"<p>{text}</p>" for chapter in full_chapters() for table in chapter.tables for text in (*table.note.splitlines(), chapter.introduction)
    )
    assert "p-values are corrected" in notes
    tools = page_part({}, WORDING, 0.1, Glossary(TERMS, {}), "", {place: origin_html(files) for place, files in SHOWN_FILES.items()})
    assert crowded_paragraphs(notes + tools.sections) == []


def full_chapters() -> list[Chapter]:
    """Return the chapters with their tables, without drawing a figure."""
    return [Chapter(spec.name, spec.title, spec.introduction, [], spec.tables(STUDY)) for spec in CHAPTERS]


@pytest.mark.parametrize(
    ("paragraph", "numbers"),
    [
        ("The error rises from 4.0 % to 5.0 %, by 1,234 images.", ["4.0", "5.0", "1,234"]),
        ("Huang and Grethlein (2019) trained at dilations 1, 2 and 4 with kernels of 3 by 3 taps.", []),
        ("Kernel sizes 5 minus 3: 0.5 points (95 % CI 0.2 to 0.8).", ["0.5", "0.2", "0.8"]),
        ("In 2019 there were 10.", ["2019", "10."]),
        ("Arm 2-3-max of MNIST (5,000 digits) at dilation 2", ["2", "3"]),
    ],
)
def test_numbers_are_counted_and_names_are_not(paragraph, numbers):
    assert numbers_in(paragraph) == numbers


def test_the_table_of_accuracy_says_which_numbers_do_not_hold_for_new_images():
    """Page's trend test and the slope on the validation images are computed over replicates alone."""
    note = key_tables(STUDY)["accuracy"].note
    assert "except for the trend test (p of the change per pixel) and the interval on the validation" in note


def test_the_rules_say_what_does_not_hold_for_new_images_and_for_which_tests_the_level_holds():
    rules = " ".join(verdict_rules(STUDY.scope))
    assert "and the comparison on the validation images concern new networks alone." in rules
    assert "the level holds for each family and not for all families of a question together." in rules


def test_a_missing_number_leaves_a_gap_and_nothing_else_breaks():
    for answers in without_each_key(made_up_answers()):
        report_data = replace(STUDY, answers=answers, tables={})
        assert not any(headline_charts(report_data).values())
        for part in (headlines, changes_of_mind, key_tables):
            assert list(part(report_data)) == list(QUESTIONS)
            assert "None" not in str({name: getattr(value, "rows", getattr(value, "sentence", value)) for name, value in part(report_data).items()})


def test_without_answers_and_tables_each_question_says_so():
    empty = replace(STUDY, answers={}, tables={})
    assert {each.sentence for each in headlines(empty).values()} == {"There is no answer yet, because the numbers for this question are missing."}
    assert not any(changes_of_mind(empty).values())
    assert not any(findings({}, {}, STUDY.scope).values())
    assert not any(table.rows for table in key_tables(empty).values())
    assert crowded_paragraphs(page_without_figures(empty)) == []


def test_a_single_dilation_is_undecided():
    study = made_up_study((2,), (3,), ("max",), 1, learners=())
    shown, charts = headlines(study), headline_charts(study)
    assert charts["saliency"] is charts["accuracy"] is None
    assert shown["saliency"].sentence == shown["accuracy"].sentence
    assert shown["accuracy"].sentence.startswith("Undecided. Only one dilation was trained")


@pytest.mark.parametrize(
    ("verdict", "lower", "upper", "words"),
    [
        ("difference", 0.01, 0.03, "become more concentrated (before training, less so)"),
        ("difference", -0.03, -0.01, "become more concentrated (before training, more so)"),
        ("difference", -0.01, 0.03, "become more concentrated"),
        ("negligible", 0.01, 0.03, "become more concentrated (as before training)"),
        ("inconclusive", 0.01, 0.03, "become more concentrated"),
    ],
)
def test_a_change_that_untrained_networks_show_as_well_is_told_as_such(verdict, lower, upper, words):
    """By hand: what training adds is the trained minus the untrained change; the trained one is an increase."""
    gini = {
        "verdict": "difference",
        "slope_per_dilation": 0.02,
        "learned_verdict": verdict,
        "learned_slope_lower": lower,
        "learned_slope_upper": upper,
    }
    assert change_phrase("gini", gini) == words


def test_the_key_tables_hold_the_numbers_of_the_answers():
    tables = key_tables(with_accuracy(**ERROR_RATIO))
    accuracy = {row[0]: row[1:] for row in tables["accuracy"].rows}
    assert accuracy["ratio of these errors"] == ["1.24", "1.10 to 1.40", "", ""]
    assert accuracy["range of the means (points)"] == ["0.80", "", "p = 0.002", "difference"]
    gini = next(row for row in tables["saliency"].rows if row[1] == "gini")
    assert gini == ["gradient maps", "gini", "0.020", "0.010 to 0.030", "difference", "", "", "become more concentrated"]
    assert tables["learned"].rows[0][0] == "race"
    assert not any("control" in row[0] for row in tables["learned"].rows)
    assert ["average minus max pooling", "accuracy at dilation 4 (points)", "0.30", "0.20 to 0.40", "difference"] in tables["fields"].rows
