"""Sensors that request a workflow after an analysis: evaluation of ready tests, checks of overspending budgets."""

import dagster as dg

from adops_pipeline.dagster_storage.internals import IDLE_TAG
from adops_pipeline.wiring import Services


@dg.asset_sensor(
    asset_key=dg.AssetKey("adops_snapshot"),
    name="test_sample_sensor",
    minimum_interval_seconds=10,
    tags={IDLE_TAG: "60"},
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Requests the evaluation of an A/B test once both arms have reached the minimum sample size.",
)
def test_sample_sensor(
    context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry, services: dg.ResourceParam[Services]
) -> dg.SkipReason:
    """Request the evaluation of tests that have reached their sample size."""
    del context, asset_event
    return _skipped(services.follow_ups.evaluate_ready_tests())


@dg.asset_sensor(
    asset_key=dg.AssetKey("adops_snapshot"),
    name="overpacing_sensor",
    minimum_interval_seconds=10,
    tags={IDLE_TAG: "60"},
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
    return _skipped(services.follow_ups.check_overspending_budgets())


def _skipped(due: int) -> dg.SkipReason:
    return dg.SkipReason(f"{due} due; each is requested once" if due else "nothing is due")
