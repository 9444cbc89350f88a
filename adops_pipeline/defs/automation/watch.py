"""What Dagster itself knows is wrong: checks that failed, sensors and schedules that fail or no longer tick."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorStatus, InstigatorType, TickStatus
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from adops_pipeline.domain.alerts.rules.data_quality import FailedCheck, FailedSensor

_OVERDUE = timedelta(minutes=10)
"""A sensor ticks within a minute; one that has not for this long is not working."""
_GAP = timedelta(minutes=2)
_SAYS_MORE = {"every_account_was_pulled", "is_fresh"}
"""Checks about accounts: alerts of their own name each account, and they need no second one."""


def failed_checks(instance: dg.DagsterInstance, specs: Iterable[dg.AssetCheckSpec]) -> list[FailedCheck]:
    """Checks whose latest evaluation did not pass. A failing check raises no run failure: this is how it is seen."""
    known = {spec.key: spec for spec in specs if spec.name not in _SAYS_MORE}
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(known))
    failed = []
    for key, record in sorted(latest.items(), key=lambda item: item[0].to_user_string()):
        if record.status is AssetCheckExecutionRecordStatus.FAILED:
            spec = known[key]
            asset = key.asset_key.to_user_string()
            failed.append(FailedCheck(asset, key.name, spec.description or key.name, spec.blocking))
    return failed


def watching_since(cursor: str | None, now: datetime) -> tuple[datetime, str]:
    """Since when the watch goes on without a gap, and the cursor to keep.

    While the daemon was down no sensor could tick: what was missed then is no sensor's fault.
    """
    since, last = (datetime.fromisoformat(part) for part in cursor.split("/")) if cursor else (now, now)
    if now - last > _GAP:
        since = now
    return since, f"{since.isoformat()}/{now.isoformat()}"


def failed_sensors(instance: dg.DagsterInstance, now: datetime, since: datetime) -> list[FailedSensor]:
    """Running sensors and schedules that fail, and sensors that have stopped ticking while they were watched."""
    failed = []
    for state in instance.all_instigator_state():
        if state.status not in (InstigatorStatus.RUNNING, InstigatorStatus.DECLARED_IN_CODE):
            continue
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=2)
        done = [tick for tick in ticks if tick.status is not TickStatus.STARTED]
        if done and done[0].status is TickStatus.FAILURE:
            error = done[0].error
            failed.append(FailedSensor(state.instigator_name, _in_a_line(error.message if error else "no reason")))
        elif ticks and state.instigator_type is InstigatorType.SENSOR:
            age = now - max(datetime.fromtimestamp(ticks[0].timestamp, UTC), since)
            if age > _OVERDUE:
                minutes = age.total_seconds() / 60
                failed.append(FailedSensor(state.instigator_name, f"it has not run for {minutes:,.0f} minutes"))
    return failed


def _in_a_line(message: str) -> str:
    return " ".join(message.split())[:500]
