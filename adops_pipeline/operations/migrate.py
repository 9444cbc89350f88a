"""Migrations at start: forwards only, one process at a time, all steps or none.

Both databases change tables inside transactions, so the lock that orders writers also orders migrations and a process
that dies in the middle leaves nothing behind. Comments are not migrated: they follow the code.
"""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.schema import SetColumnComment, SetTableComment

from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.schema import metadata

_MIGRATION_LOCK = 0x61646F7073_02


def migrate(engine: Engine) -> list[str]:
    """Apply the missing steps, oldest first; their names.

    ``engine`` must begin transactions with SQLite's write lock, as `Store` makes it. Raises StoreError if a newer
    version of the product has created the tables.
    """
    config = Config(attributes={})
    config.set_main_option("script_location", "adops_pipeline.operations:migrations")
    scripts = ScriptDirectory.from_config(config)
    with engine.begin() as con:
        if con.dialect.name == "postgresql":
            con.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        current = MigrationContext.configure(con).get_current_revision()
        missing = _missing(scripts, current)
        if missing:
            config.attributes["connection"] = con
            command.upgrade(config, "head")
            _comment(con)
    return missing


def _missing(scripts: ScriptDirectory, current: str | None) -> list[str]:
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
