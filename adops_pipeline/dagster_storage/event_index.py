"""Rows of the event log's index beside the events: the newest events of assets, and executions of asset checks.

The rows are those that Dagster writes. Its statements are built anew for every event, and its row of an asset is an
INSERT that fails and is repeated as an UPDATE: together most of what storing an event took.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from dagster import AssetCheckEvaluation, AssetKey, EventLogRecord
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetKeyTable
from dagster._serdes import deserialize_value
from sqlalchemy.dialects import sqlite

Row = Mapping[str, Any]
"""A row of `event_logs`, or of `asset_keys` where materializations are read."""
Newest = Mapping[AssetKey, EventLogRecord | None]

_INSERT_CHECKS = AssetCheckExecutionsTable.insert()
_CHECKS = AssetCheckExecutionsTable.c
_FINISH_CHECK = AssetCheckExecutionsTable.update().where(
    _CHECKS.asset_key == sa.bindparam("its_asset"),
    _CHECKS.check_name == sa.bindparam("its_check"),
    _CHECKS.run_id == sa.bindparam("its_run"),
    _CHECKS.partition.is_not_distinct_from(sa.bindparam("its_partition")),
)


def write_asset(connection: sa.Connection, asset_key: str, values: Mapping[str, Any]) -> None:
    """Set these columns in the row of the asset, which is created where it is missing."""
    connection.execute(_upsert_of(tuple(values)), {"asset_key": asset_key, **values})


class Checks:
    """The executions of asset checks that a batch of events plans, written together, and those that it finishes."""

    def __init__(self) -> None:
        self._planned: list[dict[str, Any]] = []

    def plan(self, planned: AssetCheckEvaluationPlanned, row: Row, event_id: int) -> None:
        """Add the executions that the event plans: one for each partition, or one."""
        partitions = planned.partitions_subset.get_partition_keys() if planned.partitions_subset else (None,)
        self._planned += [
            {
                "asset_key": planned.asset_key.to_string(),
                "check_name": planned.check_name,
                "partition": partition,
                "run_id": row["run_id"],
                "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
                "evaluation_event": row["event"],
                "evaluation_event_timestamp": row["timestamp"],
                "evaluation_event_storage_id": event_id,
            }
            for partition in partitions
        ]

    def write_planned(self, connection: sa.Connection) -> None:
        """Write what was planned and is not written yet."""
        if self._planned:
            connection.execute(_INSERT_CHECKS, self._planned)
            self._planned = []

    def finish(self, connection: sa.Connection, evaluation: AssetCheckEvaluation, row: Row, event_id: int) -> bool:
        """Record the result in the execution that the run has planned; False where it has not planned exactly one."""
        self.write_planned(connection)
        status = AssetCheckExecutionRecordStatus
        target = evaluation.target_materialization_data
        values = {
            "execution_status": (status.SUCCEEDED if evaluation.passed else status.FAILED).value,
            "evaluation_event": row["event"],
            "evaluation_event_timestamp": row["timestamp"],
            "evaluation_event_storage_id": event_id,
            "materialization_event_storage_id": target.storage_id if target else None,
        }
        planned = {
            "its_asset": evaluation.asset_key.to_string(),
            "its_check": evaluation.check_name,
            "its_run": row["run_id"],
            "its_partition": evaluation.partition,
        }
        return connection.execute(_FINISH_CHECK.values(values), planned).rowcount == 1


@cache
def _upsert_of(names: tuple[str, ...]) -> sqlite.Insert:
    insert = sqlite.insert(AssetKeyTable).values({name: sa.bindparam(name) for name in ("asset_key", *names)})
    given = {name: insert.excluded[name] for name in names}
    return insert.on_conflict_do_update(index_elements=[AssetKeyTable.c.asset_key], set_=given)


class NewestMaterializations:
    """The newest materialization of each asset, parsed once: its text is kept beside it, and a new text is parsed.

    The text of an asset with a large preview takes longer to parse than to read.
    """

    def __init__(self) -> None:
        self._parsed: dict[str, tuple[str, EventLogRecord]] = {}

    def read(self, rows: Sequence[Row], look_up: Callable[[Sequence[Row]], Newest]) -> Newest:
        """Those of these rows of `asset_keys`. ``look_up`` finds those of assets whose rows do not hold them."""
        found: dict[AssetKey, EventLogRecord | None] = {}
        others: list[Row] = []
        for row in rows:
            key, record = AssetKey.from_db_string(row["asset_key"]), self._record(row)
            if key is None or record is None:
                others.append(row)
            else:
                found[key] = record
        return {**found, **look_up(others)} if others else found

    def _record(self, row: Row) -> EventLogRecord | None:
        text: str | None = row["last_materialization"]
        # An asset that was wiped has details; what is older than the wipe does not count.
        if not text or row["asset_details"]:
            return None
        known = self._parsed.get(row["asset_key"])
        if known is not None and known[0] == text:
            return known[1]
        record = deserialize_value(text)
        if not isinstance(record, EventLogRecord):  # as old versions of Dagster stored it
            return None
        self._parsed[row["asset_key"]] = (text, record)
        return record
