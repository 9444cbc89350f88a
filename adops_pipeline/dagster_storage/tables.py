"""What tables a SQLite file of Dagster's has, and copying them: Dagster's migrations take longer than a short run."""

from collections.abc import Callable

import sqlalchemy as sa

from adops_pipeline.dagster_storage.database import Database

_REVISION = "SELECT version_num FROM alembic_version"
_STATEMENTS = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC"
"""Tables before their indexes."""


class Remembered:
    """Questions about tables whose answer stays yes once it is yes."""

    def __init__(self) -> None:
        self._true: set[str] = set()

    def ask(self, question: str, answer: Callable[[], bool]) -> bool:
        """Whether it is true; ``answer`` finds out and is called until it says yes."""
        if question not in self._true and answer():
            self._true.add(question)
        return question in self._true

    def forget(self) -> None:
        """Ask everything again."""
        self._true.clear()


def table_names(connection: sa.Connection) -> set[str]:
    """Every table of the file."""
    return set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())


def has_all_tables(database: Database, last_table: str | None = None) -> bool:
    """Whether Dagster finished creating the file's tables: it notes the revision after them, then ``last_table``."""
    if not database.path.exists():
        return False
    with database.begin() as connection:
        is_last_there = last_table is None or last_table in table_names(connection)
        return _revision(connection) is not None and is_last_there


def copy_tables(source: Database, target: Database) -> bool:
    """Create the tables of ``source`` in ``target`` in one transaction; False where ``source`` has no revision."""
    with source.begin() as connection:
        revision = _revision(connection)
        statements = list(connection.exec_driver_sql(_STATEMENTS).scalars())
    if revision is None:
        return False
    with target.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if _revision(connection) is None:  # another process may have been quicker
            for statement in statements:
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (revision,))
    return True


def _revision(connection: sa.Connection) -> str | None:
    if "alembic_version" not in table_names(connection):
        return None
    found: str | None = connection.exec_driver_sql(_REVISION).scalar()
    return found
