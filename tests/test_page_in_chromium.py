"""The page in a headless Chromium: nothing fails and nothing is asked of a network, narrow and wide, light and dark, on paper and without scripts."""

import json

import pytest
from chromium import MISSING, PROGRAM, BrowserPage

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
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0) && document.images.length") == 3
    assert "Distance in pixels" in page.text("#glossary")


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
