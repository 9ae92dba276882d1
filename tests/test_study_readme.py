"""The README of the study, rendered from the results of a made-up study. Oracle: the results, and rows worked by hand."""

import re
from pathlib import Path

from kernel_dilation.report.headlines import QUESTIONS
from tools.study.readme import template_context
from tools.study.readme_tables import (
    claim_rows,
    error_rows,
    fall_rows,
    field_rows,
    headline_rows,
    method_rows,
    metric_rows,
    number_cell,
    reach_rows,
    replication_rows,
    way_rows,
)
from tools.study.readme_template import numbers_written_by_hand, render_template

import numpy as np
import pandas as pd
import pytest
from made_up_fields import made_up_fields
from made_up_results import made_up_results, reach_row
from made_up_study import made_up_answers, made_up_scope

TEMPLATE = Path("study/README.template.md").read_text()
SCOPE = made_up_scope()


@pytest.fixture(scope="module", params=[False, True], ids=["grid", "dilations alone"])
def page(request, tmp_path_factory) -> str:
    """Return the README of a made-up study."""
    folder = tmp_path_factory.mktemp("study")
    made_up_results(folder, is_small=request.param)
    return render_template(TEMPLATE, template_context(folder))


def section(page: str, heading: str) -> str:
    """Return the text under a heading."""
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_no_number_of_the_template_is_written_by_hand():
    assert numbers_written_by_hand(TEMPLATE) == []


def test_every_question_has_a_section_that_begins_with_its_answer_and_ends_with_what_would_change_it(page):
    for question in QUESTIONS.values():
        first, *_, last = section(page, question).strip().splitlines()
        assert re.match(r"\*\*(Yes|No|Undecided|They|There is no answer yet)\b", first)
        assert ": of " not in first, "a number that the sentence has already is not repeated"
        assert last.startswith("*What would change our mind:* ")


def test_the_race_on_all_digits_has_a_table_if_it_was_run(page):
    has_grid = "average minus max pooling" in page  # only then its results were made up
    assert ("[runs/race-all-digits]" in section(page, QUESTIONS["learned"])) == has_grid


def test_every_table_has_as_many_cells_in_each_row_as_headings_and_stands_alone(page):
    blocks = [block for block in page.split("\n\n") if "\n|---" in block]
    has_grid = "average minus max pooling" in page  # without it there is nothing to contrast
    assert len(blocks) == TEMPLATE.count("{{ table(") + (1 if has_grid else -2)  # the design is no list of rows
    for block in blocks:
        lines = block.strip().splitlines()
        assert all(line.startswith("|") for line in lines), block
        assert len({line.count("|") for line in lines}) == 1, block


def test_the_page_has_no_gap_and_no_picture_within_a_paragraph(page):
    assert "\n\n\n" not in page
    assert re.findall(r"^[^!\n].*\n!\[", page, re.MULTILINE) == []


def test_the_prose_is_two_pages(page):
    """A page of a journal in two columns has some 700 words."""
    prose = [line for line in page.splitlines() if not line.startswith(("|", "!", "#"))]
    assert len(" ".join(prose).split()) <= 1400


def test_a_number_stands_before_its_interval_and_alone_without_one():
    row = {"ratio": 1.25, "ratio_lower": 1.1, "ratio_upper": 1.4, "error": 4.0, "lower": 3.5, "upper": np.nan}
    assert number_cell(row, "ratio", 3) == "1.25 (1.10 to 1.40)"
    assert number_cell(row, "error", ends=("lower", "upper")) == "4.0"
    assert number_cell(row, "upper") == number_cell(row, "absent") == ""


def test_each_question_has_its_verdict_and_main_number_in_the_first_table():
    rows = headline_rows(made_up_answers(), SCOPE)
    assert [row["question"] for row in rows] == list(QUESTIONS.values())
    assert [row["verdict"] for row in rows] == ["consistent", "difference", "difference", "difference"]
    assert rows[0]["value (95 % CI)"] == "0.97 (0.83 to 1.00)"


def test_a_way_is_shown_in_the_world_where_it_does_worst_with_its_mean_price():
    shares = {"right_share_lower": 0.2, "right_share_upper": 1.0, "same_share": 1.0, "verdict": "inconclusive", "identified": True, "bias": 0.0}
    worlds = [("digits", 0.9, 20.0), ("atrous-2", 0.4, 30.0)]
    table = pd.DataFrame([{"method": "race", "world": name, "right_share": share, "trainings": price, **shares} for name, share, price in worlds])
    table.loc[2] = {**table.loc[1], "identified": False, "right_share": 0.0, "world": "textures-2", "trainings": 25.0}  # does not count
    (row,) = way_rows(table)
    assert (row["way"], row["does worst in"]) == ("race", "à trous 2")
    assert (row["right choices"], row["choose alike"], row["bias (pixels)"], row["trainings"]) == ("0.40 (0.20 to 1.0)", "1.0", "0", "25")


def test_verdicts_are_counted_by_method_on_dilation_alone():
    asked = {"family": "saliency", "factor": "dilation", "method": "gradient"}
    rows = [{**asked, "verdict": "difference"}, {**asked, "verdict": "difference"}, {**asked, "method": "occlusion", "verdict": "equivalent"}]
    others = [{**asked, "factor": "pooling", "verdict": "negligible"}, {**asked, "family": "saliency_learned", "verdict": "difference"}]
    assert method_rows(pd.DataFrame(rows + others)) == [
        {"maps": "gradient", "difference": "2", "equivalent": "0"},
        {"maps": "occlusion", "difference": "0", "equivalent": "1"},
    ]


def test_every_metric_of_the_first_method_has_a_row():
    gini = {
        "verdict": "difference",
        "slope_per_dilation": 0.02,
        "slope_lower": 0.01,
        "slope_upper": 0.03,
        "turns_at": 3,
        "learned_slope_per_dilation": 0.001,
        "learned_verdict": "negligible",
    }
    rows = metric_rows({"verdict": "difference", "method": "gradient", "top_k": gini, "noise_floor": {"ssim": gini}})
    assert [list(row.values()) for row in rows] == [["top k", "difference", "0.020 (0.010 to 0.030)", "3", "0.0010", "negligible"]]


def test_errors_have_an_interval_and_a_ratio_of_their_own():
    errors = pd.DataFrame([{"dilation": 2, "error": 4.5, "lower": 4.0, "upper": 5.0, "ratio": 1.2, "ratio_lower": 1.1, "ratio_upper": 1.3}])
    assert [list(row.values()) for row in error_rows(errors)] == [["2", "4.5 (4.0 to 5.0)", "1.2 (1.1 to 1.3)"]]


def test_contrasts_are_given_at_both_ends_of_the_range_of_dilations():
    first, second = field_rows(made_up_fields(), SCOPE)
    assert first["contrast"] == "average minus max pooling"
    assert first["accuracy at dilation 1 (points)"] == "\N{MINUS SIGN}0.050 (\N{MINUS SIGN}0.10 to 0); equivalent"
    assert first["accuracy at dilation 4 (points)"] == "0.30 (0.20 to 0.40); difference"
    assert (first["change per pixel"], first["metrics that differ"]) == ("0.050 (0.020 to 0.080)", "75 %")
    assert second["contrast"] == "kernel size 5 minus 3"


def test_published_accuracies_stand_above_those_of_the_replication():
    levels = pd.DataFrame([{"run": run, "dilation": 1, "mean": 99.0, "lower": 98.9, "upper": 99.1} for run in ("same", "valid")])
    assert [list(row.values())[1:] for row in replication_rows(levels, {1: 98.38}, [1])] == [["98.38"], *[["99.00 (98.90 to 99.10)"]] * 2]


def test_the_interaction_has_no_share_of_the_fall():
    ends = {"points": 0.5, "lower": 0.4, "upper": 0.6, "share": 0.25, "share_lower": 0.2, "share_upper": 0.3}
    parts = ("fall", "dilation", "weights", "places", "interaction")
    rows = fall_rows(pd.DataFrame([{"part": part, "dilation": "all", **ends} for part in parts]), "95 %")
    assert [row["share (95 % CI)"] for row in rows] == [*["25 % (20 % to 30 %)"] * 4, ""]


def test_the_claims_of_2019_stand_beside_metrics_of_both_paddings():
    value = {"verdict": "difference", "slope_per_dilation": -0.02}
    replication = {padding: {"class_model": {"transfer": value, "class_mean_correlation": value}} for padding in ("same", "valid")}
    rows = claim_rows(replication, {"saliency": {"class_model": {"class_mean_correlation": {"verdict": "equivalent"}}}}, SCOPE)
    assert [row["padding"] for row in rows] == ["`valid`", "`same`", "`valid`", "`same`"]
    assert [row["change per pixel"] for row in rows] == ["\N{MINUS SIGN}0.020", "\N{MINUS SIGN}0.020", "\N{MINUS SIGN}0.020", ""]


def test_a_run_is_compared_at_its_largest_dilation_and_the_main_run_not_with_itself():
    rows = reach_rows(pd.DataFrame([reach_row(run, dilation) for run in ("same", "letters") for dilation in (1, 4, 2)]))
    assert [(row["run"], row["largest dilation"], row["minus main run (points)"]) for row in rows] == [
        ("same", "4", ""),
        ("letters", "4", "0.30 (0.20 to 0.40)"),
    ]
