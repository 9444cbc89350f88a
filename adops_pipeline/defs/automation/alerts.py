"""Sensors that raise alerts about Dagster itself and stale accounts, and send notifications."""

import dagster as dg

from adops_pipeline.dagster_storage.internals import IDLE_TAG
from adops_pipeline.defs.automation.watch import failed_checks, failed_sensors, watching_since
from adops_pipeline.domain.alerts.rules.data_quality import CHECKS, SENSORS, check_alerts, sensor_alerts
from adops_pipeline.wiring import Services


@dg.sensor(
    minimum_interval_seconds=30,
    tags={IDLE_TAG: "60"},
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Alerts on failed asset checks, failing or stalled sensors and schedules, and stale accounts.",
)
def watchdog_sensor(context: dg.SensorEvaluationContext, services: dg.ResourceParam[Services]) -> dg.SensorResult:
    """Evaluate alerts about Dagster itself, and about stale accounts, which become stale without a run."""
    instance, now = context.instance, services.clock()
    repository = context.repository_def
    graph = repository.asset_graph if repository is not None else None
    specs = [graph.get_check_spec(key) for key in graph.asset_check_keys] if graph is not None else []
    checks = failed_checks(instance, specs)
    since, cursor = watching_since(context.cursor, now)
    found = check_alerts(checks, now) + sensor_alerts(failed_sensors(instance, now, since), now)
    said = services.alerting.set_firing(found, (CHECKS, SENSORS)).in_words()
    said += services.alerting.evaluate(("freshness", "sync")).in_words()
    return dg.SensorResult(skip_reason=" ".join(said), cursor=cursor)


@dg.sensor(
    minimum_interval_seconds=5,
    tags={IDLE_TAG: "15"},
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Queues due notifications and sends them to each receiver.",
)
def notification_sensor(services: dg.ResourceParam[Services]) -> dg.SkipReason:
    """Queue what is due and send it."""
    due = services.alerting.enqueue_due() + services.relay.relay_new_events()
    tally = services.notifier.send_due()
    return dg.SkipReason(
        f"{due} due; {tally.sent} sent, {tally.postponed} to retry, {tally.refused} refused, {tally.expired} too old"
    )
