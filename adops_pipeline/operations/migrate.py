"""Migrations at start: forwards only, one process at a time, all steps or none.

Both databases change tables inside transactions, so the lock that orders writers also orders migrations and a process
that dies in the middle leaves nothing behind. Comments are not migrated: they follow the code.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.schema import SetColumnComment, SetTableComment

from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.migrations import versions
from adops_pipeline.operations.schema import metadata

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

_MIGRATION_LOCK = 0x61646F7073_02


def migrate(engine: Engine) -> list[str]:
    """Apply the missing steps, oldest first; their names.

    ``engine`` must begin transactions with SQLite's write lock, as `Store` makes it. Raises StoreError if a newer
    version of the product has created the tables.
    """
    with engine.begin() as con:
        if con.dialect.name == "postgresql":
            con.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        current = _current(con)
        return [] if current == _newest() else _upgrade(con, current)


def _current(con: Connection) -> str | None:
    """The step that the store is at; None before the first."""
    if not inspect(con).has_table("alembic_version"):
        return None
    found: str | None = con.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _newest() -> str:
    """The last step of this version: files are named by their step."""
    return max(file.name[:4] for file in Path(versions.__file__).parent.glob("[0-9]*.py"))


def _upgrade(con: Connection, current: str | None) -> list[str]:
    # Alembic takes 0.1 s to import, and nearly every start finds nothing to do.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    if con.dialect.name == "postgresql":
        # Alembic knows a database once its module has been executed, which `leave_unused_out` puts off until now.
        from alembic.ddl.postgresql import PostgresqlImpl  # noqa: F401

    config = Config(attributes={"connection": con})
    config.set_main_option("script_location", "adops_pipeline.operations:migrations")
    missing = _missing(ScriptDirectory.from_config(config), current)
    command.upgrade(config, "head")
    _comment(con)
    return missing


def _missing(scripts: "ScriptDirectory", current: str | None) -> list[str]:
    """Steps after ``current``, oldest first."""
    names = [script.revision for script in scripts.walk_revisions()][::-1]
    if current is None:
        return names
    if current not in names:
        raise StoreError(
            f"the operational store was created by a newer version of adops (its step is {current}, this version knows "
            f"up to {names[-1]}): update adops, or name another store in ADOPS_STORE_URL"
        )
    return names[names.index(current) + 1 :]


def _comment(con: Connection) -> None:
    """Store the descriptions of tables and columns as comments; SQLite has none."""
    if not con.dialect.supports_comments:
        return
    for table in metadata.sorted_tables:
        con.execute(SetTableComment(table))
        for column in table.columns:
            con.execute(SetColumnComment(column))
