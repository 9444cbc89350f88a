"""Promises of running a workflow without Dagster: its stages, its result, its execution, its alerts."""

from pathlib import Path

import pytest

from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.workflows import WORKFLOWS, find_workflow
from adops_pipeline.domain.workflows.requests import WorkflowRequest, resolve_request
from adops_pipeline.domain.workflows.results import WorkflowResult
from adops_pipeline.operations import projects
from adops_pipeline.operations.projects import ProjectFields
from adops_pipeline.services.errors import NotFoundError, RefusedError
from adops_pipeline.services.executions import RunIdentity
from adops_pipeline.services.workflows.bodies import BODIES
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.telling import MovedClock
from adops_pipeline_tests.templates import build_empty_data, copy_into, prepared

ANALYSING = [workflow_id for workflow_id, workflow in WORKFLOWS.items() if not workflow.is_sync]


@pytest.fixture
def services(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Services:
    copy_into(prepared(tmp_path_factory, "empty", build_empty_data), tmp_path)
    return build_services(load_settings(data_dir=tmp_path), clock=MovedClock())


def _run(services: Services, name: str, **parameters: object) -> WorkflowResult:
    request = resolve_request(name, parameters)
    return _run_stages(services, request, RunIdentity("run-1", None, "cli"))


def _run_stages(services: Services, request: WorkflowRequest, identity: RunIdentity) -> WorkflowResult:
    """All three stages in order, recorded, as the ops of a workflow's job call them."""
    workflow, run = request.workflow, services.executions.run(request.workflow, identity)
    compute, review, conclude = workflow.stages
    run.start(request.document)
    with run.stage(compute.name):
        services.workflows.compute(workflow)
    with run.stage(review.name):
        result = services.workflows.review(workflow, request.parameters)
    with run.stage(conclude.name):
        result = services.workflows.conclude(workflow, result)
    run.complete(result)
    return result


def _overspending(services: Services, *campaigns: str) -> None:
    """Campaigns that have spent ten times their daily budget on every day of the month so far."""
    synced_at = as_stored(services.clock())
    with services.warehouse.writing() as con:
        con.execute(
            "INSERT INTO ad_accounts (platform, account_id, name, currency, timezone, synced_at)"
            " VALUES ('meta-ads', '1', 'Shop', 'EUR', 'UTC', $at)",
            {"at": synced_at},
        )
        con.execute(
            "INSERT INTO raw_pulls BY NAME SELECT 'p' AS pull_id, 'meta-ads' AS platform, '1' AS account_id,"
            " 'campaign_daily' AS report, DATE '2026-11-01' AS range_start, $today AS range_end, $at AS pulled_at,"
            " 'EUR' AS currency, 'UTC' AS timezone, 'p' AS path, 1 AS rows, 1 AS bytes, '0' AS sha256,"
            " 'applied' AS state",
            {"today": services.clock().date(), "at": synced_at},
        )
        for campaign in campaigns:
            con.execute(
                "INSERT INTO campaign_budget_history BY NAME SELECT 'meta-ads' AS platform, '1' AS account_id,"
                " $id AS campaign_id, DATE '2026-11-01' AS valid_from, 10 AS daily_budget, 'EUR' AS currency,"
                " 'activity' AS source",
                {"id": campaign},
            )
            con.execute(
                "INSERT INTO campaigns (id, platform, account_id, external_id, name, status, currency, budget_period,"
                " daily_budget, start_date, synced_at)"
                " VALUES ('meta-ads:' || $id, 'meta-ads', '1', $id, 'Brand ' || $id, 'active', 'EUR', 'daily', 10,"
                " DATE '2026-11-01', $at)",
                {"id": campaign, "at": synced_at},
            )
            con.execute(
                "INSERT INTO analytics_metrics (platform, account_id, campaign_id, date, currency, impressions, clicks,"
                " spend, revenue, conversions, synced_at)"
                " SELECT 'meta-ads', '1', $id, day, 'EUR', 1000, 10, 100, 50, 1, $at"
                " FROM range(DATE '2026-11-01', $today, INTERVAL 1 DAY) AS days(day)",
                {"id": campaign, "today": services.clock().date(), "at": synced_at},
            )


def test_every_workflow_but_the_sync_has_a_body() -> None:
    assert list(BODIES) == ANALYSING


@pytest.mark.parametrize("workflow_id", ANALYSING)
def test_every_workflow_runs_its_stages_to_a_completed_execution(services: Services, workflow_id: str) -> None:
    request = resolve_request(workflow_id)
    result = _run_stages(services, request, RunIdentity("run-1", None, "cli"))
    found = services.executions.get("run-1")
    assert (found.status, found.requested_by, found.parameters) == ("completed", "cli", request.document)
    assert [stage["status"] for stage in found.stages] == ["succeeded"] * 3
    assert found.result == result.to_document()
    assert all(result.done), "no empty sentence"
    assert len(result.done) >= 1


def test_a_finding_is_in_the_result_and_its_alert_fires(services: Services) -> None:
    _overspending(services, "7")
    result = _run(services, "pacing-check")
    assert [str(finding.subject) for finding in result.found] == ["Brand 7 (meta-ads)"]
    assert result.done[-1] == "Alerts: 1 new."
    (alert,) = services.alerting.firing()
    assert alert.alert.label("campaign_id") == "7"


@pytest.mark.parametrize(("workflow_id", "is_published"), [("pacing-check", True), ("cross-channel-report", False)])
def test_only_a_workflow_that_computed_public_tables_publishes(
    services: Services, workflow_id: str, is_published: bool
) -> None:
    _run(services, workflow_id)
    assert services.snapshot_path.exists() is is_published


def test_a_project_limits_a_workflow_to_its_campaigns(services: Services) -> None:
    _overspending(services, "7", "8")
    with services.store.writing() as con:
        projects.create(con, ProjectFields("Spring"), services.clock(), lambda: "spring")
        projects.assign_by_hand(con, "meta-ads:8", "spring", services.clock())
    result = _run(services, "pacing-check", projectId="spring")
    assert [finding.subject.campaign_id for finding in result.found] == ["8"]


def test_an_error_fails_the_stage_and_the_execution_with_its_reason(services: Services) -> None:
    with pytest.raises(NotFoundError):
        _run(services, "pacing-check", projectId="nowhere")
    found = services.executions.get("run-1")
    assert (found.status, found.error) == ("failed", "there is no project 'nowhere'")
    assert [stage["status"] for stage in found.stages] == ["succeeded", "failed", "skipped"]


def test_an_execution_that_another_run_has_is_left_alone(services: Services) -> None:
    request = resolve_request("pacing-check")
    workflow = find_workflow("pacing-check")
    execution_id = services.executions.request(request, requested_by="api").id
    services.executions.run(workflow, RunIdentity("run-1", execution_id, "api")).start({})
    with pytest.raises(RefusedError, match="belongs to another run"):
        _run_stages(services, request, RunIdentity("run-2", execution_id, "api"))
    assert {stage["status"] for stage in services.executions.get(execution_id).stages} == {"pending"}
    assert not services.snapshot_path.exists()
