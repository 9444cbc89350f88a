"""Tabs share one live stream, the page says when it is not live, and memory stays bounded after many events."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from adops_pipeline.operations import events
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site, served_here
from adops_pipeline_tests.patience import wait_until
from adops_pipeline_tests.templates import copy_into

pytestmark = pytest.mark.slow
_MANY = 3000
_MOST_MEGABYTES = 60


@pytest.fixture
def live_site(published: Path, tmp_path: Path) -> Iterator[Site]:
    """A server of the test's own, whose streams it counts."""
    with served_here(services_over(copy_into(published, tmp_path))) as site:
        yield site


def note(site: Site, number: int, title: str) -> None:
    """Append events as another process does."""
    with site.services.store.writing() as con:
        for place in range(number):
            events.append(con, "activity.new", at=datetime.now(UTC), data={"name": "note", "title": f"{title} {place}"})


def seen_by(tab: Visitor) -> list[str]:
    """Ids of the events that a tab has noted."""
    found: list[str] = tab.page.evaluate("window.seen")
    return found


def test_tabs_share_one_stream_and_the_next_tab_takes_it_over(live_site: Site, visit: Callable[..., Visitor]) -> None:
    first = visit(live_site)
    first.page.goto("/workflows")
    expect(first.page.locator("[data-live-badge]")).to_have_text("Live")
    second = first.another()
    second.page.goto("/alerts")
    expect(second.page.locator("[data-live-badge]")).to_have_text("Live")
    for tab in (first, second):
        tab.page.evaluate("window.seen = []; document.addEventListener('live', (one) => seen.push(one.detail.id))")
    note(live_site, 3, "before")
    wait_until(lambda: all(len(seen_by(tab)) == 3 for tab in (first, second)), "three events in each tab")
    assert seen_by(first) == seen_by(second)

    first.page.close()
    note(live_site, 2, "after")

    wait_until(lambda: len(seen_by(second)) == 5, "the events after the change of tabs")
    assert len(set(seen_by(second))) == 5


def test_a_page_says_since_when_it_is_not_live_and_resumes(live_site: Site, visit: Callable[..., Visitor]) -> None:
    visitor = visit(live_site)
    visitor.expected_statuses.add(503)
    page = visitor.page
    page.goto("/workflows")
    badge = page.locator("[data-live-badge]")
    expect(badge).to_have_text("Live")
    page.route("**/api/sse/stream", lambda route: route.fulfill(status=503, body=""))
    page.reload()
    expect(badge).to_have_text(re.compile(r"Not live since \d\d:\d\d"))

    page.unroute("**/api/sse/stream")

    expect(badge).to_have_text("Live")


def test_memory_is_bounded_after_many_live_events(live_site: Site, visit: Callable[..., Visitor]) -> None:
    visitor = visit(live_site)
    visitor.page.goto("/")
    expect(visitor.page.locator("[data-live-badge]")).to_have_text("Live")
    visitor.page.evaluate("window.count = 0; document.addEventListener('live', () => (window.count += 1))")
    for _ in range(10):
        note(live_site, _MANY // 10, "many")
    wait_until(lambda: visitor.page.evaluate("window.count") == _MANY, "every event")
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("HeapProfiler.collectGarbage")

    used = visitor.page.evaluate("performance.memory.usedJSHeapSize") / 2**20

    assert used < _MOST_MEGABYTES
