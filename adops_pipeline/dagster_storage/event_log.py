"""Dagster's SQLite event log with connections that stay open and one transaction for a batch of events.

Files, tables and rows are Dagster's own: its web UI, daemon and command line read what this writes, and the other way
round. Only writing and connecting differ from the parent class.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster import AssetCheckEvaluation, AssetKey, DagsterEventType, EventLogEntry, EventLogRecord
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.event_api import EventHandlerFn
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, EVENT_TYPE_TO_PIPELINE_RUN_STATUS
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
    SqliteEventLogStorageWatchdog,
)
from dagster._serdes import ConfigurableClassData
from dagster._utils.concurrency import ConcurrencyClaimStatus
from watchdog.events import FileSystemEvent
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from adops_pipeline.dagster_storage import event_index
from adops_pipeline.dagster_storage.database import Database
from adops_pipeline.dagster_storage.tables import Remembered, copy_tables, has_all_tables, table_names

_OPEN_RUNS = 8
"""Runs whose files stay open at once, least recently used first out: the web UI reads many."""

_INSERT = SqlEventLogStorageTable.insert()

_WITH_THEIR_STEP = frozenset(
    (
        DagsterEventType.STEP_OUTPUT,
        DagsterEventType.ASSET_MATERIALIZATION,
        DagsterEventType.ASSET_CHECK_EVALUATION,
        DagsterEventType.STEP_SUCCESS,
    )
)
"""What a step reports when its work is done. What follows, the start of the next one at the latest, is written at once.
"""

_Row = Mapping[str, Any]


class EventLog(SqliteEventLogStorage):
    """A file for each run and an index of what is asked for across runs, as in the parent class."""

    _obs: BaseObserver | None  # type: ignore[assignment]

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._index = Database(Path(base_dir).resolve() / f"{INDEX_SHARD_NAME}.db", "NORMAL")
        self._runs: OrderedDict[str, Database] = OrderedDict()
        self._turn = threading.RLock()
        self._current: dict[str, sa.Connection] = {}
        """Connections of the thread that has the turn, by shard."""
        self._known = Remembered()
        self._newest = event_index.NewestMaterializations()
        self._run_by_steps: str | None = None
        self._waiting: list[tuple[EventLogEntry, _Row]] = []
        """Events of that run that are not written yet."""
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> "EventLog":
        """As Dagster builds it from dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    def file(self, shard: str) -> Path:
        """The file of a run's events, or of the index."""
        return Path(self.path_for_shard(shard))

    # Connecting

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        """The shard's connection in a transaction; the same one where the thread has one already."""
        with self._turn:
            if shard in self._current:
                yield self._current[shard]
                return
            if shard != INDEX_SHARD_NAME or any(_is_mirrored(event) for event, _ in self._waiting):
                self._write_waiting()
            with self._database(shard).begin() as connection:
                self._current[shard] = connection
                try:
                    yield connection
                finally:
                    del self._current[shard]

    def _database(self, shard: str) -> Database:
        """The shard's database with all its tables."""
        database = self._index if shard == INDEX_SHARD_NAME else self._run_database(shard)
        if shard not in self._initialized_dbs or not database.is_open():
            self._prepare(shard, database)
            self._initialized_dbs.add(shard)
        return database

    def _run_database(self, run_id: str) -> Database:
        if run_id not in self._runs:
            self._runs[run_id] = Database(Path(self.path_for_shard(run_id)), "NORMAL")
        self._runs.move_to_end(run_id)
        while len(self._runs) > _OPEN_RUNS:
            # One in use by this very thread is used last, so it is never the oldest.
            _, oldest = self._runs.popitem(last=False)
            oldest.close()
        return self._runs[run_id]

    def _prepare(self, shard: str, database: Database) -> None:
        """Create what is missing: a run's tables as the index has them, which is quicker than Dagster's migrations."""
        if has_all_tables(database):
            return
        if shard == INDEX_SHARD_NAME or not copy_tables(self._database(INDEX_SHARD_NAME), database):
            self._initdb(database.engine, for_index_shard=shard == INDEX_SHARD_NAME)

    # Writing

    def store_event(self, event: EventLogEntry) -> None:
        """Store one event: it is on file when this returns."""
        self.store_event_batch([event])

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in one transaction for each run and one for the index: all of them, or none where it raises."""
        found = [(event, self._event_to_row(event)) for event in events]
        with self._turn:
            if all(self._may_wait(event) for event in events):
                self._waiting += found
            else:
                self._write_waiting(found)

    @contextmanager
    def by_steps(self, run_id: str) -> Iterator[None]:
        """Within the block, write what a step of the run reports together: at its end, or when this process reads.

        A process that is killed meanwhile leaves the step as started, as if it had been killed a moment earlier.
        """
        self._run_by_steps = run_id
        try:
            yield
        finally:
            self._run_by_steps = None
            with self._turn:
                self._write_waiting()

    def _may_wait(self, event: EventLogEntry) -> bool:
        return (
            event.run_id == self._run_by_steps
            and event.is_dagster_event
            and event.dagster_event_type in _WITH_THEIR_STEP
        )

    def _write_waiting(self, others: Sequence[tuple[EventLogEntry, _Row]] = ()) -> None:
        """Write the events that wait, and these. Where that fails, the former wait for another attempt."""
        waiting, self._waiting = self._waiting, []
        if not waiting and not others:
            return
        try:
            self._write([*waiting, *others])
        except BaseException:
            self._waiting = waiting
            raise

    def _write(self, events: Sequence[tuple[EventLogEntry, _Row]]) -> None:
        by_run: dict[str, list[tuple[EventLogEntry, _Row]]] = {}
        for event, row in events:
            by_run.setdefault(event.run_id, []).append((event, row))
        for run_id, own in by_run.items():
            with self.run_connection(run_id) as connection:
                connection.execute(_INSERT, [row for _, row in own])
                # Within the run's transaction: where the index cannot be written, the run has not got them either.
                self._mirror(own)

    def _mirror(self, events: Sequence[tuple[EventLogEntry, _Row]]) -> None:
        """Copy what is asked for across runs into the index."""
        mirrored = [(event, row) for event, row in events if _is_mirrored(event)]
        if not mirrored:
            return
        checks = event_index.Checks()
        with self.index_connection() as connection:
            for event, row in mirrored:
                event_id = _inserted_id(connection.execute(_INSERT, row))
                details = event.get_dagster_event().event_specific_data
                if event.dagster_event_type in ASSET_EVENTS:
                    self._store_asset_event_tags(connection, [event], [event_id])
                    self._store_asset_event(connection, event, event_id)
                elif isinstance(details, AssetCheckEvaluationPlanned):
                    checks.plan(details, row, event_id)
                elif isinstance(details, AssetCheckEvaluation) and not (
                    event.run_id and checks.finish(connection, details, row, event_id)
                ):
                    self.store_asset_check_event(event, event_id)
            checks.write_planned(connection)

    def _store_asset_event(self, conn: sa.Connection, event: EventLogEntry, event_id: int) -> None:
        """Bring the asset's row up to date."""
        key = event.get_dagster_event().asset_key
        values = self._get_asset_entry_values(event, event_id, self._has_asset_key_index_cols_on_connection(conn))
        if key is not None and values:
            event_index.write_asset(conn, key.to_string(), values)

    # Pools: Dagster takes five transactions to give a step its slot, and three to take it back

    def claim_concurrency_slot(
        self, concurrency_key: str, run_id: str, step_key: str, priority: int | None = None
    ) -> ConcurrencyClaimStatus:
        """Give the step a slot of the pool, or a place in the queue for one."""
        with self.index_connection():
            return super().claim_concurrency_slot(concurrency_key, run_id, step_key, priority)

    def free_concurrency_slot_for_step(self, run_id: str, step_key: str) -> None:
        """Give the slot of the step to the next in the queue."""
        with self.index_connection():
            super().free_concurrency_slot_for_step(run_id, step_key)

    # Reading

    def _get_latest_materialization_records(
        self, raw_asset_rows: Sequence[event_index.Row]
    ) -> Mapping[AssetKey, EventLogRecord | None]:
        """The newest materialization of each asset. Every step of a run asks for those of all its inputs."""
        return self._newest.read(raw_asset_rows, super()._get_latest_materialization_records)

    # Questions about tables, each asked once

    def has_table(self, table_name: str) -> bool:
        """Whether the index has the table."""
        return self._known.ask(f"table {table_name}", lambda: table_name in self._index_tables())

    def has_secondary_index(self, name: str) -> bool:
        """Whether Dagster's migration of that name was done."""
        return self._known.ask(f"index {name}", lambda: super(EventLog, self).has_secondary_index(name))

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the rows of assets have the column."""
        return self._known.ask(f"column {column_name}", lambda: super(EventLog, self).has_asset_key_col(column_name))

    def _has_asset_key_col_on_connection(self, conn: sa.Connection, column_name: str) -> bool:
        return self._known.ask(
            f"column {column_name}", lambda: super(EventLog, self)._has_asset_key_col_on_connection(conn, column_name)
        )

    def _index_tables(self) -> set[str]:
        with self.index_connection() as connection:
            return table_names(connection)

    # The life of the storage

    def upgrade(self) -> None:
        """Bring the tables up to this version of Dagster."""
        self._known.forget()
        super().upgrade()

    def wipe(self) -> None:
        """Delete everything; no file may be open meanwhile."""
        with self._turn:
            self._close_runs()
            super().wipe()

    def watch(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        """Call back for every event after ``cursor``. Writers append to the journal beside the file: it is watched."""
        observer: BaseObserver = self._obs or Observer()
        if not observer.is_alive():
            observer.start()
        self._obs = observer
        watchdog = _JournalWatchdog(self, run_id, callback, cursor)
        self._watchers[run_id][callback] = (watchdog, observer.schedule(watchdog, self._base_dir))

    def dispose(self) -> None:
        """End watching and close every file."""
        super().dispose()
        with self._turn:
            self._close_runs()
            self._index.close()

    def _close_runs(self) -> None:
        while self._runs:
            self._runs.popitem()[1].close()


class _JournalWatchdog(SqliteEventLogStorageWatchdog):
    """Reads new events of a run when its file or the file's journal was written."""

    def __init__(self, log: EventLog, run_id: str, callback: EventHandlerFn, cursor: str | None) -> None:
        super().__init__(log, run_id, callback, cursor)
        self._patterns = [self._log_path, f"{self._log_path}-wal"]

    def on_modified(self, event: FileSystemEvent) -> None:
        self._process_log()


def _is_mirrored(event: EventLogEntry) -> bool:
    kind: DagsterEventType | None = event.dagster_event_type if event.is_dagster_event else None
    return kind in ASSET_EVENTS or kind in ASSET_CHECK_EVENTS or kind in EVENT_TYPE_TO_PIPELINE_RUN_STATUS


def _inserted_id(result: sa.CursorResult[Any]) -> int:
    key = result.inserted_primary_key
    if key is None:
        raise LookupError("SQLite gave no id for the event that it stored")
    return int(key[0])
