"""A proposed change is seen, approved, undone; a memory is judged: all from the pages."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Request, Route, expect

from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.operations import events
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.browser.axe import findings
from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site, served_here
from adops_pipeline_tests.patience import wait_until
from adops_pipeline_tests.templates import copy_into
from adops_pipeline_tests.tools.campaign_flow import NEW

HOSTILE = "<img src=x onerror=alert(1)> Spring"


@pytest.fixture(scope="module")
def acting_site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose proposals wait for a decision, with one of them and a memory."""
    folder = copy_into(published, tmp_path_factory.mktemp("proposals"))
    services = services_over(folder, proposals={"apply_automatically": "never"})
    services.memories.remember(
        Draft("trader", "preference", {"platform": "meta-ads"}, {"prefer": "small steps of budgets"})
    )
    with served_here(services) as site:
        # Through the server: the browser's event loop runs in this thread, and no other one can.
        made = httpx.post(f"{site.address}/api/tools/meta_create_campaign", json=NEW | {"name": HOSTILE}, timeout=60)
        assert made.status_code == 200, made.text
        yield site


def test_a_proposal_is_approved_and_undone_from_its_page(visit: Callable[..., Visitor], acting_site: Site) -> None:
    page = visit(acting_site).page
    page.goto("/proposals")
    row = page.locator("#proposal-list li", has_text=HOSTILE)
    expect(row.get_by_text("JPY +5,000 a day")).to_be_visible()
    assert findings(page) == []
    row.get_by_role("button", name="Approve and apply").click()
    expect(page.get_by_text("No proposal waits")).to_be_visible()

    page.get_by_label("State").select_option("applied")
    row.get_by_text("Undo", exact=True).click()
    row.get_by_label("Reason").fill("The range is postponed")
    row.get_by_role("button", name="Undo it").click()
    expect(page.get_by_text("Cannot be undone")).to_be_visible()
    statuses = {one.status for one in acting_site.services.proposals.list()}
    assert "undone" in statuses


def test_a_memory_is_judged_from_the_page_of_agents(visit: Callable[..., Visitor], acting_site: Site) -> None:
    page = visit(acting_site).page
    page.goto("/agents")
    assert findings(page) == []
    row = page.locator("#memory-list li", has_text="small steps")
    row.get_by_role("button", name="Outdated").click()

    def outdated() -> int:
        (one,) = acting_site.services.memories.recall(agent_id="trader")
        return one.memory.feedback["outdated"]

    wait_until(lambda: outdated() == 1)
    expect(row.get_by_text("1 person said outdated")).to_be_visible()  # the answer replaces the list
    row.get_by_text("Retract", exact=True).click()

    # What arrives while somebody writes, here of an event, empties no form, not even one that has lost the focus.
    answers: list[Route] = []
    page.route("**/agents", lambda route: answers.append(route) if _is_of_htmx(route.request) else route.continue_())
    with page.expect_request(_is_of_htmx), acting_site.services.store.writing() as con:
        events.append(con, "activity.new", at=datetime.now(UTC), data={"name": "note", "title": "A note"})
    row.get_by_label("Reason").fill("It was about another account")
    row.get_by_label("Reason").blur()
    with page.expect_response(lambda response: _is_of_htmx(response.request)):
        answers.pop().continue_()
    page.unroute("**/agents")

    row.get_by_role("button", name="Retract it").click()
    expect(page.get_by_text("Nothing is remembered yet")).to_be_visible()


def _is_of_htmx(request: Request) -> bool:
    return "hx-request" in request.headers
