"""The order of the tests, and a browser and a page of made-up numbers, for the tests of the page; only these tests start them."""

from collections import Counter

import pytest


def pytest_collection_modifyitems(items):
    """Let the files with the most slow tests come first, so that no long file is left to one process at the end."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    from chromium import running_chromium

    with running_chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.fixture(scope="session")
def address(tmp_path_factory) -> str:
    """Address of the page."""
    from kernel_dilation.interactive import explorer_data

    from interactive_pages import made_up_page

    patch = pytest.MonkeyPatch()
    patch.setattr(explorer_data, "ARM_BYTES", 100_000)  # so that there are several replicates to choose from
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(made_up_page(), encoding="utf-8")
    patch.undo()
    return path.as_uri()


@pytest.fixture(scope="module")
def page(browser, address):
    """A wide window with the page; tests that need another state open the address again."""
    from chromium import BrowserPage

    window = BrowserPage(browser)
    window.open(address)
    return window
