"""Dagster's SQLite storage of schedules with connections that stay open. Files, tables and rows are Dagster's own."""

from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite import create_db_conn_string
from dagster._serdes import ConfigurableClassData

from adops_pipeline.dagster_storage.database import Database
from adops_pipeline.dagster_storage.tables import Remembered, has_all_tables


class ScheduleStorage(SqliteScheduleStorage):
    """Schedules, sensors, their ticks and cursors."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        # A sensor's cursor is not lost, not even by a power cut: commits wait for the disk.
        self.database = Database(Path(str(sa.make_url(conn_string).database)), "FULL")
        self._known = Remembered()
        super().__init__(conn_string, inst_data)

    @classmethod
    def in_folder(cls, base_dir: str) -> SqliteScheduleStorage:
        """The schedules of the folder. Dagster's way of opening it loads every migration; only a new file needs it."""
        storage = cls(create_db_conn_string(base_dir, "schedules"))
        return storage if has_all_tables(storage.database) else cls.from_local(base_dir)

    def connect(self) -> AbstractContextManager[sa.Connection]:  # type: ignore[override]
        """A connection within a transaction."""
        return self.database.begin()

    def has_instigators_table(self) -> bool:
        """Whether schedules and sensors have a table of their own."""
        return self._known.ask("instigators", super().has_instigators_table)

    def _has_instigators_table(self, conn: sa.Connection) -> bool:
        return self._known.ask("instigators", lambda: super(ScheduleStorage, self)._has_instigators_table(conn))

    def has_secondary_index_table(self) -> bool:
        """Whether migrations are noted."""
        return self._known.ask("secondary indexes", super().has_secondary_index_table)

    def has_built_index(self, migration_name: str) -> bool:
        """Whether Dagster's migration of that name was done."""
        return self._known.ask(migration_name, lambda: super(ScheduleStorage, self).has_built_index(migration_name))

    def upgrade(self) -> None:
        """Bring the tables up to this version of Dagster."""
        self._known.forget()
        super().upgrade()

    def dispose(self) -> None:
        """Close the file."""
        self.database.close()
