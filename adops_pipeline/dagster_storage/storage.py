"""The storage that dagster.yaml names: Dagster's SQLite storage of runs, events and schedules with open connections.

The files are those of Dagster's own `storage: sqlite`, in the same places: either reads what the other wrote.
"""

from collections.abc import Mapping
from typing import Any

from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.sqlite_storage import (
    DagsterSqliteStorage,
    _event_logs_directory,
    _runs_directory,
    _schedule_directory,
)
from dagster._serdes import ConfigurableClassData

from adops_pipeline.dagster_storage.event_log import EventLog
from adops_pipeline.dagster_storage.runs import RunStorage
from adops_pipeline.dagster_storage.schedules import ScheduleStorage


class Storage(DagsterSqliteStorage):
    """The three storages of an instance below one folder."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        # Not the parent's, which would open its own three storages first.
        DagsterStorage.__init__(self)  # type: ignore[no-untyped-call, arg-type]
        self.base_dir = base_dir
        self._inst_data = inst_data
        self._run_storage = RunStorage.in_folder(_runs_directory(base_dir))
        self._event_log_storage = EventLog(_event_logs_directory(base_dir))
        self._schedule_storage = ScheduleStorage.in_folder(_schedule_directory(base_dir))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> "Storage":
        """As Dagster builds it from dagster.yaml."""
        return cls.from_local(inst_data=inst_data, **config_value)
