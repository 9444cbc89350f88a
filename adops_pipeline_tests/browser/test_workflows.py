"""A template is run from its form, and its stages and result appear while one looks at them."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.workflows import WORKFLOWS
from adops_pipeline.domain.workflows.results import Finding, Subject, WorkflowResult
from adops_pipeline.services.executions import Executions, RunIdentity
from adops_pipeline_tests.browser.chromium import Visitor
from adops_pipeline_tests.browser.sites import Site

RESULT = WorkflowResult(
    "pacing-check",
    "One budget is off pace.",
    found=(Finding(Severity.WARNING, Subject("meta-ads", "1", "2", "Brand"), "It will overspend by €20."),),
)


def test_a_templates_stages_finish_live_and_its_result_is_shown_without_reloading(visitor: Visitor, site: Site) -> None:
    page = visitor.page
    page.goto("/workflows")
    page.get_by_role("link", name="Quick pacing check").first.click()
    page.get_by_label("Lookback days").fill("3")
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/executions/*")
    execution_id = page.url.rpartition("/")[2]
    asked = site.services.executions.get(execution_id)
    assert (asked.template_id, asked.parameters["lookbackDays"]) == ("quick-pacing-check", 3)
    assert asked.parameters["platforms"] == ["google-ads", "meta-ads", "pinterest"]
    expect(page.locator("[data-live-badge]")).to_have_text("Live")
    page.evaluate("window.isSamePage = true")

    workflow = WORKFLOWS["pacing-check"]
    executions = Executions(lambda: site.services.store, lambda: datetime.now(UTC))
    run = executions.run(workflow, RunIdentity("run-1", execution_id, "api"))
    run.start({})
    for number, stage in enumerate(workflow.stages):
        shown = page.locator(".stages li").nth(number)
        with run.stage(stage.name):
            expect(shown).to_have_attribute("data-status", "running")
        expect(shown).to_have_attribute("data-status", "succeeded")
    run.complete(RESULT)

    expect(page.get_by_text("One budget is off pace.")).to_be_visible()
    expect(page.get_by_text("It will overspend by €20.")).to_be_visible()
    assert page.evaluate("window.isSamePage") is True


def test_a_wrong_parameter_is_said_at_its_field_and_nothing_is_requested(visitor: Visitor, site: Site) -> None:
    visitor.expected_statuses.add(422)
    page = visitor.page
    before = len(site.services.executions.newest(100))
    page.goto("/workflows/anomaly-scan")
    page.get_by_text("Thresholds", exact=True).click()
    amounts = page.get_by_label("Least money")
    amounts.fill('{"EUROS": 5}')
    page.get_by_role("button", name="Run").click()

    expect(amounts).to_have_attribute("aria-invalid", "true")
    expect(amounts).to_be_focused()
    expect(page.locator(".error")).to_contain_text("EUROS")
    assert len(site.services.executions.newest(100)) == before


@pytest.mark.slow
def test_an_execution_is_cancelled_and_run_again(visitor: Visitor) -> None:
    page = visitor.page
    visitor.agrees = True
    page.goto("/workflows/learning-review")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("cancelled", exact=True)).to_be_visible()
    cancelled = page.url
    page.get_by_role("button", name="Run it again").click()
    page.wait_for_url(lambda address: address != cancelled)

    expect(page.get_by_text("pending", exact=True).first).to_be_visible()
