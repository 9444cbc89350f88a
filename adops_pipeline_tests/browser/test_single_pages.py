"""Pages about one thing (a campaign, an account, an execution, …): no finding of axe-core, and no error."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from adops_pipeline_tests.api.test_ab_tests import request_for
from adops_pipeline_tests.browser.axe import findings
from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site


def _got(site: Site, path: str, field: str) -> str:
    return str(httpx.get(f"{site.address}{path}").raise_for_status().json()["items"][0][field])


def _made(site: Site, path: str, asked: dict[str, Any], field: str) -> str:
    return str(httpx.post(f"{site.address}{path}", json=asked).raise_for_status().json()[field])


def _campaign(site: Site) -> str:
    """With days of one week: axe-core takes a second for the rows of a month."""
    return "/campaigns/" + _got(site, "/api/analytics/campaigns", "id") + "?from=2026-11-09&to=2026-11-15"


def _account(site: Site) -> str:
    return "/data/" + _got(site, "/api/accounts", "id")


def _execution(site: Site) -> str:
    return "/executions/" + _made(site, "/api/workflows/run", {"template": "quick-pacing-check"}, "executionId")


def _webhook(site: Site) -> str:
    asked = {"name": "Orders", "workflowId": "pacing-check", "verification": "api-key"}
    return "/webhooks/" + _made(site, "/api/webhooks", asked, "id")


def _experiment(site: Site) -> str:
    return "/experiments/" + _made(site, "/api/ab-tests", request_for(site.services), "id")


def _budget(site: Site) -> str:
    one = httpx.get(f"{site.address}/api/analytics/pacing").raise_for_status().json()["items"][0]
    return f"/pacing/{one['platform']}:{one['campaignId']}/days"


@pytest.mark.parametrize(
    "open_page",
    [
        _campaign,
        _execution,
        pytest.param(_budget, marks=pytest.mark.slow),
        pytest.param(_account, marks=pytest.mark.slow),
        pytest.param(_webhook, marks=pytest.mark.slow),
        pytest.param(_experiment, marks=pytest.mark.slow),
    ],
)
def test_a_page_about_one_thing_is_accessible_in_light_and_dark(
    visitor: Visitor, site: Site, open_page: Callable[[Site], str]
) -> None:
    path = open_page(site)
    answer = visitor.page.goto(path)

    assert answer is not None
    assert answer.status == 200, path
    expect(visitor.page.get_by_role("heading", level=1)).to_have_count(1)
    assert findings(visitor.page) == []
