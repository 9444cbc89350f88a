"""Deletes old runs of Dagster with everything that is kept for them: events, checks, logs, outputs; and old ticks.

A run stays, whatever its age, while it has not ended or is the newest that has written an asset's partition or
evaluated one of its checks: Dagster shows what that run recorded. The row of a run goes last, so that a pruning that is
cut short finds it again.
"""

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.compute_log_manager import ComputeIOType
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.local_compute_log_manager import IO_TYPE_EXTENSION, LocalComputeLogManager
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
from dagster._core.storage.schedules.schema import JobTickTable

from adops_pipeline.dagster_storage.event_log import EventLog
from adops_pipeline.dagster_storage.run_files import turns_file
from adops_pipeline.dagster_storage.runs import RunStorage
from adops_pipeline.dagster_storage.schedules import ScheduleStorage
from adops_pipeline.domain.retention import Pruned
from adops_pipeline.operations.sqlite_file import shrink
from adops_pipeline.supervision.turns import turn
from adops_pipeline.wiring import Services

_ENDED = tuple(
    status.value for status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
)
_BATCH = 100
_RUNS, _TICKS = "runs of Dagster", "ticks of Dagster"


def prune_in_turn(
    services: Services, instance: dg.DagsterInstance, waits_for: Callable[[int | None], object], *, dry_run: bool
) -> list[Pruned]:
    """Delete what is old of every kind, when no run of a command is under way; what was deleted, or would be.

    ``waits_for`` is called with each process that is waited for. A dry run waits for nobody.
    """
    records = partial(prune_records, instance, services.settings.retention.dagster_days)
    if dry_run:
        return services.retention.prune(records, dry_run=True)
    with turn(turns_file(services.settings.data_dir), waits_for):
        return services.retention.prune(records, dry_run=False)


def prune_records(
    instance: dg.DagsterInstance, days: int, before: datetime, needed: Collection[str], dry_run: bool
) -> Sequence[Pruned]:
    """Delete runs that ended, and ticks, before ``before`` (aware), ``days`` ago, but not the runs in ``needed``.

    An instance with another storage than this package's is left alone, and that is said.
    """
    log, runs, ticks = instance.event_log_storage, instance.run_storage, instance.schedule_storage
    if not (isinstance(log, EventLog) and isinstance(runs, RunStorage) and isinstance(ticks, ScheduleStorage)):
        return [Pruned(_RUNS, 0, 0, days, "kept by a storage of your own")]
    since = before.astimezone(UTC).replace(tzinfo=None)
    kept = _newest(log) | set(needed)
    doomed = [run_id for run_id in _ended_runs(runs, since) if run_id not in kept]
    found = [_prune_runs(instance, log, runs, doomed, days, dry_run), _prune_ticks(ticks, since, days, dry_run)]
    if not dry_run:
        for database in (log.file(INDEX_SHARD_NAME), runs.database.path, ticks.database.path):
            shrink(database)
    return found


def _ended_runs(runs: RunStorage, since: datetime) -> list[str]:
    """Oldest first."""
    is_old = sa.and_(RunsTable.c.update_timestamp < since, RunsTable.c.status.in_(_ENDED))
    with runs.connect() as con:
        return list(con.execute(sa.select(RunsTable.c.run_id).where(is_old).order_by(RunsTable.c.id)).scalars())


def _newest(log: EventLog) -> set[str]:
    """Runs with the newest materialization of a partition of an asset, or with the newest evaluation of a check."""
    events, checks = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
    written = (
        sa.select(sa.func.max(events.id))
        .where(events.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION.value)
        .group_by(events.asset_key, events.partition)
    )
    evaluated = sa.select(sa.func.max(checks.id)).group_by(checks.asset_key, checks.check_name, checks.partition)
    with log.index_connection() as con:
        found = set(con.execute(sa.select(events.run_id).where(events.id.in_(written)).distinct()).scalars())
        return found | set(con.execute(sa.select(checks.run_id).where(checks.id.in_(evaluated)).distinct()).scalars())


def _prune_runs(
    instance: dg.DagsterInstance, log: EventLog, runs: RunStorage, doomed: Sequence[str], days: int, dry_run: bool
) -> Pruned:
    size = 0
    for start in range(0, len(doomed), _BATCH):
        batch = doomed[start : start + _BATCH]
        size += _size_in_index(log, batch)
        if not dry_run:
            _delete_from_index(log, batch)
        for path in (path for run_id in batch for path in _places(instance, log, run_id)):
            size += sum(file.stat().st_size for file in (path, *path.rglob("*")) if file.is_file())
            if not dry_run:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if not dry_run:
            with runs.connect() as con:
                con.execute(RunTagsTable.delete().where(RunTagsTable.c.run_id.in_(batch)))
                con.execute(RunsTable.delete().where(RunsTable.c.run_id.in_(batch)))
    return Pruned(_RUNS, len(doomed), size, days)


def _size_in_index(log: EventLog, batch: Sequence[str]) -> int:
    """Bytes of the events and checks that the index has of these runs."""
    events, checks = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
    texts = ((events.event, events.run_id), (checks.evaluation_event, checks.run_id))
    sizes = [
        sa.select(sa.func.coalesce(sa.func.sum(sa.func.length(text)), 0)).where(run_id.in_(batch))
        for text, run_id in texts
    ]
    with log.index_connection() as con:
        return sum(int(con.execute(size).scalar_one()) for size in sizes)


def _delete_from_index(log: EventLog, batch: Sequence[str]) -> None:
    theirs = sa.select(SqlEventLogStorageTable.c.id).where(SqlEventLogStorageTable.c.run_id.in_(batch))
    with log.index_connection() as con:
        con.execute(AssetEventTagsTable.delete().where(AssetEventTagsTable.c.event_id.in_(theirs)))
        con.execute(AssetCheckExecutionsTable.delete().where(AssetCheckExecutionsTable.c.run_id.in_(batch)))
        con.execute(SqlEventLogStorageTable.delete().where(SqlEventLogStorageTable.c.run_id.in_(batch)))


def _places(instance: dg.DagsterInstance, log: EventLog, run_id: str) -> Iterator[Path]:
    """Files and folders of a run, as far as there are any: events, what it printed, outputs of its steps."""
    shard = log.file(run_id)
    wanted = [shard, shard.with_name(f"{shard.name}-wal"), shard.with_name(f"{shard.name}-shm")]
    logs = instance.compute_log_manager
    if isinstance(logs, LocalComputeLogManager):
        extension = IO_TYPE_EXTENSION[ComputeIOType.STDOUT]
        wanted.append(Path(logs.get_captured_local_path([run_id, "any"], extension)).parent)
    wanted.append(Path(instance.storage_directory()) / run_id)
    return (path for path in dict.fromkeys(wanted) if path.exists())  # by default the last two are one folder


def _prune_ticks(ticks: ScheduleStorage, since: datetime, days: int, dry_run: bool) -> Pruned:
    """The newest tick of each schedule and sensor stays: the next one is planned after it."""
    table = JobTickTable
    newest = sa.select(sa.func.max(table.c.id)).group_by(table.c.job_origin_id, table.c.selector_id)
    is_old = sa.and_(table.c.timestamp < since, table.c.status != "STARTED", table.c.id.not_in(newest))
    size = sa.func.coalesce(sa.func.sum(sa.func.length(table.c.tick_body)), 0)
    with ticks.connect() as con:
        count, volume = con.execute(sa.select(sa.func.count(), size).where(is_old)).one()
        if count and not dry_run:
            con.execute(table.delete().where(is_old))
    return Pruned(_TICKS, int(count), int(volume), days)
