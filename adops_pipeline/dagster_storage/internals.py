"""What the rest of the project needs from Dagster's private modules, as plain functions and values.

A test pins the version of Dagster; with a new one, read the modules imported here before raising the pin.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorStatus, InstigatorType, TickStatus
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

CHECKED_VERSION = "1.13.27"
"""The version of Dagster that this package was written against."""

IDLE_TAG = "adops/idle_seconds"
"""A sensor's tag: how often it ticks under `adops up` unless it is woken, see ``sensor_daemon``."""


@dataclass(frozen=True)
class Instigator:
    """A running sensor or schedule: the error of its last finished tick, and when it last ticked."""

    name: str
    is_sensor: bool
    last_error: str | None
    last_tick_at: datetime | None


def running_instigators(instance: dg.DagsterInstance) -> list[Instigator]:
    """Every sensor and schedule that is switched on and has a state."""
    found = []
    for state in instance.all_instigator_state():
        if state.status not in (InstigatorStatus.RUNNING, InstigatorStatus.DECLARED_IN_CODE):
            continue
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=2)
        done = [tick for tick in ticks if tick.status is not TickStatus.STARTED]
        last_error = None
        if done and done[0].status is TickStatus.FAILURE:
            last_error = done[0].error.message if done[0].error else "no reason"
        last_tick_at = datetime.fromtimestamp(ticks[0].timestamp, UTC) if ticks else None
        is_sensor = state.instigator_type is InstigatorType.SENSOR
        found.append(Instigator(state.instigator_name, is_sensor, last_error, last_tick_at))
    return found


def latest_failed_checks(instance: dg.DagsterInstance, keys: list[dg.AssetCheckKey]) -> list[dg.AssetCheckKey]:
    """Checks among these whose latest evaluation did not pass."""
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    return [key for key, record in latest.items() if _has_failed(record)]


def _has_failed(record: AssetCheckExecutionRecord) -> bool:
    return record.status is AssetCheckExecutionRecordStatus.FAILED
