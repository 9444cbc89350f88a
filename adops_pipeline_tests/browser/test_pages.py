"""Every page: with data, before the first run, and with store and snapshot lost; no finding of axe-core, no error.

What pages without data say is part of them: `dashboard/test_every_page.py` has that without a browser.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from adops_pipeline_tests.browser.axe import findings
from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site
from adops_pipeline_tests.dashboard.pages import PAGES

_UNREADABLE = 503
FEW_ROWS = {"/campaigns": "/campaigns?platform=google-ads"}
"""Where a page has so many rows of one kind that axe-core takes a second for them: an address with a few."""


@pytest.fixture(scope="module")
def tab_of(chromium: Browser) -> Iterator[Callable[[Site], Visitor]]:
    """The visitor of another site, on the same tab for all pages."""
    tabs: dict[str, Visitor] = {}

    def of(site: Site) -> Visitor:
        if site.address not in tabs:
            tabs[site.address] = Visitor.of(chromium, site.address)
        return tabs[site.address]

    yield of
    for visitor in tabs.values():
        visitor.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_with_data_is_accessible_in_light_and_dark(visitor: Visitor, path: str) -> None:
    answer = visitor.page.goto(FEW_ROWS.get(path, path))

    assert answer is not None
    assert answer.status == 200
    expect(visitor.page.get_by_role("heading", level=1)).to_have_count(1)
    assert findings(visitor.page) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_data_says_what_to_do(tab_of: Callable[[Site], Visitor], empty_site: Site, path: str) -> None:
    visitor = tab_of(empty_site)
    visitor.expected_statuses.add(_UNREADABLE)
    visitor.page.goto(path)

    expect(visitor.page.locator(".state").first).to_be_visible()
    expect(visitor.page.locator("h1")).to_have_count(1)
    assert visitor.problems == []


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
def test_a_page_whose_service_fails_says_so_within_the_page(
    tab_of: Callable[[Site], Visitor], failing_site: Site, path: str
) -> None:
    visitor = tab_of(failing_site)
    visitor.expected_statuses.add(_UNREADABLE)
    visitor.page.goto(path)

    expect(visitor.page.locator(".state").first).to_contain_text("damaged")
    expect(visitor.page.get_by_role("navigation", name="Pages")).to_be_visible()
    assert visitor.problems == []
