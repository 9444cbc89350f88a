"""Sensors that request a workflow after an analysis: evaluation of ready tests, checks of overspending budgets."""

import dagster as dg

from adops_pipeline.defs.workflows.selection import rows
from adops_pipeline.domain.workflows.follow_ups import FollowUp, budgets_to_check, ready_tests
from adops_pipeline.domain.workflows.requests import resolve_request
from adops_pipeline.wiring import Services


@dg.asset_sensor(
    asset_key=dg.AssetKey("adops_snapshot"),
    name="test_sample_sensor",
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Requests the evaluation of an A/B test once both arms have reached the minimum sample size.",
)
def test_sample_sensor(
    context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry, services: dg.ResourceParam[Services]
) -> dg.SkipReason:
    """Request the evaluation of tests that have reached their sample size."""
    del context, asset_event
    return _request(services, ready_tests(rows(services, "ab_tests"), rows(services, "ab_test_results")))


@dg.asset_sensor(
    asset_key=dg.AssetKey("adops_snapshot"),
    name="overpacing_sensor",
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Requests a pacing check of an overpacing budget beyond alerts.pacing_check_ratio of its target, once a period."
    ),
)
def overpacing_sensor(
    context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry, services: dg.ResourceParam[Services]
) -> dg.SkipReason:
    """Request checks of budgets that spend far more than their target."""
    del context, asset_event
    ratio = services.settings.alerts.pacing_check_ratio
    return _request(services, budgets_to_check(rows(services, "analytics_budgets"), ratio))


def _request(services: Services, due: list[FollowUp]) -> dg.SkipReason:
    """Request what is due. What was requested before is not requested again."""
    for one in due:
        services.executions.request(resolve_request(one.workflow_id, one.parameters), requested_by="alert", key=one.key)
    return dg.SkipReason(f"{len(due)} requested" if due else "nothing is due")
