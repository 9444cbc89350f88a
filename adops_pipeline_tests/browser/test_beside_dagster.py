"""The pages of `adops up`: Dagster's daemon executes what they ask for, and they show it live."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site
from adops_pipeline_tests.e2e.running_up import Up, running
from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.templates import copy_into


@pytest.fixture
def up(published: Path, tmp_path: Path) -> Iterator[Up]:
    """Everything, over published data."""
    with running(copy_into(published, tmp_path)) as up:
        yield up


@pytest.mark.slow
def test_a_template_that_the_daemon_executes_finishes_live_and_dagster_is_linked(
    up: Up, visit: Callable[..., Visitor]
) -> None:
    site = Site(f"http://127.0.0.1:{up.api_port}", services_over(up.data_dir))
    page = visit(site).page
    page.goto("/workflows")
    page.get_by_role("link", name="Quick pacing check").first.click()
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/executions/*")
    page.evaluate("window.isSamePage = true")

    stages = page.locator(".stages li")
    patient = patience_seconds() * 1000
    expect(page.get_by_text("completed", exact=True).first).to_be_visible(timeout=patient)
    assert stages.count() >= 2
    for stage in stages.all():
        expect(stage).to_have_attribute("data-status", "succeeded")
    assert page.evaluate("window.isSamePage") is True

    page.goto("/data")
    link = page.get_by_role("link", name="Dagster", exact=True).get_attribute("href")
    assert link == f"http://127.0.0.1:{up.port}/"
    assert httpx.get(f"{link}server_info").status_code == 200
