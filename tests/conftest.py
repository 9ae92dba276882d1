"""A browser and a page of made-up numbers, for the tests of the page; only these tests start them."""

import pytest


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
