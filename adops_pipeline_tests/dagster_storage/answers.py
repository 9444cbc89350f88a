"""What an event log answers to everything that Dagster's web UI, daemon and runs ask it."""

from collections.abc import Callable, Sequence

import dagster as dg
from dagster._core.event_api import EventLogRecord, EventRecordsFilter
from dagster._core.instance import DagsterInstance
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord
from dagster_shared.serdes import serialize_value

PULLED, COUNTED, BROKEN = dg.AssetKey("pulled"), dg.AssetKey("counted"), dg.AssetKey("broken")
CHECKS = [dg.AssetCheckKey(PULLED, "every_account"), dg.AssetCheckKey(COUNTED, "has_rows")]
KINDS = (dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)


def answers(instance: DagsterInstance, run_id: str) -> dict[str, object]:
    """Every answer about one run and its assets."""
    log = instance.event_log_storage
    asked: dict[str, Callable[[], object]] = {
        "logs": lambda: [serialize_value(entry) for entry in log.get_logs_for_run(run_id)],
        "page": lambda: _page(instance, run_id),
        "of a kind": lambda: [e.step_key for e in log.get_logs_for_run(run_id, of_type=KINDS[0])],
        "run stats": lambda: log.get_stats_for_run(run_id),
        "step stats": lambda: [serialize_value(stats) for stats in log.get_step_stats_for_run(run_id)],
        "asset keys": lambda: sorted(key.to_string() for key in log.all_asset_keys()),
        "assets": lambda: _assets(instance),
        "has asset": lambda: [log.has_asset_key(key) for key in (PULLED, dg.AssetKey("unknown"))],
        "materialized": lambda: sorted(log.get_materialized_partitions(PULLED)),
        "newest by partition": lambda: [log.get_latest_storage_id_by_partition(PULLED, kind) for kind in KINDS],
        "tags by partition": lambda: log.get_latest_tags_by_partition(
            PULLED, KINDS[0], ["dagster/data_version"], asset_partitions=["2026-08-01", "2026-09-01"]
        ),
        "partitions of run": lambda: {
            key.to_string(): sorted(map(str, partitions))
            for key, partitions in log.get_asset_partitions_for_run(run_id).items()
        },
        "tags of events": lambda: sorted(map(str, log.get_event_tags_for_asset(COUNTED))),
        "unfinished": lambda: log.get_latest_asset_partition_materialization_attempts_without_materializations(PULLED),
        "materializations": lambda: _records(log.fetch_materializations(PULLED, limit=10).records),
        "observations": lambda: _records(log.fetch_observations(PULLED, limit=10).records),
        "planned": lambda: str(log.get_latest_planned_materialization_info(BROKEN)),
        "changes of status": lambda: _records(
            log.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=10).records
        ),
        "events across runs": lambda: _records(
            log.get_event_records(EventRecordsFilter(KINDS[0], asset_key=PULLED), limit=2, ascending=True)
        ),
        "steps across runs": lambda: _records(
            log.get_event_records(EventRecordsFilter(dg.DagsterEventType.STEP_SUCCESS), limit=10)
        ),
        "history of checks": lambda: [
            _check(record) for key in CHECKS for record in log.get_asset_check_execution_history(key, limit=10)
        ],
        "newest checks": lambda: [
            _check(record) for record in log.get_latest_asset_check_execution_by_key(CHECKS).values()
        ],
        "pools": lambda: sorted(map(str, log.get_pool_limits())),
        "last id": log.get_maximum_record_id,
    }
    return {name: ask() for name, ask in asked.items()}


def _page(instance: DagsterInstance, run_id: str) -> object:
    """The second page of a run's log, as the web UI asks for it."""
    first = instance.event_log_storage.get_records_for_run(run_id, limit=5)
    second = instance.event_log_storage.get_records_for_run(run_id, cursor=first.cursor, limit=5)
    return first.has_more, second.cursor, [record.storage_id for record in second.records]


def _assets(instance: DagsterInstance) -> list[str]:
    records = instance.event_log_storage.get_asset_records([PULLED, COUNTED, BROKEN])
    entries = [(r.asset_entry.last_run_id, r.asset_entry.last_materialization_record) for r in records]
    return sorted(f"{run_id} {record and serialize_value(record)}" for run_id, record in entries)


def _records(records: Sequence[EventLogRecord]) -> list[tuple[int, str]]:
    return [(record.storage_id, serialize_value(record.event_log_entry)) for record in records]


def _check(record: AssetCheckExecutionRecord) -> str:
    """All but the moment at which the row was stored."""
    return str(record._replace(create_timestamp=0.0))
