"""Charts in the browser: drawn when they come later too, in the colours of the theme, as wide as the page."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from adops_pipeline.wiring import Services
from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site, served_here
from adops_pipeline_tests.dashboard.test_budget import planned
from adops_pipeline_tests.patience import wait_until

__all__ = ["planned"]


@pytest.fixture(scope="module")
def planned_site(planned: tuple[Services, str, str]) -> Iterator[Site]:
    """A server with a plan and a response curve; it outlives its visitors, whose live streams it would wait for."""
    with served_here(planned[0]) as site:
        yield site


def test_a_chart_that_htmx_brings_is_drawn_follows_the_theme_and_shrinks_with_the_page(
    visit: Callable[..., Visitor], planned_site: Site
) -> None:
    page = visit(planned_site).page
    page.goto("/budget?currency=EUR&group=held")
    expect(page.get_by_text("No response curve here")).to_be_visible()

    page.get_by_role("link", name="Response is known").click()
    page.get_by_role("link", name="Curve of").first.click()

    chart = page.locator("#curve-place figure")
    expect(chart).to_have_attribute("data-chart", "drawn")
    canvas = chart.locator("canvas")
    light = canvas.screenshot(animations="disabled")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    wait_until(lambda: page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark")
    assert canvas.screenshot(animations="disabled") != light

    page.set_viewport_size({"width": 390, "height": 800})
    wait_until(lambda: page.locator("figure.chart-narrow").count() > 0)
    wait_until(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)
