"""The page in a headless Chromium: nothing fails and nothing is asked of a network, narrow and wide, light and dark, on paper and without scripts."""

import json
import re
from dataclasses import replace

import pytest
from chromium import MISSING, PROGRAM, BrowserPage
from interactive_pages import page_without_figures
from made_up_study import made_up_study

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=MISSING)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_has_no_error_asks_for_nothing_and_fits_its_window(browser, address, width, dark):
    page = BrowserPage(browser, width, dark)
    page.open(address)
    for selector in ("#charts", "#explorer", "#live", "#margin", "#quiz", "#glossary"):
        page.evaluate(f"document.querySelector('{selector}').scrollIntoView()")
        page.frame()
    assert page.errors() == []
    assert page.requests() == [address]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelectorAll('#charts-dilation svg, #charts-frontier svg').length") == 2


def test_the_policy_of_the_page_stops_a_request(browser, address):
    """The test above could not see a request that a script makes later; the browser refuses any."""
    page = BrowserPage(browser)
    page.open(address)
    assert page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'refused')") == "refused"
    assert "Content Security Policy" in page.errors()[0]


def test_without_scripts_the_page_shows_its_pictures_and_says_what_is_missing(browser, address):
    page = BrowserPage(browser, scripts=False)
    page.open(address, wait="true")
    page.send("Emulation.setScriptExecutionDisabled", value=False)  # so that the test can look at what was drawn without them
    assert page.evaluate("document.documentElement.classList.length") == 0
    assert page.evaluate("getComputedStyle(document.querySelector('#explorer .needs-script')).display") == "none"
    assert page.evaluate("getComputedStyle(document.querySelector('#explorer .without-script')).display") != "none"
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0) && document.images.length") == 2
    assert page.evaluate("document.querySelector('.overview svg circle').getBoundingClientRect().width") > 0
    assert "Distance in pixels" in page.text("#glossary")


@pytest.fixture(scope="module")
def answers_page(tmp_path_factory) -> str:
    """Address of a page of made-up answers without figures, the longest of each question."""
    path = tmp_path_factory.mktemp("answers") / "report.html"
    study = made_up_study()
    ratio = {"error_ratio": 1.2389, "error_ratio_lower": 1.0978, "error_ratio_upper": 1.3983}
    pooling = {"pooling_pair": "average minus max", "pooling_points": -0.82, "pooling_points_lower": -1.21, "pooling_points_upper": -0.43}
    longest = {"learned": "consistent", "saliency": "difference", "accuracy": "untestable", "fields": "inconclusive"}
    answers = {name: {**study.answers[name], "verdict": verdict} for name, verdict in longest.items()}
    path.write_text(page_without_figures(replace(study, answers={**answers, "accuracy": answers["accuracy"] | ratio | pooling})), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("dark", [False, True])
def test_the_four_answers_fit_one_screen(browser, answers_page, dark):
    page = BrowserPage(browser, 1280, dark)
    page.open(answers_page, wait="true")
    assert page.evaluate("document.querySelectorAll('.overview .answer').length") == 4
    assert page.evaluate("document.querySelectorAll('.overview .key').length") == 4
    assert page.evaluate("document.querySelector('.overview').getBoundingClientRect().bottom") <= 800


@pytest.mark.parametrize("width", [390, 1280])
def test_the_small_charts_are_legible_and_their_labels_lie_inside(browser, answers_page, width):
    page = BrowserPage(browser, width)
    page.open(answers_page, wait="true")
    script = (
        "[...document.querySelectorAll('.small-chart')].map((chart) => { const frame = chart.getBoundingClientRect();"
        " return [11 * frame.width / chart.viewBox.baseVal.width, ...[...chart.querySelectorAll('text')].map((text) => {"
        " const box = text.getBoundingClientRect(); return Math.min(box.left - frame.left, frame.right - box.right); })]; })"
    )
    charts = page.evaluate(script)
    assert len(charts) == 4
    assert all(size >= 9 for size, *_ in charts), "pixels of the font"
    assert all(min(distances) >= -1 for _, *distances in charts)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_text_of_the_answers_has_enough_contrast(browser, answers_page):
    """Oracle: the ratio of relative luminances of the Web Content Accessibility Guidelines 2.2, at least 4.5 for text."""
    for dark in (False, True):
        page = BrowserPage(browser, 1280, dark)
        page.open(answers_page, wait="true")
        script = (
            "[...document.querySelectorAll('.overview h2 a, .overview .first, .key b, .key small, .mind p, .note, .origin, .lead')].map((part) => {"
            " let back = part; while (getComputedStyle(back).backgroundColor === 'rgba(0, 0, 0, 0)') back = back.parentElement;"
            " return [getComputedStyle(part).color, getComputedStyle(back).backgroundColor]; })"
        )
        pairs = [tuple(sorted(map(luminance, pair))) for pair in page.evaluate(script)]
        assert len(pairs) > 12
        assert all((bright + 0.05) / (dull + 0.05) >= 4.5 for dull, bright in pairs)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour such as `rgb(29, 36, 48)`."""
    shares = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear))


def test_on_paper_the_tools_give_way_to_the_pictures(browser, address):
    page = BrowserPage(browser)
    page.open(address)
    page.send("Emulation.setEmulatedMedia", media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('#explorer .needs-script')).display") == "none"
    assert page.evaluate("getComputedStyle(document.querySelector('#explorer .without-script')).display") != "none"


def test_every_control_has_a_name_and_every_canvas_a_description(page, address):
    page.open(address)
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main button, main select, main input')].filter((control) => !control.getAttribute('aria-label')"
        " && !control.labels?.[0]?.textContent.trim() && !control.textContent.trim()).map((control) => control.outerHTML)"
    )
    assert unnamed == []
    assert page.evaluate("[...document.querySelectorAll('main canvas')].every((canvas) => canvas.getAttribute('aria-label'))")


def test_tables_sort_filter_and_are_saved(page, address, tmp_path):
    page.open(address)
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    table = "document.querySelector('.table-tools').parentElement.querySelector('table')"
    column = f"[...{table}.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[0].textContent)"
    original = page.evaluate(column)
    page.click(".table-tools + .scroll .sort")
    ascending = page.evaluate(column)
    page.click(".table-tools + .scroll .sort")
    assert page.evaluate(column) == sorted(original, reverse=True)
    assert ascending == sorted(original)
    page.set_value(".table-tools input", original[0])
    shown = page.evaluate(column)
    assert shown
    assert set(shown) <= set(original)
    rows = page.saved_csv(".table-tools button", tmp_path)
    assert [row[0] for row in rows[1:]] == shown


@pytest.mark.parametrize(
    ("texts", "ordered"),
    [
        (["0.012", "< 0.001", "0.5"], ["< 0.001", "0.012", "0.5"]),
        (["10 %", "9.5 %", "\N{MINUS SIGN}3 %"], ["\N{MINUS SIGN}3 %", "9.5 %", "10 %"]),
        (["max", "", "average"], ["average", "max", ""]),
        (["1,200", "900"], ["900", "1,200"]),
    ],
)
def test_cells_sort_by_value(page, texts, ordered):
    script = f"{json.dumps(texts)}.sort((first, second) => Tables.compare(Tables.sortKey(first), Tables.sortKey(second)))"
    assert page.evaluate(script) == ordered


def test_a_term_is_explained_on_hover_and_on_focus(page, address):
    page.open(address)
    x, y = page.middle("main .term")
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    page.wait("!document.querySelector('#tip').hidden")
    assert len(page.text("#tip")) > 20
    page.press("Escape")
    assert page.evaluate("document.querySelector('#tip').hidden")
    page.evaluate("document.querySelector('main .term').focus()")
    page.wait("!document.querySelector('#tip').hidden")


def test_the_name_of_a_metric_is_explained_only_where_it_stands_alone(page, address):
    page.open(address)
    script = "[...document.querySelectorAll('.term')].filter((term) => term.textContent === 'gini').map((term) => term.parentElement.textContent)"
    assert set(page.evaluate(script)) == {"gini"}


def test_a_brush_over_dilations_chooses_them_in_the_explorer(page, address):
    page.open(address)
    page.evaluate("document.querySelector('#charts-dilation').scrollIntoView({block: 'center', behavior: 'instant'})")
    page.frame()
    box = "document.querySelector('#charts-dilation .mark-symbol').getBoundingClientRect()"
    script = f"(({{left, right, top, bottom}}) => [left, right, top, bottom])({box})"
    left, right, top, bottom = page.evaluate(script)
    start, end, height = left - 4, left + 0.6 * (right - left), (top + bottom) / 2  # dilations 1 and 2 lie in the first third
    for kind, x in (("mousePressed", start), ("mouseMoved", (start + end) / 2), ("mouseMoved", end), ("mouseReleased", end)):
        page.send("Input.dispatchMouseEvent", type=kind, x=x, y=height, button="left", buttons=1, clickCount=1)
    page.wait("document.querySelector('#explorer-second-value').textContent === '2'")
    assert page.text("#explorer-first-value") == "1"
    assert page.errors() == []


def test_pointing_at_a_mark_shows_value_interval_replicates_and_arm(page, address):
    page.open(address)
    page.evaluate("document.querySelector('#charts-dilation').scrollIntoView({block: 'center', behavior: 'instant'})")
    page.frame()
    marks = "[...document.querySelectorAll('#charts-dilation [class*=layer_2_layer_1_marks] path')]"  # means of the arms
    x, y = page.evaluate(f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({marks}[0].getBoundingClientRect())")
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    page.wait("document.querySelector('#vg-tooltip-element.visible')")
    tip = page.text("#vg-tooltip-element")
    assert all(word in tip for word in ("arm", "mean accuracy", "interval from", "replicates"))
