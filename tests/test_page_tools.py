"""The tools of the page in a headless Chromium: explorer, live network, margin and quiz, by mouse, finger, keys and address."""

import pytest
from chromium import MISSING, PROGRAM, BrowserPage

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=MISSING)


def test_the_explorer_shows_what_is_chosen_and_keeps_it_in_the_address(page, address):
    page.open(address)
    before = page.pixels("#explorer-image-second")
    page.set_value("#explorer-method", "grad_cam")
    page.set_value("#explorer-panel", "5-average")
    page.set_value("#explorer-replicate", 1)
    page.set_value("#explorer-digit", 3)
    page.set_value("#explorer-first", 1)
    assert page.pixels("#explorer-image-second") != before
    summary = page.text("#explorer-summary")
    assert summary.startswith("Digit 3, grad cam, 5 \N{MULTIPLICATION SIGN} 5 taps, average pooling, replicate 1: dilation 2 answers")
    shared = page.shared_address()
    images = {name: page.pixels(f"#explorer-image-{name}") for name in ("first", "second", "difference", "model-first")}
    page.open(shared)
    assert page.text("#explorer-summary") == summary
    assert {name: page.pixels(f"#explorer-image-{name}") for name in images} == images


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
    assert page.pixels("#explorer-image-first") == page.pixels("#explorer-image-second")
    assert set(page.pixels("#explorer-image-difference")) == {247, 255}


def test_an_address_of_unknown_values_falls_back_to_the_first_view(page, address):
    page.open(address)
    summary = page.text("#explorer-summary")
    page.open(f"{address}#explorer?explorer.digit=99&explorer.panel=9-none&explorer.second=x&margin.margin=nan&quiz.seed=-1&live.drawing=%3Cb%3E")
    assert page.text("#explorer-summary") == summary
    assert page.errors() == []


def test_a_drawing_is_answered_by_every_dilation_and_kept_in_the_address(page, address):
    page.open(address)
    page.click("#live-clear")
    empty = page.text("#live-summary"), page.pixels("#live-answers canvas")
    page.evaluate("document.querySelector('#live-canvas').scrollIntoView({block: 'center', behavior: 'instant'})")
    box = page.evaluate("(({x, y, width, height}) => [x, y, width, height])(document.querySelector('#live-canvas').getBoundingClientRect())")
    for kind, part in (("mousePressed", 0.3), ("mouseMoved", 0.5), ("mouseMoved", 0.7), ("mouseReleased", 0.7)):
        page.send(
            "Input.dispatchMouseEvent", type=kind, x=box[0] + part * box[2], y=box[1] + 0.4 * box[3], button="left", buttons=1, clickCount=1
        )  # fmt: skip
    page.frame()
    assert page.pixels("#live-answers canvas") != empty[1]
    assert page.text("#live-summary").count("dilation") == 3
    drawn, bars = max(page.pixels("#live-canvas")[::4]), page.text("#live-answers .bars")
    assert drawn == 255
    page.open(page.shared_address())
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
    assert sum(value > 200 for value in page.pixels("#live-canvas")[::4]) > 10


def test_a_digit_taken_by_keyboard_is_answered(page, address):
    page.open(f"{address}#live?live.digit=0")
    before = page.text("#live-answers .bars")
    page.evaluate("document.querySelector('#live-digits button:nth-of-type(5)').focus()")
    page.press("Enter")
    assert page.text("#live-answers .bars") != before
    assert "live.digit=4" in page.shared_address()


def test_the_class_of_the_gradient_can_be_chosen(page, address):
    page.open(f"{address}#live?live.digit=2&live.class=7")
    label = "document.querySelector('#live-answers canvas').getAttribute('aria-label')"
    assert page.evaluate(label) == "gradient of the logit of 7, dilation 1"
    before = page.pixels("#live-answers canvas")
    page.set_value("#live-class", 3)
    assert page.pixels("#live-answers canvas") != before


def test_a_wide_margin_makes_differences_negligible_and_a_narrow_one_does_not(page, address):
    page.open(f"{address}#margin?margin.margin=5")
    verdicts = "[...document.querySelectorAll('#margin-factors .verdict')].map((word) => word.textContent)"
    assert set(page.evaluate(verdicts)) <= {"negligible", "equivalent"}
    page.set_value("#margin-margin", 0.01)
    assert set(page.evaluate(verdicts)) <= {"difference", "inconclusive"}
    assert "margin of 0.01 percentage points" in page.text("#margin-summary")
    page.click("#margin-reset")
    assert "margin of 0.5 percentage points" in page.text("#margin-summary")


def test_the_frontier_follows_the_margin_of_the_loss(page, address):
    page.open(f"{address}#margin?margin.loss=0.1")
    places = "[...document.querySelectorAll('#charts-frontier .mark-symbol path')].map((mark) => mark.getAttribute('transform')).join()"
    before = page.evaluate(places)
    page.set_value("#margin-loss", 15)
    page.wait(f"{places} !== {before!r}")
    assert page.text("#margin-loss-value") == "15 %"
    assert "margin.loss=15" in page.shared_address()


def test_the_quiz_scores_by_dilation_and_saves_the_answers(page, address, tmp_path):
    page.open(f"{address}#quiz?quiz.seed=7")
    page.evaluate("document.querySelector('#quiz-choices button').focus()")
    for _ in range(20):
        page.press("3")
    assert "of 20 digits" in page.text("#quiz-score")
    assert page.evaluate("document.querySelectorAll('#quiz-scores tr').length") == 3
    heading, *rows = page.saved_csv("#quiz-save", tmp_path)
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
            images.append(page.pixels("#quiz-canvas"))
            page.click("#quiz-choices button")
        seen.append(images)
    assert seen[0] == seen[2]
    assert seen[0] != seen[1]
