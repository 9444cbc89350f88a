"""Dagster's SQLite storage of runs with connections that stay open. Files, tables and rows are Dagster's own."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.sqlite import create_db_conn_string
from dagster._serdes import ConfigurableClassData

from adops_pipeline.dagster_storage.database import Database
from adops_pipeline.dagster_storage.tables import Remembered, has_all_tables


class RunStorage(SqliteRunStorage):
    """Runs, their tags and the daemon's heartbeats."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        # A run key is never used twice, not even after a power cut: commits wait for the disk.
        self.database = Database(Path(str(sa.make_url(conn_string).database)), "FULL")
        self._known = Remembered()
        super().__init__(conn_string, inst_data)

    @classmethod
    def in_folder(cls, base_dir: str) -> Self:
        """The runs of the folder. Dagster's way of opening it loads every migration; only a new file needs that."""
        storage = cls(create_db_conn_string(base_dir, "runs"))
        return storage if has_all_tables(storage.database, "instance_info") else cls.from_local(base_dir)

    def connect(self) -> AbstractContextManager[sa.Connection]:  # type: ignore[override]
        """A connection within a transaction."""
        return self.database.begin()

    def has_built_index(self, migration_name: str) -> bool:
        """Whether Dagster's migration of that name was done."""
        return self._known.ask(migration_name, lambda: super(RunStorage, self).has_built_index(migration_name))

    def has_run_stats_index_cols(self) -> bool:
        """Whether runs have their start and end times as columns."""
        return self._known.ask("run stats", super().has_run_stats_index_cols)

    def has_backfill_id_column(self) -> bool:
        """Whether runs have their backfill as a column."""
        return self._known.ask("backfill id", super().has_backfill_id_column)

    def has_backfill_tags_table(self) -> bool:
        """Whether tags of backfills have a table."""
        return self._known.ask("backfill tags", super().has_backfill_tags_table)

    def has_bulk_actions_selector_cols(self) -> bool:
        """Whether backfills have their selector as a column."""
        return self._known.ask("bulk action selector", super().has_bulk_actions_selector_cols)

    def has_bulk_action_job_name_column(self) -> bool:
        """Whether backfills have the name of their job as a column."""
        return self._known.ask("bulk action job", super().has_bulk_action_job_name_column)

    def upgrade(self) -> None:
        """Bring the tables up to this version of Dagster."""
        self._known.forget()
        super().upgrade()

    def dispose(self) -> None:
        """Close the file."""
        self.database.close()
