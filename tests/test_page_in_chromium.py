"""The page in a headless Chromium: every part works, nothing fails and nothing is asked of a network, narrow and wide, light and dark."""

import csv
import json
import time
from pathlib import Path

import pytest
from chromium import MISSING, PROGRAM, BrowserPage, running_chromium
from interactive_pages import made_up_page

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=MISSING)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with running_chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(made_up_page(), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def page(browser, address) -> BrowserPage:
    """A wide page that several tests use; each opens the address that it needs."""
    tab = BrowserPage(browser)
    tab.open(address)
    return tab


def pixels(page: BrowserPage, canvas: str) -> list[int]:
    """Every number of a canvas' image."""
    return page.evaluate(
        f"(() => {{ const shown = document.querySelector('{canvas}'); const copy = document.createElement('canvas');"
        " [copy.width, copy.height] = [shown.width, shown.height]; const context = copy.getContext('2d', {willReadFrequently: true});"
        " context.drawImage(shown, 0, 0); return [...context.getImageData(0, 0, copy.width, copy.height).data]; })()"
    )


def downloaded(browser, folder: Path, save) -> list[list[str]]:
    """Rows of the CSV file that `save` makes the browser download."""
    browser.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    save()
    end = time.monotonic() + 60
    while not (files := list(folder.glob("*.csv"))):
        assert time.monotonic() < end, "no file was saved"
        time.sleep(0.05)
    return list(csv.reader(files[0].read_text(encoding="utf-8").splitlines()))


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


def test_the_explorer_shows_what_is_chosen_and_keeps_it_in_the_address(page, address):
    page.open(address)
    before = pixels(page, "#explorer-image-second")
    page.set_value("#explorer-method", "grad_cam")
    page.set_value("#explorer-panel", "5-average")
    page.set_value("#explorer-replicate", 1)
    page.set_value("#explorer-digit", 3)
    page.set_value("#explorer-first", 1)
    assert pixels(page, "#explorer-image-second") != before
    summary = page.text("#explorer-summary")
    assert summary.startswith("Digit 3, grad cam, 5 × 5 taps, average pooling, replicate 1: dilation 2 answers")
    shared = page.evaluate("location.href")
    images = {name: pixels(page, f"#explorer-image-{name}") for name in ("first", "second", "difference", "model-first")}
    page.open(shared)
    assert page.text("#explorer-summary") == summary
    assert {name: pixels(page, f"#explorer-image-{name}") for name in images} == images


def test_arrow_keys_change_the_second_dilation_and_the_digit(page, address):
    page.open(f"{address}#explorer?explorer.second=1")
    page.evaluate("document.querySelector('#explorer-stage').focus()")
    page.press("ArrowRight")
    assert page.text("#explorer-second-value") == "2"
    page.press("ArrowLeft")
    page.press("ArrowLeft")
    assert page.text("#explorer-second-value") == "4"
    page.press("ArrowDown")
    assert page.text("#explorer-summary").startswith("Digit 1")


def test_equal_dilations_have_equal_maps_and_no_difference(page, address):
    page.open(f"{address}#explorer?explorer.first=2&explorer.second=2")
    assert pixels(page, "#explorer-image-first") == pixels(page, "#explorer-image-second")
    assert set(pixels(page, "#explorer-image-difference")) == {247, 255}


def test_an_address_of_unknown_values_falls_back_to_the_first_view(page, address):
    page.open(address)
    summary = page.text("#explorer-summary")
    page.open(f"{address}#explorer?explorer.digit=99&explorer.panel=9-none&explorer.second=x&margin.points=nan&quiz.seed=-1&live.drawing=%3Cb%3E")
    assert page.text("#explorer-summary") == summary
    assert page.errors() == []


def test_a_drawing_is_answered_by_every_dilation_and_kept_in_the_address(page, address):
    page.open(address)
    page.click("#live-clear")
    empty = page.text("#live-summary"), pixels(page, "#live-answers canvas")
    page.evaluate("document.querySelector('#live-canvas').scrollIntoView({block: 'center', behavior: 'instant'})")
    box = page.evaluate("(({x, y, width, height}) => [x, y, width, height])(document.querySelector('#live-canvas').getBoundingClientRect())")
    for kind, part in (("mousePressed", 0.3), ("mouseMoved", 0.5), ("mouseMoved", 0.7), ("mouseReleased", 0.7)):
        page.send(
            "Input.dispatchMouseEvent", type=kind, x=box[0] + part * box[2], y=box[1] + 0.4 * box[3], button="left", buttons=1, clickCount=1
        )  # fmt: skip
    page.frame()
    assert pixels(page, "#live-answers canvas") != empty[1]
    assert page.text("#live-summary").count("dilation") == 3
    drawn, bars = max(pixels(page, "#live-canvas")[::4]), page.text("#live-answers .bars")
    assert drawn == 255
    page.open(page.evaluate("location.href"))
    assert page.text("#live-answers .bars") == bars


def test_a_finger_draws_too(browser, address):
    page = BrowserPage(browser, 390)
    page.send("Emulation.setTouchEmulationEnabled", enabled=True)
    page.open(address)
    page.click("#live-clear")
    x, y = page.middle("#live-canvas")
    for kind, points in (("touchStart", [{"x": x - 40, "y": y}]), ("touchMove", [{"x": x + 40, "y": y}]), ("touchEnd", [])):
        page.send("Input.dispatchTouchEvent", type=kind, touchPoints=points)
    page.frame()
    assert sum(value > 200 for value in pixels(page, "#live-canvas")[::4]) > 10


def test_a_digit_taken_by_keyboard_is_answered(page, address):
    page.open(f"{address}#live?live.digit=0")
    before = page.text("#live-answers .bars")
    page.evaluate("document.querySelector('#live-digits button:nth-of-type(5)').focus()")
    page.press("Enter")
    assert page.text("#live-answers .bars") != before
    assert "live.digit=4" in page.evaluate("location.hash")


def test_the_class_of_the_gradient_can_be_chosen(page, address):
    page.open(f"{address}#live?live.digit=2&live.class=7")
    label = "document.querySelector('#live-answers canvas').getAttribute('aria-label')"
    assert page.evaluate(label) == "gradient of the logit of 7, dilation 1"
    before = pixels(page, "#live-answers canvas")
    page.set_value("#live-class", 3)
    assert pixels(page, "#live-answers canvas") != before


def test_a_wide_margin_makes_differences_negligible_and_a_narrow_one_does_not(page, address):
    page.open(f"{address}#margin?margin.points=5")
    verdicts = "[...document.querySelectorAll('#margin-factors .verdict')].map((word) => word.textContent)"
    assert set(page.evaluate(verdicts)) <= {"negligible", "equivalent"}
    page.set_value("#margin-margin", 0.01)
    assert set(page.evaluate(verdicts)) <= {"difference", "inconclusive"}
    assert "margin of 0.01 percentage points" in page.text("#margin-summary")
    page.click("#margin-reset")
    assert "margin of 0.5 percentage points" in page.text("#margin-summary")


def test_the_quiz_scores_by_dilation_and_saves_the_answers(browser, page, address, tmp_path):
    page.open(f"{address}#quiz?quiz.seed=7")
    page.evaluate("document.querySelector('#quiz-choices button').focus()")
    for _ in range(20):
        page.press("3")
    assert "of 20 digits" in page.text("#quiz-score")
    assert page.evaluate("document.querySelectorAll('#quiz-scores tr').length") == 3
    heading, *rows = downloaded(browser, tmp_path, lambda: page.click("#quiz-save"))
    assert heading == ["seed", "question", "arm", "dilation", "replicate", "digit", "answer", "correct"]
    assert len(rows) == len({(row[2], row[4], row[5]) for row in rows}) == 20
    assert {row[0] for row in rows} == {"7"}
    assert all((row[5] == row[6]) == (row[7] == "1") and row[6] == "3" for row in rows)
    counts = [sum(row[3] == dilation for row in rows) for dilation in ("1", "2", "4")]
    assert max(counts) - min(counts) <= 1
    assert page.text("#quiz-score") == f"You named {sum(row[7] == '1' for row in rows)} of 20 digits."


def test_the_order_of_the_quiz_follows_from_its_seed(page, address):
    seen = []
    for seed in (1, 2, 1):
        page.open(f"{address}#quiz?quiz.seed={seed}")
        images = []
        for _ in range(4):
            images.append(pixels(page, "#quiz-canvas"))
            page.click("#quiz-choices button")
        seen.append(images)
    assert seen[0] == seen[2]
    assert seen[0] != seen[1]


def test_tables_sort_filter_and_are_saved(browser, page, address, tmp_path):
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
    rows = downloaded(browser, tmp_path, lambda: page.click(".table-tools button"))
    assert [row[0] for row in rows[1:]] == shown


@pytest.mark.parametrize(
    ("texts", "ordered"),
    [
        (["0.012", "< 0.001", "0.5"], ["< 0.001", "0.012", "0.5"]),
        (["10 %", "9.5 %", "−3 %"], ["−3 %", "9.5 %", "10 %"]),
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


def test_a_brush_over_dilations_chooses_them_in_the_explorer(page, address):
    page.open(address)
    page.evaluate("document.querySelector('#charts-dilation').scrollIntoView({block: 'center', behavior: 'instant'})")
    page.frame()
    script = "(({left, right, top, bottom}) => [left, right, top, bottom])(document.querySelector('#charts-dilation .mark-symbol').getBoundingClientRect())"
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
