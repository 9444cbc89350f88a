"""What Alembic runs for a migration: on the connection that `operations.migrate` hands over, inside its transaction."""

from alembic import context
from sqlalchemy import Connection

from adops_pipeline.operations.schema import metadata

connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations are run by adops_pipeline.operations.migrate, which holds the lock")
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
