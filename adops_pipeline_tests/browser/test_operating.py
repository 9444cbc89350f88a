"""A webhook is created and fired, an alert is silenced, somebody signs in, and the main path needs no mouse."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from pydantic import SecretStr

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site, served_here
from adops_pipeline_tests.templates import copy_into

_FOCUSED = """() => {
    const focused = document.activeElement;
    return [focused.textContent.trim(), getComputedStyle(focused).outlineStyle];
}"""
TOKEN = "a-token-for-the-browser"


def test_a_webhook_is_created_fired_by_another_program_and_its_delivery_arrives(visitor: Visitor, site: Site) -> None:
    page = visitor.page
    page.goto("/webhooks")
    page.get_by_label("Name").fill("Shop")
    page.get_by_label("Starts").select_option("pacing-check")
    page.get_by_label("Verification").select_option("api-key")
    page.get_by_label("Mapping of parameters").fill('{"lookbackDays": "$.days"}')
    page.get_by_role("button", name="Create").click()
    shown = page.locator(".once code")
    address, key = shown.nth(0).inner_text(), shown.nth(1).inner_text()
    page.get_by_role("link", name="Shop").click()
    expect(page.get_by_text("Nothing was delivered yet")).to_be_visible()
    expect(page.locator("[data-live-badge]")).to_have_text("Live")
    assert key not in page.content()

    answer = httpx.post(address, json={"days": 5}, headers={"x-api-key": key})

    assert answer.status_code == 202
    expect(page.get_by_text("triggered", exact=True)).to_be_visible()
    page.get_by_label("Payload").fill('{"days": "many"}')
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("It does not map")).to_be_visible()
    page.get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pacing check")
    assert site.services.executions.get(page.url.rpartition("/")[2]).parameters["lookbackDays"] == 5


def test_an_alert_is_silenced_and_the_silence_ended(visitor: Visitor, site: Site) -> None:
    labels = {"platform": "meta-ads", "campaign_id": "7"}
    alert = Alert("overpacing", "pacing", Severity.WARNING, labels, "Too fast.", datetime.now(UTC))
    site.services.alerting.set_firing([alert], ["pacing"])
    page = visitor.page
    visitor.agrees = True
    page.goto("/alerts")
    row = page.locator("#alert-list li", has_text="Too fast.")
    row.get_by_text("Silence", exact=True).click()
    row.get_by_label("Reason").fill("The client knows")
    row.get_by_role("button", name="Silence it").click()
    expect(row.get_by_text("silenced", exact=True)).to_be_visible()
    (silence,) = site.services.silences.every()
    assert (silence.comment, silence.mutes(alert, datetime.now(UTC))) == ("The client knows", True)

    page.get_by_role("button", name="End the silence: The client knows").click()
    expect(page.get_by_text("No silence is in force")).to_be_visible()
    expect(row.get_by_text("silenced", exact=True)).to_have_count(0)


@pytest.fixture
def guarded_site(published: Path, tmp_path: Path) -> Iterator[Site]:
    """A server that needs a token."""
    with served_here(services_over(copy_into(published, tmp_path), api_token=SecretStr(TOKEN))) as site:
        yield site


def test_one_signs_in_and_changes_something_with_the_session(guarded_site: Site, visit: Callable[..., Visitor]) -> None:
    visitor = visit(guarded_site)
    visitor.expected_statuses.add(401)
    page = visitor.page
    page.goto("/workflows/quick-pacing-check")
    page.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This token is not valid.")).to_be_visible()
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/workflows/quick-pacing-check")
    page.get_by_role("button", name="Run").click()

    page.wait_for_url("**/executions/*")


def test_the_main_path_needs_no_mouse(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("workflows")
    page.keyboard.press("Enter")
    page.wait_for_url("**/workflows")
    _tab_to(visitor, "Quick pacing check")
    page.keyboard.press("Enter")
    page.wait_for_url("**/workflows/quick-pacing-check")
    _tab_to(visitor, "Run")
    page.keyboard.press("Enter")

    page.wait_for_url("**/executions/*")


def _tab_to(visitor: Visitor, text: str) -> None:
    """Press Tab until the element with this text has the focus, which must be visible on the way."""
    page = visitor.page
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused[0] == text:
            assert focused[1] != "none"
            return
    raise AssertionError(f"{text} cannot be reached with the keyboard")
