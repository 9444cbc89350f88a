"""The visitor of these tests notices what a page must not do; the API's interactive page does nothing of the kind."""

import pytest
from playwright.sync_api import expect

from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.patience import wait_until


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("console.error('broken')", "console: broken"),
        ("void setTimeout(() => { throw new Error('broken') })", "uncaught: broken"),
        ("void fetch('http://127.0.0.2:65000/').catch(() => 0)", "console: Connecting to 'http://127.0.0.2:65000/'"),
        ("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))", "console: Executing"),
        ("location.assign('http://127.0.0.2:65000/')", "request to another host: http://127.0.0.2:65000/"),
    ],
    ids=["console", "exception", "forbidden request", "script within the page", "another host"],
)
def test_what_a_page_must_not_do_fails_its_test(visitor: Visitor, script: str, problem: str) -> None:
    visitor.page.goto("/login")
    visitor.page.evaluate(script)

    def is_noted() -> bool:
        visitor.page.wait_for_timeout(1)  # events of the browser arrive while one waits for it
        return any(one.startswith(problem) for one in visitor.problems)

    wait_until(is_noted, problem)
    visitor.problems.clear()


@pytest.mark.slow
def test_the_interactive_page_of_the_api_asks_no_other_host(visitor: Visitor) -> None:
    visitor.page.goto("/api/docs")

    expect(visitor.page.get_by_text("/api/workflows/run", exact=True)).to_be_visible()
