"""What starts by itself after an analysis: evaluations of tests that are ready, checks of budgets that run away."""

from functools import partial
from uuid import NAMESPACE_URL, uuid5

import dagster as dg

from adops_pipeline.defs.workflows.selection import rows
from adops_pipeline.domain.workflows import find_workflow, to_document, validate
from adops_pipeline.domain.workflows.follow_ups import FollowUp, budgets_to_check, ready_tests
from adops_pipeline.operations import executions
from adops_pipeline.services.executions import stages_of
from adops_pipeline.wiring import Services


@dg.asset_sensor(
    asset_key=dg.AssetKey("adops_snapshot"),
    name="test_sample_sensor",
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="An A/B test whose arms have reached the sample that was asked for is evaluated, once.",
)
def test_sample_sensor(
    context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry, services: dg.ResourceParam[Services]
) -> dg.SkipReason:
    """Ask for the evaluation of tests that are ready."""
    del context, asset_event
    return _ask(services, ready_tests(rows(services, "ab_tests"), rows(services, "ab_test_results")))


@dg.asset_sensor(
    asset_key=dg.AssetKey("adops_snapshot"),
    name="overpacing_sensor",
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="A budget beyond alerts.pacing_check_ratio times its target gets a pacing-check, once a period.",
)
def overpacing_sensor(
    context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry, services: dg.ResourceParam[Services]
) -> dg.SkipReason:
    """Ask for checks of budgets that run away."""
    del context, asset_event
    ratio = services.settings.alerts.pacing_check_ratio
    return _ask(services, budgets_to_check(rows(services, "analytics_budgets"), ratio))


def _ask(services: Services, due: list[FollowUp]) -> dg.SkipReason:
    """Enqueue what is due; what was asked for before stays as it is."""
    with services.store.writing() as con:
        for one in due:
            workflow = find_workflow(one.workflow_id)
            same_id = partial(str, uuid5(NAMESPACE_URL, one.key))
            executions.enqueue(
                con,
                workflow_id=workflow.id,
                parameters=to_document(validate(workflow.id, one.parameters)),
                requested_by="alert",
                at=services.clock(),
                stages=stages_of(workflow),
                timeout_seconds=workflow.timeout_seconds,
                new_id=same_id,
            )
    return dg.SkipReason(f"{len(due)} asked for" if due else "nothing is due")
