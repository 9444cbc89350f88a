"""Every page: with data, before the first run, and with store and snapshot lost; no finding of axe-core, no error."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect
from starlette.routing import Route

from adops_pipeline.dashboard import site
from adops_pipeline_tests.browser.axe import findings
from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site

_ROUTES = [route for router in site._PAGES for route in router.routes if isinstance(route, Route)]
PAGES = (
    *(route.path for route in _ROUTES if "{" not in route.path),
    "/workflows/quick-pacing-check",
    "/agents/analyst",
)
"""Every page without a parameter, a form, and an agent."""
_UNREADABLE = 503
_scripts = pytest.mark.parametrize("scripts", [False, pytest.param(True, marks=pytest.mark.slow)])
"""What a page says is part of it; with scripts, which take the browser far longer, its console is checked, too."""


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """The visitor of a site, on the same tab for all pages: to begin a visit costs the browser more than a page."""
    tabs: dict[tuple[str, bool], Visitor] = {}

    def of(site: Site, *, scripts: bool = True) -> Visitor:
        key = (site.address, scripts)
        if key not in tabs:
            tabs[key] = Visitor.of(chromium, site.address, java_script_enabled=scripts)
        return tabs[key]

    yield of
    for visitor in tabs.values():
        visitor.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_with_data_is_accessible_in_light_and_dark(tab: Callable[..., Visitor], site: Site, path: str) -> None:
    visitor = tab(site)
    answer = visitor.page.goto(path)

    assert answer is not None
    assert answer.status == 200
    expect(visitor.page.get_by_role("heading", level=1)).to_have_count(1)
    assert findings(visitor.page) == []
    assert visitor.problems == []


@_scripts
@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_data_says_what_to_do(
    tab: Callable[..., Visitor], empty_site: Site, path: str, scripts: bool
) -> None:
    visitor = tab(empty_site, scripts=scripts)
    visitor.expected_statuses.add(_UNREADABLE)
    visitor.page.goto(path)

    expect(visitor.page.locator(".state").first).to_be_visible()
    expect(visitor.page.locator("h1")).to_have_count(1)
    assert visitor.problems == []


@_scripts
@pytest.mark.parametrize("path", PAGES)
def test_a_page_whose_service_fails_says_so_within_the_page(
    tab: Callable[..., Visitor], failing_site: Site, path: str, scripts: bool
) -> None:
    visitor = tab(failing_site, scripts=scripts)
    visitor.expected_statuses.add(_UNREADABLE)
    visitor.page.goto(path)

    expect(visitor.page.locator(".state").first).to_contain_text("damaged")
    expect(visitor.page.get_by_role("navigation", name="Pages")).to_be_visible()
    assert visitor.problems == []
