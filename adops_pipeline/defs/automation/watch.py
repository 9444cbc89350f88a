"""Finds failed checks, and sensors and schedules that fail or no longer tick."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import dagster as dg

from adops_pipeline.dagster_storage.internals import latest_failed_checks, running_instigators
from adops_pipeline.domain.alerts.rules.data_quality import FailedCheck, FailedSensor
from adops_pipeline.domain.text import one_line

_OVERDUE = timedelta(minutes=10)
"""Every sensor ticks at least once a minute; one that has not ticked for this long is not working."""
_LONGEST_REASON = 500
_GAP = timedelta(minutes=2)
_NAMED_PER_ACCOUNT = {"every_account_was_pulled", "is_fresh"}
"""Checks about accounts: other alerts name each of these accounts, so that a second alert would say nothing new."""


def failed_checks(instance: dg.DagsterInstance, specs: Iterable[dg.AssetCheckSpec]) -> list[FailedCheck]:
    """Checks whose latest evaluation did not pass. A failed check need not fail its run, so it is looked up here."""
    known = {spec.key: spec for spec in specs if spec.name not in _NAMED_PER_ACCOUNT}
    failed = []
    for key in sorted(latest_failed_checks(instance, list(known)), key=lambda key: key.to_user_string()):
        spec = known[key]
        asset = key.asset_key.to_user_string()
        failed.append(FailedCheck(asset, key.name, spec.description or key.name, spec.blocking))
    return failed


def watching_since(cursor: str | None, now: datetime) -> tuple[datetime, str]:
    """The time since which the watchdog has run without a gap, and the new cursor.

    While the daemon was down no sensor could tick, so ticks missed then are not a failure of any sensor.
    """
    since, last = (datetime.fromisoformat(part) for part in cursor.split("/")) if cursor else (now, now)
    if now - last > _GAP:
        since = now
    return since, f"{since.isoformat()}/{now.isoformat()}"


def failed_sensors(instance: dg.DagsterInstance, now: datetime, since: datetime) -> list[FailedSensor]:
    """Running sensors and schedules whose last tick failed, and sensors that no longer tick although watched."""
    failed = []
    for instigator in running_instigators(instance):
        if instigator.last_error is not None:
            failed.append(FailedSensor(instigator.name, one_line(instigator.last_error)[:_LONGEST_REASON]))
        elif instigator.is_sensor and instigator.last_tick_at is not None:
            age = now - max(instigator.last_tick_at, since)
            if age > _OVERDUE:
                minutes = age.total_seconds() / 60
                failed.append(FailedSensor(instigator.name, f"it has not run for {minutes:,.0f} minutes"))
    return failed
