"""The page of the report and the page of `dvc plots show`: neither needs another file or an internet connection."""

import json
from html.parser import HTMLParser
from pathlib import Path

from kernel_dilation.report.contents import CHAPTERS, page_chapters
from kernel_dilation.report.figure_specs import Picture
from kernel_dilation.report.headlines import QUESTIONS, Headline
from kernel_dilation.report.html_page import Chapter, QuestionAnswer, render_page
from kernel_dilation.report.scope_text import ScopeText, scope_text
from kernel_dilation.report.tables import (
    CONDITION_COLUMNS,
    CONTRAST_COLUMNS,
    FACTOR_COLUMNS,
    LEARNING_COLUMNS,
    METRIC_COLUMNS,
    MIXED_MODEL_COLUMNS,
    PAIR_COLUMNS,
    TAP_COLUMNS,
    WORLD_COLUMNS,
    ReportTable,
    accuracy_tables,
    report_table,
)
from kernel_dilation.report.verdict_rules import VERDICT_TABLE, condition_table, margin_table, rule_tables, verdict_rules
from kernel_dilation.statistics.verdicts import decide_verdict

import pandas as pd
import pytest
from made_up_study import made_up_scope, made_up_study

ROOT = Path(__file__).parent.parent
OLDER_NAMES = {"p_corrected": "p_holm"}  # columns in the tables of the committed study, which is older than the new name
NEWER_COLUMNS = {"crossed_verdict", "turns_within"}  # which they do not have
TEMPLATE = (ROOT / "kernel_dilation/report/page.html").read_text(encoding="utf-8")
DVC_PLOTS = ROOT / ".dvc/plots"
PICTURE = Picture("name", "A title", b"\x89PNG", "A caption.", "A description.")
RULE_TABLES = rule_tables(made_up_scope())
TABLE = ReportTable("A table", ["name"], [["value"]], "A note.")
ABSENT = Picture("other", "Another title", b"\x89PNG", "", "", absent="There is nothing to show.")


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text outside of style and script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.hidden = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.hidden = tag in ("style", "script")

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden and data.strip():
            self.texts.append(data.strip())

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def html() -> str:
    report_data = made_up_study((1, 2), (3,), ("max",), methods=("gradient",), learners=("mixture",))
    return render_page(TEMPLATE, page_chapters(report_data), scope_text(report_data.scope), verdict_rules(report_data.scope), RULE_TABLES)


def small_page(**changes: object) -> str:
    answer = QuestionAnswer("Why?", "difference", Headline("Because."), None, ["Found."], TABLE, ["If not."])
    parts = {"scope": ScopeText("One.", TABLE, ["Two."]), "rules": ["Rule."], **changes}
    chapters = [Chapter("part", "A part", "What it is.", [PICTURE, ABSENT], answer=answer)]
    return render_page(TEMPLATE, chapters, parts["scope"], parts["rules"], RULE_TABLES)


def test_the_page_loads_nothing(html):
    elements = Elements(html)
    assert elements.named("script") == []
    assert all(image["src"].startswith("data:image/png;base64,") for image in elements.named("img"))
    assert all(link["href"] == "data:," for link in elements.named("link"))
    assert all(anchor["href"].startswith("#") for anchor in elements.named("a"))
    assert "http" not in html


def test_every_link_has_its_place_and_every_place_one_name(html):
    elements = Elements(html)
    places = [attributes["id"] for _, attributes in elements.tags if "id" in attributes]
    assert len(places) == len(set(places))
    assert {anchor["href"][1:] for anchor in elements.named("a")} <= set(places)


def test_every_image_has_an_alternative_text(html):
    images = Elements(html).named("img")
    assert len(images) > 20
    assert all(image["alt"] for image in images)


def test_the_page_begins_with_the_four_questions_and_their_answers(html):
    texts = Elements(html).texts
    places = [next(place for place, text in enumerate(texts) if question in text) for question in QUESTIONS.values()]
    assert places == sorted(places)
    contents = next(place for place, text in enumerate(texts) if text == "Contents" and place > places[-1])
    assert contents < texts.index("Scope of the answers", contents + 60)
    assert texts[places[2] + 1] == "Yes. Test accuracy depends on the dilation of the first convolution."


def test_the_page_is_readable_on_a_phone_and_in_the_dark(html):
    assert any(meta.get("name") == "viewport" for meta in Elements(html).named("meta"))
    assert "prefers-color-scheme: dark" in html
    assert "@media (max-width" in html


def test_a_figure_without_data_is_a_sentence_on_the_page():
    elements = Elements(small_page())
    assert "There is nothing to show." in elements.texts
    assert len(elements.named("img")) == 1


def test_text_on_the_page_is_escaped():
    assert "Is 1 &lt; 2 &amp; 3?" in small_page(rules=["Is 1 < 2 & 3?"])


def test_the_same_content_gives_the_same_page():
    assert small_page() == small_page()


def test_a_table_prints_the_columns_that_have_values_in_three_digits():
    table = pd.DataFrame({"measure": ["total_variation"], "p_value": [0.0004], "slope": [0.123456], "best": [4.0], "reason": [None], "other": [1]})
    printed = report_table("Title", table, {"measure": "measure", "slope": "slope", "best": "best", "p_value": "p", "reason": "reason"}, "Note.")
    assert printed.columns == ["measure", "slope", "best", "p"]
    assert printed.rows == [["total variation", "0.123", "4", "< 0.001"]]


def test_a_heading_without_a_column_is_refused_unless_it_is_optional():
    table = pd.DataFrame({"measure": ["gini"]})
    headings = {"measure": "metric", "slope": "slope"}
    with pytest.raises(ValueError, match="must have a column for each heading; it lacks slope"):
        report_table("Title", table, headings, "Note.")
    assert report_table("Title", table, headings, "Note.", optional=["slope"]).columns == ["metric"]
    assert report_table("Title", pd.DataFrame(), headings, "Note.").rows == []


def test_every_heading_of_every_table_has_a_column_in_a_made_up_study():
    report_data = made_up_study()
    tables = [table for chapter in CHAPTERS for table in chapter.tables(report_data)]
    assert [table.title for table in tables if not table.rows] == [
        "Comparisons with a reference: noise floor, representations, gridding, cross-recognition"
    ]
    learned = next(table for table in tables if table.title.startswith("All ways to learn"))
    without_slope = [heading for column, heading in LEARNING_COLUMNS.items() if column != "start_slope"]  # which takes six runs
    assert learned.columns == without_slope
    assert {row[0] for row in learned.rows} >= {"race", "1 training, by loss", "always smallest (control)", "learner of tomorrow"}
    assert {row[1] for row in learned.rows} == {"data set", "data set, mirrored", "à trous 2", "à trous 2, mirrored"}


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("effects", FACTOR_COLUMNS), ("effects", METRIC_COLUMNS), ("effects", CONTRAST_COLUMNS), ("pairs", PAIR_COLUMNS),
        ("mixed", MIXED_MODEL_COLUMNS),
    ],
)  # fmt: skip
def test_every_heading_has_a_column_in_the_tables_of_the_study_and_in_the_made_up_ones(name, headings):
    assert {OLDER_NAMES.get(heading, heading) for heading in headings} - NEWER_COLUMNS <= set(pd.read_csv(ROOT / f"study/tables/{name}.csv").columns)
    assert set(headings) <= set(made_up_study().table(name).columns)


@pytest.mark.parametrize(("name", "headings"), [("learned", LEARNING_COLUMNS), ("worlds", WORLD_COLUMNS), ("conditions", CONDITION_COLUMNS)])
def test_every_heading_on_learning_has_a_column_in_the_tables_of_the_analysis(name, headings):
    assert set(headings) - set(made_up_study().table(name).columns) == set()


def test_the_taps_that_meet_the_image_are_printed():
    *_, taps = accuracy_tables(made_up_study())
    assert taps.columns == list(TAP_COLUMNS.values())
    assert [row[:4] for row in taps.rows] == [["3", "1", "9", "3"], ["3", "2", "9", "5"], ["5", "1", "25", "5"], ["5", "2", "25", "9"]]


def test_the_table_of_verdicts_is_the_rule_of_the_statistics():
    alpha, significant, not_significant = 0.05, 0.01, 0.5
    cells = [[decide_verdict(p_value, equivalent, alpha) for equivalent in (True, False)] for p_value in (significant, not_significant)]
    assert [row[1:] for row in VERDICT_TABLE.rows] == cells


def test_the_rules_of_the_verdicts_state_the_margins_of_the_run():
    rows = dict(margin_table(made_up_scope()).rows)
    assert rows["significance level"] == "0.05"
    assert rows["margin of accuracy"] == "0.50 percentage points"
    assert rows["margin of a metric"] == "10 % of its value at the smallest level"
    assert rows["margin of a signed metric"] == "0.05"


def test_the_rule_on_learning_is_stated_once_in_words_and_its_numbers_in_a_table(html):
    """Oracle: the requirements of the default parameters, 70 %, 50 % and 0.25."""
    scope = made_up_scope()
    texts = Elements(html).texts
    assert sum("A way to learn the dilation is consistent if three conditions" in text for text in texts) == 1
    cells = [cell for row in condition_table(scope).rows for cell in row[1:]]
    assert cells == ["above 70 %", "below 70 %", "above 50 %", "below 50 %", "between \N{MINUS SIGN}0.25 and 0.25", "beyond these"]
    assert set(cells) <= set(texts)


def test_the_page_of_dvc_plots_contains_its_programs_and_their_licences():
    text = (DVC_PLOTS / "offline.html").read_text(encoding="utf-8")
    elements = Elements(text)
    assert text.count("{plot_divs}") == 1
    assert "{scripts}" not in text  # there DVC would put addresses on the network
    assert len(elements.named("script")) == 3
    assert all("src" not in script for script in elements.named("script"))
    assert elements.named("link") == []
    for program in ("vega@5", "vega-lite@5", "vega-embed@6", "Redistributions in binary form must reproduce"):
        assert program in text


@pytest.mark.parametrize("name", ["band", "curves", "measures"])
def test_a_template_of_dvc_plots_takes_its_data_axes_and_title_from_dvc(name):
    text = (DVC_PLOTS / f"{name}.json").read_text(encoding="utf-8")
    assert json.loads(text)["data"] == {"values": "<DVC_METRIC_DATA>"}
    for anchor in ("X", "Y", "X_LABEL", "Y_LABEL", "TITLE"):
        assert f"<DVC_METRIC_{anchor}>" in text
