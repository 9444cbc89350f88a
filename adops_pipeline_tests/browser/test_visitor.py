"""The visitor of these tests notices what a page must not do; the API's interactive page does nothing of the kind."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site
from adops_pipeline_tests.patience import wait_until

MISDEEDS = {
    "console.error('broken')": "console: broken",
    "void setTimeout(() => { throw new Error('broken') })": "uncaught: broken",
    "void fetch('http://127.0.0.2:65000/').catch(() => 0)": "console: Connecting to 'http://127.0.0.2:65000/'",
    "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))": "console: Executing",
    "location.assign('http://127.0.0.2:65000/')": "request to another host: http://127.0.0.2:65000/",
}
"""What a page must not do, as scripts, and how the problem that is noted begins. The last one leaves the page."""


def test_what_a_page_must_not_do_fails_its_test(visit: Callable[..., Visitor], site: Site) -> None:
    visitor = visit(site)
    visitor.page.goto("/login")
    for script, problem in MISDEEDS.items():
        assert visitor.problems == []
        visitor.page.evaluate(script)

        def is_noted(problem: str = problem) -> bool:
            visitor.page.wait_for_timeout(1)  # events of the browser arrive while one waits for it
            return any(one.startswith(problem) for one in visitor.problems)

        wait_until(is_noted, problem)
        visitor.problems.clear()


@pytest.mark.slow
def test_the_interactive_page_of_the_api_asks_no_other_host(visitor: Visitor) -> None:
    visitor.page.goto("/api/docs")

    expect(visitor.page.get_by_text("/api/workflows/run", exact=True)).to_be_visible()
